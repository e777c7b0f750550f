"""The Python interface: `ecgimg.digitize`, `diagnose`, `trace`, `measure`, `interpret`, `complete`, `screen`, `read`,
`write`.

Nothing here reads the environment or a file of options. Everything that a call needs is in its arguments.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from time import perf_counter

from ecgimg.aligned.page import ReadPage, record_of_page, record_of_recording, write_beside
from ecgimg.aligned.record import Interpreted
from ecgimg.corrections import Corrections, read_corrections
from ecgimg.datamodel.patient import Sex
from ecgimg.errors import OutputError, UsageError
from ecgimg.findings.interpretation import interpret_for_files
from ecgimg.findings.measurements import Measurements
from ecgimg.findings.protocol import RuleInterpretation
from ecgimg.findings.report import ReportContent
from ecgimg.io.sources import PageInput, source_name
from ecgimg.options import Language, PageOptions, PhotoStored, export_options
from ecgimg.pipelines.complete import complete_recording
from ecgimg.pipelines.diagnose import diagnose_page, diagnose_recording, trace_page
from ecgimg.pipelines.digitize import Digitized, digitize_page
from ecgimg.pipelines.screen import screen_page
from ecgimg.pipelines.step_runner import Hook
from ecgimg.pipelines.traced_page import TracedPage
from ecgimg.recording.export import Interpretation, export
from ecgimg.recording.formats import ALIGNED_JSON, DEFAULT_FORMAT, FORMAT_NAMES, recording_format
from ecgimg.recording.read import read_recording
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

    def to_html(self, path: str | Path, language: Language = "en") -> Path:
        """Writes the report as one self-contained HTML file."""
        return write_html(self, self.result(), Path(path), language)

    def to_pdf(self, path: str | Path, language: Language = "en") -> Path:
        """Writes the report as a PDF, the ECG as lines in true size.

        Raises:
            DependencyError: the package reportlab is not installed.
        """
        from ecgimg.report.pdf import write_pdf

        return write_pdf(self, self.result(), Path(path), language)

    def write_recording(
        self, folder: str | Path, format: str = DEFAULT_FORMAT, *, name: str | None = None, **options: object
    ) -> Path:
        """Writes the recording with its measurements and positive findings, as far as the format has a place for them.

        Arguments and errors are those of `ecgimg.write`.

        Raises:
            OutputError: the report has no recording, or as `ecgimg.write`.
        """
        if self.recording is None:
            raise OutputError("the report has no recording", where="output", remedy="see the report's refusal")
        return _write(
            self.recording, Path(folder), format, interpret_for_files(self.measurements, self.findings), name, options
        )

    def write_aligned(self, folder: str | Path, name: str | None = None) -> Path:
        """Writes the aligned record (`docs/aligned.md`) into a folder; returns the path of NAME.aligned.json.

        `name` is the record's identifier; the report's name by default.

        Raises:
            OutputError: the report has no recording, or a file can't be written.
        """
        recording, measured, stated = self.recording, self.measurements, self.interpretation
        recording = recording and recording.seen
        if recording is None or measured is None or stated is None:
            raise OutputError("the report has no recording", where="output", remedy="see the report's refusal")
        ecg, folder, name = (
            Interpreted(recording, measured, stated, self.findings),
            Path(folder),
            name or self.name,
        )
        if self.photo is None or self.sheet is None or self.match is None:
            page, record = None, record_of_recording(name, ecg, self.source, self.settings)
        else:
            made = Digitized(self.photo, self.sheet, self.match, recording, self.timings)
            page = ReadPage.of(made, self.settings.photo)
            record = record_of_page(name, ecg, page, self.settings)
        write_beside(record, folder, recording, page)
        return write_json(record, folder / f"{name}{ALIGNED_JSON}")


def trace(
    source: PageInput,
    *,
    page: int = 1,
    layout: str | Path | None = None,
    paper_speed: float | None = None,
    gain: float | None = None,
    hook: Hook | None = None,
) -> TracedPage:
    """All of a page that corrections do not change: `digitize` and `diagnose` go on from it.

    It can be pickled. Arguments are those of `ecgimg.digitize`. A page that is refused is no error here:
    `TracedPage.refusal` is the reason, and another layout may still be chosen where its rows were seen.

    Raises:
        UnreadableInputError: the file can't be read.
        DependencyError: the weights of a network are missing or damaged.
        UsageError: there is no such page, layout, speed or gain, or the source is of another type.
    """
    return trace_page(source, page, PageOptions.of(layout, paper_speed, gain), hook)


def digitize(
    source: PageInput | TracedPage,
    *,
    page: int = 1,
    layout: str | Path | None = None,
    paper_speed: float | None = None,
    gain: float | None = None,
    corrections: Corrections | str | Path | None = None,
    hook: Hook | None = None,
) -> Recording:
    """The recording on a photo, scan or PDF page of a paper ECG.

    Args:
        source: a JPEG, PNG, TIFF, BMP, WebP, HEIC or PDF file: its path, its bytes, or a file object opened with "rb";
            or the page itself as a PIL image, or as an array uint8 [H, W, 3] (RGB) or [H, W] (grey); or a page of
            `ecgimg.trace`, which has its layout, speed and gain by then.
        page: page of the document, from 1.
        layout: a name of `ecgimg layouts list` or a YAML file; found from the page by default.
        paper_speed: mm/s; read from the page by default, 25 where the page does not show it.
        gain: mm/mV; read from the page by default, 10 where the page does not show it.
        corrections: what was corrected on the page, or its JSON file.
        hook: called after each step as hook(step, artifact, done, total).

    Raises:
        UnreadableInputError: the file can't be read.
        RefusedError: no ECG that can be digitized without guessing was found.
        UsageError: there is no such page, layout, speed or gain, the source is of another type, or the corrections are
            of another page or of what it does not have.
    """
    options = _options(source, PageOptions.of(layout, paper_speed, gain, corrections=_corrections(corrections)))
    return digitize_page(source, page, options, _name(source), hook).recording


def read(source: str | Path) -> Recording:
    """The recording in a file of signals: WFDB, CSV, DICOM, HL7 aECG, EDF+, MUSE or Philips XML, MATLAB or FHIR.

    Leads are taken by name or code, in any order and at any rate; what the file does not have is NaN. Numbers without a
    coded unit that no heart makes in mV are taken as microvolts; `Recording.warnings` says so.

    Raises:
        UnreadableInputError: the file can't be read, or has no lead of an ECG.
        DependencyError: the format needs an optional package that is not installed.
    """
    return read_recording(source)


def write(
    recording: Recording,
    folder: str | Path,
    format: str = DEFAULT_FORMAT,
    *,
    name: str | None = None,
    **options: object,
) -> Path:
    """Writes a recording into a folder in one of the formats of `ecgimg digitize --format`; returns the file's path.

    Args:
        recording: the recording.
        folder: made where there is none.
        format: wfdb, csv, dicom, aecg, edf, mat or fhir.
        name: of the files, without a suffix; the recording's by default.
        options: fs, seconds, units, fill, patient_id, patient_name, birth_date, sex and recorded (`ExportOptions`).

    Raises:
        UsageError: there is no such format or option, or a value can't be.
        OutputError: the format can't hold the recording, or a file can't be written.
        DependencyError: the format needs an optional package that is not installed.
    """
    return _write(recording, Path(folder), format, Interpretation(), name, options)


def _write(
    recording: Recording,
    folder: Path,
    format: str,
    interpretation: Interpretation,
    name: str | None,
    options: dict[str, object],
) -> Path:
    if format not in FORMAT_NAMES:
        raise UsageError(f"{format!r} is not one of {', '.join(FORMAT_NAMES)}", where="format")
    held = export(recording, export_options(**options), interpretation, name)
    return recording_format(format).write(held, folder, held.name)


def measure(recording: Recording, *, use_generated: bool = False) -> Measurements:
    """Intervals, axes, beats and waves of a recording, each figure with its uncertainty or with the reason for none.

    Samples that `ecgimg.complete` generated are unknown here, unless `use_generated`.

    Raises:
        DependencyError: the weights of the delineation network are missing or damaged.
    """
    return measure_recording(recording, use_generated=use_generated)


def complete(recording: Recording) -> Recording:
    """The recording with what it does not show generated: missing leads, and leads beyond their column.

    Limb leads follow exactly where two of them are seen. All else is estimated and regresses to the mean of many
    patients: it is not for clinical use. `Recording.generated` marks every sample that was not recorded, and
    `Recording.seen` is the recording without them.

    Raises:
        DependencyError: the weights of a network are missing or damaged.
    """
    return complete_recording(recording)


def interpret(
    recording: Recording, sex: Sex | None = None, age: int | None = None, *, use_generated: bool = False
) -> RuleInterpretation:
    """What the criteria of the protocol state about a recording, each with the measurements that it rests on.

    Some limits depend on sex, and for men on age in years. Where the sex is not given, such a criterion makes a
    statement for men and one for women. `use_generated` is that of `measure`.

    Raises:
        DependencyError: the weights of the delineation network are missing or damaged.
    """
    return interpret_measurements(measure_recording(recording, use_generated=use_generated), sex, age)


def diagnose(
    source: PageInput | TracedPage | Recording,
    *,
    page: int = 1,
    layout: str | Path | None = None,
    paper_speed: float | None = None,
    gain: float | None = None,
    photo: PhotoStored = "whole",
    sex: Sex | None = None,
    age: int | None = None,
    corrections: Corrections | str | Path | None = None,
    use_generated: bool = False,
    models: Sequence[str | Path] = (),
    hook: Hook | None = None,
) -> Report:
    """What two networks find on a photo, scan or PDF page of a paper ECG, with the evidence for each finding.

    A recording, or a file of one (see `ecgimg.read`), gets a report from the signal network alone, without a photo.
    Arguments and errors are those of `ecgimg.digitize`, but a page that can't be digitized is no error: its report
    rests on the image alone, or on nothing, and `refusal` is the reason. `photo` is what of the photo the report may
    show: "whole", "redacted" (only the surroundings of the traces) or "none". `sex`, `age` and `use_generated` are
    those of `interpret`.
    `models` are folders that `ecgimg finetune` wrote; what their networks find is in `Report.own`.

    Raises:
        UnreadableInputError: the file can't be read.
        DependencyError: the weights of a network are missing or damaged.
        UsageError: there is no such page, layout, speed, gain or model, or the source is of another type.
    """
    own = [Path(folder) for folder in models]
    options = PageOptions.of(layout, paper_speed, gain, photo, sex, age, _corrections(corrections), use_generated, own)
    if isinstance(source, Recording):
        return Report(**vars(diagnose_recording(source, options, hook)))
    return Report(**vars(diagnose_page(source, page, _options(source, options), _name(source), hook)))


def _corrections(given: Corrections | str | Path | None) -> Corrections | None:
    """Corrections, or those of a file."""
    return read_corrections(Path(given)) if isinstance(given, str | Path) else given


def _options(source: object, options: PageOptions) -> PageOptions:
    """The options of a call; a page that was traced has its layout, speed and gain."""
    if not isinstance(source, TracedPage):
        return options
    traced = source.options
    return options.model_copy(update={name: getattr(traced, name) for name in ("layout", "paper_speed", "gain")})


def _name(source: PageInput | TracedPage) -> str:
    return source.photo.source.stem if isinstance(source, TracedPage) else source_name(source)


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
