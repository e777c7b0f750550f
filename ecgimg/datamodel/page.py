"""The typed objects that pass between the stages; each rejects impossible values when it is made.

Pixel coordinates are (x, y) with the centre of the top left pixel at (0, 0). Arrays are never changed in place.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ecgimg.datamodel.arrays import Floats, Pixels, require
from ecgimg.datamodel.leads import lead_index

Source = Literal["text", "pulse", "given", "signal", "beats", "assumed"]
"""What a scale was taken from: printed text, calibration pulse, the user, the traces' length, their beats, or habit."""


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
        require(p.dtype == np.uint8 and p.ndim == 3 and p.shape[2] == 3 and p.size > 0, "a photo is uint8 [H, W, 3]")
        require(1 <= self.page <= self.pages, "a page counts from 1 to the number of pages")

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
        require(
            self.nodes.ndim == 3 and self.nodes.shape[2] == 2 and min(self.nodes.shape[:2]) >= 2, "nodes are [R, C, 2]"
        )
        require(bool(np.isfinite(self.nodes).all()) and self.step > 0, "nodes are finite and their step is positive")

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
        require(self.pixels.dtype == np.uint8 and self.pixels.ndim == 3, "a sheet is uint8 [H, W, 3]")
        require(min(self.photo_shape) > 0, "a photo has pixels")
        require(self.px_per_mm > 0, "px/mm is positive")
        require(0 <= self.grid_confidence <= 1, "a confidence lies in 0..1")

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
        require(0 <= self.confidence <= 1, "a confidence lies in 0..1")


@dataclass(frozen=True)
class Pulse:
    """A calibration pulse: its left and right stroke and its height, in sheet pixels."""

    left: float
    right: float
    height: float

    def __post_init__(self) -> None:
        require(self.right > self.left and self.height > 0, "a pulse is wide and high")


@dataclass(frozen=True, eq=False)
class UprightSheet:
    """A sheet that lies as it is read, and the landmarks on it, in sheet pixels.

    `planes` [2, h, W] are its contrast planes, which the networks see. `baselines` are the zero lines of the rows of
    curves from top to bottom; `starts` the points (x, y) at which leads' stretches begin; `scale_texts` boxes
    x0, y0, x1, y1 around the printed speed and gain.
    """

    sheet: Sheet
    planes: Floats
    baselines: tuple[float, ...]
    starts: tuple[tuple[float, float], ...] = ()
    names: tuple[LeadName, ...] = ()
    pulses: tuple[Pulse, ...] = ()
    scale_texts: tuple[tuple[float, float, float, float], ...] = ()

    def __post_init__(self) -> None:
        require(self.planes.ndim == 3 and self.planes.shape[2] == self.sheet.pixels.shape[1], "planes are [2, h, W]")
        require(list(self.baselines) == sorted(self.baselines), "rows come from top to bottom")

    @property
    def n_identified_marks(self) -> int:
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
        require(self.value > 0, "a scale is positive")


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
        require(self.sign in (-1, 1) and self.seconds > 0 and self.x1 > self.x0, f"impossible cell of lead {self.lead}")


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
        require(len(self.cells) > 0, "a layout has cells")
        require(0 <= self.confidence <= 1, "a confidence lies in 0..1")
        require(self.seconds > 0, "a recording has a length")


@dataclass(frozen=True, eq=False)
class Trace:
    """One printed curve across the sheet: y [N] and confidence [N] in sheet pixels, y NaN where nothing was seen.

    Sample k lies at sheet column k * step; `baseline_y` is the y of the row's zero line.
    """

    y: Floats
    confidence: Floats
    step: float
    baseline_y: float

    def __post_init__(self) -> None:
        require(self.y.ndim == 1 and self.y.shape == self.confidence.shape, "y and confidence are [N]")
        require(bool(((self.confidence >= 0) & (self.confidence <= 1)).all()), "a confidence lies in 0..1")
        require(self.step > 0, "columns follow one another")


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
