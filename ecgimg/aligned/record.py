"""A record's parts that every ECG has, wherever it came from, and its files."""

from __future__ import annotations

import io
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from pydantic import ValidationError

from ecgimg.datamodel.arrays import Bools, Floats
from ecgimg.errors import UnreadableInputError
from ecgimg.findings.conclusion import conclusion
from ecgimg.findings.measurements import Measurements
from ecgimg.findings.opinions import Finding
from ecgimg.findings.plain_text import interpretation_text
from ecgimg.findings.protocol import RuleInterpretation
from ecgimg.io.files import open_regular, write_atomically
from ecgimg.networks.manifest import network_hashes
from ecgimg.recording.recording import Recording
from ecgimg.schemas.aligned import AlignedBeats, AlignedRecord, AlignedStatements, AlignedWaveform
from ecgimg.schemas.common import describe_leads, rounded, versions
from ecgimg.schemas.measure import describe_beats, describe_measurement
from ecgimg.schemas.report import describe_finding, describe_statement
from ecgimg.stages.measure.beat_rows import beat_rows

Arrays = Mapping[str, np.ndarray]
"""The arrays of an NPZ file by their keys."""


@dataclass(frozen=True, eq=False)
class Interpreted:
    """A recording with what was measured on it and stated about it.

    `labels` and `report` are those of the record at its source, empty where it has none.
    """

    recording: Recording
    measured: Measurements
    stated: RuleInterpretation
    findings: tuple[Finding, ...] = ()
    labels: tuple[str, ...] = field(default=())
    report: str = ""


def common_parts(ecg: Interpreted, wfdb: str = "") -> dict[str, object]:
    """The fields of `AlignedRecord` that don't depend on where the ECG came from; `wfdb` names its WFDB record."""
    recording, measured = ecg.recording, ecg.measured
    waveform = AlignedWaveform(
        fs=recording.fs, samples=recording.signals.shape[1], leads=describe_leads(recording), recording=wfdb
    )
    beats = AlignedBeats(
        figures=tuple(map(describe_measurement, measured.figures)),
        times=tuple(map(rounded, measured.times)),
        leads=describe_beats(measured, beat_rows(measured)),
    )
    return {
        "waveform": waveform,
        "beats": beats,
        "statements": _statements(ecg),
        "warnings": recording.warnings,
        "versions": versions(),
        "networks": network_hashes(),
    }


def _statements(ecg: Interpreted) -> AlignedStatements:
    stated = ecg.stated
    return AlignedStatements(
        interpretation=interpretation_text(stated, ecg.measured, ecg.findings),
        conclusion=conclusion(stated, ecg.measured, ecg.findings),
        rules=tuple(map(describe_statement, stated.statements)),
        findings=tuple(map(describe_finding, ecg.findings)),
        labels=ecg.labels,
        report=ecg.report,
        sex=stated.sex,
        age=stated.age,
    )


def write_arrays(path: Path, arrays: Arrays) -> Path:
    """Writes an NPZ file; OutputError where it can't be written."""
    content = io.BytesIO()
    np.savez_compressed(content, **arrays)  # type: ignore[arg-type]  # its stub takes the keys for its own options
    return write_atomically(path, content.getvalue())


def waveform_arrays(recording: Recording, shown: Bools) -> dict[str, np.ndarray]:
    """The arrays of the samples [L, T]: in mV, whether the page shows them, and their confidence."""
    return {
        "signal": recording.signals,
        "fs": np.array(recording.fs, np.float32),
        "shown": shown,
        "confidence": recording.confidences,
    }


def read_record(path: Path) -> AlignedRecord:
    """The record in a file NAME.aligned.json.

    Raises:
        UnreadableInputError: there is no such file, or it is no aligned record.
    """
    remedy = "give a NAME.aligned.json of `ecgimg digitize --format aligned` or `ecgimg synth --aligned`"
    try:
        with open_regular(path) as file:
            return AlignedRecord.model_validate_json(file.read())
    except OSError as error:
        raise UnreadableInputError(f"{path}: {error.strerror or error}", where="record", remedy=remedy) from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or "the file"
        raise UnreadableInputError(f"{path}: {place}: {first['msg']}", where="record", remedy=remedy) from error


def read_arrays(record: AlignedRecord, folder: Path) -> dict[str, np.ndarray]:
    """The arrays of a record whose files are in `folder`.

    Raises:
        UnreadableInputError: the file is missing or damaged.
    """
    path = folder / record.arrays
    try:
        with np.load(path) as found:
            return {key: found[key] for key in found.files}
    except (OSError, ValueError, KeyError, EOFError, BadZipFile, zlib.error) as error:
        raise UnreadableInputError(f"{path}: {error}", where="record", remedy="make the record again") from error


def points(corners: Floats) -> tuple[tuple[float, float], ...]:
    """Points [N, 2] for the JSON."""
    return tuple((rounded(x), rounded(y)) for x, y in np.asarray(corners, float))
