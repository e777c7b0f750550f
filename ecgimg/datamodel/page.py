"""The typed objects that pass between the stages left of the recording; each rejects impossible values when it is made.

    Photo -> Sheet -> UprightSheet -> Traces -> LayoutMatch -> (Recording)

Pixel coordinates are (x, y); the centre of the top left pixel is (0, 0). Arrays are never changed in place.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ecgimg.datamodel.arrays import Bools, Doubles, Floats, Pixels, require
from ecgimg.datamodel.ink import ExplainedInk
from ecgimg.datamodel.leads import PRECORDIAL_LEADS, lead_name
from ecgimg.datamodel.vector_page import VectorPage

Source = Literal["text", "pulse", "given", "signal", "beats", "assumed"]
"""The origin of a scale: printed text, calibration pulse, the user, the length of the traces, their beats, or habit."""
Geometry = Literal["grid", "page", "vector"]
"""What a page's geometry is taken from: the grid in its pixels, its edges and pulses, or the lines that a PDF draws."""

MAX_ECGS = 2
"""ECGs that are looked for on one page."""


@dataclass(frozen=True, eq=False)
class Photo:
    """One page of a file: RGB pixels uint8 [H, W, 3], upright by its EXIF tag.

    `page` counts from 1 within its document of `pages` pages. Beyond them it stands for the second ECG on one of them:
    page 4 of three is that on page 1. `ecgs` is how many ECGs were found on the page. `sha256` is the hash in
    hexadecimal of the file that it was read from, or of its pixels where it was read from none; empty where it was not
    read. `vector` is what a PDF draws on the page, from which the pixels were drawn.
    """

    pixels: Pixels
    source: Path
    page: int = 1
    pages: int = 1
    sha256: str = ""
    vector: VectorPage | None = None
    ecgs: int = 1

    def __post_init__(self) -> None:
        shape = self.pixels.shape
        is_rgb = self.pixels.dtype == np.uint8 and len(shape) == 3 and shape[2] == 3 and self.pixels.size > 0
        require(is_rgb, "a photo is uint8 [H, W, 3]")
        require(1 <= self.page <= MAX_ECGS * self.pages, "a page counts from 1 to the number of pages, for each ECG")

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width in pixels."""
        return self.pixels.shape[0], self.pixels.shape[1]

    @property
    def ecg(self) -> int:
        """Which of the ECGs on its page is meant, from 1."""
        return 1 + (self.page - 1) // self.pages

    @property
    def other_page(self) -> int:
        """The number of the other ECG on its page."""
        return self.page + self.pages if self.ecg == 1 else self.page - self.pages


@dataclass(frozen=True, eq=False)
class SheetMap:
    """The place of each sheet point in the photo: nodes [R, C, 2] in photo pixels (x, y) every `step` sheet pixels."""

    nodes: Floats
    step: float

    def __post_init__(self) -> None:
        shape = self.nodes.shape
        require(len(shape) == 3 and shape[2] == 2 and min(shape[:2]) >= 2, "nodes are [R, C, 2]")
        require(bool(np.isfinite(self.nodes).all()) and self.step > 0, "nodes are finite and their step is positive")

    @property
    def rotation(self) -> float:
        """Degrees clockwise by which the photo has to be rotated to be as upright as the sheet."""
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

    def to_sheet(self, points: Doubles) -> Doubles:
        """Sheet points [..., 2] of photo points [..., 2]; beyond the sheet by the affine map that fits it best."""
        from scipy.interpolate import LinearNDInterpolator  # slow to import, and seldom needed

        rows, columns = self.nodes.shape[:2]
        x, y = np.meshgrid(np.arange(columns) * self.step, np.arange(rows) * self.step)
        sheet, photo = np.stack([x, y], axis=2).reshape(-1, 2), self.nodes.reshape(-1, 2).astype(np.float64)
        inside = np.asarray(LinearNDInterpolator(photo, sheet)(points), np.float64).reshape(points.shape)
        affine = np.linalg.lstsq(np.c_[photo, np.ones(len(photo))], sheet, rcond=None)[0]
        return np.where(np.isfinite(inside), inside, points @ affine[:2] + affine[2])


@dataclass(frozen=True)
class PaperBend:
    """How far the paper's grid lies from the flat view of a camera, in mm rms.

    `is_flat`: the grid's own lines speak for flat paper, so that one cubic polynomial made the sheet straight; else the
    grid was followed from place to place.
    """

    is_flat: bool
    rms_mm: float

    def __post_init__(self) -> None:
        require(self.rms_mm >= 0, "a bend is no less than 0 mm")


@dataclass(frozen=True, eq=False)
class Sheet:
    """A straightened page: RGB pixels [H, W, 3] at a known scale, and the way back to the photo.

    `photo_shape` is the height and width of the photo; beyond it the sheet's pixels are filled in. `rotation` is the
    angle in degrees by which the photo was rotated clockwise. `straightened_by` is the origin of the geometry.
    `grid_box` (x0, y0, x1, y1) in sheet pixels is the part on which the grid was seen, with a margin; None where no
    grid was. `stretch` is the height over the width of the grid's squares in a photo that had to be resized before its
    grid could be followed, else 1. `bend` is None where no grid's pixels were followed.
    """

    pixels: Pixels
    px_per_mm: float
    map: SheetMap
    photo_shape: tuple[int, int]
    rotation: float
    straightened_by: Geometry
    grid_confidence: float
    grid_box: tuple[float, float, float, float] | None = None
    stretch: float = 1.0
    bend: PaperBend | None = None

    def __post_init__(self) -> None:
        require(self.stretch > 0, "a stretch is positive")
        require(self.pixels.dtype == np.uint8 and self.pixels.ndim == 3, "a sheet is uint8 [H, W, 3]")
        require(min(self.photo_shape) > 0, "a photo has pixels")
        require(self.px_per_mm > 0, "px/mm is positive")
        require(0 <= self.grid_confidence <= 1, "a confidence lies in 0..1")

    @property
    def has_grid(self) -> bool:
        """Whether a grid gave the scale."""
        return self.straightened_by != "page"

    def on_photo(self, points: NDArray[np.floating]) -> NDArray[np.bool_]:
        """Whether sheet points [..., 2] lie on the photo: [...]."""
        photo = self.map.to_photo(points)
        height, width = self.photo_shape
        return np.asarray(((photo >= -0.5) & (photo <= [width - 0.5, height - 0.5])).all(axis=-1))


@dataclass(frozen=True)
class LeadName:
    """A lead's printed name: its middle in sheet pixels, and the probability that it was read right.

    `lead` is one of the 12 leads or of `OTHER_LEADS`.
    """

    lead: str
    x: float
    y: float
    confidence: float

    def __post_init__(self) -> None:
        lead_name(self.lead)
        require(0 <= self.confidence <= 1, "a confidence lies in 0..1")


@dataclass(frozen=True)
class Pulse:
    """A calibration pulse: the columns of its left and right stroke and its height, in sheet pixels."""

    left: float
    right: float
    height: float

    def __post_init__(self) -> None:
        require(self.right > self.left and self.height > 0, "a pulse is wide and high")


@dataclass(frozen=True, eq=False)
class UprightSheet:
    """A sheet that is upright, and the landmarks on it, in sheet pixels.

    `planes` [2, h, W] are its contrast planes, the input of the networks. `baselines` are the y of the zero lines of
    the rows of curves, from top to bottom. `starts` are the points (x, y) at which stretches of leads begin.
    `scale_texts` are boxes (x0, y0, x1, y1) around the printed speed and gain.
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
        """Number of different lead names and of pulses: evidence that the sheet is upright."""
        return len({name.lead for name in self.names}) + len(self.pulses)


