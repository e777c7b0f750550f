"""How well a recording was read: each lead's quality, and the page's confidence."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ecgimg.datamodel.ink import ExplainedInk
from ecgimg.datamodel.leads import LEADS
from ecgimg.datamodel.page import LayoutMatch, PageGeometry, PlacedCell, Scale, ScaleWitness, Source
from ecgimg.recording.quality import ASSUMED, CONTRADICTED, lead_qualities, page_confidence
from ecgimg.recording.recording import Recording


def test_leads_are_good_doubtful_or_not_visible() -> None:
    signals = np.full((12, 5000), np.nan, np.float32)
    signals[0, :2500], signals[1, 1000:1600], signals[2, :499] = 0.1, 0.1, 0.1
    confidence = np.where(np.isfinite(signals), 0.9, 0).astype(np.float32)
    confidence[1] *= 0.5
    found = {q.lead: q for q in lead_qualities(Recording(signals, 500.0, confidence))}
    assert [found[lead].word for lead in ("I", "II", "III", "V6")] == [
        "good",
        "doubtful",
        "not visible",  # one sample short of a second
        "not visible",
    ]
    assert (found["II"].interval, found["II"].seconds) == ((2.0, 3.2), 1.2)
    assert (found["V6"].interval, found["V6"].confidence) == (None, 0.0)


def test_no_lead_of_no_recording_is_read() -> None:
    found = lead_qualities(None)
    assert [q.lead for q in found] == list(LEADS)
    assert {(q.word, q.confidence, q.interval, q.seconds) for q in found} == {("not read", 0.0, None, 0.0)}


@pytest.mark.parametrize(
    ("source", "left"), [("text", 1.0), ("pulse", 1.0), ("given", 1.0), ("beats", ASSUMED), ("assumed", ASSUMED)]
)
def test_a_page_whose_scale_nothing_tells_is_never_quite_sure(source: Source, left: float) -> None:
    recording = Recording(np.zeros((12, 500), np.float32), 500.0, confidence=np.ones((12, 500), np.float32))
    cell = PlacedCell("I", 1, 0, False, 0.0, 10.0, 0.0, 2000.0, 100.0)
    match = LayoutMatch("12x1", (cell,), Scale(25, source), Scale(10, "pulse"), 1.0, (), 10.0)
    assert page_confidence(match, recording) == left
    assert page_confidence(replace(match, confidence=0.7), recording) == pytest.approx(0.7 * left)


def test_a_page_that_contradicts_its_scale_or_is_stretched_is_doubtful() -> None:
    recording = Recording(np.zeros((12, 500), np.float32), 500.0, confidence=np.ones((12, 500), np.float32))
    cell = PlacedCell("I", 1, 0, False, 0.0, 10.0, 0.0, 2000.0, 100.0)
    text = ScaleWitness("text", 10.0, 0.95)
    speed, gain = Scale(25, "text"), Scale(5, "pulse", (text,), (text,))
    match = LayoutMatch("12x1", (cell,), speed, gain, 1.0, (), 10.0)
    assert page_confidence(match, recording) == CONTRADICTED < 0.8
    agreed = replace(match, gain=replace(gain, contradictions=()))
    assert page_confidence(agreed, recording) == 1
    geometry = PageGeometry(8.0, 0.0, "grid", speed, gain, (), stretch=1.4)
    assert page_confidence(agreed, replace(recording, geometry=geometry)) == CONTRADICTED


def test_a_page_without_a_grid_is_never_quite_sure() -> None:
    scale = Scale(25, "text")
    geometry = PageGeometry(8.0, 0.0, "page", scale, Scale(10, "pulse"), ())
    recording = Recording(
        np.zeros((12, 500), np.float32), 500.0, confidence=np.ones((12, 500), np.float32), geometry=geometry
    )
    cell = PlacedCell("I", 1, 0, False, 0.0, 10.0, 0.0, 2000.0, 100.0)
    match = LayoutMatch("12x1", (cell,), scale, Scale(10, "pulse"), 1.0, (), 10.0)
    assert page_confidence(match, recording) == 0.9


def test_a_page_of_which_a_curve_was_not_read_is_as_much_less_sure() -> None:
    scale = Scale(25, "text")
    geometry = PageGeometry(8.0, 0.0, "grid", scale, Scale(10, "pulse"), (), ink=ExplainedInk(0.75, (1.0,), ()))
    signals = np.zeros((12, 500), np.float32)
    recording = Recording(signals, 500.0, confidence=np.ones((12, 500), np.float32), geometry=geometry)
    cell = PlacedCell("I", 1, 0, False, 0.0, 10.0, 0.0, 2000.0, 100.0)
    match = LayoutMatch("12x1", (cell,), scale, Scale(10, "pulse"), 0.6, (), 10.0)
    assert page_confidence(match, recording) == pytest.approx(0.45)
