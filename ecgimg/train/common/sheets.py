"""Training sheets: synthetic pages after an imperfect straightening, with their true curves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from ecgimg.datamodel.arrays import Floats, Pixels
from ecgimg.layouts import layout_ids, load_layout
from ecgimg.networks.trace import PX_PER_MM
from ecgimg.synth.page.render import render_page
from ecgimg.synth.page.style import sample_style
from ecgimg.synth.recipe import PageRecipe, Recipe, pick
from ecgimg.synth.sample import printed, sample_page
from ecgimg.synth.signals.sources import FS, SignalSource
from ecgimg.synth.truth import Curve, Page, SynthPage

NODE_MM = 20.0
"""Distance of the nodes of a sheet's warp."""
RECIPES = ("clean", "scan", "photo", "photo", "ruin")
"""The recipe of the prints, then those of the photographs."""
VALIDATION_FOLD = 9
"""Fold of PTB-XL whose signals are on validation pages."""
VALIDATION_RECIPES = ("clean", "scan", "photo", "ruin")
"""Recipes of the pages that measure a trained network and calibrate its confidence."""


@dataclass(frozen=True, eq=False)
class RowCurve:
    """The true centre line of a row in pixels of a flawless sheet: points x [N] ascending, y [N], NaN if unprinted."""

    x: Floats
    y: Floats
    baseline_y: float


@dataclass(frozen=True, eq=False)
class SheetWarp:
    """Error of straightening: a sheet point s shows the page point s + shift(s); nodes [R, C, 2] every NODE_MM."""

    nodes: Floats

    def shift(self, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        """Horizontal and vertical shift in pixels at sheet points."""
        scale = np.float32(1 / (NODE_MM * PX_PER_MM))
        cols, rows = (x * scale).astype(np.float32), (y * scale).astype(np.float32)
        parts = cv2.remap(self.nodes, cols, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        return parts[..., 0], parts[..., 1]


@dataclass(frozen=True, eq=False)
class Straightened:
    """A sheet of PX_PER_MM: pixels [H, W, 3], the page's rows, and the error of straightening."""

    pixels: Pixels
    curves: tuple[RowCurve, ...]
    warp: SheetWarp


def draw_warp(rng: np.random.Generator, shape: tuple[int, ...]) -> SheetWarp:
    """A random small warp: up to 0.7 degrees, 1 % of scale, and a smooth field of up to about 0.5 mm; often none."""
    rows, cols = (int(np.ceil(n / (NODE_MM * PX_PER_MM))) + 2 for n in shape[:2])
    x, y = np.meshgrid(np.arange(cols), np.arange(rows))
    points = np.stack([x, y], axis=2) * NODE_MM * PX_PER_MM
    if rng.random() < 0.25:
        return SheetWarp(np.broadcast_to(rng.uniform(-1, 1, 2), points.shape).astype(np.float32))
    angle = np.deg2rad(np.clip(rng.normal(0, 0.2), -0.7, 0.7))
    sx, sy = np.clip(rng.normal(0, 0.004, 2), -0.01, 0.01)
    centred = points - points.mean(axis=(0, 1))
    linear = centred @ np.array([[sx, -angle], [angle, sy]]).T
    smooth = cv2.GaussianBlur(rng.normal(0, 1, points.shape), (0, 0), rng.uniform(0.5, 1.5))
    smooth *= rng.exponential(0.12) * PX_PER_MM / smooth.std()
    return SheetWarp((linear + np.clip(smooth, -4, 4)).astype(np.float32))


def degrade(page: Pixels, warp: SheetWarp, rng: np.random.Generator) -> Pixels:
    """A flat page as a camera and straightening would leave it: light, folds, blur, noise, JPEG, warp."""
    pixels = page
    scale = float(np.exp(rng.uniform(np.log(3.6), np.log(12)))) / PX_PER_MM if rng.random() < 0.7 else 1.0
    if scale < 1:  # first, since the other effects then take less time
        pixels = np.asarray(cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)
    return _resample(worn(pixels, rng), page.shape, warp)


def worn(pixels: Pixels, rng: np.random.Generator) -> Pixels:
    """Pixels with the light, blur, noise and coding of a camera."""
    photo = pixels.astype(np.float32)
    if rng.random() < 0.75:
        photo = _light(photo, rng)
    if rng.random() < 0.6:
        photo = cv2.GaussianBlur(photo, (0, 0), rng.uniform(0.3, 1.1), sigmaY=rng.uniform(0.3, 1.1))
    if rng.random() < 0.7:
        photo = photo + np.float32(rng.exponential(4)) * _grain(photo.shape, rng)
    small = np.clip(photo, 0, 255).astype(np.uint8)
    if rng.random() < 0.7:
        ok, code = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(35, 96))])
        small = np.asarray(cv2.imdecode(code, cv2.IMREAD_COLOR), np.uint8) if ok else small
    return small


