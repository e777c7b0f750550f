"""The truth of a drawn page: places of traces, texts, grid nodes and corners, on the sheet and in the photo.

Coordinates are (x, y) in pixels; the centre of the top left pixel is (0, 0).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ecgimg.datamodel.arrays import Floats, Pixels
from ecgimg.datamodel.leads import LEADS, lead_index
from ecgimg.datamodel.page import PlacedCell, SheetMap
from ecgimg.layouts import Layout
from ecgimg.synth.signals.sources import FS, Signal

if TYPE_CHECKING:
    from ecgimg.synth.camera import Warp


@dataclass(frozen=True, eq=False)
class Curve:
    """The centre line of one printed stretch of a lead.

    Sample k is `mv[k]` mV of the lead itself (aVR, where Cabrera's -aVR is printed), at `time[k]` s of the recording
    and `points[k]` of the page. `visible[k]` is False where it is unknown, clipped by the machine, or outside of the
    picture; points and mv are NaN where it is unknown.
    """

    cell: PlacedCell
    time: Floats
    mv: Floats
    points: Floats
    visible: NDArray[np.bool_]

    @property
    def box(self) -> tuple[float, float, float, float] | None:
        """x0, y0, x1, y1 around the visible points; None where nothing is visible."""
        visible = self.points[self.visible]
        if not len(visible):
            return None
        return (*map(float, visible.min(axis=0)), *map(float, visible.max(axis=0)))  # type: ignore[return-value]


@dataclass(frozen=True, eq=False)
class TextBox:
    """A printed text: its corners [4, 2] from top left clockwise; `lead` where it is the name of one.

    `kind` is lead, header, speed, gain or filter.
    """

    text: str
    kind: str
    corners: Floats
    lead: str | None = None


@dataclass(frozen=True, eq=False)
class Page:
    """A drawn page: RGB pixels [H, W, 3] and its truth in sheet pixels.

    Two heavy grid lines cross at `grid_origin`; fine lines lie every mm, heavy ones every 5 mm. `grid_box` is x0, y0,
    x1, y1 of the ruled area. V1 to V6 have `chest_gain`, all other leads `gain`. `pulses` are outlines [N, 2] of the
    calibration pulses, 1 mV high.
    """

    pixels: Pixels
    layout: Layout
    px_per_mm: float
    paper_speed: float
    gain: float
    chest_gain: float
    grid_kind: str
    grid_origin: tuple[float, float]
    grid_box: tuple[float, float, float, float]
    curves: tuple[Curve, ...]
    texts: tuple[TextBox, ...]
    pulses: tuple[Floats, ...]

    @property
    def cells(self) -> tuple[PlacedCell, ...]:
        """The printed stretches, in the order of the curves."""
        return tuple(curve.cell for curve in self.curves)

    @property
    def corners(self) -> Floats:
        """The sheet's corners [4, 2] from top left clockwise."""
        h, w = self.pixels.shape[:2]
        return np.array([[-0.5, -0.5], [w - 0.5, -0.5], [w - 0.5, h - 0.5], [-0.5, h - 0.5]], np.float32)

    def grid_nodes(self, mm: float = 5.0) -> Floats:
        """Crossings of grid lines [R, C, 2] every `mm` millimetres, inside of the ruled area."""
        step = mm * self.px_per_mm
        x0, y0, x1, y1 = self.grid_box
        axes = []
        for origin, low, high in ((self.grid_origin[0], x0, x1), (self.grid_origin[1], y0, y1)):
            k = np.arange(np.ceil((low - origin) / step - 1e-6), np.floor((high - origin) / step + 1e-6) + 1)
            axes.append(origin + k * step)
        return np.stack(np.meshgrid(axes[0], axes[1]), axis=-1).astype(np.float32)


@dataclass(frozen=True, eq=False)
class SynthPage:
    """A page as a camera or scanner saw it: pixels [H, W, 3] and the truth in these pixels.

    `sheet` is the flat page before the camera, with all wear of the paper and truth in its own pixels. `nodes`
    [R, C, 2] are the crossings of heavy grid lines, `corners` [4, 2] those of the sheet. `warp` maps both ways. `wear`
    is the name and size of each effect.
    """

    pixels: Pixels
    sheet: Page
    warp: Warp
    curves: tuple[Curve, ...]
    texts: tuple[TextBox, ...]
    nodes: Floats
    corners: Floats
    signal: Signal
    seed: tuple[int, ...]
    recipe: str
    wear: tuple[tuple[str, float], ...]

    @property
    def layout(self) -> Layout:
        """The printed format."""
        return self.sheet.layout

    def sheet_map(self, step: float = 16.0) -> SheetMap:
        """The map from sheet to photo, with a node every `step` sheet pixels."""
        h, w = self.sheet.pixels.shape[:2]
        grid = np.meshgrid(np.arange(0, w + step, step), np.arange(0, h + step, step))
        return SheetMap(nodes=self.warp.to_photo(np.stack(grid, axis=-1)), step=step)


def moved_curve(curve: Curve, points: Floats, width: int, height: int) -> Curve:
    """The curve at its photo points; samples outside of the picture are not visible."""
    inside = ((points > -0.5) & (points < (width - 0.5, height - 0.5))).all(axis=1)
    return replace(curve, points=points, visible=curve.visible & inside)


def shown_signals(curves: tuple[Curve, ...], fs: float = FS) -> Floats:
    """The part of the signals that a drawn page shows: [12, T] in mV at `fs` Hz, NaN where nothing is visible.

    Of a lead that has a rhythm strip, the strip counts and its cell does not.
    """
    seconds = max(curve.cell.start + curve.cell.seconds for curve in curves)
    signals = np.full((len(LEADS), round(seconds * fs)), np.nan, np.float32)
    for curve in sorted(curves, key=lambda curve: curve.cell.is_strip):
        row = lead_index(curve.cell.lead)
        samples = np.rint(curve.time * fs).astype(int)
        shown = curve.visible & (samples < signals.shape[1])
        if curve.cell.is_strip:
            signals[row] = np.nan
        signals[row, samples[shown]] = curve.mv[shown]
    return signals


def shown_samples(curves: tuple[Curve, ...], signals: Floats, fs: float = FS) -> NDArray[np.bool_]:
    """Which samples of the signals [12, T] a drawn page shows in any of its curves."""
    length = signals.shape[1]
    shown = np.zeros((len(LEADS), length), bool)
    for curve in curves:
        samples = np.rint(curve.time[curve.visible] * fs).astype(int)
        shown[lead_index(curve.cell.lead), samples[samples < length]] = True
    return shown & np.isfinite(signals)
