"""Recordings as a FHIR R4 bundle, and back: an Observation with SampledData for each lead.

The bundle has a Patient where the user gave one, the Observation of the ECG, an Observation for each measurement, and a
DiagnosticReport where there are statements. "E" is FHIR's unknown sample. One unit is 1 uV.
"""

from __future__ import annotations

import json
import uuid
from pathlib import Path
from typing import Any

import numpy as np

from ecgimg.datamodel.arrays import Floats
from ecgimg.errors import EcgimgError
from ecgimg.io.files import write_atomically
from ecgimg.recording.channels import Channels, Stretch, check_length, damaged
from ecgimg.recording.export import UNITS_PER_MV, Export, provenance
from ecgimg.recording.lead_codes import lead_of_number, mdc_number
from ecgimg.recording.units import mv_of

MAX_BYTES = 200_000_000
"""Largest file that is read."""
MDC_SYSTEM = "urn:iso:std:iso:11073:10101"
_UCUM = "http://unitsofmeasure.org"
ELECTRIC_POTENTIAL = 131328
"""MDC_ECG_ELEC_POTL; the code of a lead is this and the lead's number."""
_LOINC = {
    "heart rate": ("8867-4", "Heart rate", "/min"),
    "PR interval": ("8625-6", "P-R Interval", "ms"),
    "QRS duration": ("8633-0", "QRS duration", "ms"),
    "QT interval": ("8634-8", "Q-T interval", "ms"),
    "QTc Bazett": ("8636-3", "Q-T interval corrected", "ms"),
    "QTc Fridericia": ("8636-3", "Q-T interval corrected", "ms"),
    "QRS axis": ("8632-2", "QRS axis", "deg"),
}
"""LOINC code, its name and the UCUM unit of each measurement."""
_GENDERS = {"M": "male", "F": "female", "O": "other"}
_SPECIAL = {"E": np.nan, "U": np.nan, "L": np.nan}


def write_fhir(export: Export, path: Path) -> Path:
    """Writes a bundle of type collection as JSON.

    Raises:
        OutputError: no sample is known, or the file can't be written.
    """
    resources = [*_patient(export), _ecg(export), *_measurements(export)]
    resources += _report(export, resources)
    entries = [{"fullUrl": f"urn:uuid:{_id(export, kind)}", "resource": one} for kind, one in resources]
    bundle = {"resourceType": "Bundle", "type": "collection", "timestamp": _instant(export), "entry": entries}
    return write_atomically(path, (json.dumps(bundle, ensure_ascii=False, indent=1) + "\n").encode())


Resource = tuple[str, dict[str, Any]]
"""A resource with the word that makes its identifier."""


