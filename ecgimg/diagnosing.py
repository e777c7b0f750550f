"""The chain from a photo to a report: digitize, ask both networks, measure, and join what they say.

The image network sees the photo as it came, the signal network the digitized recording and nothing else, so that their
opinions are independent. A page that can't be digitized still gets a report from the image alone, which says why.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ecgimg.errors import RefusedError
from ecgimg.findings import Diagnosis, Report, Screening
from ecgimg.io.images import read_page
from ecgimg.io.results import PageSettings, page_confidence
from ecgimg.options import Options
from ecgimg.pipeline import STEPS as DIGITIZING
from ecgimg.pipeline import Clock, Digitized, Hook, digitize_photo
from ecgimg.stages.combine import agreement, combine, lead_qualities, not_visible, read_by
from ecgimg.stages.diagnose import diagnose as ask_signal
from ecgimg.stages.measure import measure
from ecgimg.stages.screen import screen as ask_image
from ecgimg.types import Photo

STEPS = ("load", "screen", *DIGITIZING[1:], "diagnose", "measure", "combine")


def diagnose_page(path: Path, page: int, options: Options, name: str, hook: Hook | None = None) -> Report:
    """The report of one page of a picture or document; `name` becomes the report's.

    Raises:
        UnreadableInputError: the file can't be read.
        DependencyError: the weights of a network are missing or damaged.
        UsageError: there is no such page or layout.
    """
    clock = Clock(hook, STEPS)
    photo = clock.run("load", lambda: read_page(path, page))
    screening = clock.run("screen", lambda: ask_image(photo))
    read = _digitize(photo, options, name, clock)
    made = read.made
    quality = page_confidence(made.match, made.recording) if made else 0.0
    diagnosis = None if made is None else clock.run("diagnose", lambda: ask_signal(made.recording, quality))
    measured = () if made is None else clock.run("measure", lambda: measure(made.recording))
    leads = lead_qualities(made.recording if made else None)
    findings = clock.run("combine", lambda: combine(diagnosis, screening, leads, quality))
    return Report(
        photo=photo,
        name=name,
        settings=PageSettings(layout=options.layout, paper_speed=options.paper_speed, gain=options.gain),
        read_by=read_by(diagnosis, screening),
        findings=findings,
        leads=leads,
        measurements=measured,
        not_visible=not_visible(leads, findings),
        agreement=agreement(findings),
        warnings=_warnings(made, diagnosis, screening),
        recording=made.recording if made else None,
        sheet=made.sheet if made else None,
        match=made.match if made else None,
        diagnosis=diagnosis,
        screening=screening,
        refusal=read.refusal or (diagnosis.refusal if diagnosis else ""),
        timings=tuple(clock.timings),
    )


def diagnose(
    source: str | Path,
    *,
    page: int = 1,
    layout: str | Path | None = None,
    paper_speed: float | None = None,
    gain: float | None = None,
    hook: Hook | None = None,
) -> Report:
    """What two networks find on a photo, scan or PDF page of a paper ECG, with what speaks for each finding.

    Arguments and errors are those of `ecgimg.digitize`, but a page that can't be digitized is no error: the report then
    rests on the image alone, or says that nothing was read, and `refusal` tells why.

    Raises:
        UnreadableInputError: the file can't be read.
        DependencyError: the weights of a network are missing or damaged.
        UsageError: there is no such page, layout, speed or gain.
    """
    chosen = None if layout is None else str(layout)
    options = Options.read(layout=chosen, paper_speed=paper_speed, gain=gain)
    return diagnose_page(Path(source), page, options, Path(source).stem, hook)


@dataclass(frozen=True, eq=False)
class _Read:
    """A digitized page, or why there is none."""

    made: Digitized | None
    refusal: str = ""


def _digitize(photo: Photo, options: Options, name: str, clock: Clock) -> _Read:
    try:
        return _Read(digitize_photo(photo, options, name, clock))
    except RefusedError as error:
        return _Read(None, str(error))


def _warnings(made: Digitized | None, diagnosis: Diagnosis | None, screening: Screening) -> tuple[str, ...]:
    told = [*(made.recording.warnings if made else ()), *(diagnosis.warnings if diagnosis else ())]
    if not screening.is_ecg:
        told.append("the image network does not take this picture for a 12-lead ECG")
    elif not screening.is_readable:
        told.append("the image network takes this picture for too poor to be read")
    return tuple(dict.fromkeys(told))