@dataclass(frozen=True)
class PrintedScales:
    """Paper speed in mm/s and gain in mm/mV as printed on a page; None where they are not.

    `chest_gain` is the gain of the leads V1 to V6 where it is printed apart.
    """

    speed: float | None = None
    gain: float | None = None
    chest_gain: float | None = None


@dataclass(frozen=True)
class ScaleWitness:
    """One sign of a scale: its origin, the value in mm/s or mm/mV, and how probable the sign alone makes that value."""

    source: Source
    value: float
    confidence: float

    def __post_init__(self) -> None:
        require(self.value > 0, "a scale is positive")
        require(0 <= self.confidence <= 1, "a confidence lies in 0..1")


@dataclass(frozen=True)
class Scale:
    """A scale in mm/s or mm/mV, its origin, and every sign of it that was found.

    `contradictions` are the witnesses of other values that are too sure to be overlooked beside those of this one.
    """

    value: float
    source: Source
    witnesses: tuple[ScaleWitness, ...] = ()
    contradictions: tuple[ScaleWitness, ...] = ()

    def __post_init__(self) -> None:
        require(self.value > 0, "a scale is positive")
        require(set(self.contradictions) <= set(self.witnesses), "contradictions are witnesses")


@dataclass(frozen=True)
class PlacedCell:
    """One stretch of one lead on a sheet: the row `line`, sheet columns from `x0` to `x1`, and the zero line `y0`.

    `sign` is -1 where the lead is printed upside down (-aVR). The stretch starts at `start` seconds of the recording
    and lasts `seconds`; where columns are closer together than that, the next stretch hides its end.
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
        lead_name(self.lead)
        require(self.sign in (-1, 1) and self.seconds > 0 and self.x1 > self.x0, f"impossible cell of lead {self.lead}")


@dataclass(frozen=True)
class LayoutMatch:
    """The paper format of a sheet, its cells in place, and the evidence for it; `seconds` is the recording's length.

    `chest_gain` is the gain of V1 to V6 where it is not the other leads'. `contradictions` are sentences for the user
    on what on the page speaks against its leads, and `fit` is the confidence without them; None where there are none.
    `lead_gains` are gains in mm/mV that the user gave for single leads.
    """

    layout_id: str
    cells: tuple[PlacedCell, ...]
    paper_speed: Scale
    gain: Scale
    confidence: float
    evidence: tuple[str, ...]
    seconds: float
    chest_gain: Scale | None = None
    contradictions: tuple[str, ...] = ()
    lead_gains: tuple[tuple[str, float], ...] = ()
    fit: float | None = None

    def __post_init__(self) -> None:
        require(len(self.cells) > 0, "a layout has cells")
        require(0 <= self.confidence <= 1, "a confidence lies in 0..1")
        require(self.seconds > 0, "a recording has a length")

    @property
    def columns(self) -> tuple[int, ...]:
        """The number of each cell within its row, from 1 on the left."""
        return tuple(sum(c.line == cell.line and c.x0 <= cell.x0 for c in self.cells) for cell in self.cells)

    def curves_of(self, traces: tuple[Trace, ...]) -> tuple[Curve, ...]:
        """Each cell's curve: the trace of its row, one of `traces`."""
        return tuple(traces[cell.line].curve for cell in self.cells)

    def gain_of(self, lead: str) -> float:
        """The gain of a lead in mm/mV."""
        for name, gain in self.lead_gains:
            if name == lead:
                return gain
        scale = self.chest_gain if self.chest_gain is not None and lead in PRECORDIAL_LEADS else self.gain
        return scale.value


