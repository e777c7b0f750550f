"""The JSON of a screened page: STEM.screen.json, versioned, read back to see whether a page was done before."""

from __future__ import annotations

from pathlib import Path
from typing import Final, Literal

from pydantic import Field, ValidationError

from ecgimg.datamodel.page import Photo
from ecgimg.findings.opinions import Opinion
from ecgimg.findings.statements import statement
from ecgimg.io.files import write_atomically
from ecgimg.networks.manifest import list_weights
from ecgimg.networks.screen import ABNORMAL, NAME, Prediction
from ecgimg.schemas.common import PageSource, Part, describe_source, versions

SCHEMA: Final = "ecgimg/screen/1"
ABNORMAL_NAME = "Not a normal ECG"


class ScreenFindingResult(Part):
    """One finding of the image network."""

    code: str = Field(description="ABNORMAL, an SCP-ECG code, or PTB-XL's name of the subclass or superclass")
    group: str = Field(description="screening, superclass, subclass or rhythm")
    name: str = Field(description="the code in words")
    probability: float = Field(description="calibrated, 0 to 1")
    threshold: float = Field(description="probability of the best balanced accuracy")
    positive: bool = Field(description="true where the probability reaches the threshold")


class ScreenResult(Part):
    """What the image network says of one page, without digitizing it."""

    schema_: Literal["ecgimg/screen/1"] = Field(
        default=SCHEMA, alias="schema", description="name and version of this schema"
    )
    source: PageSource
    is_ecg: float = Field(description="probability that the picture is an ECG page")
    readable: float = Field(description="probability that its curves can be followed")
    turn: int = Field(description="quarter turns clockwise by which the page lies in the picture")
    corners: tuple[tuple[float, float], ...] = Field(
        description="pixels (x, y) of the picture around the curves, from the reading's top left clockwise"
    )
    findings: tuple[ScreenFindingResult, ...]
    files: tuple[str, ...] = Field(description="names of the files that belong to this page, in its folder")
    seconds: float = Field(description="time it took, loading of the network included")
    network: str = Field(description="first 12 digits of the network's hash")
    versions: dict[str, str] = Field(description="of Python, this package and the libraries that touch the picture")

    def probability(self, code: str) -> float:
        """Probability of one finding; KeyError where there is none."""
        for finding in self.findings:
            if finding.code == code:
                return finding.probability
        raise KeyError(f"no finding {code!r}")


def describe_screen(photo: Photo, sight: Prediction, files: tuple[str, ...], seconds: float) -> ScreenResult:
    """The result of one page."""
    reading = sight.classification
    return ScreenResult(
        source=describe_source(photo),
        is_ecg=round(reading.is_ecg, 4),
        readable=round(reading.readable, 4),
        turn=reading.quarter_turns,
        corners=tuple((round(float(x), 1), round(float(y), 1)) for x, y in sight.corners),
        findings=tuple(_finding(f) for f in reading.findings),
        files=files,
        seconds=round(seconds, 3),
        network=network_hash(),
        versions=versions(),
    )


def network_hash() -> str:
    """What tells one state of the network from another."""
    return next((w.sha256[:12] for w in list_weights() if w.name == NAME), "")


def write_screen(result: ScreenResult, path: Path) -> Path:
    """Writes the JSON of a screened page; OutputError where it can't be written."""
    return write_atomically(path, (result.model_dump_json(by_alias=True, indent=2) + "\n").encode())


def read_screen(path: Path) -> ScreenResult | None:
    """The JSON of a screened page; None where there is none, or it is of another kind or version."""
    try:
        return ScreenResult.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return None


def _finding(finding: Opinion) -> ScreenFindingResult:
    name = ABNORMAL_NAME if finding.code == ABNORMAL else statement(finding.code, finding.group).name
    return ScreenFindingResult(
        code=finding.code,
        group=finding.group,
        name=name,
        probability=round(finding.probability, 4),
        threshold=round(finding.threshold, 4),
        positive=finding.positive,
    )