def _grain(shape: tuple[int, ...], rng: np.random.Generator) -> Floats:
    """White noise [H, W, 1] of unit variance; it repeats a tile, which is quicker."""
    tile = rng.standard_normal((400, 400), np.float32)
    repeats = -(-shape[0] // 400), -(-shape[1] // 400)
    return np.tile(tile, repeats)[: shape[0], : shape[1], None]


def _resample(small: Pixels, shape: tuple[int, ...], warp: SheetWarp) -> Pixels:
    h, w = shape[:2]
    x, y = np.meshgrid(np.arange(w, dtype=np.float32), np.arange(h, dtype=np.float32))
    dx, dy = warp.shift(x, y)
    fx, fy = small.shape[1] / w, small.shape[0] / h
    flags = cv2.INTER_CUBIC
    return np.asarray(
        cv2.remap(small, (x + dx + 0.5) * fx - 0.5, (y + dy + 0.5) * fy - 0.5, flags, borderMode=cv2.BORDER_REPLICATE),
        np.uint8,
    )


def _light(photo: Floats, rng: np.random.Generator) -> Floats:
    """Uneven light, shadows with an edge, fold lines, stains, contrast and colour cast."""
    h, w = photo.shape[0] // 2 + 1, photo.shape[1] // 2 + 1
    level = cv2.resize(
        rng.uniform(rng.uniform(0.55, 0.95), 1.1, (3, 4)).astype(np.float32), (w, h), interpolation=cv2.INTER_CUBIC
    )
    coarse = (w // 4 + 1, h // 4 + 1)
    for _ in range(int(rng.integers(0, 3))):
        mask = np.zeros(coarse[::-1], np.float32)
        corners = rng.uniform(-0.3, 1.3, (int(rng.integers(3, 6)), 2)) * coarse
        cv2.fillConvexPoly(mask, cv2.convexHull(corners.astype(np.int32)), 1.0)
        mask = cv2.GaussianBlur(mask, (0, 0), float(rng.uniform(0.3, 8)))
        level *= 1 - rng.uniform(0.05, 0.45) * cv2.resize(mask, (w, h))
    for _ in range(int(rng.integers(0, 4)) if rng.random() < 0.5 else 0):
        level *= _fold(h, w, rng)
    level = cv2.resize(level, (photo.shape[1], photo.shape[0]))
    cast = rng.uniform(0.85, 1.05, 3).astype(np.float32)
    black = rng.uniform(0, 45) if rng.random() < 0.6 else 0.0
    return np.asarray(black + photo * (1 - black / 255) * level[..., None] * cast, np.float32)


def _fold(h: int, w: int, rng: np.random.Generator) -> Floats:
    """A crease from border to border that is darker or lighter than the paper."""
    mask = np.zeros((h, w), np.float32)
    ends = [(int(rng.uniform(0, w)), 0), (int(rng.uniform(0, w)), h)]
    if rng.random() < 0.5:
        ends = [(0, int(rng.uniform(0, h))), (w, int(rng.uniform(0, h)))]
    cv2.line(mask, ends[0], ends[1], 1.0, int(rng.integers(1, 5)), cv2.LINE_AA)
    mask = cv2.GaussianBlur(mask, (0, 0), float(rng.uniform(0.5, 3)))
    return np.asarray(1 - rng.uniform(-0.15, 0.4) * mask, np.float32)


def draw_sheet(source: SignalSource, recipes: Sequence[Recipe], rng: np.random.Generator) -> Straightened:
    """A sheet at random; `recipes` are the prints' own and those of the photographs."""
    if rng.random() < 0.5:
        return print_sheet(source, recipes[0].page, rng)
    recipe = recipes[int(rng.integers(1, len(recipes)))]
    return photo_sheet(sample_page(int(rng.integers(2**31)), recipe, source), rng)


def print_sheet(source: SignalSource, recipe: PageRecipe, rng: np.random.Generator) -> Straightened:
    """A flat print with the wear of `degrade`."""
    drawn, worn, warp = draw_print(source, recipe, rng)
    return Straightened(worn, _rows(drawn, drawn.curves), warp)


def draw_print(source: SignalSource, recipe: PageRecipe, rng: np.random.Generator) -> tuple[Page, Pixels, SheetWarp]:
    """A drawn page, its pixels at PX_PER_MM with the wear of `degrade`, and the warp in them."""
    chosen = pick(rng, recipe.layouts)
    layout = load_layout(str(rng.choice(layout_ids())) if chosen == "all" else chosen)
    mv = printed(source.get(int(rng.integers(2**31))).mv, rng)
    drawn = render_page(mv, FS, layout, sample_style(rng, layout, recipe), rng)
    flat = np.asarray(cv2.resize(drawn.pixels, sheet_size(drawn), interpolation=cv2.INTER_CUBIC), np.uint8)
    warp = draw_warp(rng, flat.shape)
    return drawn, degrade(flat, warp, rng), warp


def photo_sheet(page: SynthPage, rng: np.random.Generator) -> Straightened:
    """A photograph straightened by its true map plus a small random warp."""
    width, height = sheet_size(page.sheet)
    warp = draw_warp(rng, (height, width))
    step = 16
    x, y = np.meshgrid(np.arange(0, width + step, step), np.arange(0, height + step, step))
    dx, dy = warp.shift(x.astype(np.float32), y.astype(np.float32))
    flat = np.stack([x + dx, y + dy], axis=2)
    size = np.array(page.sheet.pixels.shape[1::-1]) / (width, height)
    nodes = page.warp.to_photo((flat + 0.5) * size - 0.5)
    across, down = np.meshgrid(np.arange(width, dtype=np.float32) / step, np.arange(height, dtype=np.float32) / step)
    dense = cv2.remap(nodes, across, down, cv2.INTER_LINEAR)
    pixels = cv2.remap(page.pixels, dense[..., 0], dense[..., 1], cv2.INTER_CUBIC, borderValue=(255, 255, 255))
    return Straightened(np.asarray(pixels, np.uint8), _rows(page.sheet, page.curves), warp)


def sheet_size(drawn: Page) -> tuple[int, int]:
    """Width and height of a page's sheet at PX_PER_MM."""
    h, w = drawn.pixels.shape[:2]
    return round(w * PX_PER_MM / drawn.px_per_mm), round(h * PX_PER_MM / drawn.px_per_mm)


def _rows(drawn: Page, visible: Sequence[Curve]) -> tuple[RowCurve, ...]:
    """The curves of a page joined row by row, in sheet pixels; those of `visible` have the visible parts."""
    width, height = sheet_size(drawn)
    scale = np.array([width / drawn.pixels.shape[1], height / drawn.pixels.shape[0]], np.float32)
    rows: dict[float, list[Floats]] = {}
    for curve, shown in zip(drawn.curves, visible, strict=True):
        points = np.where(shown.visible[:, None], curve.points, np.nan)
        gap = np.array([[points[-1, 0], np.nan]], np.float32)
        rows.setdefault(curve.cell.y0, []).extend((points, gap))
    out = []
    for baseline_y, parts in rows.items():
        points = (np.concatenate(parts) + 0.5) * scale - 0.5
        x = np.maximum.accumulate(np.nan_to_num(points[:, 0], nan=-np.inf))
        out.append(RowCurve(x, points[:, 1].astype(np.float32), float((baseline_y + 0.5) * scale[1] - 0.5)))
    return tuple(out)
