"""What the package reads on the example pages stays as it is: see tests/golden/make.py."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from golden.make import FOLDER, PAGES, make

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("golden")]

UNITS = 1
"""Units of 1 uV by which a sample may differ: sums in another order, as other processors make them."""
TOLERANCE = 2e-3
"""By how much a figure of the JSON may differ, and by which share of itself."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of what the package reads now."""
    folder = tmp_path_factory.mktemp("golden")
    make(folder)
    return folder


def samples(path: Path) -> np.ndarray:
    return np.fromfile(path, "<i2").reshape(-1, 12).astype(int)


@pytest.mark.parametrize("page", PAGES)
def test_recordings_are_the_same_to_a_microvolt(made: Path, page: str) -> None:
    now, before = samples(made / f"{page}.dat"), samples(FOLDER / f"{page}.dat")
    assert now.shape == before.shape
    assert np.abs(now - before).max() <= UNITS


@pytest.mark.parametrize("page", PAGES)
def test_the_csv_holds_what_the_wfdb_record_holds(made: Path, page: str) -> None:
    table = np.genfromtxt(made / f"{page}.csv", delimiter=",", skip_header=1)
    before = samples(FOLDER / f"{page}.dat")
    known = before != -32768
    assert (np.isfinite(table[:, 1:]) == known).all()
    assert np.abs(table[:, 1:] * 1000 - before)[known].max() <= UNITS + 0.5
    np.testing.assert_allclose(table[:, 0], np.arange(len(before)) / 500, atol=1e-6)


@pytest.mark.parametrize("part", ["page", "report", "screen"])
@pytest.mark.parametrize("page", PAGES)
def test_the_json_says_the_same(made: Path, page: str, part: str) -> None:
    name = f"{page}.{part}.json"
    now, before = (json.loads((folder / name).read_text(encoding="utf-8")) for folder in (made, FOLDER))
    assert list(differences(now, before)) == []


@pytest.mark.parametrize("page", PAGES)
def test_the_report_tells_the_same(made: Path, page: str) -> None:
    now, before = ((folder / f"{page}.report.txt").read_text(encoding="utf-8") for folder in (made, FOLDER))
    lines = zip_longest(now.splitlines(), before.splitlines())
    assert [pair for pair in lines if pair[0] != pair[1] and not same_but_for_rounding(*pair)] == []


def same_but_for_rounding(now: str | None, before: str | None) -> bool:
    """Whether two lines differ only in the last digit of their figures."""
    if now is None or before is None:
        return False
    number = r"\d+(?:\.\d+)?"
    if re.sub(number, "#", now) != re.sub(number, "#", before):
        return False
    pairs = zip(re.findall(number, now), re.findall(number, before), strict=True)
    return all(abs(float(a) - float(b)) <= 10.0 ** -len(b.partition(".")[2]) * 1.001 for a, b in pairs)


def differences(now: Any, before: Any, where: str = "") -> Iterator[str]:
    """Places at which two JSON contents differ by more than the tolerance."""
    if isinstance(now, dict) and isinstance(before, dict):
        for key in now.keys() | before.keys():
            yield from differences(now.get(key), before.get(key), f"{where}.{key}")
    elif isinstance(now, list) and isinstance(before, list) and len(now) == len(before):
        for k, (one, other) in enumerate(zip(now, before, strict=True)):
            yield from differences(one, other, f"{where}[{k}]")
    elif isinstance(now, float) or isinstance(before, float):
        if now is None or before is None or abs(now - before) > TOLERANCE * max(1.0, abs(before)):
            yield f"{where}: {now} instead of {before}"
    elif now != before:
        yield f"{where}: {now!r} instead of {before!r}"
