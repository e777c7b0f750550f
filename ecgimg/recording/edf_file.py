"""Recordings as EDF+, and back (Kemp and Olivan 2003).

One unit is 1 uV. EDF+ has no unknown sample: such a sample is the digital minimum, -32768, and an annotation
"unknown@@LEAD" covers it ("@@" links an annotation to a signal). So "generated@@LEAD" covers samples that were
generated and not recorded. An annotation "end of recording" stands at the end,
since data records have a fixed length and the last one is padded.
"""

from __future__ import annotations

import os
from fractions import Fraction
from pathlib import Path
from textwrap import wrap
from typing import Any

import numpy as np

from ecgimg.datamodel.arrays import Bools
from ecgimg.errors import EcgimgError, OutputError, missing_package
from ecgimg.io.files import write_atomically
from ecgimg.recording.channels import Channels, Stretch, check_length, damaged, other_units
from ecgimg.recording.export import INVALID, UNITS_PER_MV, Export, in_microvolts, provenance
from ecgimg.recording.generated import WARNING, runs_of
from ecgimg.recording.lead_codes import lead_of_label
from ecgimg.recording.units import is_voltage, mv_of

MAX_RECORD_SECONDS = 60
"""Longest data record that edflib writes."""
MAX_ANNOTATION_SIGNALS = 64
"""Most that edflib writes; each holds one annotation a data record."""
MAX_TEXT = 40
"""Longest text of an annotation that edflib writes; longer ones are split."""
_UNKNOWN, _GENERATED = "unknown@@", "generated@@"
_END = "end of recording"
_PREFIX = "ECG "
"""EDF+ signals are labelled with their type first."""
_SEX = {"M": 1, "F": 0}


