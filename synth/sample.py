"""One synthetic page from a seed: format, style, signal, wear and camera drawn from one generator."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, sosfiltfilt

from ecgimg.datamodel.arrays import Floats
from ecgimg.layouts import Layout, layout_ids, load_layout
from ecgimg.synth.camera import build_warp, flat_relief, identity_warp, sample_relief, sample_view
from ecgimg.synth.page.render import render_page
from ecgimg.synth.page.style import sample_style
from ecgimg.synth.recipe import Recipe, pick
from ecgimg.synth.signals.sources import FS, Signal, SignalSource
from ecgimg.synth.truth import Page, SynthPage, moved_curve
from ecgimg.synth.wear.background import background
from ecgimg.synth.wear.effects import wear_photo, wear_sheet


def sample_page(
    seed: int | tuple[int, ...], recipe: Recipe, source: SignalSource, record: int | None = None
) -> SynthPage:
    """The page of a seed. The same seed, recipe and source give the same pixels and truth.

    Args:
        seed: one number or several (set, page).
        recipe: what is printed and what happens to it.
        source: where the signal comes from.
        record: number of the recording, drawn at random by default.

    Raises:
        UnreadableInputError: the recording is damaged.
    """
    key = (seed,) if isinstance(seed, int) else seed
    rng = np.random.default_rng(list(key))
    layout = _layout(rng, recipe)
    style = sample_style(rng, layout, recipe.page)
    if style.paper_speed > 25 and rng.random() < recipe.page.short:
        layout = layout.shortened(style.paper_speed)
    width_mm = layout.seconds * style.paper_speed + 40
    style = replace(style, px_per_mm=min(style.px_per_mm, recipe.page.longest / width_mm))
    signal = source.get(int(rng.integers(2**31 - 1)) if record is None else record, max(10.0, layout.seconds))
    signal = replace(signal, mv=printed(signal.mv, rng))
    page = render_page(signal.mv, FS, layout, style, rng)
    return photograph(page, signal, recipe, rng, key)


def photograph(
    page: Page, signal: Signal, recipe: Recipe, rng: np.random.Generator, seed: tuple[int, ...] = ()
) -> SynthPage:
    """Wears a flat page and takes its picture; the truth goes through the same map as the pixels."""
    h, w = page.pixels.shape[:2]
    camera = recipe.camera
    relief = sample_relief(rng, w, h, camera) if camera else flat_relief(w, h)
    worn, log = wear_sheet(rng, page.pixels, recipe.wear, relief)
    page = replace(page, pixels=worn)
    if camera:
        warp = build_warp(w, h, relief, sample_view(rng, camera))
        seen, mask = warp.photograph(worn)
        image: Floats = seen.astype(np.float32)
        if mask.min() < 255:
            share = mask.astype(np.float32) / 255
            table = background(rng, warp.height, warp.width)
            image = np.asarray(cv2.blendLinear(image, table, share, 1 - share), np.float32)
    else:
        warp, image = identity_warp(w, h), worn.astype(np.float32)
    pixels, late = wear_photo(rng, image, recipe.wear, page.px_per_mm)
    groups = [page.grid_nodes(), page.corners, *(t.corners for t in page.texts), *(c.points for c in page.curves)]
    nodes, corners, *rest = warp.all_to_photo(groups)
    boxes, lines = rest[: len(page.texts)], rest[len(page.texts) :]
    return SynthPage(
        pixels=pixels,
        sheet=page,
        warp=warp,
        curves=tuple(moved_curve(c, p, warp.width, warp.height) for c, p in zip(page.curves, lines, strict=True)),
        texts=tuple(replace(t, corners=b) for t, b in zip(page.texts, boxes, strict=True)),
        nodes=nodes,
        corners=corners,
        signal=signal,
        seed=seed,
        recipe=recipe.name,
        wear=tuple(sorted((log | late).items())),
    )


def printed(mv: Floats, rng: np.random.Generator, fs: float = FS) -> Floats:
    """The signal as a machine prints it: mostly without its slow wander (0.5 or 0.05 Hz high pass), always centred.

    A linear filter on all leads alike, so that I + III = II stays true. Unknown samples stay unknown.
    """
    known = np.isfinite(mv)
    some = known.any(axis=1)
    centre = np.zeros((12, 1), np.float32)
    centre[some, 0] = np.nanmean(mv[some], axis=1)
    out = np.where(known, mv - centre, 0).astype(np.float64)
    cut = float(rng.choice([0.5, 0.15, 0.0], p=[0.45, 0.3, 0.25]))
    if cut:
        # A machine filters on before and after what it prints: without the padding rows would droop at their ends.
        sos, pad = butter(1, cut, "high", fs=fs, output="sos"), min(int(fs / cut), out.shape[1] - 1)
        out = np.asarray(sosfiltfilt(sos, out, axis=1, padtype="even", padlen=pad))
    return np.where(known, out, np.nan).astype(np.float32)


@cache
def _high_pass(cut: float, fs: float) -> NDArray[np.float64]:
    return np.asarray(butter(1, cut, "high", fs=fs, output="sos"))


def _layout(rng: np.random.Generator, recipe: Recipe) -> Layout:
    name = pick(rng, recipe.page.layouts)
    if name == "all":
        name = layout_ids()[int(rng.integers(len(layout_ids())))]
    return _loaded(name)


@cache
def _loaded(name: str) -> Layout:
    return load_layout(name)
