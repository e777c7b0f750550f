"""Vendor styles: what the prints of a maker's machines look like, one YAML file each in `styles/`.

A style has ranges and weights, from which each page draws its own look. A range is a number or [low, high]; a choice is
a name, a list of names of equal weight, or a mapping of names to weights; a share is a probability from 0 to 1. Lengths
are in mm of paper. The styles are made after prints and manuals that anyone can see; texts in them are invented.
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from ecgimg.datamodel.leads import LEADS
from ecgimg.errors import UsageError
from ecgimg.io.yaml_file import read_yaml
from ecgimg.layouts import Layout, layout_ids
from ecgimg.synth.page.style import GRID_COLORS, INKS, PAPER_COLORS
from ecgimg.synth.page.text import unknown_placeholders
from ecgimg.synth.recipe import ANY_VENDOR, OWN_STYLE, PageRecipe, Strength, Weights

FONT_FAMILIES: dict[str, tuple[str, ...]] = {
    "sans": ("NimbusSans-Regular", "LiberationSans-Regular", "Arial", "DejaVuSans.", "DejaVuSansCondensed."),
    "bold": ("NimbusSans-Bold.", "LiberationSans-Bold.", "DejaVuSans-Bold.", "DejaVuSansCondensed-Bold."),
    "serif": ("NimbusRoman-Regular", "LiberationSerif-Regular", "DejaVuSerif.", "STIXGeneral."),
    "mono": ("NimbusMonoPS", "LiberationMono", "DejaVuSansMono", "NotoMono", "NotoSansMono"),
    "narrow": ("NimbusSansNarrow-Regular", "LiberationSansNarrow", "DejaVuSansCondensed."),
}
"""Starts of the file names of each family; where a machine has none of a family, the plain font stands for it."""


def _pair(value: object) -> object:
    return (value, value) if isinstance(value, int | float) else value


def _ordered(value: tuple[float, float]) -> tuple[float, float]:
    if value[0] > value[1]:
        raise ValueError("a range is a number or [low, high]")
    return value


def _as_weights(value: object) -> object:
    names = [value] if isinstance(value, str) else value
    return {name: names.count(name) for name in names} if isinstance(names, list) else names


def _among(names: Any) -> AfterValidator:
    """Checks that weights are those of known names."""

    def check(value: Weights) -> Weights:
        unknown = [name for name in value if name not in names]
        if unknown:
            raise ValueError(f"{unknown[0]!r} is none of {', '.join(names)}")
        if not value or min(value.values()) < 0 or sum(value.values()) <= 0:
            raise ValueError("weights are not negative and not all zero")
        return value

    return AfterValidator(check)


def _printable(template: str) -> str:
    unknown = unknown_placeholders(template)
    if unknown:
        raise ValueError(f"there is no placeholder {{{unknown[0]}}}")
    return template


Range = Annotated[tuple[float, float], BeforeValidator(_pair), AfterValidator(_ordered)]
Template = Annotated[str, AfterValidator(_printable)]
PaperColor = Annotated[Weights, BeforeValidator(_as_weights), _among(PAPER_COLORS)]
GridColor = Annotated[Weights, BeforeValidator(_as_weights), _among(GRID_COLORS)]
InkColor = Annotated[Weights, BeforeValidator(_as_weights), _among(INKS)]
GridKind = Annotated[Weights, BeforeValidator(_as_weights), _among(("lines", "dashed", "dots", "major-only", "none"))]
Pulse = Annotated[Weights, BeforeValidator(_as_weights), _among(("left", "right", "none"))]
Label = Annotated[Weights, BeforeValidator(_as_weights), _among(("above", "below", "left", "none"))]
Separator = Annotated[
    Weights, BeforeValidator(_as_weights), _among(("none", "tick", "double", "dotted", "full", "page"))
]
Font = Annotated[Weights, BeforeValidator(_as_weights), _among(FONT_FAMILIES)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Grid(_Part):
    """The grid: kinds, colours, widths, and shares of thick fifth lines and of frames.

    `faint` is the contrast of the fine lines, 1 is full; `frame_color` is by default that of heavy lines. `reach` is
    how far the grid goes above the first and below the last row; by default it covers the page.
    """

    kind: GridKind = {"lines": 1}
    color: GridColor = {"red": 1}
    faint: Range = (0.5, 1.0)
    minor_mm: Range = (0.08, 0.15)
    major_mm: Range = (0.15, 0.35)
    heavy: Strength = 0.0
    frame: Strength = 0.0
    frame_color: GridColor | None = None
    reach: tuple[Range, Range] | None = None


class Header(_Part):
    """A block of lines, each with placeholders in braces; `at` is its place as a share of the page's width."""

    at: float = Field(ge=0, le=1)
    lines: tuple[Template, ...]


