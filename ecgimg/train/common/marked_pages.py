"""Sheets with the places of their rows, lead names, pulses and printed scales.

The sheets are those of `ecgimg.train.common.sheets`, with a margin beside the page; one in eight is upside down.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from ecgimg.datamodel.arrays import Floats, Pixels
from ecgimg.networks.contrast import contrast_planes
from ecgimg.networks.landmarks import FIRST_NAME, PULSE, PX_PER_MM, ROW, SCALE_TEXT, START, sheet_input
from ecgimg.networks.lead_names import NAMES
from ecgimg.networks.trace import PX_PER_MM as SHEET_PX_PER_MM
from ecgimg.synth.page.render import render_page
from ecgimg.synth.recipe import ANY_VENDOR, OWN_STYLE, Recipe, load_recipe
from ecgimg.synth.sample import lasting, printed, sample_page, sample_print
from ecgimg.synth.signals.sources import FS, SignalSource
from ecgimg.synth.truth import Curve, Page, SynthPage
from ecgimg.train.common.shards import next_shards, save_whole, to_bytes
from ecgimg.train.common.sheets import RECIPES, draw_print, draw_warp, sheet_size, worn

MARGIN_MM = (-6.0, 12.0)
"""Least and largest margin of a sheet beside its page's edges."""

VENDOR_SHARE = 0.7
"""Share of flat training pages in vendor styles; the others are prints and photographs after `sheets.RECIPES`.

A vendor page is drawn flat at about the network's scale, a quarter of the work of a photographed page.
"""

PHOTO_STYLES = {OWN_STYLE: 0.5, ANY_VENDOR: 0.5}
"""Styles of photographed training pages."""

VENDOR_PX_PER_MM = (2.8, 6.0)
"""Scales of the files of vendor pages."""

UPSIDE_DOWN = 0.12
"""Share of sheets turned by 180 degrees."""

NODE = 16
"""Distance of the nodes of a sheet's map, in sheet pixels."""

PAGES = 16
"""Pages of a shard."""


@dataclass(frozen=True, eq=False)
class MarkedPage:
    """Planes [2, H, W] as bytes and marks [N, 5] in millimetres of the sheet: channel, x0, y0, x1, y1.

    A row is a line (y0 = y1), a start or a name a point, a pulse or a scale's text a box. The channel of a name is that
    of its place in `networks.lead_names.NAMES`, which is beyond the landmark network's for leads beyond the twelve.
    """

    planes: NDArray[np.uint8]
    marks: Floats


def draw_vendor_page(source: SignalSource, recipe: Recipe, rng: np.random.Generator) -> MarkedPage:
    """A flat sheet at random in a vendor style; the recipe has the choices that styles leave open."""
    layout, style = sample_print(rng, recipe.with_styles({ANY_VENDOR: 1.0}).page)
    style = replace(style, px_per_mm=float(np.exp(rng.uniform(*np.log(VENDOR_PX_PER_MM)))))
    mv = lasting(source.get(int(rng.integers(2**31))).mv, layout.recorded_seconds)
    page = render_page(printed(mv, rng), FS, layout, style, rng)
    pixels, offset = resampled(page, worn(page.pixels, rng), rng)
    return marked(page, page.curves, pixels, offset, rng)


def draw_page(source: SignalSource, recipes: Sequence[Recipe], rng: np.random.Generator) -> MarkedPage:
    """A sheet at random; `recipes` are the prints' own and those of the photographs."""
    if rng.random() < 0.5:
        page, pixels, offset = _print(source, recipes[0], rng)
        seen: Sequence[Curve] = page.curves
    else:
        recipe = recipes[int(rng.integers(1, len(recipes)))]
        photographed = sample_page(int(rng.integers(2**31)), recipe, source)
        page, seen = photographed.sheet, photographed.curves
        pixels, offset = straightened(photographed, rng)
    return marked(page, seen, pixels, offset, rng)


def marked(
    page: Page, seen: Sequence[Curve], pixels: Pixels, offset: tuple[float, float], rng: np.random.Generator
) -> MarkedPage:
    """Planes and marks of a sheet, on which the page's corner is at `offset` mm; sometimes upside down."""
    marks = _marks(page, seen) + np.array([0, *offset, *offset], np.float32)
    if rng.random() < UPSIDE_DOWN:
        pixels, marks = np.ascontiguousarray(pixels[::-1, ::-1]), _turned(marks, pixels.shape)
    return MarkedPage(to_bytes(sheet_input(contrast_planes(pixels))[0]), marks)


def _print(source: SignalSource, recipe: Recipe, rng: np.random.Generator) -> tuple[Page, Pixels, tuple[float, float]]:
    """A flat print with cheap wear, cropped near its edges: page, pixels, the page's corner on them in mm."""
    page, worn, _ = draw_print(source, recipe.page, rng)
    height, width = worn.shape[:2]
    left, top, right, bottom = np.rint(-rng.uniform(MARGIN_MM[0], 0, 4) * SHEET_PX_PER_MM).astype(int)
    return page, worn[top : height - bottom, left : width - right], (-left / SHEET_PX_PER_MM, -top / SHEET_PX_PER_MM)


