"""Narrow peaks end where their drawn strokes end; wide waves, grid lines and other curves change nothing."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from ecgimg.datamodel.arrays import Floats
from ecgimg.datamodel.page import Sheet, SheetMap, Trace, UprightSheet
from ecgimg.networks.contrast import contrast_planes
from ecgimg.stages.ink_fit import INK_FIT, fit_to_ink, measure_pen

PX_PER_MM, BASELINE, PEN = 8.0, 300.0, 3
WIDTH, HEIGHT = 800, 480
BEATS = range(60, WIDTH - 40, 120)
X = np.arange(2 * WIDTH - 1) / 2


def spikes(height: float, half_width: float = 4.0) -> Floats:
    """y [N] of a flat curve with triangular beats upwards, in sheet pixels."""
    rise = sum(np.maximum(1 - np.abs(X - beat) / half_width, 0) for beat in BEATS)
    return np.asarray(BASELINE - height * rise, np.float32)


def page_of(y: Floats, line_above: float | None = None) -> UprightSheet:
    """A page that shows a curve in black, and at will a pale vertical line through each beat, up to a y."""
    pixels = np.full((HEIGHT, WIDTH, 3), 250, np.uint8)
    for beat in BEATS if line_above is not None else ():
        cv2.line(pixels, (beat, int(line_above or 0)), (beat, HEIGHT), (150, 150, 150), 1)
    points = np.rint(np.stack([X, y], axis=1) * 16).astype(np.int32)
    cv2.polylines(pixels, [points], False, (20, 20, 20), PEN, cv2.LINE_AA, 4)
    pixels = np.asarray(cv2.GaussianBlur(pixels, (0, 0), 0.7), np.uint8)
    nodes = np.stack(np.meshgrid(np.arange(60) * 20.0, np.arange(40) * 20.0), axis=2).astype(np.float32)
    sheet = Sheet(pixels, PX_PER_MM, SheetMap(nodes, 20.0), pixels.shape[:2], 0.0, "grid", 1.0)
    return UprightSheet(sheet, contrast_planes(pixels), (BASELINE,))


def trace_of(y: Floats) -> Trace:
    """A sure trace."""
    return Trace(y, np.full(len(y), 0.99, np.float32), 0.5, BASELINE)


def tops(trace: Trace) -> Floats:
    """Heights of the beats in sheet pixels."""
    return np.array([BASELINE - trace.y[2 * beat - 16 : 2 * beat + 17].min() for beat in BEATS], np.float32)


@pytest.mark.parametrize("missing", [4.0, 10.0])
def test_a_peak_that_was_read_too_low_is_raised_to_the_end_of_its_stroke(missing: float) -> None:
    true = spikes(100.0)
    low = np.maximum(true, BASELINE - 100 + missing)
    (fitted,) = fit_to_ink(page_of(true), (trace_of(low),))
    assert tops(fitted) == pytest.approx(np.full(len(BEATS), 100.0), abs=3.0)
    steep = np.abs(X[:, None] - np.array(list(BEATS))).min(axis=1) > 4
    assert np.array_equal(fitted.y[steep], low[steep])


def test_a_right_peak_stays() -> None:
    true = spikes(100.0)
    (fitted,) = fit_to_ink(page_of(true), (trace_of(true),))
    assert tops(fitted) == pytest.approx(np.full(len(BEATS), 100.0), abs=3.0)


def test_a_paler_line_above_a_peak_is_none_of_its_stroke() -> None:
    true = spikes(100.0)
    (fitted,) = fit_to_ink(page_of(true, line_above=150.0), (trace_of(true),))
    assert tops(fitted).max() < 105


def test_a_stroke_that_is_much_higher_is_another_ones() -> None:
    low = spikes(40.0)
    (fitted,) = fit_to_ink(page_of(spikes(100.0)), (trace_of(low),))
    assert np.array_equal(fitted.y, low)


def test_wide_waves_and_gaps_change_nothing() -> None:
    waves = np.asarray(BASELINE - 20 * np.sin(X / 40), np.float32)
    (fitted,) = fit_to_ink(page_of(waves), (trace_of(waves),))
    assert np.array_equal(fitted.y, waves)
    unknown = replace(trace_of(waves), y=np.full_like(waves, np.nan))
    (same,) = fit_to_ink(page_of(waves), (unknown,))
    assert np.isnan(same.y).all()


def test_the_pen_is_measured_where_the_curve_is_flat() -> None:
    y = spikes(100.0)
    plane = np.ascontiguousarray(page_of(y).planes[0])
    pen = measure_pen(plane, trace_of(y), PX_PER_MM)
    assert pen is not None
    assert (pen.above, pen.below) == pytest.approx((PEN / 2, PEN / 2), abs=0.7)
    few = replace(trace_of(y), confidence=np.full(len(y), INK_FIT.sure / 2, np.float32))
    assert measure_pen(plane, few, PX_PER_MM) is None
