"""Training crops of the trace network: synthetic pages -> imperfectly straightened sheets -> bands with true curves.

Half of the sheets are photographs by `synth`, straightened by their true map plus a small error. The others are flat
prints with a cheaper wear; they are sharper and straighter, as renders and scans are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ecgimg.datamodel.arrays import Floats
from ecgimg.networks.contrast import contrast_planes
from ecgimg.networks.trace import BAND_ROWS, PX_PER_MM, STRETCH, cut_band, place_in_band
from ecgimg.synth.recipe import Recipe, load_recipe
from ecgimg.train.common.shards import Shards, from_bytes, next_shards, save_whole, to_bytes
from ecgimg.train.common.sheets import RECIPES, RowCurve, SheetWarp, Straightened, draw_sheet

Batch = tuple[Tensor, Tensor]
"""Bands [N, 3, 240, W] and true band rows [N, 2 W], NaN where nothing is printed."""

BATCH = 4
EPOCH_STEPS = 64
CROP = 512
"""Width of a training crop in band columns: 64 mm."""
CENTRE_SPREAD_MM = 2.5
"""Largest error of a row's baseline, around which its band is cut."""
SHARD = 1024
"""Crops of a shard: of some twenty sheets, so that a batch seldom has two of one."""
CROWDED_MM = 3.0
"""Rows nearer to each other than this are the hardest to follow."""
PLACES = (1, 5)
"""Numbers of places, in turn, of which the crop with the most crowded row is taken."""
CROWDED_SHARE = 0.5
"""Share of sheets with the layouts and gains that crowd rows: all layouts alike, and twice the height more often."""
CROWDED_GAINS = {10.0: 0.6, 20.0: 0.33, 5.0: 0.07}
"""Probabilities of the gains in mm/mV on those sheets."""
TAKES = 4
"""How often a row is cut, each time elsewhere and around another estimate of its baseline."""
BLANK_SHARE = 0.04
"""Share of bands cut where there is no row at all."""
FREE_MM = 9.0
"""Least distance of such a band from every row."""
CONTRAST_SPREAD = 0.2
"""Standard deviation of the logarithm of a band's contrast factor."""
GREY_SHARE = 0.1
"""Share of bands without colour."""


@dataclass(frozen=True, eq=False)
class Cut:
    """A row's band [2, 240, W], its true band rows [2 W], NaN unprinted, and where another row is near [2 W]."""

    band: Floats
    rows: Floats
    crowded: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Crops:
    """Bands without their third channel as bytes [N, 2, 240, CROP], and true band rows [N, 2 CROP], NaN unprinted."""

    bands: NDArray[np.uint8]
    rows: Floats


def warped_curve(curve: RowCurve, warp: SheetWarp, width: int) -> Floats:
    """True y [2 width - 1] of a curve on the sheet, at the network's output columns; NaN where nothing is printed."""
    x: Floats = np.arange((width - 1) * STRETCH + 1, dtype=np.float32) / np.float32(STRETCH)
    y: Floats = np.full_like(x, curve.baseline_y)
    for _ in range(4):
        dx, dy = warp.shift(x[None], np.nan_to_num(y, nan=curve.baseline_y)[None])
        warped = np.interp(x + dx[0], curve.x, curve.y, left=np.nan, right=np.nan) - dy[0]
        y = np.asarray(warped, np.float32)
    return y


def cut_rows(sheet: Straightened, rng: np.random.Generator, takes: int = 1) -> list[Cut]:
    """The bands of a sheet's rows, and at times a band where there is no row.

    Each row is cut `takes` times, each time around another estimate of its baseline.
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
    """Whether one of the other curves [K, N] is near a curve [N] of sheet y, by column [N]."""
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
    """Sheet y at least FREE_MM from every row; None where eight draws give none."""
    for y in rng.uniform(0, height, 8):
        if min(abs(y - curve.baseline_y) for curve in curves) > FREE_MM * PX_PER_MM:
            return float(y)
    return None


def random_crops(cut: Sequence[Cut], per_row: float, rng: np.random.Generator) -> Crops:
    """About `per_row` crops of every band; some begin before its left border, half are taken where rows are near."""
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
    """`length` values of the last axis from `start`; `blank` beyond the ends."""
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


def epoch(shards: Shards, number: int) -> Iterator[Batch]:
    """EPOCH_STEPS batches of BATCH crops from the next shards of a queue."""
    rng = np.random.default_rng([shards.seed, number])
    steps = 0
    while steps < EPOCH_STEPS:
        crops = read_shard(shards.next(rng))
        order = rng.permutation(len(crops.rows))
        for k in range(0, len(order) - BATCH + 1, BATCH):
            if steps == EPOCH_STEPS:
                break
            chosen = order[k : k + BATCH]
            yield _to_batch(from_bytes(crops.bands[chosen]), crops.rows[chosen], rng)
            steps += 1


def _to_batch(bands: Floats, rows: Floats, rng: np.random.Generator) -> Batch:
    """Changes contrast, removes colour at times, and adds the place channel."""
    n, _, _, width = bands.shape
    bands = bands * np.exp(rng.normal(0, CONTRAST_SPREAD, (n, 1, 1, 1))).astype(np.float32)
    grey = rng.random(n) < GREY_SHARE
    bands[grey] = bands[grey].mean(axis=1, keepdims=True)
    place = np.broadcast_to(place_in_band()[None, None, :, None], (n, 1, BAND_ROWS, width))
    full = torch.from_numpy(np.concatenate([bands, place], axis=1)).to(memory_format=torch.channels_last)
    return full, torch.from_numpy(rows)


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
