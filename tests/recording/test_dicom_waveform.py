"""DICOM waveforms: valid to dciodvfy, read by pydicom and by another reader of ECGs."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from made_recordings import OTHERS, columns, whole

from ecgimg.errors import OutputError
from ecgimg.recording.dicom_waveform import AMBULATORY, GENERAL, TWELVE_LEAD, sop_class, write_dicom
from ecgimg.recording.export import Interpretation, Measured, Statement, export
from ecgimg.recording.export_options import ExportOptions
from ecgimg.recording.recording import Recording

pydicom = pytest.importorskip("pydicom")
INTERPRETATION = Interpretation(
    (Measured("heart rate", 72, "/min"), Measured("QTc Bazett", 412.5, "ms"), Measured("QRS axis", -30, "deg")),
    (Statement("AFIB", "Atrial fibrillation", "likely, 92%"),),
)
PATIENT = ExportOptions.model_validate(
    {"patient_id": "7", "patient_name": "Curie^Marie", "birth_date": "1867-11-07", "sex": "F", "units": "uV"}
)


@pytest.mark.skipif(shutil.which("dciodvfy") is None, reason="dciodvfy (Debian: dicom3tools) is not installed")
@pytest.mark.parametrize("options", [PATIENT, ExportOptions(patient_id="8", fill="zero")])
@pytest.mark.parametrize(
    ("made", "kind"),
    [
        (columns(), "TwelveLeadECG"),
        (whole(60, 1000), "GeneralECG"),
        (whole(others=OTHERS), "GeneralECG"),
        (whole(5, 100), "AmbulatoryECG"),
    ],
    ids=["columns", "long", "others", "slow"],
)
def test_dciodvfy_finds_no_error_and_no_warning(
    made: Recording, kind: str, options: ExportOptions, tmp_path: Path
) -> None:
    path = write_dicom(export(made, options, INTERPRETATION), tmp_path / "x.dcm")
    done = subprocess.run(["dciodvfy", str(path)], capture_output=True, text=True, check=False)
    assert (done.returncode, (done.stdout + done.stderr).split()) == (0, [kind])


@pytest.mark.skipif(shutil.which("dciodvfy") is None, reason="dciodvfy (Debian: dicom3tools) is not installed")
def test_without_a_patient_dciodvfy_misses_only_the_identifier(tmp_path: Path) -> None:
    path = write_dicom(export(columns()), tmp_path / "x.dcm")
    done = subprocess.run(["dciodvfy", str(path)], capture_output=True, text=True, check=False)
    needed = "Warning - Missing attribute or value that would be needed to build DICOMDIR - Patient ID"
    assert sorted((done.stdout + done.stderr).splitlines()) == ["TwelveLeadECG", needed]


def test_pydicom_reads_the_samples_and_what_stands_beside(tmp_path: Path) -> None:
    made = columns()
    dataset = pydicom.dcmread(write_dicom(export(made, PATIENT, INTERPRETATION), tmp_path / "x.dcm"))
    group = dataset.WaveformSequence[0]
    assert (group.WaveformOriginality, group.SamplingFrequency, group.NumberOfWaveformSamples) == ("DERIVED", 500, 5000)
    padding = np.frombuffer(group.WaveformPaddingValue, "<i2")[0]
    microvolts = dataset.waveform_array(0).T
    known = np.isfinite(made.signals)
    np.testing.assert_array_equal(microvolts == padding, ~known)
    np.testing.assert_allclose(microvolts[known], made.signals[known] * 1000, atol=0.51)
    codes = [c.ChannelSourceSequence[0].CodeValue for c in group.ChannelDefinitionSequence]
    assert codes == ["2:1", "2:2", "2:61", "2:62", "2:63", "2:64", *(f"2:{n}" for n in range(3, 9))]
    numbers = {a.ConceptNameCodeSequence[0].CodeValue: a.NumericValue for a in dataset.WaveformAnnotationSequence[:3]}
    assert numbers == {"2:16016": 72, "2:15880": 412.5, "2:16132": -30}
    texts = [a.UnformattedTextValue for a in dataset.WaveformAnnotationSequence[3:]]
    assert texts[0] == "Atrial fibrillation: likely, 92% (AFIB)"
    assert texts[-1] == "the date of the ECG is not known: times are those of writing"
    assert (dataset.PatientID, str(dataset.PatientName), dataset.PatientBirthDate) == ("7", "Curie^Marie", "18671107")


def test_the_patient_is_empty_where_the_user_gave_none(tmp_path: Path) -> None:
    dataset = pydicom.dcmread(write_dicom(export(whole()), tmp_path / "x.dcm"))
    assert [str(dataset[name].value) for name in ("PatientID", "PatientName", "PatientBirthDate", "PatientSex")] == (
        ["", "", "", ""]
    )


def test_another_reader_of_ecgs_agrees(tmp_path: Path) -> None:
    ecgdatakit = pytest.importorskip("ecgdatakit")
    made = whole(others=("V4R",))
    found = ecgdatakit.FileParser().parse(str(write_dicom(export(made), tmp_path / "x.dcm")))
    assert [lead.sampling_rate for lead in found.leads] == [500] * 13
    for lead, row in zip(found.leads, made.signals, strict=True):
        np.testing.assert_allclose(lead.samples, row, atol=0.00051)


@pytest.mark.parametrize(
    ("leads", "length", "fs", "kind"),
    [
        (("I", "II"), 5000, 500.0, TWELVE_LEAD),
        (("I", "II"), 16385, 500.0, GENERAL),
        (("I", "V7"), 5000, 500.0, GENERAL),
        (("I", "V7"), 5000, 100.0, AMBULATORY),
    ],
)
def test_the_object_fits_leads_length_and_rate(leads: tuple[str, ...], length: int, fs: float, kind: str) -> None:
    assert sop_class(leads, length, fs) == kind


def test_no_object_holds_2000_hz(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="DICOM has no ECG object for 12 leads at 2000 Hz"):
        write_dicom(export(whole(2, 2000)), tmp_path / "x.dcm")