def resampled(page: Page, pixels: Pixels, rng: np.random.Generator) -> tuple[Pixels, tuple[float, float]]:
    """A print's pixels with a margin and a small warp, at the sheet's scale, and the page's corner on it in mm.

    The picture is made at the network's scale and then enlarged: the network sees no more of it.
    """
    per_px = SHEET_PX_PER_MM / PX_PER_MM
    width, height = sheet_size(page)
    left, top, right, bottom = rng.uniform(*MARGIN_MM, 4) * SHEET_PX_PER_MM
    warp = draw_warp(rng, (height, width))
    x, y = np.meshgrid(
        (np.arange(0, width + left + right, per_px, dtype=np.float32) - np.float32(left)),
        (np.arange(0, height + top + bottom, per_px, dtype=np.float32) - np.float32(top)),
    )
    dx, dy = warp.shift(x, y)
    scale = np.float32(page.px_per_mm / SHEET_PX_PER_MM)
    border = cv2.BORDER_REPLICATE
    small = cv2.remap(pixels, (x + dx) * scale, (y + dy) * scale, cv2.INTER_LINEAR, borderMode=border)
    large = cv2.resize(small, None, fx=per_px, fy=per_px, interpolation=cv2.INTER_LINEAR)
    return np.asarray(large, np.uint8), (left / SHEET_PX_PER_MM, top / SHEET_PX_PER_MM)


def straightened(photo: SynthPage, rng: np.random.Generator) -> tuple[Pixels, tuple[float, float]]:
    """A photograph straightened by its true map plus a small warp, and the page's corner on it in mm."""
    width, height = sheet_size(photo.sheet)
    left, top, right, bottom = rng.uniform(*MARGIN_MM, 4) * SHEET_PX_PER_MM
    warp = draw_warp(rng, (height, width))
    x, y = np.meshgrid(np.arange(-left, width + right + NODE, NODE), np.arange(-top, height + bottom + NODE, NODE))
    dx, dy = warp.shift(x.astype(np.float32), y.astype(np.float32))
    size = np.array(photo.sheet.pixels.shape[1::-1]) / (width, height)
    nodes = photo.warp.to_photo((np.stack([x + dx, y + dy], axis=2) + 0.5) * size - 0.5).astype(np.float32)
    across, down = np.meshgrid(
        np.arange(round(width + left + right), dtype=np.float32) / NODE,
        np.arange(round(height + top + bottom), dtype=np.float32) / NODE,
    )
    dense = cv2.remap(nodes, across, down, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    pixels = cv2.remap(photo.pixels, dense[..., 0], dense[..., 1], cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(pixels, np.uint8), (left / SHEET_PX_PER_MM, top / SHEET_PX_PER_MM)


def _marks(page: Page, seen: Sequence[Curve]) -> Floats:
    """The marks of a page in millimetres from its top left corner."""
    px_per_mm, marks = page.px_per_mm, []
    for curve, shown in zip(page.curves, seen, strict=True):
        if not shown.visible.any():
            continue
        x = curve.points[shown.visible, 0] / px_per_mm
        y = curve.cell.y0 / px_per_mm
        marks.append((ROW, x.min(), y, x.max(), y))
        if shown.visible[: max(len(shown.visible) // 20, 1)].any():
            marks.append((START, curve.cell.x0 / px_per_mm, y, curve.cell.x0 / px_per_mm, y))
    for text in page.texts:
        (x0, y0), (x1, y1) = text.corners.min(axis=0) / px_per_mm, text.corners.max(axis=0) / px_per_mm
        if text.lead is not None:
            x, y = (x0 + x1) / 2, (y0 + y1) / 2
            marks.append((FIRST_NAME + NAMES.index(text.lead), x, y, x, y))
        elif text.kind in ("speed", "gain"):
            marks.append((SCALE_TEXT, x0, y0, x1, y1))
    for pulse in page.pulses:
        (x0, y0), (x1, y1) = pulse.min(axis=0) / px_per_mm, pulse.max(axis=0) / px_per_mm
        marks.append((PULSE, x0, y0, x1, y1))
    return np.array(marks, np.float32).reshape(-1, 5)


def _turned(marks: Floats, shape: tuple[int, ...]) -> Floats:
    """The marks of a page turned by 180 degrees; only its rows can still be read."""
    rows = marks[marks[:, 0] == ROW]
    w, h = shape[1] / SHEET_PX_PER_MM, shape[0] / SHEET_PX_PER_MM
    x0, y0, x1, y1 = rows[:, 1:].T
    return np.stack([rows[:, 0], w - x1, h - y1, w - x0, h - y0], axis=1).astype(np.float32)


def write_shard(pages: Sequence[MarkedPage], path: Path) -> None:
    """Stores pages so that a reader never sees half a file."""
    stored = {f"planes{k}": page.planes for k, page in enumerate(pages)}
    save_whole(path, {**stored, **{f"marks{k}": page.marks for k, page in enumerate(pages)}})


def read_shard(path: Path) -> tuple[MarkedPage, ...]:
    """Reads what `write_shard` stored."""
    with np.load(path) as stored:
        count = len(stored.files) // 2
        return tuple(MarkedPage(stored[f"planes{k}"], stored[f"marks{k}"]) for k in range(count))


def render_shards(data: str, folder: Path, seed: int, pages: int = 0) -> None:
    """Fills a folder with shards, until it holds at least `pages` pages, or without end where that is 0."""
    recipes = [load_recipe(name).with_styles(PHOTO_STYLES) for name in RECIPES]
    for path, sources, rng in next_shards(data, folder, seed):
        if pages and PAGES * len(list(folder.glob("*.npz"))) >= pages:
            return
        write_shard(
            [draw_training_page(sources[int(rng.integers(len(sources)))], recipes, rng) for _ in range(PAGES)], path
        )


def draw_training_page(source: SignalSource, recipes: Sequence[Recipe], rng: np.random.Generator) -> MarkedPage:
    """A page in a vendor style or in one of the recipes'."""
    if rng.random() < VENDOR_SHARE:
        return draw_vendor_page(source, recipes[0], rng)
    return draw_page(source, recipes, rng)
