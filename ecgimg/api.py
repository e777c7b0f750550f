"""The Python interface: `ecgimg.digitize`, `diagnose`, `measure`, `interpret`, `screen` and `ecgimg.Report`.

Nothing here reads the environment or a file of options. Everything that a call needs is in its arguments.
"""

from __future__ import annotations

from pathlib import Path
from time import perf_counter

from ecgimg.datamodel.patient import Sex
from ecgimg.findings.measurements import Measurements
from ecgimg.findings.protocol import Interpretation
from ecgimg.findings.report import ReportContent
from ecgimg.io.sources import PageInput, source_name
from ecgimg.options import PageOptions, PhotoStored
from ecgimg.pipelines.diagnose import diagnose_page
from ecgimg.pipelines.digitize import digitize_page
from ecgimg.pipelines.screen import screen_page
from ecgimg.pipelines.step_runner import Hook
from ecgimg.recording.recording import Recording
from ecgimg.report.html import write_html
from ecgimg.schemas.common import write_json
from ecgimg.schemas.report import ReportResult, describe_report
from ecgimg.schemas.screen import ScreenResult, describe_screen
from ecgimg.stages.interpret.interpret import interpret as interpret_measurements
from ecgimg.stages.measure.measure import measure as measure_recording


class Report(ReportContent):
    """The report that `diagnose` returns: its content, and methods that write it."""

    def result(self) -> ReportResult:
        """The report as it is written to STEM.report.json."""
        return describe_report(self)

    def to_json(self, path: str | Path) -> Path:
        """Writes the report as JSON."""
        return write_json(self.result(), Path(path))

    def to_html(self, path: str | Path) -> Path:
        """Writes the report as one self-contained HTML file."""
        return write_html(self, self.result(), Path(path))


def digitize(
    source: PageInput,
    *,
    page: int = 1,
    layout: str | Path | None = None,
    paper_speed: float | None = None,
    gain: float | None = None,
    hook: Hook | None = None,
) -> Recording:
    """The recording on a photo, scan or PDF page of a paper ECG.

    Args:
        source: a JPEG, PNG, TIFF, BMP, WebP, HEIC or PDF file: its path, its bytes, or a file object opened with "rb";
            or the page itself as a PIL image, or as an array uint8 [H, W, 3] (RGB) or [H, W] (grey).
        page: page of the document, from 1.
        layout: a name of `ecgimg layouts list` or a YAML file; found from the page by default.
        paper_speed: mm/s; read from the page by default, 25 where the page does not show it.
        gain: mm/mV; read from the page by default, 10 where the page does not show it.
        hook: called after each step as hook(step, artifact, done, total).

    Raises:
        UnreadableInputError: the file can't be read.
        RefusedError: no ECG that can be digitized without guessing was found.
        UsageError: there is no such page, layout, speed or gain, or the source is of another type.
    """
    options = PageOptions.of(layout, paper_speed, gain)
    return digitize_page(source, page, options, source_name(source), hook).recording


def measure(recording: Recording) -> Measurements:
    """Intervals, axes, beats and waves of a recording, each figure with its uncertainty or with the reason for none.

    Raises:
        DependencyError: the weights of the delineation network are missing or damaged.
    """
    return measure_recording(recording)


def interpret(recording: Recording, sex: Sex | None = None, age: int | None = None) -> Interpretation:
    """What the criteria of the protocol state about a recording, each with the measurements that it rests on.

    Some limits depend on sex, and for men on age in years. Where the sex is not given, such a criterion makes a
    statement for men and one for women.

    Raises:
        DependencyError: the weights of the delineation network are missing or damaged.
    """
    return interpret_measurements(measure_recording(recording), sex, age)


def diagnose(
    source: PageInput,
    *,
    page: int = 1,
    layout: str | Path | None = None,
    paper_speed: float | None = None,
    gain: float | None = None,
    photo: PhotoStored = "whole",
    sex: Sex | None = None,
    age: int | None = None,
    hook: Hook | None = None,
) -> Report:
    """What two networks find on a photo, scan or PDF page of a paper ECG, with the evidence for each finding.

    Arguments and errors are those of `ecgimg.digitize`, but a page that can't be digitized is no error: its report
    rests on the image alone, or on nothing, and `refusal` is the reason. `photo` is what of the photo the report may
    show: "whole", "redacted" (only the surroundings of the traces) or "none". `sex` and `age` are those of `interpret`.

    Raises:
        UnreadableInputError: the file can't be read.
        DependencyError: the weights of a network are missing or damaged.
        UsageError: there is no such page, layout, speed or gain, or the source is of another type.
    """
    options = PageOptions.of(layout, paper_speed, gain, photo, sex, age)
    return Report(**vars(diagnose_page(source, page, options, source_name(source), hook)))


def screen(source: PageInput, *, page: int = 1, hook: Hook | None = None) -> ScreenResult:
    """What the image network alone finds on a page, without tracing it: the content of STEM.screen.json.

    Arguments are those of `ecgimg.digitize`.

    Raises:
        UnreadableInputError: the file can't be read.
        RefusedError: the picture is no ECG page, or can't be read.
        DependencyError: the weights of the network are missing or damaged.
        UsageError: there is no such page, or the source is of another type.
    """
    start = perf_counter()
    screened = screen_page(source, page, hook)
    return describe_screen(screened.photo, screened.prediction, (), perf_counter() - start)
