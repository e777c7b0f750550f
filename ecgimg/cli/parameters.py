"""Arguments and options that several commands share, each declared once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ecgimg.recording.formats import DEFAULT_FORMAT, FORMAT_NAMES, OUTPUT_NAMES

Inputs = Annotated[
    list[str] | None,
    typer.Argument(metavar="[INPUT...]", help="Pictures, PDFs, folders (searched recursively), globs, URIs."),
]
PagesAndRecordings = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[INPUT...]", help="Pictures, PDFs, recordings (WFDB, DICOM, EDF+ ...), folders, globs, URIs."
    ),
]
FromFile = Annotated[
    Path | None,
    typer.Option(help="List of further inputs: a text, or CSV or Parquet with the columns path and, if wished, id."),
]
ResultsFolder = Annotated[str, typer.Option("-o", "--out", help="Folder for the results; of a store also a URI.")]
ReportsFolder = Annotated[str, typer.Option("-o", "--out", help="Folder for the reports; of a store also a URI.")]
Store = Annotated[
    str | None, typer.Option(help="parquet: one data set in place of files for each page; see `ecgimg export`.")
]
Dask = Annotated[
    str | None, typer.Option(help="Run on a Dask cluster: the address of its scheduler, or local:N; needs --store.")
]
LayoutName = Annotated[str | None, typer.Option(help="auto, a name of `layouts list`, or a YAML file. [auto]")]
PaperSpeed = Annotated[float | None, typer.Option(help="mm/s, instead of what the page tells.")]
PatientAge = Annotated[int | None, typer.Option("--age", help="Years: limits of statements.")]
Gain = Annotated[float | None, typer.Option(help="mm/mV, instead of what the page tells.")]
Formats = Annotated[
    list[str] | None,
    typer.Option("--format", help=f"{', '.join(OUTPUT_NAMES)}; several times. [{DEFAULT_FORMAT}]"),
]
CompleteFormats = Annotated[
    list[str] | None,
    typer.Option("--format", help=f"{', '.join(FORMAT_NAMES)}; several times. [{DEFAULT_FORMAT}]"),
]
ReportFormats = Annotated[
    list[str] | None,
    typer.Option("--format", help=f"Write the recording too: {', '.join(OUTPUT_NAMES)}; several times. [none]"),
]
ExportRate = Annotated[float | None, typer.Option("--fs", help="Samples a second in the files. [as read]")]
ExportSeconds = Annotated[float | None, typer.Option("--seconds", help="Length in the files, cut or padded. [as read]")]
ExportUnits = Annotated[str | None, typer.Option("--units", help="mV or uV in the files. [mV]")]
Fill = Annotated[str | None, typer.Option(help="Unknown samples: nan, zero or interpolate; the files say so. [nan]")]
PatientId = Annotated[str | None, typer.Option(help="Patient identifier in the files; never read from the page.")]
PatientName = Annotated[str | None, typer.Option(help="Patient name in the files.")]
BirthDate = Annotated[str | None, typer.Option(help="Date of birth in the files, YYYY-MM-DD.")]
Sex = Annotated[str | None, typer.Option(help="M, F or O: in the files, and for limits of statements.")]
Recorded = Annotated[str | None, typer.Option(help="When the ECG was recorded, YYYY-MM-DDTHH:MM.")]
OwnModels = Annotated[
    list[Path] | None,
    typer.Option("--model", help="Folder of `ecgimg finetune`: its findings stand in the report too; several times."),
]
Corrections = Annotated[Path | None, typer.Option(help="JSON file of what was corrected on the page.")]
Language = Annotated[str | None, typer.Option(help="Of reports: en or de. [en]")]
UseGenerated = Annotated[
    bool, typer.Option("--use-generated", help="Let results rest on samples that `complete` generated, too.")
]
Pdf = Annotated[bool, typer.Option("--pdf", help="Write each report as a PDF too.")]
Jobs = Annotated[int | None, typer.Option("-j", "--jobs", help="Pages at the same time. [what cores and memory allow]")]
Timeout = Annotated[float | None, typer.Option(help="Seconds after which a page is given up. [120]")]
MaxMemory = Annotated[
    float | None, typer.Option(help="GB of memory for each page at work; a page that needs more fails. [4]")
]
MaxPages = Annotated[int | None, typer.Option(help="Pages that a document may have; one that has more fails. [1000]")]
Force = Annotated[bool, typer.Option("--force", help="Do pages again that are done.")]
Debug = Annotated[bool, typer.Option("--debug", help="Keep a picture of every step.")]
DicomPhoto = Annotated[
    bool, typer.Option("--dicom-photo", help="Store the photo as a DICOM secondary capture, in the study of dicom.")
]
NoPhoto = Annotated[bool, typer.Option("--no-photo", help="Store no pixel of the photo in any picture or report.")]
Redact = Annotated[
    bool, typer.Option("--redact", help="Store only the surroundings of the traces, the rest without any detail.")
]
Config = Annotated[Path | None, typer.Option(help="YAML file of options; ECGIMG_... and flags win.")]
Quiet = Annotated[bool, typer.Option("-q", "--quiet", help="Print only what went wrong.")]
Verbose = Annotated[
    bool, typer.Option("-v", "--verbose", help="Print pages that were done before, and tracebacks, too.")
]

PtbxlData = Annotated[str, typer.Option(help="ptbxl:DIR, the folder of PTB-XL 1.0.x.")]
SignalSource = Annotated[str, typer.Option(help="Signals: sim, generate, ptbxl:DIR, ludb:DIR or wfdb:DIR.")]
DrawnFold = Annotated[int, typer.Option(min=1, max=10, help="The fold to draw.")]
Presets = Annotated[str, typer.Option(help="Recipes of pages, separated by commas.")]
PagesOfPreset = Annotated[int, typer.Option("-n", "--pages", min=1, help="Pages of each preset.")]
Processes = Annotated[
    str, typer.Option("-j", "--jobs", help="Processes, or a Dask cluster: local:N or the address of its scheduler.")
]
Weights = Annotated[Path | None, typer.Option(help="An exported network in place of the packaged one.")]

Readings = Annotated[
    Path | None, typer.Option(help="Folder of pages that were read; benches can share one. [OUT/readings]")
]

Draw = Annotated[bool, typer.Option(help="Draw and read pages that the folder of readings lacks.")]

RunFolder = Annotated[Path, typer.Option("-o", "--out", help="Shards, checkpoint and exported network; resumes there.")]
Steps = Annotated[int, typer.Option(min=1, help="Optimizer steps.")]
HeldPages = Annotated[int, typer.Option(min=1, help="Held-out pages of each recipe.")]
Threads = Annotated[int, typer.Option(min=1, help="Threads.")]
RenderingThreads = Annotated[int, typer.Option(min=1, help="Threads; rendering takes one process more.")]
Package = Annotated[bool, typer.Option(help="Put the result into the package.")]
