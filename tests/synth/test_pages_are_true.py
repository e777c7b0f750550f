"""The truth is tested, not trusted: centre lines lie on ink, nodes on crossings, the map gives the sheet back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import cv2
import numpy as np
import pytest
from scipy.ndimage import map_coordinates

from ecgimg.layouts import layout_ids, load_layout
from ecgimg.synth.page.render import render_page
from ecgimg.synth.page.style import GridStyle, PageStyle
from ecgimg.synth.recipe import CameraRecipe, Recipe, WearRecipe, load_recipe
from ecgimg.synth.sample import photograph, sample_page
from ecgimg.synth.signals.sources import FS, Signal, Simulated
from ecgimg.synth.truth import Page, SynthPage

InkDistance = Callable[[SynthPage, float], float]

PLAIN = PageStyle(
    px_per_mm=5.0,
    paper=(279.4, 215.9),
    line=0.32,
    pulse="none",
    header="none",
    footer=False,
    label_shift=(0.5, -9.0),
    grid=GridStyle(kind="lines", minor=(250, 215, 215), major=(240, 170, 170)),
)


def plain_page(layout: str = "3x4+1R", style: PageStyle = PLAIN, seed: int = 3) -> tuple[Page, Signal]:
    signal = Simulated(seed).get(seed)
    return render_page(signal.mv, FS, load_layout(layout), style, np.random.default_rng(seed)), signal


def with_camera(strength: float, **wear: float) -> Recipe:
    camera = CameraRecipe(
        rotation=20 * strength,
        perspective=strength,
        curl=strength,
        folds=strength,
        crumple=strength,
        lens=strength,
        background=1,
    )
    return Recipe(name="test", camera=camera, wear=WearRecipe(**wear))


@pytest.mark.parametrize("px_per_mm", [3.94, 7.87])
def test_clean_centre_line_lies_on_the_ink(px_per_mm: float, ink_distance: InkDistance) -> None:
    page, signal = plain_page(style=replace(PLAIN, px_per_mm=px_per_mm))
    photo = photograph(page, signal, Recipe(name="none"), np.random.default_rng(0))
    assert np.array_equal(photo.pixels, page.pixels)
    assert ink_distance(photo, 3) < 0.1


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(6))
def test_warped_centre_line_lies_on_the_ink(seed: int, ink_distance: InkDistance) -> None:
    page, signal = plain_page(seed=seed)
    photo = photograph(page, signal, with_camera(1.0), np.random.default_rng(seed))
    assert ink_distance(photo, 3) < 0.4


@pytest.mark.slow
def test_centre_line_lies_on_the_ink_after_the_whole_photo_chain(ink_distance: InkDistance) -> None:
    recipe = load_recipe("photo")
    medians = []
    for seed in range(6):
        page, signal = plain_page(seed=seed, style=replace(PLAIN, px_per_mm=6.0))
        photo = photograph(page, signal, recipe, np.random.default_rng(seed))
        medians.append(ink_distance(photo, 3.5))
    assert max(medians) < 1.0
    assert float(np.median(medians)) < 0.5


@pytest.mark.parametrize("layout", layout_ids())
def test_signal_is_drawn_where_its_scales_say(layout: str) -> None:
    page, signal = plain_page(layout)
    for curve in page.curves:
        cell = curve.cell
        mm_x = (curve.points[:, 0] - cell.x0) / page.px_per_mm
        mm_y = (cell.y0 - curve.points[:, 1]) / page.px_per_mm
        assert np.allclose(mm_x / page.paper_speed + cell.start, curve.time, atol=1e-4)
        assert np.allclose(mm_y / page.gain * cell.sign, curve.mv, atol=1e-3)
        assert curve.time[0] == pytest.approx(cell.start)
        assert cell.x1 - cell.x0 == pytest.approx(cell.seconds * page.paper_speed * page.px_per_mm)
    assert {c.lead for c in page.cells} == {c.lead for c in (*page.layout.cells, *page.layout.strips)}
    assert signal.mv.shape == (12, 5000)


def test_grid_nodes_fall_on_crossings() -> None:
    page, signal = plain_page(
        style=replace(PLAIN, grid=GridStyle(kind="major-only", major=(0, 0, 0), phase=(1.3, 2.7)))
    )
    for recipe in (Recipe(name="none"), with_camera(0.8)):
        photo = photograph(page, signal, recipe, np.random.default_rng(5))
        ink = 255 - photo.pixels[..., 0].astype(np.float64)
        h, w = ink.shape
        misses = []
        for x, y in photo.nodes.reshape(-1, 2):
            if 8 < x < w - 9 and 8 < y < h - 9:
                # The crossing is the centre of symmetry of the little cross: the half-turned patch matches itself.
                s = np.arange(-5, 6)
                patch = map_coordinates(ink, np.stack(np.meshgrid(y + s, x + s, indexing="ij")), order=1)
                misses.append(_symmetry(patch))
        assert len(misses) > 500
        assert float(np.median(misses)) < 0.5


def _symmetry(patch: np.ndarray) -> float:
    window = cv2.createHanningWindow((11, 11), cv2.CV_64F)
    (dx, dy), _ = cv2.phaseCorrelate(patch, np.ascontiguousarray(patch[::-1, ::-1]), window)
    return float(np.hypot(dx, dy)) / 2


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_resampling_through_the_map_gives_the_sheet_back(seed: int) -> None:
    page, signal = plain_page(seed=seed, style=replace(PLAIN, px_per_mm=3.5))
    photo = photograph(page, signal, with_camera(0.9), np.random.default_rng(seed))
    h, w = page.pixels.shape[:2]
    y, x = np.mgrid[0:h, 0:w]
    at = photo.warp.to_photo(np.stack([x, y], axis=-1).astype(np.float64))
    back = cv2.remap(photo.pixels, at[..., 0], at[..., 1], cv2.INTER_CUBIC)
    inside = ((at > 1) & (at < (photo.warp.width - 2, photo.warp.height - 2))).all(axis=-1)
    # Both are blurred alike: what is left is displacement, and there is none.
    a = cv2.GaussianBlur(back[..., 0].astype(np.float32), (0, 0), 1.5)[inside]
    b = cv2.GaussianBlur(page.pixels[..., 0].astype(np.float32), (0, 0), 1.5)[inside]
    assert inside.mean() > 0.9
    assert np.corrcoef(a, b)[0, 1] > 0.98


@pytest.mark.parametrize("seed", range(4))
def test_map_and_inverse_agree(seed: int) -> None:
    page, signal = plain_page(seed=seed)
    warp = photograph(page, signal, with_camera(1.0), np.random.default_rng(seed)).warp
    q = np.random.default_rng(seed).uniform(0, 1, (2000, 2)) * [warp.width - 1, warp.height - 1]
    sheet = warp.to_sheet(q)
    assert np.abs(warp.to_photo(sheet) - q).max() < 0.01
    dense = warp.dense()
    at = np.random.default_rng(seed).integers([0, 0], [warp.width, warp.height], (500, 2))
    assert np.abs(dense[at[:, 1], at[:, 0]] - warp.to_sheet(at)).max() < 0.01


def test_sheet_map_agrees_with_the_curves() -> None:
    page, signal = plain_page()
    photo = photograph(page, signal, with_camera(0.7), np.random.default_rng(11))
    for flat, seen in zip(page.curves, photo.curves, strict=True):
        error = np.hypot(*(photo.sheet_map(8.0).to_photo(flat.points) - seen.points)[seen.visible].T)
        assert float(np.median(error)) < 0.05
        assert float(error.max()) < 1.0


@pytest.mark.slow
def test_what_is_cut_or_clipped_is_not_visible() -> None:
    page, _ = plain_page(style=replace(PLAIN, clip=4.0))
    for curve in page.curves:
        assert not curve.visible[np.abs(curve.mv) * page.gain > 4.0].any()
        assert np.abs(curve.points[:, 1] - curve.cell.y0).max() <= 4.0 * page.px_per_mm + 1e-3
    assert not all(c.visible.all() for c in page.curves)
    photo = sample_page(5, load_recipe("ruin"), Simulated(0))
    for curve in photo.curves:
        seen = curve.points[curve.visible]
        assert ((seen > -0.5) & (seen < (photo.warp.width - 0.5, photo.warp.height - 0.5))).all()


def test_text_boxes_hold_the_text() -> None:
    style = replace(PLAIN, grid=GridStyle(kind="none"), header="block", footer=True, text_color=(0, 0, 0))
    flat = np.zeros((12, 5000), np.float32)
    page = render_page(flat, FS, load_layout("3x4"), style, np.random.default_rng(0))
    assert {t.kind for t in page.texts} >= {"lead", "header", "speed", "gain"}
    assert sorted(t.lead for t in page.texts if t.kind == "lead") == sorted({c.lead for c in page.cells})
    for box in page.texts:
        (x0, y0), (x1, y1) = np.round(box.corners[0] + 0.5).astype(int), np.round(box.corners[2] + 0.5).astype(int)
        assert page.pixels[y0:y1, x0:x1].min() < 100, box.text
    assert "25" in next(t.text for t in page.texts if t.kind == "speed")


@pytest.mark.slow
def test_same_seed_same_bytes() -> None:
    recipe = load_recipe("photo")
    a, b, c = (sample_page((7, k), recipe, Simulated(1)) for k in (2, 2, 3))
    assert a.pixels.tobytes() == b.pixels.tobytes()
    assert all(np.array_equal(x.points, y.points, equal_nan=True) for x, y in zip(a.curves, b.curves, strict=True))
    assert a.pixels.shape != c.pixels.shape or a.pixels.tobytes() != c.pixels.tobytes()