@dataclass(frozen=True, eq=False)
class Trace:
    """One printed curve across the sheet: y [N] in sheet pixels and confidence [N]; y is NaN where nothing was seen.

    Sample k lies at sheet column k * step. `baseline_y` is the y of the row's zero line.
    """

    y: Floats
    confidence: Floats
    step: float
    baseline_y: float

    def __post_init__(self) -> None:
        require(self.y.ndim == 1 and self.y.shape == self.confidence.shape, "y and confidence are [N]")
        require(bool(((self.confidence >= 0) & (self.confidence <= 1)).all()), "a confidence lies in 0..1")
        require(self.step > 0, "columns follow one another")

    @property
    def curve(self) -> Curve:
        """The trace as points of a curve."""
        x = np.asarray(np.arange(len(self.y)) * self.step, np.float64)
        return Curve(x, self.y.astype(np.float64), self.confidence)


@dataclass(frozen=True, eq=False)
class Curve:
    """Points of a printed curve: rising x [N] and y [N] in sheet pixels, and confidence [N]; y is NaN in gaps.

    `corrected` [N] are the points that the user drew, or where they are NaN, erased; None for none.
    """

    x: Doubles
    y: Doubles
    confidence: Floats
    corrected: Bools | None = None

    def __post_init__(self) -> None:
        if self.corrected is None:
            object.__setattr__(self, "corrected", np.zeros(self.x.shape, bool))
        require(self.by_user.shape == self.x.shape, "points are [N]")
        require(self.x.ndim == 1 and self.x.shape == self.y.shape == self.confidence.shape, "points are [N]")
        require(bool((np.diff(self.x) > 0).all()), "points follow one another")

    @property
    def by_user(self) -> Bools:
        """Which points the user drew or erased [N]."""
        assert self.corrected is not None
        return self.corrected


@dataclass(frozen=True, eq=False)
class PageGeometry:
    """The geometry of a recording on its photo: scales, rotation in degrees, and each cell's trace."""

    px_per_mm: float
    rotation: float
    straightened_by: str
    paper_speed: Scale
    gain: Scale
    curves: tuple[tuple[PlacedCell, Floats], ...]
    """Each cell with the photo points [N, 2] of its trace; NaN where nothing was seen."""
    stretch: float = 1.0
    """Height over width of the grid's squares in a stretched picture, else 1."""
    corrected: tuple[Bools, ...] = ()
    """For each of `curves` the points [N] that the user drew or erased; empty where there are none on the page."""
    ink: ExplainedInk | None = None
    """How much of the page's curves was read; None where that was not looked at."""
