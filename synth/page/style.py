"""The look of a printed page: every choice of a machine's maker and its user, and the probability of each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ecgimg.layouts import Layout
from ecgimg.synth.page.fonts import printed_fonts
from ecgimg.synth.page.text import PrintedTexts
from ecgimg.synth.recipe import PageRecipe, pick

Color = tuple[int, int, int]

LETTER_MM = (279.4, 215.9)

A4_MM = (297.0, 210.0)

PAPER_SIZES_MM = (LETTER_MM, A4_MM, (297.0, 130.0), (300.0, 150.0), (290.0, 180.0))
"""Width and height of sheets that are larger than their content."""

PAPER_SHARES = (0.4, 0.3, 0.1, 0.1, 0.1)
"""The probability of each size of paper."""

PAPER_COLORS: dict[str, Color] = {
    "white": (255, 255, 255),
    "ivory": (252, 249, 238),
    "pink": (255, 238, 240),
    "rose": (252, 222, 224),
    "blue": (240, 246, 252),
    "green": (240, 250, 240),
    "grey": (236, 236, 236),
}
GRID_COLORS: dict[str, tuple[Color, Color]] = {
    "red": ((238, 150, 150), (205, 60, 60)),
    "darkred": ((225, 190, 185), (140, 50, 50)),
    "pink": ((250, 190, 205), (240, 130, 160)),
    "orange": ((250, 200, 160), (235, 140, 80)),
    "green": ((170, 215, 175), (80, 160, 95)),
    "blue": ((175, 200, 235), (90, 130, 200)),
    "grey": ((200, 200, 200), (130, 130, 130)),
    "black": ((150, 150, 150), (40, 40, 40)),
    "pale": ((226, 220, 220), (196, 186, 186)),
    "yellow": ((245, 225, 150), (225, 190, 90)),
}
"""Colours of the fine and the heavy lines."""

INKS: dict[str, Color] = {
    "black": (12, 12, 16),
    "grey": (70, 70, 74),
    "blue": (25, 30, 110),
    "brown": (60, 40, 35),
    "red": (200, 30, 45),
}


@dataclass(frozen=True)
class GridStyle:
    """The grid: kind (lines, dashed, dots, major-only, none), colours of fine and heavy lines, widths in mm.

    `heavy` thickens every fifth heavy line, `frame` is the colour of a frame around the grid, `phase` (x, y) in mm
    shifts it.
    """

    kind: str = "lines"
    minor: Color = (238, 150, 150)
    major: Color = (205, 60, 60)
    minor_mm: float = 0.12
    major_mm: float = 0.25
    heavy: bool = False
    frame: Color | None = None
    phase: tuple[float, float] = (0.0, 0.0)


@dataclass(frozen=True)
class PageStyle:
    """The look of a printed page. Lengths are in mm of paper.

    `chest_gain` is the gain of V1 to V6 where it is another than `gain`. `paper` is width and height, None for a page
    that ends where its content ends. `border` is the margin without grid; within it the grid covers the page, or
    `grid_reach` above the first and below the last zero line. `left`, `right`, `top` and `bottom` are the space around
    the traces; `pitch` is the distance of two rows, `strip_pitch` that of two rhythm strips, `drop` the share of the
    paper's free height above the traces. `line` is the width of a trace; `thin` (0..1) makes its steep parts paler;
    `clip` is the largest distance of a trace from its zero line, None for any distance. With `join` the columns of a
    row are one line.

    `pulse` is the place of the calibration pulses: left, right, none; they stand at each row, or `pulse_once`. `label`
    is the place of a lead's name at the start of its stretch (above, below, left, none), moved by `label_shift`;
    `spaced` names have their letters apart; `names` are pairs of a lead and the lead whose name is printed in place of
    its own. `separator` stands between columns: none, tick, full, dotted, double, page; with `first_marker` also before
    the first one. `header` is none, block or columns, and `footer` prints the scales; both are replaced by `texts`,
    those of a vendor. `font` None is the plain font.

    The file is a picture of the page: `one_bit` ink has no greys, `jpeg` is the quality it was once stored with (0 is
    never), `inverted` is white on black.
    """

    px_per_mm: float = 4.0
    paper_speed: float = 25.0
    gain: float = 10.0
    chest_gain: float | None = None
    paper: tuple[float, float] | None = None
    paper_color: Color = (255, 255, 255)
    grid: GridStyle = GridStyle()
    border: float = 0.0
    grid_reach: tuple[float, float] | None = None
    drop: float = 0.75
    left: float = 6.0
    right: float = 6.0
    top: float = 30.0
    bottom: float = 12.0
    pitch: float = 25.0
    strip_pitch: float = 25.0
    ink: Color = (12, 12, 16)
    ink_alpha: float = 1.0
    line: float = 0.3
    thin: float = 0.0
    join: bool = True
    pulse: str = "left"
    pulse_once: bool = False
    pulse_mm: float = 5.0
    pulse_gap: float = 1.0
    label: str = "above"
    label_shift: tuple[float, float] = (0.5, -6.0)
    label_mm: float = 3.0
    spaced: bool = False
    names: tuple[tuple[str, str], ...] = ()
    font: Path | None = None
    separator: str = "none"
    first_marker: bool = False
    header: str = "block"
    text_mm: float = 2.5
    text_color: Color = (12, 12, 16)
    footer: bool = True
    texts: PrintedTexts | None = None
    clip: float | None = None
    one_bit: bool = False
    jpeg: int = 0
    inverted: bool = False


def sample_style(rng: np.random.Generator, layout: Layout, recipe: PageRecipe) -> PageStyle:
    """A style at random for a layout, with the weights of a recipe."""
    speed = layout.paper_speed if not recipe.speeds else float(pick(rng, recipe.speeds))
    gain = layout.gain if not recipe.gains else float(pick(rng, recipe.gains))
    tight = rng.random() < recipe.tight
    pitch = _pitch(rng, layout, gain)
    header = "none" if tight and rng.random() < 0.7 else pick(rng, {"block": 0.55, "columns": 0.35, "none": 0.1})
    top = float(rng.uniform(3, 8) if header == "none" else rng.uniform(18, 42)) + pitch * 0.35
    label, shift = _label(rng)
    style = PageStyle(
        px_per_mm=float(np.exp(rng.uniform(*np.log(recipe.px_per_mm)))),
        paper_speed=speed,
        gain=gain,
        paper=None if tight else _paper(rng),
        drop=0.75 if header != "none" else 0.2,
        paper_color=jitter(rng, PAPER_COLORS[pick(rng, recipe.papers)], 4),
        grid=_grid(rng, recipe),
        border=0.0 if tight or rng.random() < 0.4 else float(rng.uniform(2, 9)),
        left=float(rng.uniform(1, 6) if tight else rng.uniform(5, 18)),
        right=float(rng.uniform(0, 5) if tight else rng.uniform(4, 15)),
        top=top,
        bottom=pitch * 0.4 + float(rng.uniform(2, 8) if tight else rng.uniform(8, 16)),
        pitch=pitch,
        strip_pitch=pitch * float(rng.choice([1.0, rng.uniform(0.75, 1.15)])),
        ink=jitter(rng, INKS[pick(rng, {"black": 0.68, "grey": 0.18, "blue": 0.1, "brown": 0.04})], 10),
        ink_alpha=float(rng.uniform(0.7, 1.0)),
        line=float(np.exp(rng.uniform(np.log(recipe.line_mm[0]), np.log(recipe.line_mm[1])))),
        thin=float(rng.choice([0.0, rng.uniform(0.1, 0.55)], p=[0.6, 0.4])),
        join=bool(rng.random() < 0.6),
        pulse=pick(rng, recipe.pulses),
        pulse_mm=float(rng.choice([5.0, 2.5, rng.uniform(3, 6)], p=[0.7, 0.1, 0.2])),
        pulse_gap=float(rng.choice([0.0, rng.uniform(0.5, 4)])),
        label=label,
        label_shift=shift,
        label_mm=float(rng.uniform(2.0, 4.2)),
        font=printed_fonts()[int(rng.integers(len(printed_fonts())))],
        separator=pick(rng, {"none": 0.3, "tick": 0.4, "full": 0.1, "dotted": 0.12, "double": 0.08}),
        header=header,
        text_mm=float(rng.uniform(1.8, 3.4)),
        text_color=jitter(rng, INKS[pick(rng, {"black": 0.7, "grey": 0.15, "brown": 0.1, "blue": 0.05})], 10),
        footer=bool(rng.random() < 0.8),
        clip=float(rng.uniform(12, 28)) * gain / 10 if rng.random() < recipe.clipped else None,
    )
    return _FAMILIES[pick(rng, recipe.families)](style, rng)


def _any(style: PageStyle, rng: np.random.Generator) -> PageStyle:
    """No family: the choices are independent."""
    return style


def _office(style: PageStyle, rng: np.random.Generator) -> PageStyle:
    """A print from a computer on white office paper: framed dark red grid, names below, short thick separators."""
    minor, major = GRID_COLORS[str(rng.choice(["darkred", "darkred", "red", "black"]))]
    grid = replace(
        style.grid,
        kind=str(rng.choice(["dashed", "lines", "major-only"])),
        minor=minor,
        major=jitter(rng, major, 12),
        minor_mm=float(rng.uniform(0.04, 0.12)),
        major_mm=float(rng.uniform(0.07, 0.24)),
        phase=(0.0, 0.0),
    )
    return replace(
        style,
        paper=LETTER_MM if rng.random() < 0.6 else A4_MM,
        paper_color=(255, 255, 255),
        grid=replace(grid, frame=grid.major),
        border=float(rng.uniform(3, 9)),
        left=float(rng.uniform(3, 8)),
        line=float(rng.uniform(0.16, 0.34)),
        ink=jitter(rng, INKS["black"], 12),
        pulse="left",
        pulse_mm=5.0,
        pulse_gap=0.0,
        label="below",
        label_shift=(float(rng.uniform(-0.5, 1.5)), float(rng.uniform(2.5, 6))),
        separator="tick",
        header="columns",
        drop=0.75,
        top=style.top + float(rng.uniform(5, 25)),
        footer=True,
        join=True,
    )


def _bedside(style: PageStyle, rng: np.random.Generator) -> PageStyle:
    """A print of a ward's thermal recorder: a narrow sheet full of grid, thin lines, long separators, little text."""
    grid = replace(style.grid, kind=str(rng.choice(["dashed", "lines", "dots"])), frame=None)
    return replace(
        style,
        paper=None,
        grid=grid,
        border=0.0,
        left=float(rng.uniform(1, 7)),
        right=float(rng.uniform(0, 6)),
        top=style.pitch * 0.4 + float(rng.uniform(3, 10)),
        line=float(rng.uniform(0.14, 0.3)),
        header="none",
        drop=0.2,
        footer=bool(rng.random() < 0.4),
        label="above",
        label_shift=(float(rng.uniform(-1.5, 3)), -float(rng.uniform(1, 5))),
        separator=str(rng.choice(["dotted", "full", "tick", "none"], p=[0.5, 0.15, 0.2, 0.15])),
        join=bool(rng.random() < 0.7),
    )


