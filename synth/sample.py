"""One synthetic page from a seed: format, style, signal, wear and camera come from one random generator."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, sosfiltfilt

from ecgimg.datamodel.arrays import Floats, Pixels
from ecgimg.layouts import Layout, layout_ids, load_layout
from ecgimg.synth.camera import Warp, build_warp, flat_relief, identity_warp, sample_relief, sample_view
from ecgimg.synth.page.render import render_page
from ecgimg.synth.page.style import PageStyle, sample_style
from ecgimg.synth.page.vendor import load_vendor, vendor_names
from ecgimg.synth.page.vendor_look import sample_vendor
from ecgimg.synth.recipe import ANY_VENDOR, OWN_STYLE, PageRecipe, Recipe, pick
from ecgimg.synth.signals.sources import FS, Signal, SignalSource
from ecgimg.synth.truth import Page, SynthPage, moved_curve
from ecgimg.synth.wear.background import background
from ecgimg.synth.wear.effects import wear_photo, wear_sheet

HIGH_PASS_HZ = (0.5, 0.15, 0.0)
"""Cut-off frequencies of the high passes of machines; 0 is none."""

HIGH_PASS_SHARES = (0.45, 0.3, 0.25)
"""The share of pages with each high pass."""

MIN_SECONDS = 10.0
"""A recording is at least this long, whatever the layout shows of it."""

SIDES_MM = 40
"""Width that a sheet has beside its traces, where its width in pixels is bounded."""

FADE_SECONDS = 0.2
"""Time over which a repeated recording passes from its end to its start."""


def sample_page(
    seed: int | tuple[int, ...],
    recipe: Recipe,
    source: SignalSource,
    record: int | None = None,
    names: Mapping[str, str] | None = None,
) -> SynthPage:
    """The page of a seed. The same seed, recipe, source and fonts give the same pixels and truth.

    Args:
        seed: one number or several (set, page).
        recipe: the weights of print, camera and wear.
        source: the recordings.
        record: number of the recording; by default at random.
        names: leads whose names are printed in place of others', by lead.

    Raises:
        UnreadableInputError: the recording is damaged.
    """
    key = (seed,) if isinstance(seed, int) else seed
    rng = np.random.default_rng(list(key))
    layout, style = sample_print(rng, recipe.page)
    style = replace(style, names=tuple((names or {}).items()))
    signal = source.get(
        int(rng.integers(2**31 - 1)) if record is None else record, max(MIN_SECONDS, layout.recorded_seconds)
    )
    if style.texts is not None:
        signal = replace(signal, mv=lasting(signal.mv, layout.recorded_seconds))
    signal = replace(signal, mv=printed(signal.mv, rng))
    page = render_page(signal.mv, FS, layout, style, rng)
    return photograph(page, signal, recipe, rng, key)


def sample_print(rng: np.random.Generator, recipe: PageRecipe) -> tuple[Layout, PageStyle]:
    """The format and the look of a page at random, within the recipe's width in pixels."""
    name = pick(rng, recipe.styles) if len(recipe.styles) > 1 else next(iter(recipe.styles))
    if name == ANY_VENDOR:
        name = vendor_names()[int(rng.integers(len(vendor_names())))]
    layout, style = sample_vendor(rng, load_vendor(name), recipe) if name != OWN_STYLE else _own(rng, recipe)
    width_mm = layout.seconds * style.paper_speed + SIDES_MM
    return layout, replace(style, px_per_mm=min(style.px_per_mm, recipe.longest / width_mm))


def _own(rng: np.random.Generator, recipe: PageRecipe) -> tuple[Layout, PageStyle]:
    """A format and a look with the recipe's own weights."""
    layout = _layout(rng, recipe)
    style = sample_style(rng, layout, recipe)
    if style.paper_speed > 25 and rng.random() < recipe.short:
        layout = layout.on_same_paper(style.paper_speed)
    return layout, style


