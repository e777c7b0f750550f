"""Paper formats: schema and loader of `layouts/*.yaml`.

A format describes what is printed and when, never where on the page: rows of cells from left to right, the seconds of a
column, the rhythm strips under them, and the usual paper speed and gain. A user's own file has the same form:

    id: 3x4+1R
    title: three rows of four columns, lead II as rhythm strip
    rows:
      - [I, aVR, V1, V4]
      - [II, aVL, V2, V5]
      - [III, aVF, V3, V6]
    column_seconds: 2.5
    rhythm: [II]
    paper_speed: 25        # mm/s
    gain: 10               # mm/mV
    simultaneous: false    # true: every column starts at 0 s instead of where the one before it ends
    continued: false       # true: the lines are one strip of one lead; each starts where the one before it ends
"""

from __future__ import annotations

import os
from functools import cached_property
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from ecgimg.datamodel.leads import parse_printed_lead
from ecgimg.errors import UsageError
from ecgimg.io.yaml_file import read_yaml
from ecgimg.text import shortened

PAPER_SPEEDS = (12.5, 25.0, 50.0, 100.0)
"""Paper speeds in mm/s that ECG machines print with."""
GAINS = (2.5, 5.0, 10.0, 20.0)
"""Gains in mm/mV that ECG machines print with."""
MAX_COLUMN_SECONDS = 60.0
"""Columns of a format are no longer than this."""


class Cell(BaseModel):
    """One printed stretch of one lead.

    `sign` is -1 where the paper shows the lead upside down (Cabrera's -aVR); `start` and `seconds` are recording time.
    """

    model_config = ConfigDict(frozen=True)

    lead: str
    sign: int
    row: int
    column: int
    start: float
    seconds: float

    @property
    def printed_name(self) -> str:
        """The name as the paper shows it."""
        return f"-{self.lead}" if self.sign < 0 else self.lead


class Layout(BaseModel):
    """One paper format; see the module's text for the file it is read from."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    id: str = Field(pattern=r"^[A-Za-z0-9+_.-]+$")
    title: str
    rows: tuple[tuple[str, ...], ...] = Field(min_length=1)
    column_seconds: float = Field(gt=0, le=MAX_COLUMN_SECONDS)
    rhythm: tuple[str, ...] = ()
    paper_speed: float = 25.0
    gain: float = 10.0
    simultaneous: bool = False
    continued: bool = False

    @field_validator("paper_speed")
    @classmethod
    def _known_speed(cls, value: float) -> float:
        if value not in PAPER_SPEEDS:
            raise ValueError(f"{value} mm/s is not one of {PAPER_SPEEDS}")
        return value

    @field_validator("gain")
    @classmethod
    def _known_gain(cls, value: float) -> float:
        if value not in GAINS:
            raise ValueError(f"{value} mm/mV is not one of {GAINS}")
        return value

    @model_validator(mode="after")
    def _leads_stand_once(self) -> Layout:
        if len({len(row) for row in self.rows}) != 1:
            raise ValueError("every row needs the same number of cells")
        leads = [parse_printed_lead(name)[0] for row in self.rows for name in row]
        if self.continued:
            self._require_one_lead(leads)
        elif len(set(leads)) != len(leads):
            raise ValueError(f"a lead stands twice outside the rhythm strips: {', '.join(leads)}")
        for name in self.rhythm:
            parse_printed_lead(name)
        return self

    def _require_one_lead(self, leads: list[str]) -> None:
        if len(set(leads)) > 1 or self.n_columns > 1 or self.rhythm:
            raise ValueError("lines that continue one another show one lead, one cell a line, and no rhythm strips")

    @property
    def n_rows(self) -> int:
        """Rows of cells, without the rhythm strips."""
        return len(self.rows)

    @property
    def n_columns(self) -> int:
        """Cells in a row."""
        return len(self.rows[0])

    @property
    def n_lines(self) -> int:
        """Printed lines: rows of cells and rhythm strips."""
        return self.n_rows + len(self.rhythm)

    @property
    def seconds(self) -> float:
        """Printed length of a line in seconds; in recording time it is the columns' length if they are simultaneous."""
        return self.n_columns * self.column_seconds

    @property
    def recorded_seconds(self) -> float:
        """Recording time from the start of the page to the end of its last cell."""
        return max(cell.start + cell.seconds for cell in (*self.cells, *self.strips))

    @property
    def column_mm(self) -> float:
        """Length of a column on paper at the usual paper speed."""
        return self.column_seconds * self.paper_speed

    def on_same_paper(self, paper_speed: float) -> Layout:
        """The format as machines print it on the same paper at another speed: its columns are as long in millimetres.

        Raises:
            ValidationError: a column would last longer than MAX_COLUMN_SECONDS.
        """
        return self.lasting(self.seconds * self.paper_speed / paper_speed)

    def lasting(self, seconds: float) -> Layout:
        """The format with lines of another length in seconds."""
        # Made anew, not copied: a copy would keep the cells of the longer columns.
        return Layout.model_validate({**self.model_dump(), "column_seconds": seconds / self.n_columns})

    @cached_property
    def cells(self) -> tuple[Cell, ...]:
        """The cells row by row, from left to right."""
        return tuple(self._cell(name, r, c) for r, row in enumerate(self.rows) for c, name in enumerate(row))

    @cached_property
    def strips(self) -> tuple[Cell, ...]:
        """The rhythm strips from top to bottom; their rows go on after the cells' rows."""
        return tuple(self._strip(name, self.n_rows + k) for k, name in enumerate(self.rhythm))

    def _cell(self, name: str, row: int, column: int) -> Cell:
        lead, sign = parse_printed_lead(name)
        place = row if self.continued else column
        start = 0.0 if self.simultaneous else place * self.column_seconds
        return Cell(lead=lead, sign=sign, row=row, column=column, start=start, seconds=self.column_seconds)

    def _strip(self, name: str, row: int) -> Cell:
        lead, sign = parse_printed_lead(name)
        return Cell(lead=lead, sign=sign, row=row, column=0, start=0.0, seconds=self.seconds)


def load_layout(source: str | Path) -> Layout:
    """The layout of a name that `layout_ids` lists, or of a user's YAML file.

    Raises:
        UsageError: no such layout, or the file is not a valid one; the message says which line of the schema it breaks.
    """
    text = str(source)
    if text in layout_ids():
        return _parse(_folder() / f"{text}.yaml", text)
    path = Path(source)
    if path.suffix.lower() not in (".yaml", ".yml"):
        raise UsageError(
            f"there is no layout {shortened(text)!r}",
            where="layout",
            remedy=f"choose one of {', '.join(layout_ids())}, or a .yaml",
        )
    if not os.path.exists(path):  # Path.exists raises on a name that no file can have
        raise UsageError(f"no file {shortened(text)}", where="layout", remedy="check the path of the layout file")
    return _parse(path, text)


def load_layouts() -> tuple[Layout, ...]:
    """All layouts that come with the package, sorted by name."""
    return tuple(load_layout(name) for name in layout_ids())


def layout_ids() -> tuple[str, ...]:
    """Names of the layouts that come with the package."""
    return tuple(sorted(f.name.removesuffix(".yaml") for f in _folder().iterdir() if f.name.endswith(".yaml")))


def _folder() -> Traversable:
    return resources.files("ecgimg._layouts")


def _parse(file: Traversable | Path, where: str) -> Layout:
    return read_yaml(Layout, file, where, "layout")
