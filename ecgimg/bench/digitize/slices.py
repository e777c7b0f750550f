"""Named slices of drawn pages: difficulties that follow exactly from the truth of a page.

Each slice is a predicate on a `SynthPage`. Difficulties of the print are looked for on the flat sheet, difficulties of
the picture in the picture. The place of handwriting and stamps is not recorded: that slice holds where they are
anywhere on the page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np

from ecgimg.datamodel.arrays import Doubles, Floats
from ecgimg.synth.truth import Curve, Page, SynthPage

BIN_MM = 1.0
"""Width of the stretches of paper in which the heights of two rows are compared."""
FAINT = 30.0
"""Heavy grid lines with a lower contrast, of 255, are faint."""
BENT_MM = 0.3
"""On a flat sheet all grid nodes lie nearer than this to the best flat view."""
COARSE_PX_PER_MM = 4.0
"""Resolution under which a picture is coarse: about 100 dpi."""


@dataclass(frozen=True)
class Slice:
    """A named difficulty, and whether a page has it."""

    name: str
    holds: Callable[[SynthPage], bool]


def slices_of(page: SynthPage) -> tuple[str, ...]:
    """Names of all slices a page belongs to."""
    return tuple(each.name for each in SLICES if each.holds(page))


def rows_overlap(page: SynthPage) -> bool:
    """Curves of two neighbouring rows reach the same height within 1 mm of paper."""
    heights = [_heights(curves, page.sheet) for curves in _rows(page.sheet)]
    return any(bool((upper[1] >= lower[0]).any()) for upper, lower in pairwise(heights))


def reaches_next_row(page: SynthPage) -> bool:
    """A curve reaches the baseline of another row."""
    rows = _rows(page.sheet)
    baselines = [curves[0].cell.y0 for curves in rows]
    for k, curves in enumerate(rows):
        y = np.concatenate([curve.points[curve.visible, 1] for curve in curves])
        if len(y) and ((k and y.min() <= baselines[k - 1]) or (k + 1 < len(rows) and y.max() >= baselines[k + 1])):
            return True
    return False


def print_on_trace(page: SynthPage) -> bool:
    """A curve runs through the box of a printed word."""
    points = np.concatenate([curve.points[curve.visible] for curve in page.sheet.curves])
    for text in page.sheet.texts:
        low, high = text.corners.min(axis=0), text.corners.max(axis=0)
        if bool(((points >= low) & (points <= high)).all(axis=1).any()):
            return True
    return False


def written_on(page: SynthPage) -> bool:
    """There is handwriting or a stamp on the sheet."""
    return bool({"handwriting", "stamps"} & {name for name, _ in page.wear})


def clipped(page: SynthPage) -> bool:
    """Part of a curve is missing on the sheet: clipped by the machine, or beyond the paper."""
    return any(bool((np.isfinite(curve.mv) & ~curve.visible).any()) for curve in page.sheet.curves)


def cut_off(page: SynthPage) -> bool:
    """Part of a printed curve lies outside of the picture."""
    pairs = zip(page.sheet.curves, page.curves, strict=True)
    return any(bool((on_sheet.visible & ~in_picture.visible).any()) for on_sheet, in_picture in pairs)


def faint_grid(page: SynthPage) -> bool:
    """There is no grid, or its heavy lines have little contrast on the worn sheet."""
    return grid_contrast(page.sheet) < FAINT


def grid_contrast(sheet: Page) -> float:
    """How much darker, of 255, the heavy lines are than the paper halfway between two fine ones; 0 without a grid."""
    if sheet.grid_kind == "none":
        return 0.0
    x0, y0, x1, y1 = sheet.grid_box
    area = sheet.pixels[max(0, round(y0)) : round(y1) + 1, max(0, round(x0)) : round(x1) + 1].astype(np.float32)
    contrasts = []
    for axis, origin in ((1, sheet.grid_origin[0] - max(0, round(x0))), (0, sheet.grid_origin[1] - max(0, round(y0)))):
        profile = area.mean(axis=1 - axis)
        lines = _sampled(profile, origin, 0.0, sheet.px_per_mm)
        paper = _sampled(profile, origin, 2.5, sheet.px_per_mm)
        contrasts.append(float((paper - lines).max()))
    return max(contrasts)


def bent(page: SynthPage) -> bool:
    """Folds, curl, crumple or the lens move a grid node more than 0.3 mm away from the best flat view."""
    sheet = page.sheet.grid_nodes().reshape(-1, 2).astype(np.float64)
    photo = page.nodes.reshape(-1, 2).astype(np.float64)
    h, w = page.pixels.shape[:2]
    inside = ((photo > 0) & (photo < (w, h))).all(axis=1)
    if inside.sum() < 8:
        return False
    flat, _ = cv2.findHomography(photo[inside], sheet[inside], 0)
    back = cv2.perspectiveTransform(photo[inside][None], flat)[0]
    distances_mm = np.hypot(*(back - sheet[inside]).T) / page.sheet.px_per_mm
    return bool(distances_mm.max() > BENT_MM)


def quarter_turned(page: SynthPage) -> bool:
    """The page lies on its side or upside down in the picture."""
    right = page.corners[1] - page.corners[0]
    return abs(float(np.arctan2(right[1], right[0]))) > np.pi / 4


def coarse(page: SynthPage) -> bool:
    """Less than 4 px/mm in the picture (about 100 dpi)."""
    steps = [np.hypot(*np.moveaxis(np.diff(page.nodes, axis=axis), 2, 0)).ravel() for axis in (0, 1)]
    both = np.concatenate(steps)
    return bool(len(both) and np.median(both) < 5 * COARSE_PX_PER_MM)


def unusual_scale(page: SynthPage) -> bool:
    """Another paper speed or gain than 25 mm/s and 10 mm/mV."""
    return (page.sheet.paper_speed, page.sheet.gain) != (25.0, 10.0)


SLICES = (
    Slice("rows overlap", rows_overlap),
    Slice("a curve reaches another row's zero line", reaches_next_row),
    Slice("print on a trace", print_on_trace),
    Slice("handwriting or a stamp on the page", written_on),
    Slice("clipped peaks", clipped),
    Slice("cut off by the picture", cut_off),
    Slice("faint or no grid", faint_grid),
    Slice("bent paper", bent),
    Slice("on its side or upside down", quarter_turned),
    Slice("under 4 px/mm", coarse),
    Slice("not 25 mm/s and 10 mm/mV", unusual_scale),
)


def _rows(sheet: Page) -> list[list[Curve]]:
    """The curves of each printed line, from top to bottom."""
    lines: dict[int, list[Curve]] = {}
    for curve in sheet.curves:
        lines.setdefault(curve.cell.line, []).append(curve)
    return sorted(lines.values(), key=lambda curves: curves[0].cell.y0)


def _heights(curves: list[Curve], sheet: Page) -> Doubles:
    """Least and greatest y [2, bins] of a row's curves in each stretch of paper; +-inf where there is nothing."""
    width = BIN_MM * sheet.px_per_mm
    bounds = np.full((2, int(sheet.pixels.shape[1] / width) + 2), np.inf)
    bounds[1] = -np.inf
    for x, y in _shown_points(curves):
        bins = np.clip((x / width).astype(int), 0, bounds.shape[1] - 1)
        np.minimum.at(bounds[0], bins, y)
        np.maximum.at(bounds[1], bins, y)
    return bounds


def _shown_points(curves: list[Curve]) -> Iterator[tuple[Doubles, Doubles]]:
    """x and y of the visible points of each curve, in sheet pixels."""
    for curve in curves:
        points = curve.points[curve.visible].astype(np.float64)
        yield points[:, 0], points[:, 1]


def _sampled(profile: Floats, origin: float, offset: float, px_per_mm: float) -> Doubles:
    """Median colour [3] of a profile [N, 3] at every 5 mm from `origin`, `offset` mm further.

    The median leaves out the few lines that traces run along.
    """
    step = 5 * px_per_mm
    places = np.rint(np.arange((origin + offset * px_per_mm) % step, len(profile) - 1, step)).astype(int)
    return np.asarray(np.median(profile[places], axis=0) if len(places) else np.zeros(3), np.float64)
