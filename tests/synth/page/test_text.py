from __future__ import annotations

import re

import numpy as np
import pytest

from ecgimg.synth.page import text


@pytest.fixture(params=range(20))
def rng(request: pytest.FixtureRequest) -> np.random.Generator:
    return np.random.default_rng(request.param)


def test_a_patient_block_has_lines_of_names_and_values(rng: np.random.Generator) -> None:
    lines = text.patient_lines(rng)
    assert 1 <= len(lines) <= 6
    assert all(re.match(r"(ID|Name|Age|Sex|Height|Weight)[: ]", line) for line in lines)


def test_measurements_and_statements_are_some_of_those_of_machines(rng: np.random.Generator) -> None:
    measurements, statements = text.measurement_lines(rng), text.statement_lines(rng)
    assert 2 <= len(measurements) <= 5
    assert measurements[0].endswith("bpm")
    assert 1 <= len(set(statements)) == len(statements) <= 3


def test_a_date_line_has_a_date_and_a_time(rng: np.random.Generator) -> None:
    assert re.search(r"(\d{4}-\d\d-\d\d|\d\d[./]\d\d[./]\d{4}) \d\d:\d\d:\d\d$", text.date_line(rng))


def test_scales_are_printed_with_their_units(rng: np.random.Generator) -> None:
    speed, gain, _ = text.scale_texts(rng, 25.0, 2.5)
    assert re.fullmatch(r"25 ?mm/s(ec)?", speed)
    assert re.fullmatch(r"2\.5 ?mm/mV", gain)
