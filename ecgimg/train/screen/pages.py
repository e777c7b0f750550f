"""Training pages of the screening network: drawn once, stored in shards as small grey pictures, varied in training.

Most are flat prints, drawn little larger than the network's frame, which costs a thirtieth of a photograph by `synth`;
training imitates the camera on them. A smaller part are scans, photos and severe photos by `synth`, in few pixels. A
shard is an .npz of JPEG-coded grey pictures with the corners of the page and of its curves.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from ecgimg.datamodel.arrays import Floats, Pixels
from ecgimg.layouts import layout_ids, load_layout
from ecgimg.networks.screen_input import MAX_SIDE, fit_quad, frame_scale, ink_picture, picture_corners
from ecgimg.synth.not_ecg.draw import draw_non_ecg
from ecgimg.synth.page.render import render_page
from ecgimg.synth.page.style import sample_style
from ecgimg.synth.recipe import Recipe, load_recipe, pick
from ecgimg.synth.sample import printed, sample_page
from ecgimg.synth.signals.sources import FS, PtbxlSource
from ecgimg.train.common.shards import save_whole

logger = logging.getLogger(__name__)

SHARD = 512
"""Pictures of a shard."""
PRINT_PX_PER_MM = (2.9, 3.7)
"""Scale of a flat print: a quarter finer than the network's frame."""
CAMERA_PX_PER_MM = (3.0, 4.4)
"""Scale of the sheet that a photograph shows."""
SKIP = 2
"""Every other sample is drawn: 250 Hz is finer than the pixels."""
CAMERA = {"scan": 0.36, "photo": 0.48, "ruin": 0.16}
"""Weights of the recipes of photographs."""
FITTED = 1.3
"""Pixels of a training picture for each of the frame it is laid into."""
NON_ECG = "other"
"""Kind, in the names of shards, of pictures that are no ECG."""
KINDS = ("print", "camera", NON_ECG)


@dataclass(frozen=True, eq=False)
class PagePicture:
    """A picture `grey` [H, W] of `ink_picture`, the corners [4, 2] of its page and of its curves, and its origin.

    `record` is the ECG's number in PTB-XL, 0 where the picture is no ECG; `layout` and `recipe` are those it was drawn
    by.
    """

    grey: Pixels
    page: Floats
    content: Floats
    record: int
    layout: str
    recipe: str


@dataclass(frozen=True, eq=False)
class Shard:
    """Pictures of one file, still coded: `codes` are JPEGs; corners [N, 4, 2], records [N], layouts and recipes [N]."""

    codes: tuple[bytes, ...]
    pages: Floats
    contents: Floats
    records: NDArray[np.int64]
    layouts: NDArray[np.str_]
    recipes: NDArray[np.str_]

    def __len__(self) -> int:
        return len(self.codes)

    def picture(self, k: int) -> PagePicture:
        """Picture k, decoded."""
        grey = cv2.imdecode(np.frombuffer(self.codes[k], np.uint8), cv2.IMREAD_GRAYSCALE)
        return PagePicture(
            np.asarray(grey, np.uint8), self.pages[k], self.contents[k], int(self.records[k]), str(self.layouts[k]),
            str(self.recipes[k]),
        )  # fmt: skip


def draw_print(seed: Sequence[int], source: PtbxlSource, record: int) -> PagePicture:
    """A flat print of a record, in colour or as a grey copy."""
    rng = np.random.default_rng(list(seed))
    recipe = load_recipe("clean").page.model_copy(update={"px_per_mm": PRINT_PX_PER_MM, "longest": MAX_SIDE})
    name = pick(rng, recipe.layouts)
    layout = load_layout(str(rng.choice(layout_ids())) if name == "all" else name)
    style = sample_style(rng, layout, recipe)
    if style.paper_speed > 25 and rng.random() < recipe.short:
        shorter = layout.column_seconds * 25 / style.paper_speed
        layout = type(layout).model_validate({**layout.model_dump(), "column_seconds": shorter})
    longest = recipe.longest / (layout.seconds * style.paper_speed + 40)
    style = type(style)(**{**vars(style), "px_per_mm": min(style.px_per_mm, longest)})
    mv = printed(source.get(record, max(10.0, layout.seconds)).mv, rng)[:, ::SKIP]
    page = render_page(np.ascontiguousarray(mv), FS / SKIP, layout, style, rng)
    colour = 1.0 if rng.random() < 0.6 else float(rng.uniform(0, 1))
    grey = ink_picture(page.pixels, colour)
    content = _box_corners([c.points[c.visible] for c in page.curves])
    number = source.records[record].ecg_id
    return PagePicture(grey, page.corners, content, number, layout.id, "print")


def draw_camera(seed: Sequence[int], source: PtbxlSource, record: int, recipe: Recipe) -> PagePicture:
    """A record as scanned or photographed by a recipe, in at most MAX_SIDE pixels."""
    page = sample_page(tuple(seed), recipe, source, record)
    box = _box_corners([c.points[np.isfinite(c.points).all(axis=1)] for c in page.sheet.curves])
    shrink = min(1.0, MAX_SIDE / max(page.pixels.shape[:2]))
    small = cv2.resize(page.pixels, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA)
    corners, content = ((quad + 0.5) * shrink - 0.5 for quad in (page.corners, page.warp.to_photo(box)))
    number = source.records[record % len(source)].ecg_id
    return PagePicture(ink_picture(np.asarray(small, np.uint8)), corners, content, number, page.layout.id, recipe.name)


