"""The JSON of a screened page, STEM.screen.json: versioned, and read again to skip pages that are done."""

from __future__ import annotations

from typing import Final, Literal

from pydantic import Field

from ecgimg.datamodel.page import Photo
from ecgimg.findings.opinions import Opinion
from ecgimg.findings.statements import statement
from ecgimg.networks.manifest import network_hashes
from ecgimg.networks.screen import NAME, Prediction
from ecgimg.options import PHOTO_STORED, PhotoStored
from ecgimg.schemas.common import PageSource, Part, describe_source, rounded, versions

SCHEMA: Final = "ecgimg/screen/1"


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
    photo: PhotoStored = Field(default="whole", description=PHOTO_STORED)
    seconds: float = Field(description="time it took, loading of the network included")
    network: str = Field(description="first 12 digits of the network's hash")
    versions: dict[str, str] = Field(description="of Python, this package and the libraries that touch the picture")

    def probability(self, code: str) -> float:
        """Probability of one finding; KeyError where there is none."""
        for finding in self.findings:
            if finding.code == code:
                return finding.probability
        raise KeyError(f"no finding {code!r}")


def describe_screen(
    photo: Photo, prediction: Prediction, files: tuple[str, ...], seconds: float, stored: PhotoStored = "whole"
) -> ScreenResult:
    """The result of one page; `stored` is what of the photo its overlay shows."""
    reading = prediction.classification
    return ScreenResult(
        source=describe_source(photo),
        is_ecg=rounded(reading.is_ecg),
        readable=rounded(reading.readable),
        turn=reading.quarter_turns,
        corners=tuple((round(float(x), 1), round(float(y), 1)) for x, y in prediction.corners),
        findings=tuple(_finding(f) for f in reading.findings),
        files=files,
        photo=stored,
        seconds=round(seconds, 3),
        network=network_hash(),
        versions=versions(),
    )


def network_hash() -> str:
    """First 12 digits of the SHA-256 of the packaged image network; empty where there is none."""
    return network_hashes().get(NAME, "")


def _finding(finding: Opinion) -> ScreenFindingResult:
    return ScreenFindingResult(
        code=finding.code,
        group=finding.group,
        name=statement(finding.code, finding.group).name,
        probability=rounded(finding.probability),
        threshold=rounded(finding.threshold),
        positive=finding.positive,
    )