def photograph(
    page: Page, signal: Signal, recipe: Recipe, rng: np.random.Generator, seed: tuple[int, ...] = ()
) -> SynthPage:
    """The photo of a flat page after wear; the truth passes through the same map as the pixels."""
    height, width = page.pixels.shape[:2]
    camera = recipe.camera
    relief = sample_relief(rng, width, height, camera) if camera else flat_relief(width, height)
    worn, wear_of_sheet = wear_sheet(rng, page.pixels, recipe.wear, relief)
    page = replace(page, pixels=worn)
    if camera:
        warp = build_warp(width, height, relief, sample_view(rng, camera))
        image = _on_background(rng, warp, worn)
    else:
        warp, image = identity_warp(width, height), worn.astype(np.float32)
    pixels, wear_of_photo = wear_photo(rng, image, recipe.wear, page.px_per_mm)
    wear = tuple(sorted((wear_of_sheet | wear_of_photo).items()))
    return _seen(page, pixels, warp, signal, seed=seed, recipe=recipe.name, wear=wear)


def _on_background(rng: np.random.Generator, warp: Warp, sheet: Pixels) -> Floats:
    """The photo of a sheet, with a surface at random where the photo reaches beyond the sheet."""
    photo, mask = warp.photograph(sheet)
    image: Floats = photo.astype(np.float32)
    if mask.min() == 255:
        return image
    share = mask.astype(np.float32) / 255
    surface = background(rng, warp.height, warp.width)
    return np.asarray(cv2.blendLinear(image, surface, share, 1 - share), np.float32)


def _seen(
    page: Page,
    pixels: Pixels,
    warp: Warp,
    signal: Signal,
    *,
    seed: tuple[int, ...],
    recipe: str,
    wear: tuple[tuple[str, float], ...],
) -> SynthPage:
    """The page with its truth in pixels of the photo."""
    groups = [page.grid_nodes(), page.corners, *(t.corners for t in page.texts), *(c.points for c in page.curves)]
    nodes, corners, *others = warp.all_to_photo(groups)
    boxes, lines = others[: len(page.texts)], others[len(page.texts) :]
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
        recipe=recipe,
        wear=wear,
    )


def lasting(mv: Floats, seconds: float, fs: float = FS) -> Floats:
    """The signal [12, T] in mV repeated until it lasts `seconds`, with its end faded into its start."""
    length, fade = mv.shape[1], round(FADE_SECONDS * fs)
    needed = round(seconds * fs) + 1
    if length >= needed or length <= 2 * fade:
        return mv
    share = np.linspace(0, 1, fade, dtype=np.float32)
    middle, seam = mv[:, fade : length - fade], mv[:, :fade] * share + mv[:, length - fade :] * (1 - share)
    repeats = -(-needed // (length - fade))
    return np.concatenate([mv[:, :fade], *[middle, seam] * repeats], axis=1)[:, :needed]


def printed(mv: Floats, rng: np.random.Generator, fs: float = FS) -> Floats:
    """The signal [12, T] in mV as a machine prints it: centred, and mostly without wander (a high pass at random).

    All leads pass the same linear filter, so that I + III = II stays true. Unknown samples stay unknown.
    """
    known = np.isfinite(mv)
    some = known.any(axis=1)
    centre = np.zeros((12, 1), np.float32)
    centre[some, 0] = np.nanmean(mv[some], axis=1)
    out = np.where(known, mv - centre, 0).astype(np.float64)
    cutoff_hz = float(rng.choice(HIGH_PASS_HZ, p=HIGH_PASS_SHARES))
    if cutoff_hz:
        # A machine also filters what comes before and after the page: without padding the ends of rows would droop.
        pad = min(int(fs / cutoff_hz), out.shape[1] - 1)
        out = np.asarray(sosfiltfilt(_high_pass(cutoff_hz, fs), out, axis=1, padtype="even", padlen=pad))
    return np.where(known, out, np.nan).astype(np.float32)


@cache
def _high_pass(cutoff_hz: float, fs: float) -> NDArray[np.float64]:
    """Second-order sections of a Butterworth high pass of first order."""
    return np.asarray(butter(1, cutoff_hz, "high", fs=fs, output="sos"))


def _layout(rng: np.random.Generator, recipe: PageRecipe) -> Layout:
    name = pick(rng, recipe.layouts)
    if name == "all":
        name = layout_ids()[int(rng.integers(len(layout_ids())))]
    return _loaded(name)


@cache
def _loaded(name: str) -> Layout:
    return load_layout(name)
