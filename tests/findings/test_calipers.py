"""Calipers lie on the beat and lead that show the page's intervals best."""

from __future__ import annotations

from dataclasses import replace

import pytest
from made_measurements import measured

from ecgimg.findings.calipers import calipers
from ecgimg.findings.measurements import EndName, LeadBeat, Measurements, Missing, PageEnd, Shape, Wave

ENDS: dict[EndName, float] = {
    "p_onset": -200.0, "p_end": -90.0, "qrs_onset": -40.0, "qrs_end": 50.0, "t_end": 350.0,
}  # fmt: skip


def beat(lead: str, k: int, time: float, wider_ms: float = 0.0, with_p: bool = True) -> LeadBeat:
    """A beat whose ends lie `wider_ms` outside those of the page."""

    def wave(first: EndName, last: EndName) -> Wave:
        onset, end = time + (ENDS[first] - wider_ms) / 1000, time + (ENDS[last] + wider_ms) / 1000
        return Wave(onset, (onset + end) / 2, end, 1.0)

    p = wave("p_onset", "p_end") if with_p else None
    t = replace(wave("qrs_end", "t_end"), onset=time + 0.15)
    return LeadBeat(lead, k, time, wave("qrs_onset", "qrs_end"), p, t, Shape())


def page(*beats: LeadBeat, **figures: float | Missing) -> Measurements:
    ends = {name: PageEnd(ms, 5.0) for name, ms in ENDS.items()}
    return replace(measured(**figures), beats=beats, ends=ends)


def test_they_lie_where_a_lead_is_nearest_to_the_page_and_have_its_length() -> None:
    laid = calipers(page(beat("I", 0, 1.0, 20), beat("II", 1, 2.0, 3), beat("V5", 2, 3.0, 12)))
    assert {one.lead for one in laid} == {"II"}
    assert [(one.name, one.text) for one in laid] == [("PR", "PR 160 ms"), ("QRS", "QRS 90 ms"), ("QT", "QT 390 ms")]
    assert [(one.start, one.end) for one in laid] == [
        (pytest.approx(1.8), pytest.approx(1.96)),
        (pytest.approx(1.96), pytest.approx(2.05)),
        (pytest.approx(1.96), pytest.approx(2.35)),
    ]


def test_a_beat_must_show_every_end_that_is_laid() -> None:
    assert calipers(page(beat("II", 0, 1.0, with_p=False), beat("V1", 1, 2.0, 30)))[0].lead == "V1"
    without_pr = calipers(page(beat("II", 0, 1.0, with_p=False), beat("V1", 1, 2.0, 30), PR_interval=Missing.NO_P))
    assert [(one.name, one.lead) for one in without_pr] == [("QRS", "II"), ("QT", "II")]


def test_nothing_is_laid_without_a_beat_or_a_figure() -> None:
    assert calipers(None) == ()
    assert calipers(page()) == ()
    missing = dict.fromkeys(("PR_interval", "QRS_duration", "QT_interval"), Missing.TOO_FEW_BEATS)
    assert calipers(page(beat("II", 0, 1.0), **missing)) == ()
