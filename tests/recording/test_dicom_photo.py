"""The picture of a page as a secondary capture: no error and no warning, and it is read back as a page."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from made_recordings import whole

from ecgimg.io.images import read_page
from ecgimg.recording.dicom_photo import write_dicom_photo
from ecgimg.recording.dicom_waveform import write_dicom
from ecgimg.recording.export import export
from ecgimg.recording.export_options import ExportOptions

pydicom = pytest.importorskip("pydicom")
PATIENT = ExportOptions.model_validate(
    {"patient_id": "4711", "patient_name": "Doe^Jane", "birth_date": "1950-01-02", "sex": "F", "recorded": "2020-01-01"}
)
SMOOTH = np.stack(np.meshgrid(np.arange(97), np.arange(64), [0, 60, 120], indexing="xy"), axis=-1).sum(axis=-1)
PIXELS = SMOOTH.astype(np.uint8)


@pytest.mark.skipif(shutil.which("dciodvfy") is None, reason="dciodvfy (Debian: dicom3tools) is not installed")
def test_dciodvfy_finds_no_error_and_no_warning(tmp_path: Path) -> None:
    path = write_dicom_photo(export(whole(), PATIENT), PIXELS, tmp_path / "x.photo.dcm")
    done = subprocess.run(["dciodvfy", str(path)], capture_output=True, text=True, check=False)
    lines = [line for line in (done.stdout + done.stderr).splitlines() if line.startswith(("Error", "Warning"))]
    assert lines == []


def test_it_is_read_back_as_a_page(tmp_path: Path) -> None:
    path = write_dicom_photo(export(whole(), PATIENT), PIXELS, tmp_path / "x.photo.dcm")
    found = read_page(path).pixels
    assert found.shape == PIXELS.shape
    assert np.abs(found.astype(int) - PIXELS).mean() < 3


def test_it_is_in_the_study_of_the_recording_and_has_its_patient(tmp_path: Path) -> None:
    held = export(whole(), PATIENT)
    photo = pydicom.dcmread(write_dicom_photo(held, PIXELS, tmp_path / "x.photo.dcm"))
    ecg = pydicom.dcmread(write_dicom(held, tmp_path / "x.dcm"))
    for name in ("StudyInstanceUID", "PatientID", "PatientName", "PatientBirthDate", "PatientSex", "StudyDate"):
        assert photo[name].value == ecg[name].value, name
    assert len({photo.SeriesInstanceUID, ecg.SeriesInstanceUID, photo.SOPInstanceUID, ecg.SOPInstanceUID}) == 4
    assert photo.BurnedInAnnotation == "YES"
