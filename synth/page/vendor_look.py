"""Draws the format and the look of a page from a vendor style."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np

from ecgimg.layouts import Layout, load_layout
from ecgimg.synth.page.fonts import plain_font, printed_fonts
from ecgimg.synth.page.style import GRID_COLORS, INKS, PAPER_COLORS, Color, GridStyle, PageStyle, jitter
from ecgimg.synth.page.text import PrintedTexts, TextBlock, filled, scale_kind
from ecgimg.synth.page.vendor import FONT_FAMILIES, Grid, Range, VendorStyle
from ecgimg.synth.recipe import PageRecipe, pick

BARE_TOP_MM = (3.0, 9.0)
"""Space above the first row's reach on a page that is cut to its traces."""

BARE_SIDE_MM = (0.0, 4.0)
"""Space beside the traces of a page that is cut to them."""

SHEET_MM = 210.0
"""Height of a page that ends with its content, where its rows would need more."""

JPEG_QUALITIES = (12, 55)
"""Qualities of pages worn by JPEG."""


def sample_vendor(rng: np.random.Generator, vendor: VendorStyle, recipe: PageRecipe) -> tuple[Layout, PageStyle]:
    """A format and a look at random of a vendor's prints; the scale is the recipe's where the style has none."""
    layout = _format(rng, vendor)
    speed, gain = pick(rng, vendor.speeds), pick(rng, vendor.gains)
    if vendor.row_mm is not None or speed != layout.paper_speed:
        row_mm = _uniform(rng, vendor.row_mm or (layout.seconds * layout.paper_speed,) * 2)
        layout = layout.lasting(row_mm / speed)
    chest_gain = gain / 2 if _chance(rng, vendor.half_chest) else None
    style = _look(rng, vendor, recipe, (speed, gain, chest_gain))
    return layout, _fitted(style, layout)


def _fitted(style: PageStyle, layout: Layout) -> PageStyle:
    """The style with rows as close together as the height of its paper needs."""
    height_mm = max(style.paper[1] if style.paper else SHEET_MM, SHEET_MM)
    most_mm = (height_mm - style.top - style.bottom - 2 * style.border) / max(layout.n_lines - 1, 1)
    share = min(1.0, most_mm / max(style.pitch, style.strip_pitch))
    return replace(style, pitch=style.pitch * share, strip_pitch=style.strip_pitch * share)


def _look(
    rng: np.random.Generator, vendor: VendorStyle, recipe: PageRecipe, scales: tuple[float, float, float | None]
) -> PageStyle:
    """The look of a page with its speed, gain and chest gain."""
    pitch, bare = _uniform(rng, vendor.row_height), _chance(rng, vendor.bare)
    px_per_mm = vendor.px_per_mm or recipe.px_per_mm
    fonts = _fonts(pick(rng, vendor.font))
    return PageStyle(
        px_per_mm=float(np.exp(rng.uniform(*np.log(px_per_mm)))),
        paper_speed=scales[0],
        gain=scales[1],
        chest_gain=scales[2],
        paper=None if bare or not vendor.papers else vendor.papers[int(rng.integers(len(vendor.papers)))],
        paper_color=jitter(rng, PAPER_COLORS[pick(rng, vendor.paper_color)], 3),
        grid=_grid(rng, vendor.grid),
        border=0.0 if bare else _uniform(rng, vendor.border),
        grid_reach=None if bare or vendor.grid.reach is None else _reach(rng, vendor.grid.reach),
        drop=_uniform(rng, vendor.drop),
        left=_uniform(rng, BARE_SIDE_MM if bare else vendor.left),
        right=_uniform(rng, BARE_SIDE_MM if bare else vendor.right),
        top=pitch * 0.4 + _uniform(rng, BARE_TOP_MM) if bare else _uniform(rng, vendor.top),
        bottom=pitch * 0.4 + _uniform(rng, BARE_TOP_MM) if bare else _uniform(rng, vendor.bottom),
        pitch=pitch,
        strip_pitch=pitch * _uniform(rng, vendor.strips),
        ink=jitter(rng, INKS[pick(rng, vendor.ink)], 6),
        ink_alpha=_uniform(rng, vendor.ink_alpha),
        line=_uniform(rng, vendor.line),
        thin=_uniform(rng, vendor.thin),
        join=_chance(rng, vendor.join),
        pulse=pick(rng, vendor.pulse),
        pulse_once=_chance(rng, vendor.pulse_once),
        pulse_mm=_uniform(rng, vendor.pulse_mm),
        pulse_gap=_uniform(rng, vendor.pulse_gap),
        label=pick(rng, vendor.label),
        label_shift=(_uniform(rng, vendor.label_x), _uniform(rng, vendor.label_y)),
        label_mm=_uniform(rng, vendor.label_mm),
        spaced=_chance(rng, vendor.spaced),
        font=fonts[int(rng.integers(len(fonts)))],
        separator=pick(rng, vendor.separator),
        first_marker=_chance(rng, vendor.first_marker),
        text_mm=_uniform(rng, vendor.text_mm),
        text_color=jitter(rng, INKS[pick(rng, vendor.text_ink)], 6),
        texts=_texts(rng, vendor, scales, bare),
        clip=pitch * float(rng.uniform(0.5, 0.9)) if _chance(rng, vendor.clipped) else None,
        one_bit=_chance(rng, vendor.one_bit),
        jpeg=int(rng.integers(*JPEG_QUALITIES)) if _chance(rng, vendor.jpeg) else 0,
        inverted=_chance(rng, vendor.inverted),
    )