def draw_non_ecg_page(seed: Sequence[int], kinds: Sequence[str]) -> PagePicture:
    """A picture that is no ECG."""
    rng = np.random.default_rng(list(seed))
    kind = str(rng.choice(list(kinds)))
    pixels = draw_non_ecg(kind, rng)
    shrink = min(1.0, MAX_SIDE / max(pixels.shape[:2]))
    small = np.asarray(cv2.resize(pixels, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA), np.uint8)
    corners = picture_corners(small.shape).astype(np.float32)
    return PagePicture(ink_picture(small), corners, corners, 0, kind, NON_ECG)


def camera_recipes() -> dict[str, Recipe]:
    """The recipes of photographs, in few pixels."""
    out = {}
    for name in CAMERA:
        recipe = load_recipe(name)
        page = recipe.page.model_copy(update={"px_per_mm": CAMERA_PX_PER_MM, "longest": 1800})
        out[name] = recipe.model_copy(update={"page": page})
    return out


def fitted(page: PagePicture) -> PagePicture:
    """The picture in no more pixels than a view of it needs, about a quarter, so that decoding is fast."""
    quad = page.content if page.record else page.page
    scale = FITTED * frame_scale(fit_quad(quad), quad)
    if scale >= 1:
        return page
    width, height = (max(1, round(n * scale)) for n in page.grey.shape[::-1])
    fx, fy = width / page.grey.shape[1], height / page.grey.shape[0]
    grey = np.asarray(cv2.resize(page.grey, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
    corners, content = (np.asarray((q + 0.5) * [fx, fy] - 0.5, np.float32) for q in (page.page, page.content))
    return replace(page, grey=grey, page=corners, content=content)


def write_shards(
    source: PtbxlSource, folder: Path, kind: str, count: int, seed: int, kinds: Sequence[str] = (), fit: bool = True
) -> None:
    """Draws `count` pictures of a kind into folder/KIND-NNN.npz; existing shards are not drawn again.

    Every record comes once before any comes twice, each time in another format. The same seed gives the same pictures.

    Args:
        source: the records.
        folder: where the shards go.
        kind: of KINDS.
        count: number of pictures.
        seed: of the pictures.
        kinds: of pictures that are no ECG.
        fit: whether to store only the pixels that training needs.
    """
    folder.mkdir(parents=True, exist_ok=True)
    recipes = camera_recipes()
    for first in range(0, count, SHARD):
        path = folder / f"{kind}-{first // SHARD:03d}.npz"
        if path.is_file():
            continue
        pictures = []
        for k in range(first, min(first + SHARD, count)):
            record, key = _record(len(source), k, seed), (seed, KINDS.index(kind), k)
            if kind == "print":
                pictures.append(draw_print(key, source, record))
            elif kind == "camera":
                name = pick(np.random.default_rng([*key, 1]), CAMERA)
                pictures.append(draw_camera(key, source, record, recipes[name]))
            else:
                pictures.append(draw_non_ecg_page(key, kinds))
        write_shard([fitted(p) for p in pictures] if fit else pictures, path)
        logger.info("%s: %d pictures", path.name, len(pictures))


def write_shard(pictures: Sequence[PagePicture], path: Path) -> None:
    """Writes pictures as one file, whole or not at all."""
    codes = [cv2.imencode(".jpg", p.grey, [cv2.IMWRITE_JPEG_QUALITY, 92])[1].ravel() for p in pictures]
    save_whole(
        path,
        {
            "codes": np.concatenate(codes),
            "ends": np.cumsum([len(c) for c in codes]),
            "pages": np.stack([p.page for p in pictures]).astype(np.float32),
            "contents": np.stack([p.content for p in pictures]).astype(np.float32),
            "records": np.array([p.record for p in pictures], np.int64),
            "layouts": np.array([p.layout for p in pictures]),
            "recipes": np.array([p.recipe for p in pictures]),
        },
    )


def read_shard(path: Path) -> Shard:
    """Reads what `write_shard` wrote."""
    with np.load(path) as file:
        codes, ends = file["codes"], file["ends"]
        starts = np.concatenate([[0], ends[:-1]])
        parts = tuple(codes[a:b].tobytes() for a, b in zip(starts, ends, strict=True))
        return Shard(parts, file["pages"], file["contents"], file["records"], file["layouts"], file["recipes"])


def read_pictures(folder: Path, kind: str = "*", most: int | None = None) -> list[PagePicture]:
    """The pictures of a folder's shards, of all kinds or of one; at most `most` where given."""
    paths = sorted(folder.glob(f"{kind}-*.npz"))[: None if most is None else -(-most // SHARD)]
    return [shard.picture(k) for shard in map(read_shard, paths) for k in range(len(shard))][:most]


def _record(records: int, k: int, seed: int) -> int:
    lap, at = divmod(k, records)
    return int(np.random.default_rng([seed, lap, 2]).permutation(records)[at])


def _box_corners(points: Sequence[NDArray[np.floating]]) -> Floats:
    """Corners [4, 2] of the box around points."""
    all_points = np.concatenate(points)
    (x0, y0), (x1, y1) = all_points.min(axis=0), all_points.max(axis=0)
    return np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]], np.float32)