def write_edf(export: Export, path: Path) -> Path:
    """Writes an EDF+C file; what else the file has to say are annotations at its start.

    Raises:
        DependencyError: the package pyedflib is not installed.
        OutputError: EDF+ can't hold the rate or so many gaps, or the file can't be written.
    """
    try:
        import pyedflib
    except ImportError as error:
        raise missing_package("writing EDF+", "pyedflib", "interchange", where="output") from error
    rows = export.known_rows()
    record = _data_record(export.fs)
    per_record = record.numerator
    count = -(-export.signals.shape[1] // per_record)
    annotations = _annotations(export)
    signals = -(-len(annotations) // count)
    if signals > MAX_ANNOTATION_SIGNALS:
        what = f"EDF+ can't hold {len(annotations)} annotations of gaps"
        raise OutputError(what, where="output", remedy="choose --fill interpolate, or another format")
    samples = np.full((len(rows), count * per_record), INVALID, np.int32)
    samples[:, : export.signals.shape[1]] = [in_microvolts(row) for _, row in rows]
    part = path.with_name(f".{path.stem}.edf.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with pyedflib.EdfWriter(str(part), len(rows), file_type=pyedflib.FILETYPE_EDFPLUS) as file:
            if record.denominator > 1:
                file.setDatarecordDuration(record.denominator)
            file.set_number_of_annotation_signals(max(1, signals))
            file.setHeader(_header(export))
            file.setSignalHeaders([_signal_header(lead, per_record, record, export.options.units) for lead, _ in rows])
            file.writeSamples(list(samples), digital=True)
            for onset, seconds, text in annotations:
                file.writeAnnotation(onset, seconds, text)
        return write_atomically(path, part.read_bytes())
    except OSError as error:
        raise OutputError(f"{path}: {error.strerror or error}", where="output") from error
    finally:
        part.unlink(missing_ok=True)


def _data_record(fs: float) -> Fraction:
    """Samples a data record over its seconds, both whole; a second where the rate is whole."""
    record = Fraction(fs).limit_denominator(MAX_RECORD_SECONDS)
    if abs(float(record) - fs) > 1e-6 * fs:
        what = f"EDF+ can't hold a rate of {fs:g} Hz"
        raise OutputError(what, where="output", remedy="choose another rate with --fs, such as 500")
    return record


def _header(export: Export) -> dict[str, Any]:
    options = export.options
    birth = options.birth_date.strftime("%d %b %Y") if options.birth_date else ""
    return {
        "technician": "", "recording_additional": "", "patientname": _ascii(options.patient_name),
        "patient_additional": "", "patientcode": _ascii(options.patient_id), "equipment": "ecgimg",
        "admincode": "", "sex": _SEX.get(options.sex or "", ""), "startdate": export.recorded, "birthdate": birth,
    }  # fmt: skip


def _ascii(text: str) -> str:
    return text.encode("ascii", "replace").decode()[:30]


def _signal_header(lead: str, per_record: int, record: Fraction, units: str) -> dict[str, Any]:
    scale = 1.0 if units == "uV" else 1 / UNITS_PER_MV
    return {
        "label": f"{_PREFIX}{lead}", "dimension": units, "sample_frequency": per_record / record.denominator,
        "physical_min": INVALID * scale, "physical_max": -(INVALID + 1) * scale, "digital_min": INVALID,
        "digital_max": -(INVALID + 1), "transducer": "", "prefilter": "",
    }  # fmt: skip


def _annotations(export: Export) -> list[tuple[float, float, str]]:
    """(onset in s, seconds or -1, text) of gaps, notes and the end, in the order of time."""
    held = export.interpretation
    texts = [f"{one.name} {one.value:g} {one.unit}" for one in held.measurements]
    texts += [f"{one.name}: {one.verdict}" for one in held.statements]
    texts += [WARNING] if export.generated.any() else []
    pieces = [piece for text in (*texts, *_lines(export)) for piece in wrap(text, MAX_TEXT)]
    found = [(0.0, -1.0, piece) for piece in pieces]
    for lead, row in export.known_rows():
        for kind, there in ((_UNKNOWN, np.isnan(row)), (_GENERATED, export.generated[export.leads.index(lead)])):
            for first, last in runs_of(there):
                found.append((first / export.fs, (last - first) / export.fs, f"{kind}{_PREFIX}{lead}"))
    return sorted([*found, (export.seconds, -1.0, _END)], key=lambda one: one[0])


def _lines(export: Export) -> tuple[str, ...]:
    """What else the file has to say, without the lines on generated samples, which have annotations of their own."""
    return tuple(line for line in provenance(export) if line not in export.generated_notes)


def read_edf(path: Path) -> Channels:
    """The signals of an EDF or EDF+ file; where rates differ, those of the first ECG lead's rate.

    Raises:
        DependencyError: the package pyedflib is not installed.
        UnreadableInputError: the file is damaged or no EDF.
    """
    try:
        import pyedflib
    except ImportError as error:
        raise missing_package("reading EDF", "pyedflib", "interchange", where="recording") from error
    try:
        _check_size(path)
        with pyedflib.EdfReader(str(path)) as file:
            return _channels(file)
    except EcgimgError:
        raise
    except Exception as error:  # pyedflib raises anything on a damaged file
        raise damaged(str(error) or type(error).__name__) from error


def _check_size(path: Path) -> None:
    """Raises an error where a file is not as long as its header declares; edflib would print a line on that.

    Bytes of the header: 184 its length, 236 the number of data records, 252 that of signals; then 216 bytes a signal
    before the numbers of samples a data record, 8 bytes each.
    """
    with path.open("rb") as file:
        head = file.read(256)
        length, records, signals = int(head[184:192]), int(head[236:244]), int(head[252:256])
        file.seek(256 + 216 * signals)
        numbers = file.read(8 * signals)
    samples = sum(int(numbers[8 * k : 8 * k + 8]) for k in range(signals))
    declared, size = length + 2 * samples * records, path.stat().st_size
    if size != declared:
        raise damaged(f"{size} bytes of {declared} declared")


def _channels(file: Any) -> Channels:
    rates, lengths, labels = file.getSampleFrequencies(), file.getNSamples(), file.getSignalLabels()
    rate = next(
        (r for r, label in zip(rates, labels, strict=True) if lead_of_label(label)), rates[0] if len(rates) else 0.0
    )
    onsets, durations, texts = file.readAnnotations()
    gaps = list(zip(onsets, durations, texts, strict=True))
    end = next((round(onset * rate) for onset, _, text in gaps if text == _END), None)
    units = [file.getPhysicalDimension(k).strip() for k in range(len(labels))]
    stretches, others = [], []
    for k, label in enumerate(labels):
        if rates[k] != rate or not lead_of_label(label):
            continue
        if units[k] and not is_voltage(units[k]):
            others.append(f"{label} in {units[k]}")
            continue
        check_length(int(lengths[k]))
        values = file.readSignal(k)[:end] * (mv_of(units[k]) if units[k] else 1.0)
        values[_covered(gaps, f"{_UNKNOWN}{label}", len(values), rate)] = np.nan
        stretches.append(Stretch(label, values, generated=_covered(gaps, f"{_GENERATED}{label}", len(values), rate)))
    has_unit = all(unit for unit, label in zip(units, labels, strict=True) if lead_of_label(label))
    return Channels(tuple(stretches), float(rate), has_unit=has_unit, warnings=other_units(others))


def _covered(annotations: list[tuple[Any, Any, Any]], name: str, length: int, rate: float) -> Bools:
    """Which samples [length] the annotations of a name cover."""
    mask = np.zeros(length, bool)
    for onset, duration, text in annotations:
        if text == name:
            first = round(onset * rate)
            mask[first : first + round(float(duration) * rate)] = True
    return mask
