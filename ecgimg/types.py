"""The typed objects that pass between the stages; each rejects impossible values when it is made.

Pixel coordinates are (x, y) with the centre of the top left pixel at (0, 0). Arrays are never changed in place.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ecgimg.leads import LEADS, lead_index

Floats = NDArray[np.float32]
Pixels = NDArray[np.uint8]

Source = Literal["text", "pulse", "given", "signal", "beats", "assumed"]
"""What a scale was taken from: printed text, calibration pulse, the user, the traces' length, their beats, or habit."""


def _require(condition: bool, what: str) -> None:
    if not condition:
        raise ValueError(what)


@dataclass(frozen=True, eq=False)
class Photo:
    """One page as it came from a file: RGB pixels [H, W, 3], upright by its EXIF tag.

    `page` counts from 1 within its document of `pages` pages.
    """

    pixels: Pixels
    source: Path
    page: int = 1
    pages: int = 1

    def __post_init__(self) -> None:
        p = self.pixels
        _require(p.dtype == np.uint8 and p.ndim == 3 and p.shape[2] == 3 and p.size > 0, "a photo is uint8 [H, W, 3]")
        _require(1 <= self.page <= self.pages, "a page counts from 1 to the number of pages")

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width in pixels."""
        return self.pixels.shape[0], self.pixels.shape[1]


@dataclass(frozen=True, eq=False)
class SheetMap:
    """Where each point of a sheet lies in the photo: nodes [R, C, 2] (photo x, y) every `step` sheet pixels."""

    nodes: Floats
    step: float

    def __post_init__(self) -> None:
        _require(
            self.nodes.ndim == 3 and self.nodes.shape[2] == 2 and min(self.nodes.shape[:2]) >= 2, "nodes are [R, C, 2]"
        )
        _require(bool(np.isfinite(self.nodes).all()) and self.step > 0, "nodes are finite and their step is positive")

    @property
    def rotation(self) -> float:
        """Degrees clockwise by which the photo has to be turned to lie as the sheet does."""
        middle = self.nodes[self.nodes.shape[0] // 2]
        right = middle[-1] - middle[0]
        return float(-np.rad2deg(np.arctan2(right[1], right[0])))

    def to_photo(self, points: NDArray[np.floating]) -> Floats:
        """Photo points [..., 2] of sheet points [..., 2], bilinear between nodes and linear beyond them."""
        rows, cols = self.nodes.shape[:2]
        g = np.asarray(points, np.float32) / np.float32(self.step)
        i = np.clip(np.floor(g[..., 0]), 0, cols - 2).astype(int)
        j = np.clip(np.floor(g[..., 1]), 0, rows - 2).astype(int)
        u, v = (g[..., 0] - i)[..., None], (g[..., 1] - j)[..., None]
        top = self.nodes[j, i] * (1 - u) + self.nodes[j, i + 1] * u
        low = self.nodes[j + 1, i] * (1 - u) + self.nodes[j + 1, i + 1] * u
        return np.asarray(top * (1 - v) + low * v, np.float32)


@dataclass(frozen=True, eq=False)
class Sheet:
    """A straightened page: RGB pixels [H, W, 3] at a known scale, and the way back to the photo.

    `photo_shape` is the height and width of the photo, beyond which the sheet's pixels are filled in.
    `rotation` is the clockwise turn in degrees that the photo needed; `straightened_by` tells what the geometry was
    taken from.
    """

    pixels: Pixels
    px_per_mm: float
    map: SheetMap
    photo_shape: tuple[int, int]
    rotation: float
    straightened_by: Literal["grid", "page"]
    grid_confidence: float

    def __post_init__(self) -> None:
        _require(self.pixels.dtype == np.uint8 and self.pixels.ndim == 3, "a sheet is uint8 [H, W, 3]")
        _require(min(self.photo_shape) > 0, "a photo has pixels")
        _require(self.px_per_mm > 0, "px/mm is positive")
        _require(0 <= self.grid_confidence <= 1, "a confidence lies in 0..1")

    def on_photo(self, points: NDArray[np.floating]) -> NDArray[np.bool_]:
        """Which of the sheet points [..., 2] the photo reaches."""
        place = self.map.to_photo(points)
        height, width = self.photo_shape
        return np.asarray(((place >= -0.5) & (place <= [width - 0.5, height - 0.5])).all(axis=-1))


@dataclass(frozen=True)
class LeadName:
    """A lead's printed name: its middle in sheet pixels, and the chance that it was read right."""

    lead: str
    x: float
    y: float
    confidence: float

    def __post_init__(self) -> None:
        lead_index(self.lead)
        _require(0 <= self.confidence <= 1, "a confidence lies in 0..1")