def _texts(
    rng: np.random.Generator, vendor: VendorStyle, scales: tuple[float, float, float | None], bare: bool
) -> PrintedTexts:
    """The texts of one page; a bare one has a part of its footer at most."""
    values = {"speed": scales[0], "gain": scales[1], "chest_gain": scales[2] or scales[1]}
    footer = tuple((filled(line, rng, values), scale_kind(line)) for line in vendor.footer)
    at, gap = _uniform(rng, vendor.footer_at), _uniform(rng, vendor.footer_gap)
    table = tuple(filled(line, rng, values) for line in vendor.table)
    if bare:
        return PrintedTexts(footer=footer if rng.random() < 0.5 else (), footer_at=at, gap=gap)
    blocks = tuple(TextBlock(b.at, tuple(filled(line, rng, values) for line in b.lines)) for b in vendor.header)
    heading = filled(vendor.heading, rng, values)
    return PrintedTexts(heading, blocks, footer, at, gap, table, _chance(rng, vendor.rule))


def _format(rng: np.random.Generator, vendor: VendorStyle) -> Layout:
    layout = vendor.formats[int(rng.integers(len(vendor.formats)))]
    return load_layout(layout) if isinstance(layout, str) else layout


def _grid(rng: np.random.Generator, grid: Grid) -> GridStyle:
    minor, major = GRID_COLORS[pick(rng, grid.color)]
    pale = _uniform(rng, grid.faint)
    major = jitter(rng, _paler(major, min(1.0, 0.4 + pale)), 8)
    frame = _frame(rng, grid, major)
    return GridStyle(
        kind=pick(rng, grid.kind),
        minor=jitter(rng, _paler(minor, pale), 5),
        major=major,
        minor_mm=_uniform(rng, grid.minor_mm),
        major_mm=_uniform(rng, grid.major_mm),
        heavy=_chance(rng, grid.heavy),
        frame=frame,
        phase=(0.0, 0.0) if frame else (float(rng.uniform(0, 5)), float(rng.uniform(0, 5))),
    )


def _frame(rng: np.random.Generator, grid: Grid, major: Color) -> Color | None:
    if not _chance(rng, grid.frame):
        return None
    return GRID_COLORS[pick(rng, grid.frame_color)][1] if grid.frame_color else major


def _paler(color: Color, share: float) -> Color:
    """A colour with a share of its distance from white."""
    r, g, b = (round(255 - share * (255 - c)) for c in color)
    return r, g, b


def _reach(rng: np.random.Generator, reach: tuple[Range, Range]) -> tuple[float, float]:
    return _uniform(rng, reach[0]), _uniform(rng, reach[1])


def _uniform(rng: np.random.Generator, limits: tuple[float, float]) -> float:
    return float(rng.uniform(*limits))


def _chance(rng: np.random.Generator, share: float) -> bool:
    return bool(rng.random() < share)


@cache
def _fonts(family: str) -> tuple[Path, ...]:
    starts = FONT_FAMILIES[family]
    return tuple(p for p in printed_fonts() if p.name.startswith(starts)) or (plain_font(),)