def _id(export: Export, kind: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{export.name}|{export.written}|{export.options.patient_id}|{kind}"))


def _instant(export: Export) -> str:
    return export.written.astimezone().isoformat()


def _patient(export: Export) -> list[Resource]:
    options = export.options
    if not (options.patient_id or options.patient_name or options.sex or options.birth_date):
        return []
    patient: dict[str, Any] = {"resourceType": "Patient"}
    if options.patient_id:
        patient["identifier"] = [{"value": options.patient_id}]
    if options.patient_name:
        patient["name"] = [{"text": options.patient_name}]
    if options.sex:
        patient["gender"] = _GENDERS[options.sex]
    if options.birth_date:
        patient["birthDate"] = options.birth_date.isoformat()
    return [("patient", patient)]


def _observation(export: Export, code: dict[str, Any]) -> dict[str, Any]:
    observation: dict[str, Any] = {"resourceType": "Observation", "status": "preliminary", "code": code}
    if _patient(export):
        observation["subject"] = {"reference": f"urn:uuid:{_id(export, 'patient')}"}
    if export.options.recorded:
        observation["effectiveDateTime"] = export.options.recorded.astimezone().isoformat()
    return observation


def _ecg(export: Export) -> Resource:
    ecg = _observation(export, _mdc(ELECTRIC_POTENTIAL, "MDC_ECG_ELEC_POTL"))
    ecg["device"] = {"display": "ecgimg"}
    notes = provenance(export)
    if notes:
        ecg["note"] = [{"text": text} for text in notes]
    ecg["component"] = [
        {
            "code": _mdc(ELECTRIC_POTENTIAL + mdc_number(lead), lead),
            "valueSampledData": _samples(export, row),
        }
        for lead, row in export.known_rows()
    ]
    return "ecg", ecg


def _samples(export: Export, row: Floats) -> dict[str, Any]:
    units = export.options.units
    numbers = np.rint(np.nan_to_num(row) * UNITS_PER_MV).astype(int)
    known = np.isfinite(row)
    return {
        "origin": {"value": 0, "unit": units, "system": _UCUM, "code": units},
        "period": round(1000 / export.fs, 12),
        "factor": 1 if units == "uV" else 1 / UNITS_PER_MV,
        "dimensions": 1,
        "data": " ".join(str(v) if seen else "E" for v, seen in zip(numbers.tolist(), known.tolist(), strict=True)),
    }


def _measurements(export: Export) -> list[Resource]:
    found = []
    for one in export.interpretation.measurements:
        if one.name in _LOINC:
            code, display, unit = _LOINC[one.name]
            coding = {"coding": [{"system": "http://loinc.org", "code": code, "display": display}]}
            observation = _observation(export, coding)
            if one.name.startswith("QTc"):
                observation["method"] = {"text": f"{one.name.removeprefix('QTc ')}'s formula"}
            observation["valueQuantity"] = {"value": one.value, "unit": unit, "system": _UCUM, "code": unit}
            found.append((one.name, observation))
    return found


def _report(export: Export, resources: list[Resource]) -> list[Resource]:
    if not export.interpretation.statements:
        return []
    code = {"coding": [{"system": "http://loinc.org", "code": "11524-6", "display": "EKG study"}]}
    report = _observation(export, code) | {"resourceType": "DiagnosticReport"}
    report["result"] = [
        {"reference": f"urn:uuid:{_id(export, kind)}"}
        for kind, one in resources
        if one["resourceType"] == "Observation"
    ]
    report["conclusion"] = "; ".join(f"{one.name}: {one.verdict}" for one in export.interpretation.statements)
    report["conclusionCode"] = [{"text": one.name} for one in export.interpretation.statements]
    return [("report", report)]


def _mdc(code: int, name: str) -> dict[str, Any]:
    return {"coding": [{"system": MDC_SYSTEM, "code": str(code), "display": name}]}


def read_fhir(path: Path) -> Channels:
    """The first Observation with SampledData of a bundle, or of a file that is one.

    Raises:
        UnreadableInputError: the file is damaged or has no ECG.
    """
    if path.stat().st_size > MAX_BYTES:
        raise damaged(f"a JSON file of {path.stat().st_size} bytes")
    try:
        content = json.loads(path.read_bytes())
        resources = [entry["resource"] for entry in content.get("entry", ())] or [content]
        ecg: dict[str, Any] = next((one for one in resources if _sampled(one)), {})
        parts = _sampled(ecg)
        if not parts:
            raise damaged("no Observation with SampledData")
        rates = {round(1000 / float(part["valueSampledData"]["period"]), 6) for part in parts}
        if len(rates) > 1:
            raise damaged(f"leads of different rates ({', '.join(f'{rate:g} Hz' for rate in sorted(rates))})")
        notes = tuple(str(one["text"]) for one in ecg.get("note", ()) if "text" in one)
        return Channels(tuple(_stretch(part) for part in parts), rates.pop(), notes=notes)
    except EcgimgError:
        raise
    except Exception as error:  # wrong types, missing fields, a deep nest: KeyError, TypeError, RecursionError ...
        raise damaged(f"no FHIR bundle with an ECG ({error})") from error


def _sampled(resource: dict[str, Any]) -> tuple[dict[str, Any], ...]:
    if resource.get("resourceType") != "Observation":
        return ()
    return tuple(part for part in resource.get("component", ()) if "valueSampledData" in part)


def _stretch(part: dict[str, Any]) -> Stretch:
    data = part["valueSampledData"]
    origin = data["origin"]
    words = str(data["data"]).split()
    check_length(len(words))
    numbers = np.array([_SPECIAL.get(word, word) for word in words], np.float64)
    unit = mv_of(str(origin.get("code") or origin.get("unit") or ""))
    values = (numbers * float(data.get("factor", 1)) + float(origin.get("value", 0))) * unit
    return Stretch(_label(part["code"]["coding"][0]), values)


def _label(coding: dict[str, Any]) -> str:
    code = str(coding.get("code", ""))
    lead = lead_of_number(int(code) - ELECTRIC_POTENTIAL) if code.isdigit() else None
    return lead or str(coding.get("display", code))
