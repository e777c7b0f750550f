"""What a user corrected on a page (`page.corrections.json`): changes with their times. Dropping one undoes it.

Rows and the stretches in them count from 1, from the top and from the left. Points are photo pixels (x, y). Changes act
in the order of the list, but a layout starts leads and columns afresh, and a gain of all leads those of single ones.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Literal, Self, TypeAlias, TypeVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from ecgimg.datamodel.leads import lead_name, parse_printed_lead
from ecgimg.errors import UsageError
from ecgimg.io.files import open_regular, write_atomically
from ecgimg.layouts import GAINS, PAPER_SPEEDS, layout_ids
from ecgimg.text import shortened

if TYPE_CHECKING:
    from ecgimg.datamodel.page import Photo  # with numpy, which listings do without

SCHEMA: Final = "ecgimg/corrections/1"
MAX_BYTES = 4_000_000
"""Largest file that is read."""
MAX_CHANGES = 500
MAX_POINTS = 4000
"""Points of one drawn line: more than a page has columns."""
MAX_PX = 100_000
"""No photo that can be read has a longer side."""

KIND = "what is changed"
"""Description of a field of each change."""

Pixel = Annotated[float, Field(ge=-MAX_PX, le=MAX_PX, allow_inf_nan=False)]
Point: TypeAlias = tuple[Pixel, Pixel]
Count = Annotated[int, Field(ge=1, le=1000)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Change(_Part):
    """What every change has."""

    id: str = Field(pattern=r"^[A-Za-z0-9_-]{1,40}$", description="name of the change, once in its file")
    time: AwareDatetime = Field(description="when it was made, UTC")

    @field_validator("time")
    @classmethod
    def _is_utc(cls, value: AwareDatetime) -> AwareDatetime:
        if value.utcoffset() != timedelta(0):
            raise ValueError("the time is UTC, as 2026-01-31T12:00:00Z")
        return value


class Rename(_Change):
    """Another name for a lead: all of its stretches, or those of one row."""

    kind: Literal["rename"] = Field("rename", description=KIND)
    lead: str = Field(description="present name of the lead")
    to: str = Field(description="its right name; -aVR where it is printed upside down")
    row: Count | None = Field(None, description="only in this row; null for all rows")

    _lead = field_validator("lead")(staticmethod(lead_name))

    @field_validator("to")
    @classmethod
    def _is_printed(cls, value: str) -> str:
        parse_printed_lead(value)
        return value

    @property
    def summary(self) -> str:
        """The change in a few words."""
        return f"lead {self.lead}{'' if self.row is None else f' of row {self.row}'} renamed {self.to}"


class Exchange(_Change):
    """Two leads get each other's name."""

    kind: Literal["exchange"] = Field("exchange", description=KIND)
    leads: tuple[str, str] = Field(description="present names of the two leads")

    @field_validator("leads")
    @classmethod
    def _two(cls, value: tuple[str, str]) -> tuple[str, str]:
        one, other = lead_name(value[0]), lead_name(value[1])
        if one == other:
            raise ValueError(f"{one} can't be exchanged with itself")
        return one, other

    @property
    def summary(self) -> str:
        """The change in a few words."""
        return f"leads {self.leads[0]} and {self.leads[1]} exchanged"


class ChooseLayout(_Change):
    """Another layout; leads and columns start afresh with it."""

    kind: Literal["layout"] = Field("layout", description=KIND)
    layout: str = Field(description="a name of `ecgimg layouts list`")

    @field_validator("layout")
    @classmethod
    def _comes_with_the_package(cls, value: str) -> str:
        if value not in layout_ids():
            raise ValueError(f"{shortened(value)!r} is not one of {', '.join(layout_ids())}")
        return value

    @property
    def summary(self) -> str:
        """The change in a few words."""
        return f"layout {self.layout}"


class SetSpeed(_Change):
    """Another paper speed."""

    kind: Literal["speed"] = Field("speed", description=KIND)
    mm_per_s: float = Field(description="mm/s")

    @field_validator("mm_per_s")
    @classmethod
    def _known(cls, value: float) -> float:
        return _one_of(value, PAPER_SPEEDS, "mm/s")

    @property
    def summary(self) -> str:
        """The change in a few words."""
        return f"{self.mm_per_s:g} mm/s"


class SetGain(_Change):
    """Another gain."""

    kind: Literal["gain"] = Field("gain", description=KIND)
    mm_per_mv: float = Field(description="mm/mV")
    lead: str | None = Field(None, description="only of this lead; null for all leads")

    _lead = field_validator("lead")(staticmethod(lambda lead: None if lead is None else lead_name(lead)))

    @field_validator("mm_per_mv")
    @classmethod
    def _known(cls, value: float) -> float:
        return _one_of(value, GAINS, "mm/mV")

    @property
    def summary(self) -> str:
        """The change in a few words."""
        return f"{self.mm_per_mv:g} mm/mV{'' if self.lead is None else f' for lead {self.lead}'}"


class MoveColumn(_Change):
    """Another place at which a stretch begins: the n-th of every row, or of one row."""

    kind: Literal["column_start"] = Field("column_start", description=KIND)
    column: Count = Field(description="number of the stretch in its row, from the left")
    at: Point = Field(description="photo point through which the stretches begin")
    row: Count | None = Field(None, description="only in this row; null for all rows")

    @property
    def summary(self) -> str:
        """The change in a few words."""
        return f"start of column {self.column}{'' if self.row is None else f' of row {self.row}'} moved"


