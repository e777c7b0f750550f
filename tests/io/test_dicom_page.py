"""DICOM pictures and encapsulated PDF as pages; what is none, and hostile objects."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from made_recordings import whole
from PIL import Image

from ecgimg.errors import UnreadableInputError, UsageError
from ecgimg.io.images import count_pages, read_page
from ecgimg.recording.dicom_waveform import write_dicom
from ecgimg.recording.export import export

pydicom = pytest.importorskip("pydicom")
SECONDARY_CAPTURE = "1.2.840.10008.5.1.4.1.1.7"
ENCAPSULATED_PDF = "1.2.840.10008.5.1.4.1.1.104.1"


def save(path: Path, sop_class: str, **elements: object) -> Path:
    dataset = pydicom.Dataset()
    dataset.SOPClassUID, dataset.SOPInstanceUID = sop_class, "1.2.3"
    for name, value in elements.items():
        setattr(dataset, name, value)
    if "PixelData" in dataset:
        dataset["PixelData"].VR = "OW"
    dataset.file_meta = pydicom.dataset.FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = pydicom.uid.ExplicitVRLittleEndian
    dataset.file_meta.MediaStorageSOPClassUID, dataset.file_meta.MediaStorageSOPInstanceUID = sop_class, "1.2.3"
    dataset.save_as(path, enforce_file_format=True)
    return path


def picture(path: Path, pixels: np.ndarray, space: str, **more: object) -> Path:
    """A secondary capture of frames [F, H, W] or [F, H, W, 3]."""
    bits = 8 * pixels.dtype.itemsize
    samples: dict[str, object] = {"SamplesPerPixel": 1}
    if pixels.ndim == 4:
        samples = {"SamplesPerPixel": pixels.shape[3], "PlanarConfiguration": 0}
    elements = {
        "NumberOfFrames": len(pixels), "Rows": pixels.shape[1], "Columns": pixels.shape[2], **samples,
        "PhotometricInterpretation": space, "BitsAllocated": bits, "BitsStored": bits, "HighBit": bits - 1,
        "PixelRepresentation": 0, "PixelData": pixels.tobytes(), **more,
    }  # fmt: skip
    return save(path, SECONDARY_CAPTURE, **elements)


COLORS = np.random.default_rng(0).integers(0, 256, (2, 20, 30, 3), dtype=np.uint8)


def test_frames_are_pages(tmp_path: Path) -> None:
    path = picture(tmp_path / "x.dcm", COLORS, "RGB")
    assert count_pages(path) == 2
    photo = read_page(path, 2)
    assert (photo.page, photo.pages) == (2, 2)
    np.testing.assert_array_equal(photo.pixels, COLORS[1])
    with pytest.raises(UsageError, match="no page 5"):
        read_page(path, 5)


@pytest.mark.parametrize(("space", "ink"), [("MONOCHROME2", 0), ("MONOCHROME1", 255)])
def test_grey_is_light_where_paper_is(space: str, ink: int, tmp_path: Path) -> None:
    grey = np.full((1, 20, 30), 255 - ink, np.uint8)
    grey[0, 5] = ink
    pixels = read_page(picture(tmp_path / "x.dcm", grey, space)).pixels
    assert pixels.shape == (20, 30, 3)
    assert (pixels[5].max(), pixels[6].min()) == (0, 255)


def test_deep_grey_is_scaled(tmp_path: Path) -> None:
    deep = np.linspace(0, 4095, 600).astype(np.uint16).reshape(1, 20, 30)
    pixels = read_page(picture(tmp_path / "x.dcm", deep, "MONOCHROME2", BitsStored=12, HighBit=11)).pixels
    assert (pixels.dtype, pixels.min(), pixels.max()) == (np.uint8, 0, 255)


def test_an_encapsulated_pdf_has_its_pages(tmp_path: Path) -> None:
    content = io.BytesIO()
    first, second = (Image.fromarray(frame) for frame in COLORS)
    first.save(content, "PDF", save_all=True, append_images=[second], resolution=72)
    data = content.getvalue()
    padded = data + b"\0" * (len(data) % 2)
    path = save(
        tmp_path / "x.dcm",
        ENCAPSULATED_PDF,
        EncapsulatedDocument=padded,
        EncapsulatedDocumentLength=len(data),
        MIMETypeOfEncapsulatedDocument="application/pdf",
    )
    assert count_pages(path) == 2
    assert abs(read_page(path, 2).pixels.mean() - COLORS[1].mean()) < 8


def test_a_waveform_is_no_picture(tmp_path: Path) -> None:
    path = write_dicom(export(whole(2)), tmp_path / "x.dcm")
    with pytest.raises(UnreadableInputError, match="a DICOM object without a picture"):
        count_pages(path)


@pytest.mark.parametrize(
    "elements",
    [
        {"Rows": 60000, "Columns": 60000},
        {"NumberOfFrames": 10**9},
        {"NumberOfFrames": -1},
        {"PixelData": b""},
        {"BitsAllocated": 7},
        {"PhotometricInterpretation": "PALETTE COLOR"},
    ],
    ids=str,
)
def test_hostile_objects_are_one_error(elements: dict[str, object], tmp_path: Path) -> None:
    path = picture(tmp_path / "x.dcm", np.zeros((1, 20, 30), np.uint8), "MONOCHROME2", **elements)
    with pytest.raises(UnreadableInputError) as caught:
        read_page(path)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("share", [0.02, 0.3, 0.9])
def test_cut_objects_are_one_error(share: float, tmp_path: Path) -> None:
    path = picture(tmp_path / "x.dcm", np.zeros((1, 200, 300), np.uint8), "MONOCHROME2")
    path.write_bytes(path.read_bytes()[: int(share * path.stat().st_size)])
    with pytest.raises(UnreadableInputError):
        read_page(path)