@dataclass(frozen=True)
class Pulse:
    """A calibration pulse: its left and right stroke and its height, in sheet pixels."""

    left: float
    right: float
    height: float

    def __post_init__(self) -> None:
        _require(self.right > self.left and self.height > 0, "a pulse is wide and high")


@dataclass(frozen=True, eq=False)
class UprightSheet:
    """A sheet that lies as it is read, and the landmarks on it, in sheet pixels.

    `planes` [2, h, W] are its contrast planes, which the networks see. `zeros` are the zero lines of the rows of
    curves from top to bottom; `starts` the points (x, y) at which leads' stretches begin; `scale_texts` boxes
    x0, y0, x1, y1 around the printed speed and gain.
    """

    sheet: Sheet
    planes: Floats
    zeros: tuple[float, ...]
    starts: tuple[tuple[float, float], ...] = ()
    names: tuple[LeadName, ...] = ()
    pulses: tuple[Pulse, ...] = ()
    scale_texts: tuple[tuple[float, float, float, float], ...] = ()

    def __post_init__(self) -> None:
        _require(self.planes.ndim == 3 and self.planes.shape[2] == self.sheet.pixels.shape[1], "planes are [2, h, W]")
        _require(list(self.zeros) == sorted(self.zeros), "rows come from top to bottom")

    @property
    def marks(self) -> int:
        """Different lead names, and pulses: how much proves that a page is seen as it stands."""
        return len({name.lead for name in self.names}) + len(self.pulses)


@dataclass(frozen=True)
class PrintedScales:
    """Paper speed in mm/s and gain in mm/mV as a page's words tell them; None where they don't."""

    speed: float | None = None
    gain: float | None = None


@dataclass(frozen=True)
class Scale:
    """A measured or assumed scale: mm/s or mm/mV, and where it came from."""

    value: float
    source: Source

    def __post_init__(self) -> None:
        _require(self.value > 0, "a scale is positive")


@dataclass(frozen=True)
class PlacedCell:
    """One stretch of one lead on a sheet: its line, sheet pixels from `x0` to `x1`, and its zero line `y0`.

    The stretch lasts `seconds`; where columns stand closer than that, its end is hidden by the next one's beginning.
    """

    lead: str
    sign: int
    line: int
    is_strip: bool
    start: float
    seconds: float
    x0: float
    x1: float
    y0: float

    def __post_init__(self) -> None:
        lead_index(self.lead)
        _require(
            self.sign in (-1, 1) and self.seconds > 0 and self.x1 > self.x0, f"impossible cell of lead {self.lead}"
        )


@dataclass(frozen=True)
class LayoutMatch:
    """The format found on a sheet, its cells in place, and the evidence that decided."""

    layout_id: str
    cells: tuple[PlacedCell, ...]
    paper_speed: Scale
    gain: Scale
    confidence: float
    evidence: tuple[str, ...]
    seconds: float

    def __post_init__(self) -> None:
        _require(len(self.cells) > 0, "a layout has cells")
        _require(0 <= self.confidence <= 1, "a confidence lies in 0..1")
        _require(self.seconds > 0, "a recording has a length")


