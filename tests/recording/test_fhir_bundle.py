"""FHIR bundles: valid to fhir.resources, what they hold, and hostile files."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from made_recordings import columns, whole

from ecgimg.errors import UnreadableInputError
from ecgimg.recording.export import Interpretation, Measured, Statement, export
from ecgimg.recording.export_options import ExportOptions
from ecgimg.recording.fhir_bundle import write_fhir
from ecgimg.recording.read import read_recording
from ecgimg.recording.recording import Recording

INTERPRETATION = Interpretation(
    (Measured("heart rate", 72, "/min"),), (Statement("AFIB", "Atrial fibrillation", "likely, 92%"),)
)
PATIENT = ExportOptions.model_validate(
    {"patient_id": "7", "patient_name": "A B", "birth_date": "1950-02-03", "sex": "O"}
)


@pytest.mark.parametrize("options", [ExportOptions(), PATIENT, ExportOptions(units="uV", fill="zero")])
@pytest.mark.parametrize("made", [columns(), whole(2, 333, others=("V4R", "unnamed"))], ids=["columns", "others"])
def test_fhir_resources_accepts_the_bundle(made: Recording, options: ExportOptions, tmp_path: Path) -> None:
    bundles = pytest.importorskip("fhir.resources.R4B.bundle")
    path = write_fhir(export(made, options, INTERPRETATION), tmp_path / "x.fhir.json")
    bundle = bundles.Bundle.model_validate_json(path.read_bytes())
    kinds = [entry.resource.get_resource_type() for entry in bundle.entry]
    assert kinds == ["Patient"] * bool(options.patient_id) + ["Observation", "Observation", "DiagnosticReport"]
    ecg = bundle.entry[-3].resource
    assert [part.code.coding[0].code for part in ecg.component][:3] == ["131329", "131330", "131389"]
    urls = {entry.fullUrl for entry in bundle.entry}
    assert {reference.reference for reference in bundle.entry[-1].resource.result} <= urls
    assert bundle.entry[-1].resource.conclusion == "Atrial fibrillation: likely, 92%"


def test_unknown_samples_are_e(tmp_path: Path) -> None:
    path = write_fhir(export(columns()), tmp_path / "x.fhir.json")
    ecg = json.loads(path.read_text())["entry"][0]["resource"]
    data = {part["code"]["coding"][0]["display"]: part["valueSampledData"] for part in ecg["component"]}
    assert data["V1"]["data"].split()[:2500] == ["E"] * 2500
    assert "E" not in data["V1"]["data"].split()[2500:3750]
    assert (data["V1"]["period"], data["V1"]["origin"]["unit"], data["V1"]["factor"]) == (2.0, "mV", 0.001)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"period": 2.0', '"period": 0'),
        ('"period": 2.0', '"period": "often"'),
        ('"factor": 0.001', '"factor": {}'),
        ('"mV"', '"mmHg"'),
        ('"data": "', '"data": "one '),
        ('"component"', '"parts"'),
        ('"entry": [', '"entry": 7, "others": ['),
        ("]", ""),
    ],
)
def test_hostile_files_are_one_error(old: str, new: str, tmp_path: Path) -> None:
    path = write_fhir(export(whole(2)), tmp_path / "x.fhir.json")
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    with pytest.raises(UnreadableInputError, match="damaged or no ECG") as caught:
        read_recording(path)
    assert "\n" not in str(caught.value)


def test_a_deep_nest_is_one_error(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text('{"resourceType": "Bundle", "entry": ' + "[" * 100_000)
    with pytest.raises(UnreadableInputError, match="damaged or no ECG"):
        read_recording(tmp_path / "x.json")


def test_one_observation_without_a_bundle_is_read(tmp_path: Path) -> None:
    path = write_fhir(export(whole(2)), tmp_path / "x.fhir.json")
    path.write_text(json.dumps(json.loads(path.read_text())["entry"][0]["resource"]))
    np.testing.assert_allclose(read_recording(path).signals, whole(2).signals, atol=0.00051)
