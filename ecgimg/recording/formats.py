"""The file formats of recordings: one row a format, read by options, runs, the command line and the documentation.

Nothing heavy is imported to read the table; a writer or reader is imported when it works.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ecgimg.recording.record_name import record_name

if TYPE_CHECKING:
    from ecgimg.recording.channels import Channels
    from ecgimg.recording.export import Export


@dataclass(frozen=True)
class RecordingFormat:
    """One format.

    `module` is where its functions `write_NAME` and `read_NAME` are; the second is in `reader` where that is given.
    `suffixes` are those of the files that it writes, after the recording's name; empty where it is only read.
    `stem(name)` is the name of its files without a suffix, for a recording's name. `extra` is the optional dependency
    that it needs, empty where it needs none. `loss` is what a recording loses in it. `holds_findings` is whether it has
    a place for measurements and findings.
    """

    name: str
    title: str
    module: str
    suffixes: tuple[str, ...] = ()
    extra: str = ""
    loss: str = ""
    stem: Callable[[str], str] = str
    holds_findings: bool = True
    reader: str = ""

    def write(self, export: Export, folder: Path, name: str) -> Path:
        """Writes the files of a name into a folder; returns the one that a reader opens.

        Raises:
            OutputError: the format can't hold the recording, or the files can't be written.
            DependencyError: an optional package is not installed.
        """
        write = self._function(self.module, "write")
        if len(self.suffixes) > 1:
            return Path(write(export, folder, name))
        return Path(write(export, folder / f"{name}{self.suffixes[0]}"))

    def read(self, path: Path) -> Channels:
        """The signals of a file.

        Raises:
            UnreadableInputError: the file is damaged.
            DependencyError: an optional package is not installed.
        """
        found: Channels = self._function(self.reader or self.module, "read")(path)
        return found

    def _function(self, module: str, verb: str) -> Callable[..., Any]:
        found: Callable[..., Any] = getattr(import_module(f"ecgimg.recording.{module}"), f"{verb}_{self.name}")
        return found


_16_BIT = "confidences; voltages beyond 32.767 mV; less than 1 uV"
FORMATS: tuple[RecordingFormat, ...] = (
    RecordingFormat(
        "wfdb",
        "WFDB record, 16 bit, 1 uV a unit",
        "wfdb_record",
        (".hea", ".dat"),
        loss=f"{_16_BIT}; of the patient all but the identifier; measurements and findings",
        stem=record_name,
        holds_findings=False,
    ),
    RecordingFormat(
        "csv",
        "table of seconds and voltages",
        "csv_table",
        (".csv",),
        loss="confidences; less than 0.1 uV; patient, date and origin; measurements and findings",
        holds_findings=False,
    ),
    RecordingFormat(
        "dicom",
        "DICOM 12-Lead, General or Ambulatory ECG waveform",
        "dicom_waveform",
        (".dcm",),
        "interchange",
        f"{_16_BIT}; rates outside 50 to 1000 Hz; more than 24 leads; measurements without a code",
        reader="dicom_reader",
    ),
    RecordingFormat(
        "aecg",
        "HL7 annotated ECG, XML",
        "aecg_xml",
        (".xml",),
        "interchange",
        "confidences; less than 1 uV; fractions of 0.1 ms of start and length; sex other than M and F; measurements "
        "without a code",
        reader="aecg_reader",
    ),
    RecordingFormat(
        "edf",
        "EDF+",
        "edf_file",
        (".edf",),
        "interchange",
        f"{_16_BIT}; rates that are no whole samples in 1 to 60 s; patient texts beyond 30 letters or outside of ASCII",
    ),
    RecordingFormat("mat", "MATLAB file of version 5", "matlab_file", (".mat",), loss="nothing"),
    RecordingFormat(
        "fhir",
        "FHIR R4 bundle, JSON",
        "fhir_bundle",
        (".fhir.json",),
        loss="confidences; less than 1 uV; measurements without a code",
    ),
    RecordingFormat("muse", "GE MUSE, XML (read only)", "muse_xml", extra="interchange"),
    RecordingFormat("philips", "Philips PageWriter, XML (read only)", "philips_xml", extra="interchange"),
)
WRITTEN = tuple(one for one in FORMATS if one.suffixes)
"""The formats that recordings are written in."""
FORMAT_NAMES = tuple(one.name for one in WRITTEN)
DEFAULT_FORMAT = FORMATS[0].name
ALIGNED = "aligned"
"""The format that holds the page, the beats and the statements too; `ecgimg.aligned` writes it."""
OUTPUT_NAMES = (*FORMAT_NAMES, ALIGNED)
"""What a run can be asked to write."""
ALIGNED_JSON = ".aligned.json"
ALIGNED_ARRAYS = ".aligned.npz"
ALIGNED_IMAGE = ".aligned.jpg"
ALIGNED_MEETI = ".aligned.mat"
_BY_NAME = {one.name: one for one in FORMATS}


def recording_format(name: str) -> RecordingFormat:
    """The format of a name; KeyError where there is none."""
    return _BY_NAME[name]