class VendorStyle(_Part):
    """One style; the module's text explains ranges, choices and shares.

    `formats` are names of layouts, or layouts written out; each is as frequent as it is listed. `row_mm` is the length
    of a row whatever the paper speed; by default it is the layout's at 25 mm/s. Without `papers` a page ends with its
    content. `bare` is the share of pages that are cut to their traces; `half_chest` that of pages with half the gain in
    V1 to V6; `strips` is the distance of rhythm strips in row heights.
    """

    title: str
    formats: tuple[Layout | str, ...] = Field(min_length=1)
    speeds: dict[float, float] = {25.0: 1.0}
    gains: dict[float, float] = {10.0: 1.0}
    half_chest: Strength = 0.0
    row_mm: Range | None = None
    row_height: Range = (22.0, 30.0)
    strips: Range = (1.0, 1.0)
    px_per_mm: Range | None = None
    papers: tuple[tuple[float, float], ...] = ()
    paper_color: PaperColor = {"white": 1}
    bare: Strength = 0.0
    grid: Grid = Grid()
    border: Range = (0.0, 0.0)
    left: Range = (4.0, 10.0)
    right: Range = (4.0, 10.0)
    top: Range = (40.0, 55.0)
    bottom: Range = (14.0, 22.0)
    drop: Range = (0.0, 0.6)
    ink: InkColor = {"black": 1}
    ink_alpha: Range = (0.8, 1.0)
    line: Range = (0.18, 0.35)
    thin: Range = (0.0, 0.0)
    join: Strength = 0.5
    clipped: Strength = 0.0
    one_bit: Strength = 0.0
    jpeg: Strength = 0.1
    inverted: Strength = 0.0
    pulse: Pulse = {"left": 1}
    pulse_once: Strength = 0.0
    pulse_mm: Range = (5.0, 5.0)
    pulse_gap: Range = (0.5, 2.0)
    label: Label = {"above": 1}
    label_x: Range = (0.0, 2.0)
    label_y: Range = (-7.0, -4.0)
    label_mm: Range = (2.2, 3.2)
    spaced: Strength = 0.0
    font: Font = {"sans": 1}
    separator: Separator = {"none": 1}
    first_marker: Strength = 0.0
    text_mm: Range = (2.0, 2.8)
    text_ink: InkColor = {"black": 1}
    heading: Template = ""
    header: tuple[Header, ...] = ()
    rule: Strength = 0.0
    footer: tuple[Template, ...] = ()
    footer_at: Range = (0.02, 0.3)
    footer_gap: Range = (2.0, 10.0)
    table: tuple[Template, ...] = ()


def vendor_names() -> tuple[str, ...]:
    """The names of the styles that come with the package."""
    return tuple(sorted(f.name.removesuffix(".yaml") for f in _folder().iterdir() if f.name.endswith(".yaml")))


@cache
def load_vendor(source: str) -> VendorStyle:
    """The style of a name that `vendor_names` lists, or of a user's YAML file.

    Raises:
        UsageError: there is none of this name, or it breaks the schema; the message names the field.
    """
    file: Traversable | Path = _folder() / f"{source}.yaml" if source in vendor_names() else Path(source)
    if not file.is_file():
        remedy = f"choose vendor (all of them), {', '.join(vendor_names())}, or a .yaml file"
        raise UsageError(f"there is no style {source!r}", where="style", remedy=remedy)
    style = read_yaml(VendorStyle, file, source, "style")
    for layout in style.formats:
        if isinstance(layout, str) and layout not in layout_ids():
            raise UsageError(f"formats: there is no layout {layout!r}", where=source, remedy="mend the style file")
        drawn = layout.cells + layout.strips if isinstance(layout, Layout) else ()
        if others := [cell.lead for cell in drawn if cell.lead not in LEADS]:
            raise UsageError(f"formats: {others[0]} is none of the twelve leads", where=source, remedy="leave it out")
    return style


def check_styles(recipe: PageRecipe) -> None:
    """Reads the styles of a recipe.

    Raises:
        UsageError: one of them does not exist or breaks the schema.
    """
    for name in recipe.styles:
        if name not in (OWN_STYLE, ANY_VENDOR):
            load_vendor(name)


def _folder() -> Traversable:
    return resources.files("ecgimg.synth") / "styles"
