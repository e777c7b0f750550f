"""The redrawn recording: where ink is, where none is, and a colour a lead."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ecgimg.datamodel.leads import LEADS
from ecgimg.recording.plot import COLORS, MARGIN_MM, PX_PER_MM, ROW_MM, recording_image, write_recording_png
from ecgimg.recording.recording import Recording


def half_known() -> Recording:
    """Lead II is 1 mV in its second half; nothing else is known."""
    signals = np.full((12, 5000), np.nan, np.float32)
    signals[1, 2500:] = 1.0
    return Recording(signals, 500.0, name="half")


def dark(pixels: np.ndarray) -> np.ndarray:
    return pixels.max(axis=2) < 90


def test_leads_stand_at_their_time_and_gaps_stay_blank() -> None:
    drawn = dark(recording_image(half_known()))
    q = PX_PER_MM
    row = drawn[(MARGIN_MM + ROW_MM) * q : (MARGIN_MM + 2 * ROW_MM) * q, MARGIN_MM * q :]
    ys, xs = np.nonzero(row)
    assert xs.min() == pytest.approx(5.0 * 25 * q, abs=2)
    assert xs.max() == pytest.approx(10.0 * 25 * q, abs=2)
    assert np.median(ys) == pytest.approx((ROW_MM / 2 - 10) * q, abs=1)
    assert not drawn[(MARGIN_MM + 2 * ROW_MM) * q : -5 * q, MARGIN_MM * q :].any()


def test_plot_writes_a_png(tmp_path: Path) -> None:
    path = write_recording_png(half_known(), tmp_path / "new" / "half.png")
    assert Image.open(path).size == recording_image(half_known()).shape[1::-1]
    assert half_known().plot(tmp_path / "again.png").read_bytes() == path.read_bytes()


def test_each_lead_has_its_own_dark_color() -> None:
    assert set(COLORS) == set(LEADS)
    colors = np.array(list(COLORS.values()))
    apart = np.abs(colors[:, None] - colors[None]).sum(axis=2) + np.eye(12) * 999
    assert apart.min() >= 60
    assert (colors @ [0.3, 0.59, 0.11]).max() < 150
