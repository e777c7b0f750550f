"""A drawn page comes back as the recording that was drawn."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from drawn_pages import flat, true_signals

from ecgimg.bench.common.signal_metrics import fit_lead, fit_page, shifted
from ecgimg.datamodel.leads import lead_index
from ecgimg.layouts import load_layout
from ecgimg.recording.recording import Recording
from ecgimg.stages.assemble.assemble import assemble
from ecgimg.stages.layout.match import find_layout
from ecgimg.stages.layout.scales import LayoutOptions
from ecgimg.stages.printed_scales import read_scales
from ecgimg.stages.trace import trace
from ecgimg.synth.page.style import PageStyle


@cache
def digitized(layout: str) -> Recording:
    _, upright = flat(layout, PageStyle(px_per_mm=8.0))
    traces = trace(upright)
    match = find_layout(upright, traces, read_scales(upright), LayoutOptions((load_layout(layout),)))
    return assemble(upright.sheet, match.curves_of(traces), match, "page")


@pytest.mark.parametrize("layout", ["3x4+1R", "3x4-cabrera", pytest.param("12x1", marks=pytest.mark.slow)])
def test_signals_come_back(layout: str) -> None:
    page, _ = flat(layout, PageStyle(px_per_mm=8.0))
    fit = fit_page(true_signals(page), digitized(layout).signals, 500)
    assert fit.db > 12


def test_leads_stand_at_their_printed_time_and_nowhere_else() -> None:
    recording = digitized("3x4+1R")
    assert recording.signals.shape == (12, 5000)
    for lead, start in (("I", 0.0), ("aVR", 2.5), ("V2", 5.0), ("V6", 7.5)):
        first, last = recording.interval(lead) or (0, 0)
        assert first == pytest.approx(start, abs=0.1)
        assert last == pytest.approx(start + 2.5, abs=0.1)
    first, last = recording.interval("II") or (0, 0)
    assert last - first > 9.5
    assert (recording.confidences[~np.isfinite(recording.signals)] == 0).all()


def test_cabrera_s_turned_lead_is_turned_back() -> None:
    page, _ = flat("3x4-cabrera", PageStyle(px_per_mm=8.0))
    truth, out = true_signals(page)[lead_index("aVR")], digitized("3x4-cabrera").lead("aVR")
    fit = fit_lead(truth, out, 500)
    moved = shifted(out, fit.shift, len(truth))
    both = np.isfinite(truth) & np.isfinite(moved)
    assert abs(fit.shift) <= 4
    assert np.corrcoef(truth[both], moved[both])[0, 1] > 0.95


@pytest.mark.parametrize(("hidden_ms", "unknown"), [(20, 0), (200, 80)])
def test_the_end_of_a_hidden_stretch_is_held_for_a_moment_without_confidence(hidden_ms: int, unknown: int) -> None:
    _, upright = flat("3x4+1R", PageStyle(px_per_mm=8.0))
    traces = trace(upright)
    match = find_layout(upright, traces, read_scales(upright), LayoutOptions((load_layout("3x4+1R"),)))
    cells = [replace(c, x1=c.x1 - hidden_ms * 0.025 * 8) if c.lead == "V3" else c for c in match.cells]
    recording = assemble(upright.sheet, match.curves_of(traces), replace(match, cells=tuple(cells)), "page")
    signal, confidence = recording.lead("V3"), recording.confidences[lead_index("V3")]
    seen = 3750 - hidden_ms // 2  # from 5 s to 7.5 s at 500 Hz
    assert confidence[seen - 1] > 0
    assert (confidence[seen + 1 :] == 0).all()
    held = signal[seen + 1 : 3750 - unknown]
    assert (held == held[0]).all()
    assert held[0] == pytest.approx(signal[seen - 1], abs=0.05)
    assert np.isnan(signal[3750 - unknown + 1 : 3850]).all()


def test_curves_lie_on_the_photo_s_ink() -> None:
    _, upright = flat("3x4+1R", PageStyle(px_per_mm=8.0))
    geometry = digitized("3x4+1R").geometry
    assert geometry is not None
    grey = upright.sheet.pixels.min(axis=2)
    for _, points in geometry.curves:
        known = points[np.isfinite(points).all(axis=1)].round().astype(int)
        ys, xs = known[:, 1].clip(0, grey.shape[0] - 1), known[:, 0].clip(0, grey.shape[1] - 1)
        assert np.median(grey[ys, xs]) < 120
