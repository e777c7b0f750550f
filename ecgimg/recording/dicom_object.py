"""What every DICOM object of a recording has in common: patient, study, series, equipment, codes and numbers.

The user gives what is known of the patient; what is not given is empty.
"""

from __future__ import annotations

import io
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from ecgimg.errors import missing_package
from ecgimg.io.files import write_atomically
from ecgimg.recording.export import Export

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

MDC = "MDC"
"""ISO/IEEE 11073-10101."""
UCUM = "UCUM"


def new_object(export: Export, sop_class: str, transfer_syntax: str, series: str) -> Dataset:
    """An object in the study of a recording; `series` is the word that makes its series and instance its own.

    Raises:
        DependencyError: the package pydicom is not installed.
    """
    try:
        from pydicom.dataset import Dataset, FileMetaDataset
        from pydicom.uid import UID, generate_uid
    except ImportError as error:
        raise missing_package("writing DICOM", "pydicom", "interchange", where="output") from error
    seed = [export.name, export.written.isoformat(), export.options.patient_id, str(export.signals.tobytes())]
    made = Dataset()
    made.SOPClassUID, made.SpecificCharacterSet = sop_class, "ISO_IR 192"
    made.StudyInstanceUID = generate_uid(entropy_srcs=[*seed, "study"])
    made.SeriesInstanceUID = generate_uid(entropy_srcs=[*seed, series, "series"])
    made.SOPInstanceUID = generate_uid(entropy_srcs=[*seed, series, "instance"])
    made.file_meta = FileMetaDataset()
    made.file_meta.TransferSyntaxUID = UID(transfer_syntax)
    made.file_meta.MediaStorageSOPClassUID = made.SOPClassUID
    made.file_meta.MediaStorageSOPInstanceUID = made.SOPInstanceUID
    _describe(made, export)
    return made


def write_object(made: Dataset, path: Path) -> Path:
    """Writes an object; OutputError where the file can't be written."""
    content = io.BytesIO()
    made.save_as(content, enforce_file_format=True)
    return write_atomically(path, content.getvalue())


def _describe(made: Dataset, export: Export) -> None:
    """Patient, study and equipment."""
    options, at, now = export.options, export.recorded, export.written
    made.PatientName, made.PatientID = options.patient_name, options.patient_id
    made.PatientBirthDate = options.birth_date.strftime("%Y%m%d") if options.birth_date else ""
    made.PatientSex = options.sex or ""
    made.StudyID, made.AccessionNumber, made.ReferringPhysicianName = "1", "", ""
    made.InstanceNumber = 1
    made.Manufacturer, made.ManufacturerModelName, made.SoftwareVersions = "ecgimg", "ecgimg", version("ecgimg")
    made.StudyDate, made.StudyTime = date_text(at), time_text(at)
    made.ContentDate, made.ContentTime = date_text(now), time_text(now)


def item() -> Dataset:
    """An empty item of a sequence."""
    from pydicom.dataset import Dataset

    return Dataset()


def code(value: str, meaning: str, scheme: str) -> Dataset:
    """A coded concept."""
    made = item()
    made.CodeValue, made.CodeMeaning, made.CodingSchemeDesignator = value, meaning, scheme
    return made


def decimal(value: float) -> str:
    """A number in DICOM's decimal string of 16 characters."""
    return next(text for digits in range(16, 0, -1) if len(text := f"{value:.{digits}g}") <= 16)


def date_text(at: datetime) -> str:
    """A date in DICOM."""
    return at.strftime("%Y%m%d")


def time_text(at: datetime) -> str:
    """A time of day in DICOM."""
    return at.strftime("%H%M%S")
