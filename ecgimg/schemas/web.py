"""What the web server sends beside the report: the state of a page, and its curves for the browser to draw."""

from __future__ import annotations

from typing import Final, Literal

from pydantic import Field

from ecgimg.schemas.common import Part

PAGE_SCHEMA: Final = "ecgimg/web-page/1"
DRAWING_SCHEMA: Final = "ecgimg/drawing/1"
PageStatus = Literal["waiting", "reading", "done", "refused", "failed"]


class WebPage(Part):
    """The state of a page on the server."""

    schema_: Literal["ecgimg/web-page/1"] = Field(
        default=PAGE_SCHEMA, alias="schema", description="name and version of this schema"
    )
    id: str = Field(description="the page's name in all addresses; who has it can see the page")
    status: PageStatus = Field(description="waiting, reading, done, refused (nothing could be read) or failed")
    ahead: int = Field(description="pages that are read before this one")
    step: str = Field(description="the last step that is done, empty before the first")
    done: int = Field(description="steps that are done")
    total: int = Field(description="steps of a reading, 0 where that is not known yet")
    revision: int = Field(description="readings that have ended; every correction adds one")
    problem: str = Field(description="why there is no result, or why the last corrections were not applied, else empty")
    files: tuple[str, ...] = Field(description="names of the files that can be downloaded")
    kept_until: str = Field(description="UTC time at which the page is deleted, ISO 8601")


class Choices(Part):
    """What corrections can choose from."""

    layouts: tuple[str, ...] = Field(description="names of layouts")
    speeds: tuple[float, ...] = Field(description="paper speeds in mm/s")
    gains: tuple[float, ...] = Field(description="gains in mm/mV")
    leads: tuple[str, ...] = Field(description="the 12 leads")


class DrawnCurve(Part):
    """The trace of one cell of the page on the photo; point k lies at start + (k + 0.5) / N x seconds."""

    lead: str = Field(description="name of the lead")
    sign: int = Field(description="-1 where the lead is printed upside down")
    row: int = Field(description="row of the page, from 1 at the top")
    column: int = Field(description="number of the stretch within its row, from 1 on the left")
    is_strip: bool = Field(description="whether it is a rhythm strip")
    start: float = Field(description="seconds of recording time")
    seconds: float = Field(description="length of the stretch")
    x: tuple[float | None, ...] = Field(description="photo pixels, null where nothing was seen")
    y: tuple[float | None, ...] = Field(description="photo pixels, null where nothing was seen")
    corrected: tuple[tuple[float, float], ...] = Field(description="stretches that the user drew or erased, in seconds")


class DrawnLead(Part):
    """The samples of one lead as they are drawn."""

    mv: tuple[float | None, ...] = Field(description="millivolts, null where unknown")
    confidence: tuple[int, ...] = Field(description="percent, for each tenth of a second")


class DrawnEvidence(Part):
    """A stretch of a lead that is evidence for a finding."""

    lead: str = Field(description="name of the lead")
    start: float = Field(description="seconds of recording time")
    end: float = Field(description="seconds of recording time")
    share: float = Field(description="of the strongest stretch, 0 to 1")


class DrawnFinding(Part):
    """A leading finding, which has a letter and a colour in all pictures."""

    letter: str = Field(description="A, B or C")
    color: str = Field(description="CSS colour; the letter stands beside it everywhere")
    code: str = Field(description="the finding's code")
    group: str = Field(description="the finding's group")
    evidence: tuple[DrawnEvidence, ...] = Field(description="where it rests on")


class PageDrawing(Part):
    """The photo's size, its curves, and the samples of all leads."""

    schema_: Literal["ecgimg/drawing/1"] = Field(
        default=DRAWING_SCHEMA, alias="schema", description="name and version of this schema"
    )
    width: int = Field(description="of the photo in pixels, upright by its EXIF tag")
    height: int = Field(description="of the photo in pixels")
    quarter_turns: int = Field(description="by which the photo is turned clockwise so that the page is upright, 0 to 3")
    px_per_mm: float = Field(description="photo pixels a millimetre of paper, 0 where no page was read")
    curves: tuple[DrawnCurve, ...] = Field(description="the cells of the page, in its order")
    fs: float = Field(description="samples a second of `leads`")
    seconds: float = Field(description="length of the recording")
    leading: tuple[DrawnFinding, ...] = Field(description="the leading findings, in their order")
    disorders: tuple[str, ...] = Field(description="ids of the criteria that state a disorder where they are met")
    leads: dict[str, DrawnLead] = Field(description="leads that are known at some time, by name")