_FAMILIES: dict[str, Callable[[PageStyle, np.random.Generator], PageStyle]] = {
    "any": _any,
    "office": _office,
    "bedside": _bedside,
}
"""Choices that occur together on real machines."""


def _pitch(rng: np.random.Generator, layout: Layout, gain: float) -> float:
    """Distance of two rows in mm: less on pages of many lines, more at a high gain."""
    low, high = (18, 38) if layout.n_lines <= 5 else (13, 27) if layout.n_lines <= 7 else (9.5, 18)
    return float(rng.uniform(low, high)) * float(np.clip(gain / 10, 0.75, 1.4))


def _paper(rng: np.random.Generator) -> tuple[float, float]:
    return PAPER_SIZES_MM[int(rng.choice(len(PAPER_SIZES_MM), p=PAPER_SHARES))]


def _label(rng: np.random.Generator) -> tuple[str, tuple[float, float]]:
    """The place of lead names and their shift (x, y) in mm."""
    label = pick(rng, {"above": 0.55, "below": 0.3, "left": 0.15})
    shift = {"above": (rng.uniform(-1, 4), -rng.uniform(2, 9)), "below": (rng.uniform(-1, 3), rng.uniform(2, 8))}
    x, y = shift.get(label, (-rng.uniform(0.5, 1.5), rng.uniform(-5, 2)))
    return label, (float(x), float(y))


def _grid(rng: np.random.Generator, recipe: PageRecipe) -> GridStyle:
    kind = pick(rng, recipe.grids)
    minor, major = GRID_COLORS[pick(rng, recipe.grid_colors)]
    faint = float(rng.choice([1.0, rng.uniform(0.15, 0.8)], p=[0.55, 0.45]))
    pale = tuple(round(255 - faint * (255 - c)) for c in minor)
    minor, major = jitter(rng, (pale[0], pale[1], pale[2]), 8), jitter(rng, major, 15)
    return GridStyle(
        kind=kind,
        minor=minor,
        major=major,
        minor_mm=float(rng.uniform(0.07, 0.18)),
        major_mm=float(rng.uniform(0.15, 0.42)),
        heavy=bool(rng.random() < 0.15),
        frame=major if rng.random() < 0.4 else None,
        phase=(float(rng.uniform(0, 5)), float(rng.uniform(0, 5))),
    )


def jitter(rng: np.random.Generator, color: Color, sigma: float) -> Color:
    """The colour with normal noise on each channel."""
    r, g, b = (int(np.clip(c + rng.normal(0, sigma), 0, 255)) for c in color)
    return r, g, b
