"""Training crops of the trace network: synthetic pages -> imperfectly straightened sheets -> bands with true curves.

Half of the sheets are photographs by `synth`, straightened by the map that is known plus a small error; the others are
flat prints with a cheaper wear, sharper and straighter, as renders and scans are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ecgimg.datamodel.arrays import Floats
from ecgimg.networks.contrast import contrast_planes
from ecgimg.networks.trace import BAND_ROWS, PX_PER_MM, STRETCH, cut_band
from ecgimg.synth.recipe import Recipe, load_recipe
from ecgimg.train.common.shards import next_shards, save_whole, to_bytes
from ecgimg.train.common.sheets import RECIPES, RowCurve, SheetWarp, Straightened, draw_sheet

CROP = 512
"""Width of a training crop in band columns: 64 mm."""
CENTRE_SPREAD_MM = 2.5
"""By how much the found zero line of a row may miss the true one."""
SHARD = 1024
"""Crops of a shard: of some twenty sheets, so that a batch seldom has two of one."""
CROWDED_MM = 3.0
"""Rows that come so near to each other are what is hardest to follow."""
PLACES = (1, 5)
"""Of so many places, in turn, a crop is cut where its row is crowded most."""
CROWDED_SHARE = 0.5
"""Share of sheets of the layouts and gains that crowd rows: all layouts alike, and more often twice the height."""
CROWDED_GAINS = {10.0: 0.6, 20.0: 0.33, 5.0: 0.07}
TAKES = 4
"""How often a row is cut, each time elsewhere and around another guess of its zero line."""
BLANK_SHARE = 0.04
"""Share of bands cut where there is no row at all."""


@dataclass(frozen=True, eq=False)
class Cut:
    """A row's band [2, 240, W], its true band rows [2 W], NaN unprinted, and where another row is near it [2 W]."""

    band: Floats
    rows: Floats
    crowded: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Crops:
    """Bands without their third channel as bytes [N, 2, 240, CROP], and true band rows [N, 2 CROP], NaN unprinted."""

    bands: NDArray[np.uint8]
    rows: Floats


def warped_curve(curve: RowCurve, warp: SheetWarp, width: int) -> Floats:
    """True y [2 width - 1] of a curve on the sheet, at the network's output columns; NaN where none is printed."""
    x: Floats = np.arange((width - 1) * STRETCH + 1, dtype=np.float32) / np.float32(STRETCH)
    y: Floats = np.full_like(x, curve.baseline_y)
    for _ in range(4):
        dx, dy = warp.shift(x[None], np.nan_to_num(y, nan=curve.baseline_y)[None])
        seen = np.interp(x + dx[0], curve.x, curve.y, left=np.nan, right=np.nan) - dy[0]
        y = np.asarray(seen, np.float32)
    return y


def cut_rows(sheet: Straightened, rng: np.random.Generator, takes: int = 1) -> list[Cut]:
    """The rows of a sheet, and at times a band where there is no row.

    Each row is cut `takes` times, each time around another guess of its zero line.
    """
    planes = contrast_planes(sheet.pixels)
    height, width = sheet.pixels.shape[:2]
    curves = np.stack([warped_curve(curve, sheet.warp, width) for curve in sheet.curves])
    cut = []
    for k, curve in enumerate(sheet.curves):
        crowded = _crowded(curves[k], np.delete(curves, k, axis=0))
        for _ in range(takes):
            spread = rng.uniform(-CENTRE_SPREAD_MM, CENTRE_SPREAD_MM) * PX_PER_MM
            cut.append(_cut(planes, curve.baseline_y + spread, curves[k], crowded))
    if rng.random() < BLANK_SHARE * len(cut):
        free = _free_place(sheet.curves, height, rng)
        if free is not None:
            nothing = np.full(curves.shape[1], np.nan, np.float32)
            cut.append(_cut(planes, free, nothing, np.zeros(curves.shape[1], bool)))
    return cut


