"""Recordings as HL7 annotated ECG (aECG, PORT_MT020001).

Digits can't be null, so that each stretch of known samples is its own: leads that are known at the same time share a
sequence set with its own head time. One digit is 1 uV. The effective time of the series is that of the recording.
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from pathlib import Path
from xml.etree.ElementTree import Element, SubElement, indent, register_namespace, tostring

import numpy as np

from ecgimg.datamodel.arrays import Floats
from ecgimg.io.files import write_atomically
from ecgimg.recording.export import UNITS_PER_MV, Export, provenance
from ecgimg.recording.generated import runs_of
from ecgimg.recording.lead_codes import mdc_name

NAMESPACE = "urn:hl7-org:v3"
_SCHEMA_INSTANCE = "http://www.w3.org/2001/XMLSchema-instance"
_MDC = "2.16.840.1.113883.6.24"
_ACT_CODE = "2.16.840.1.113883.5.4"
_CODES = {
    "heart rate": ("MDC_ECG_HEART_RATE", "bpm"),
    "PR interval": ("MDC_ECG_TIME_PD_PR", "ms"),
    "QRS duration": ("MDC_ECG_TIME_PD_QRS", "ms"),
    "QT interval": ("MDC_ECG_TIME_PD_QT", "ms"),
    "QTc Bazett": ("MDC_ECG_TIME_PD_QTcB", "ms"),
    "QTc Fridericia": ("MDC_ECG_TIME_PD_QTcF", "ms"),
    "P axis": ("MDC_ECG_ANGLE_P_FRONT", "deg"),
    "QRS axis": ("MDC_ECG_ANGLE_QRS_FRONT", "deg"),
    "T axis": ("MDC_ECG_ANGLE_T_FRONT", "deg"),
}
"""MDC name and unit of each measurement that aECG has a code for."""
_TYPE = f"{{{_SCHEMA_INSTANCE}}}type"


def write_aecg(export: Export, path: Path) -> Path:
    """Writes an aECG file.

    Raises:
        OutputError: no sample is known, or the file can't be written.
    """
    register_namespace("", NAMESPACE)
    register_namespace("xsi", _SCHEMA_INSTANCE)
    root = Element(f"{{{NAMESPACE}}}AnnotatedECG", {_TYPE: "PORT_MT020001.AnnotatedECG"})
    identity = f"{export.name}|{export.written}|{export.options.patient_id}"
    _add(root, "id", root=str(uuid.uuid5(uuid.NAMESPACE_OID, identity)))
    _add(root, "code", code="93000", codeSystem="2.16.840.1.113883.6.12", codeSystemName="CPT-4")
    notes = provenance(export)
    if notes:
        _add(root, "text").text = "; ".join(notes)
    _effective_time(root, export)
    _subject(root, export)
    _series(_add(_add(root, "component"), "series"), export, identity)
    indent(root, " ")
    return write_atomically(path, tostring(root, "utf-8", xml_declaration=True) + b"\n")


def _add(parent: Element, name: str, **attributes: str) -> Element:
    return SubElement(parent, f"{{{NAMESPACE}}}{name}", attributes)


def _effective_time(parent: Element, export: Export) -> None:
    time = _add(parent, "effectiveTime")
    _add(time, "low", value=_stamp(export.recorded), inclusive="true")
    _add(time, "high", value=_stamp(export.recorded + timedelta(seconds=export.seconds)), inclusive="false")


def _subject(root: Element, export: Export) -> None:
    """The patient as the user gave it, in the path that the schema has for a trial subject."""
    options = export.options
    assignment = _add(_add(_add(root, "componentOf"), "timepointEvent"), "componentOf")
    assignment = _add(assignment, "subjectAssignment")
    subject = _add(_add(assignment, "subject"), "trialSubject")
    _add(subject, "id", root=str(uuid.uuid5(uuid.NAMESPACE_OID, "ecgimg")), extension=options.patient_id)
    person = _add(subject, "subjectDemographicPerson")
    if options.patient_name:
        _add(person, "name").text = options.patient_name
    if options.sex in ("M", "F"):
        _add(person, "administrativeGenderCode", code=options.sex, codeSystem="2.16.840.1.113883.5.1")
    if options.birth_date:
        _add(person, "birthTime", value=options.birth_date.strftime("%Y%m%d"))
    trial = _add(_add(assignment, "componentOf"), "clinicalTrial")
    _add(trial, "id", root=str(uuid.uuid5(uuid.NAMESPACE_OID, "ecgimg no trial")))


def _series(series: Element, export: Export, identity: str) -> None:
    _add(series, "id", root=str(uuid.uuid5(uuid.NAMESPACE_OID, f"{identity}|series")))
    _add(series, "code", code="RHYTHM", codeSystem=_ACT_CODE)
    _effective_time(series, export)
    device = _add(_add(series, "author"), "seriesAuthor")
    _add(_add(device, "manufacturedSeriesDevice"), "manufacturerModelName").text = "ecgimg"
    _add(_add(device, "manufacturerOrganization"), "name").text = "ecgimg"
    for (first, last), rows in _stretches_by_time(export).items():
        sequence_set = _add(_add(series, "component"), "sequenceSet")
        _time_sequence(sequence_set, export, first)
        for lead, row in rows:
            _lead_sequence(sequence_set, lead, row[first:last], export.options.units)
    _annotations(series, export)


def _stretches_by_time(export: Export) -> dict[tuple[int, int], list[tuple[str, Floats]]]:
    """The leads that are known from sample to sample, by (first, last + 1)."""
    found: dict[tuple[int, int], list[tuple[str, Floats]]] = {}
    for lead, row in export.known_rows():
        for run in runs_of(np.isfinite(row)):
            found.setdefault(run, []).append((lead, row))
    return dict(sorted(found.items()))


def _time_sequence(sequence_set: Element, export: Export, first: int) -> None:
    sequence = _add(_add(sequence_set, "component"), "sequence")
    _add(sequence, "code", code="TIME_ABSOLUTE", codeSystem=_ACT_CODE)
    value = _add(sequence, "value")
    value.set(_TYPE, "GLIST_TS")
    _add(value, "head", value=_stamp(export.recorded + timedelta(seconds=first / export.fs)))
    _add(value, "increment", value=f"{1 / export.fs:.12g}", unit="s")


def _lead_sequence(sequence_set: Element, lead: str, values: Floats, units: str) -> None:
    sequence = _add(_add(sequence_set, "component"), "sequence")
    _add(sequence, "code", code=mdc_name(lead), codeSystem=_MDC, codeSystemName="MDC", displayName=lead)
    value = _add(sequence, "value")
    value.set(_TYPE, "SLIST_PQ")
    _add(value, "origin", value="0", unit=units)
    _add(value, "scale", value="1" if units == "uV" else "0.001", unit=units)
    _add(value, "digits").text = " ".join(map(str, np.rint(values * UNITS_PER_MV).astype(np.int64)))


def _annotations(series: Element, export: Export) -> None:
    measured = [one for one in export.interpretation.measurements if one.name in _CODES]
    if not measured and not export.interpretation.statements:
        return
    annotations = _add(_add(series, "subjectOf"), "annotationSet")
    _add(annotations, "activityTime", value=_stamp(export.written))
    for one in measured:
        code, unit = _CODES[one.name]
        annotation = _add(_add(annotations, "component"), "annotation")
        _add(annotation, "code", code=code, codeSystem=_MDC)
        value = _add(annotation, "value", value=f"{one.value:g}", unit=unit)
        value.set(_TYPE, "PQ")
    for statement in export.interpretation.statements:
        annotation = _add(_add(annotations, "component"), "annotation")
        _add(annotation, "code", code="MDC_ECG_INTERPRETATION_STATEMENT", codeSystem=_MDC)
        text = _add(annotation, "value")
        text.set(_TYPE, "ST")
        text.text = f"{statement.name}: {statement.verdict}"


def _stamp(at: datetime) -> str:
    """A time of HL7 with tenths of a millisecond."""
    rounded = at + timedelta(microseconds=50)
    return f"{rounded:%Y%m%d%H%M%S}.{rounded.microsecond // 100:04d}"