@dataclass(frozen=True, eq=False)
class Line:
    """One printed curve across the sheet: y [N] and confidence [N] in sheet pixels, y NaN where nothing was seen.

    Sample k lies at sheet column k * step; `zero` is the y of the row's zero line.
    """

    y: Floats
    confidence: Floats
    step: float
    zero: float

    def __post_init__(self) -> None:
        _require(self.y.ndim == 1 and self.y.shape == self.confidence.shape, "y and confidence are [N]")
        _require(bool(((self.confidence >= 0) & (self.confidence <= 1)).all()), "a confidence lies in 0..1")
        _require(self.step > 0, "columns follow one another")


@dataclass(frozen=True, eq=False)
class PageGeometry:
    """How a recording lay on its photo: scales, rotation, and the photo points of each cell's trace."""

    px_per_mm: float
    rotation: float
    straightened_by: str
    paper_speed: Scale
    gain: Scale
    curves: tuple[tuple[PlacedCell, Floats], ...]
    """Each cell with its photo points [N, 2]; NaN where nothing was seen."""


@dataclass(frozen=True, eq=False)
class Recording:
    """A 12-lead ECG: `signals` [12, T] float32 in mV in the order of `LEADS`, NaN where nothing is known.

    Time is absolute: sample k of every lead was taken k / fs seconds after the page's first column began.
    `confidence` [12, T] lies in 0..1 and is 0 where the signal is NaN.

    Raises:
        ValueError: a wrong shape, a sampling rate that is not positive, an infinite sample, a confidence outside 0..1.
    """

    signals: Floats
    fs: float
    confidence: Floats | None = None
    name: str = "ecg"
    layout_id: str | None = None
    geometry: PageGeometry | None = None
    warnings: tuple[str, ...] = field(default=())

    def __post_init__(self) -> None:
        s = self.signals
        _require(s.ndim == 2 and s.shape[0] == len(LEADS) and s.shape[1] > 0, f"signals are [12, T], not {s.shape}")
        _require(s.dtype == np.float32, f"signals are float32, not {s.dtype}")
        _require(self.fs > 0, "the sampling rate is positive")
        _require(not bool(np.isinf(s).any()), "signals are finite or NaN")
        if self.confidence is None:
            object.__setattr__(self, "confidence", np.isfinite(s).astype(np.float32))
        c = self.confidences
        _require(c.shape == s.shape and bool(((c >= 0) & (c <= 1)).all()), "confidence is [12, T] in 0..1")

    @property
    def confidences(self) -> Floats:
        """The confidence of every sample [12, T]."""
        assert self.confidence is not None
        return self.confidence

    @property
    def seconds(self) -> float:
        """Length of the recording."""
        return float(self.signals.shape[1] / self.fs)

    def lead(self, name: str) -> Floats:
        """Samples [T] of one lead in mV.

        Raises:
            ValueError: the name is not one of the 12 leads.
        """
        return np.asarray(self.signals[lead_index(name)])

    def interval(self, name: str) -> tuple[float, float] | None:
        """First and last second at which a lead is known, or None where it is not known at all."""
        seen = np.flatnonzero(np.isfinite(self.lead(name)))
        return (float(seen[0] / self.fs), float((seen[-1] + 1) / self.fs)) if seen.size else None

    def lead_confidence(self, name: str) -> float:
        """Mean confidence over the samples of a lead that are known; 0 where none is."""
        known = np.isfinite(self.lead(name))
        return float(self.confidences[lead_index(name)][known].mean()) if known.any() else 0.0

    def to_wfdb(self, folder: str | Path, name: str | None = None) -> Path:
        """Writes NAME.hea and NAME.dat (16 bit, 1 uV) into a folder and returns the header's path."""
        from ecgimg.io.recordings import write_wfdb

        return write_wfdb(self, Path(folder), name or self.name)

    def to_csv(self, path: str | Path) -> Path:
        """Writes a CSV with a column of seconds and 12 columns of mV; an unknown sample is an empty field."""
        from ecgimg.io.recordings import write_csv

        return write_csv(self, Path(path))

    def plot(self, path: str | Path) -> Path:
        """Draws the 12 leads on a standard grid into a PNG."""
        from ecgimg.report.figures import write_recording_png

        return write_recording_png(self, Path(path))
