"""A completed recording measures and diagnoses as what was seen of it does, unless it is asked for otherwise."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from made_reports import masked_recording

import ecgimg
from ecgimg.findings.measurements import Measurements
from ecgimg.options import PageOptions
from ecgimg.pipelines.complete import complete_recording
from ecgimg.pipelines.diagnose import diagnose_recording
from ecgimg.recording.recording import Recording
from ecgimg.report.html import report_html
from ecgimg.schemas.report import describe_report
from ecgimg.stages.diagnose import diagnose, recording_quality
from ecgimg.stages.measure.measure import find_beats, measure
from ecgimg.synth.signals.simulator import Heart

pytestmark = pytest.mark.xdist_group("complete")


@pytest.fixture(scope="module")
def page() -> Recording:
    """Columns of 2.5 s and a strip of lead II."""
    return masked_recording(Heart(rate=70))


@pytest.fixture(scope="module")
def completed(page: Recording) -> Recording:
    return complete_recording(page)


def values(measured: Measurements) -> list[float | None]:
    return [one.value for one in measured.figures]


def test_all_that_was_not_seen_is_there_and_marked(page: Recording, completed: Recording) -> None:
    np.testing.assert_array_equal(completed.not_recorded, np.isnan(page.signals))
    assert np.isfinite(completed.signals).all()


def test_what_was_not_recorded_is_not_measured(page: Recording, completed: Recording) -> None:
    assert values(measure(completed)) == values(measure(page))
    assert {beat.lead: beat.time for beat in measure(completed).beats} == {
        beat.lead: beat.time for beat in measure(page).beats
    }
    np.testing.assert_array_equal(find_beats(completed), find_beats(page))
    asked = measure(completed, use_generated=True)
    assert len(asked.beats) > 2 * len(measure(page).beats)


def test_what_was_not_recorded_is_not_diagnosed(page: Recording, completed: Recording) -> None:
    seen, plain = diagnose(completed, threads=1), diagnose(page, threads=1)
    assert [one.probability for one in seen.opinions] == [one.probability for one in plain.opinions]
    asked = diagnose(completed, threads=1, use_generated=True)
    assert asked.lead_seconds > 2 * plain.lead_seconds
    assert recording_quality(completed) == recording_quality(page)


@pytest.mark.slow
def test_a_report_states_what_was_generated_and_whether_it_was_used(completed: Recording) -> None:
    plain = diagnose_recording(completed, PageOptions())
    assert any("no finding and no measurement rests on them" in text for text in plain.warnings)
    assert {one.word for one in plain.leads} == {"good"}
    assert all(one.seconds < 3 for one in plain.leads if one.lead != "II")
    asked = diagnose_recording(completed, PageOptions(use_generated=True))
    assert any("rest on them too" in text for text in asked.warnings)
    assert describe_report(asked).settings.use_generated
    for language, words in (("en", "Blue dashes, G"), ("de", "Blaue Striche, G")):
        html = report_html(asked, describe_report(asked), language)
        assert words in html
        assert 'class="generated"' in html
    assert "beruhen auf Wunsch auch darauf" in html


def test_python_can_ask_for_it(completed: Recording) -> None:
    assert len(ecgimg.measure(completed, use_generated=True).beats) > len(ecgimg.measure(completed).beats)


def test_marks_survive_on_the_way_to_another_program(completed: Recording, page: Recording, tmp_path: Path) -> None:
    found = ecgimg.read(ecgimg.write(completed, tmp_path, "wfdb"))
    np.testing.assert_array_equal(np.isnan(found.seen.signals), np.isnan(page.signals))
