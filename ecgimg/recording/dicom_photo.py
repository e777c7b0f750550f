"""The picture of a page as a DICOM secondary capture (PS3.3 A.8.1), in the study of its recording, JPEG inside."""

from __future__ import annotations

from pathlib import Path

from ecgimg.datamodel.arrays import Pixels
from ecgimg.io.jpeg import encode_jpeg
from ecgimg.recording.dicom_object import new_object, write_object
from ecgimg.recording.export import Export

SECONDARY_CAPTURE = "1.2.840.10008.5.1.4.1.1.7"
JPEG_BASELINE = "1.2.840.10008.1.2.4.50"
QUALITY = 95


def write_dicom_photo(export: Export, pixels: Pixels, path: Path) -> Path:
    """Writes RGB pixels [H, W, 3] without any error or warning of `dciodvfy`.

    Raises:
        DependencyError: the package pydicom is not installed.
        OutputError: the file can't be written.
    """
    made = new_object(export, SECONDARY_CAPTURE, JPEG_BASELINE, "photo")
    from pydicom.encaps import encapsulate

    made.Modality, made.SeriesNumber = "OT", 2
    made.SeriesDescription = "Picture of the paper ECG"
    made.ConversionType, made.PatientOrientation = "SI", ""
    made.BodyPartExamined = "HEART"  # not one of a pair, so that no side has to be given
    made.BurnedInAnnotation = "YES"
    made.SamplesPerPixel, made.PhotometricInterpretation, made.PlanarConfiguration = 3, "YBR_FULL_422", 0
    made.Rows, made.Columns = pixels.shape[:2]
    made.BitsAllocated, made.BitsStored, made.HighBit, made.PixelRepresentation = 8, 8, 7, 0
    jpeg = encode_jpeg(pixels, QUALITY)
    made.LossyImageCompression, made.LossyImageCompressionMethod = "01", "ISO_10918_1"
    made.LossyImageCompressionRatio = f"{pixels.size / len(jpeg):.2f}"
    made.PixelData = encapsulate([jpeg])
    made["PixelData"].VR, made["PixelData"].is_undefined_length = "OB", True
    return write_object(made, path)