class Redraw(_Change):
    """A stretch of a curve drawn anew, from the leftmost to the rightmost of its points."""

    kind: Literal["redraw"] = Field("redraw", description=KIND)
    row: Count = Field(description="row of the curve, from the top")
    points: tuple[Point, ...] = Field(min_length=2, max_length=MAX_POINTS, description="photo points along the curve")
    snap: bool = Field(False, description="whether the curve follows the ink near to the points")

    @property
    def summary(self) -> str:
        """The change in a few words."""
        return f"a stretch of row {self.row} redrawn"


class Erase(_Change):
    """A stretch of a curve that shows nothing: unknown from the leftmost to the rightmost of two points."""

    kind: Literal["erase"] = Field("erase", description=KIND)
    row: Count = Field(description="row of the curve, from the top")
    points: tuple[Point, Point] = Field(description="photo points at the ends of the stretch")

    @property
    def summary(self) -> str:
        """The change in a few words."""
        return f"a stretch of row {self.row} erased"


LeadChange: TypeAlias = Rename | Exchange | MoveColumn
CurveChange: TypeAlias = Redraw | Erase
Change: TypeAlias = Rename | Exchange | ChooseLayout | SetSpeed | SetGain | MoveColumn | Redraw | Erase
C = TypeVar("C")


class CorrectedPage(_Part):
    """The page that is corrected."""

    sha256: str = Field(pattern=r"^[0-9a-f]{64}$", description="hash of its file in hexadecimal, as in STEM.json")
    page: Count = Field(1, description="page within its document, from 1")
    width: int = Field(ge=1, le=MAX_PX, description="width of its picture in pixels, upright")
    height: int = Field(ge=1, le=MAX_PX, description="height of its picture in pixels, upright")

    @classmethod
    def of(cls, photo: Photo) -> Self:
        """A photo as a page to correct."""
        height, width = photo.shape
        return cls(sha256=photo.sha256, page=photo.page, width=width, height=height)


class Corrections(_Part):
    """All changes of a page, oldest first."""

    schema_: Literal["ecgimg/corrections/1"] = Field(
        default=SCHEMA, alias="schema", description="name and version of this schema"
    )
    page: CorrectedPage
    changes: tuple[Annotated[Change, Field(discriminator="kind")], ...] = Field(
        default=(), max_length=MAX_CHANGES, description="oldest first"
    )

    @model_validator(mode="after")
    def _ids_stand_once(self) -> Self:
        if len({one.id for one in self.changes}) != len(self.changes):
            raise ValueError("the id of a change stands once")
        return self

    @property
    def layout(self) -> str | None:
        """The layout that was chosen last."""
        return next((one.layout for one in reversed(self.changes) if isinstance(one, ChooseLayout)), None)

    @property
    def speed(self) -> float | None:
        """The paper speed that was set last, in mm/s."""
        return next((one.mm_per_s for one in reversed(self.changes) if isinstance(one, SetSpeed)), None)

    @property
    def gain(self) -> float | None:
        """The gain of all leads that was set last, in mm/mV."""
        gains = [one.mm_per_mv for one in self._of(SetGain) if one.lead is None]
        return gains[-1] if gains else None

    @property
    def lead_gains(self) -> dict[str, float]:
        """Gains in mm/mV of single leads, set after that of all."""
        gains: dict[str, float] = {}
        for one in self._of(SetGain):
            if one.lead is None:
                gains.clear()
            else:
                gains[one.lead] = one.mm_per_mv
        return gains

    @property
    def lead_changes(self) -> tuple[LeadChange, ...]:
        """What was changed on leads and columns since the layout was chosen."""
        chosen = [k for k, one in enumerate(self.changes) if isinstance(one, ChooseLayout)]
        since = self.changes[chosen[-1] :] if chosen else self.changes
        return tuple(one for one in since if isinstance(one, LeadChange))

    @property
    def curve_changes(self) -> tuple[CurveChange, ...]:
        """What was drawn and erased."""
        return tuple(one for one in self.changes if isinstance(one, CurveChange))

    def require_page(self, photo: Photo) -> None:
        """Refuses corrections of another page.

        Raises:
            UsageError: the photo is another file, page or size.
        """
        height, width = photo.shape
        if (self.page.sha256, self.page.page, self.page.width, self.page.height) != (
            photo.sha256, photo.page, width, height,
        ):  # fmt: skip
            what = f"the corrections are of another page than {photo.source.name}"
            raise UsageError(what, where="corrections", remedy="give the page whose SHA-256 they have")

    def write(self, path: Path) -> Path:
        """Writes the file; OutputError where it can't be written."""
        return write_atomically(path, (self.model_dump_json(by_alias=True, indent=1) + "\n").encode())

    def _of(self, kind: type[C]) -> tuple[C, ...]:
        return tuple(one for one in self.changes if isinstance(one, kind))


def read_corrections(path: Path) -> Corrections:
    """The corrections in a file.

    Raises:
        UsageError: no such file, or it is no valid one; the message names the change and the field.
    """
    try:
        with open_regular(path) as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise UsageError(f"{error.strerror or error}", where=str(path), remedy="check the path") from error
    if len(data) > MAX_BYTES:
        remedy = "leave out drawn points, or old changes"
        raise UsageError(f"the file has more than {MAX_BYTES:,} bytes", where=str(path), remedy=remedy)
    return parse_corrections(data, str(path))


def parse_corrections(data: bytes | str, where: str = "corrections") -> Corrections:
    """The corrections in the text of a file; errors as `read_corrections`."""
    try:
        return Corrections.model_validate_json(data)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        message = shortened(first["msg"].removeprefix("Value error, "), 200)
        what = f"{shortened(place)}: {message}" if place else message
        raise UsageError(what, where=where, remedy="mend this change, or leave it out") from error


def _one_of(value: float, allowed: tuple[float, ...], unit: str) -> float:
    if value not in allowed:
        raise ValueError(f"{value:g} {unit} is not one of {', '.join(f'{v:g}' for v in allowed)}")
    return value