def _crowded(curve: Floats, others: Floats) -> NDArray[np.bool_]:
    """Columns [N] of a curve [N] of sheet y that one of the others [K, N] comes near to."""
    with np.errstate(invalid="ignore"):
        return np.asarray((np.abs(others - curve) < CROWDED_MM * PX_PER_MM).any(axis=0))


def _cut(planes: Floats, centre: float, y: Floats, crowded: NDArray[np.bool_]) -> Cut:
    band, top = cut_band(planes, centre)
    rows = np.full(band.shape[2] * STRETCH, np.nan, np.float32)
    rows[: len(y)] = (y - top) * STRETCH**-1
    with np.errstate(invalid="ignore"):
        rows[(rows < 0) | (rows > BAND_ROWS - 1)] = np.nan
    return Cut(band[:2], rows, np.pad(crowded, (0, len(rows) - len(crowded))))


def _free_place(curves: Sequence[RowCurve], height: int, rng: np.random.Generator) -> float | None:
    """A height at which no row runs within 9 mm, where there is one."""
    for place in rng.uniform(0, height, 8):
        if min(abs(place - curve.baseline_y) for curve in curves) > 9 * PX_PER_MM:
            return float(place)
    return None


def random_crops(cut: Sequence[Cut], per_row: float, rng: np.random.Generator) -> Crops:
    """About `per_row` crops of every band, begun before its left border at times, half of them where rows are near."""
    bands: list[NDArray[np.uint8]] = []
    rows: list[Floats] = []
    for row in cut:
        for _ in range(int(per_row + rng.random())):
            places = rng.integers(-24, max(row.band.shape[2] - CROP + 24, 1), PLACES[len(bands) % len(PLACES)])
            crowds = [row.crowded[max(at, 0) * STRETCH : (at + CROP) * STRETCH].sum() for at in places]
            start = int(places[int(np.argmax(crowds))])
            bands.append(to_bytes(_window(row.band, start, CROP, 0.0)))
            rows.append(_window(row.rows, start * STRETCH, CROP * STRETCH, np.nan))
    return Crops(np.stack(bands), np.stack(rows))


def _window(values: Floats, start: int, length: int, blank: float) -> Floats:
    """`length` values of the last axis from `start`, blank beyond the ends."""
    out = np.full((*values.shape[:-1], length), blank, np.float32)
    low, high = max(start, 0), min(start + length, values.shape[-1])
    out[..., low - start : high - start] = values[..., low:high]
    return out


def write_shard(crops: Crops, path: Path) -> None:
    """Stores crops so that a reader never sees half a file."""
    save_whole(path, {"bands": crops.bands, "rows": crops.rows})


def read_shard(path: Path) -> Crops:
    """Reads what `write_shard` stored."""
    with np.load(path) as stored:
        return Crops(stored["bands"], stored["rows"])


def render_shards(data: str, folder: Path, seed: int) -> None:
    """Fills a folder with shards of crops without end."""
    usual = [load_recipe(name) for name in RECIPES]
    crowded = [_crowding(recipe) for recipe in usual]
    for path, sources, rng in next_shards(data, folder, seed):
        parts: list[Crops] = []
        while sum(len(part.rows) for part in parts) < SHARD:
            recipes = crowded if rng.random() < CROWDED_SHARE else usual
            sheet = draw_sheet(sources[int(rng.integers(len(sources)))], recipes, rng)
            parts.append(random_crops(cut_rows(sheet, rng, TAKES), 1, rng))
        order = rng.permutation(sum(len(part.rows) for part in parts))
        bands = np.concatenate([part.bands for part in parts])[order]
        write_shard(Crops(bands, np.concatenate([part.rows for part in parts])[order]), path)


def _crowding(recipe: Recipe) -> Recipe:
    """The recipe with the layouts and gains that crowd rows."""
    page = recipe.page.model_copy(update={"layouts": {"all": 1.0}, "gains": CROWDED_GAINS})
    return recipe.model_copy(update={"page": page})
