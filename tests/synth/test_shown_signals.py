"""What a drawn page shows of its signals, with and without a rhythm strip."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ecgimg.datamodel.leads import LEADS
from ecgimg.layouts import load_layout
from ecgimg.synth.page.render import render_page
from ecgimg.synth.page.style import PageStyle
from ecgimg.synth.signals.sources import Simulated
from ecgimg.synth.truth import Page, shown_signals


def page(layout: str) -> Page:
    rng = np.random.default_rng(0)
    return render_page(Simulated(1).get(4).mv, 500.0, load_layout(layout), PageStyle(px_per_mm=4.0), rng)


def test_each_lead_is_shown_for_its_column_and_a_strip_for_the_whole_time() -> None:
    shown = np.isfinite(shown_signals(page("3x4+1R").curves))
    assert shown.shape == (12, 5000)
    seconds = dict(zip(LEADS, shown.sum(axis=1) / 500, strict=True))
    assert seconds["II"] > 9.9
    assert all(2.4 < seconds[lead] <= 2.51 for lead in LEADS if lead != "II")
    assert not shown[LEADS.index("V1"), :2400].any()


def test_the_shown_samples_are_those_of_the_record() -> None:
    shown, whole = shown_signals(page("6x2").curves), Simulated(1).get(4).mv
    offsets = [np.nanmedian(shown[k] - whole[k]) for k in range(12)]
    for k in range(12):
        assert np.nanmax(np.abs(shown[k] - whole[k] - offsets[k])) < 0.1


def test_samples_that_are_not_visible_are_unknown() -> None:
    drawn = page("6x2")
    hidden = replace(drawn.curves[0], visible=np.zeros_like(drawn.curves[0].visible))
    shown = shown_signals((hidden, *drawn.curves[1:]))
    assert np.isnan(shown[LEADS.index(hidden.cell.lead)]).all()
