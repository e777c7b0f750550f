"""DICOM objects that hold a picture of a page: secondary captures and other images, and encapsulated PDF."""

from __future__ import annotations

from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

import numpy as np

from ecgimg.errors import UnreadableInputError, missing_package

if TYPE_CHECKING:
    from PIL import Image
    from pydicom.dataset import Dataset

MAX_FRAMES = 1000
"""An object of more frames is a film, no document."""
_WHERE = "load"


@dataclass(frozen=True, eq=False)
class DicomDocument:
    """The pages of an object: a PDF as bytes, or frames of pixels."""

    dataset: Dataset
    pdf: bytes | None
    frames: int
    width: int
    height: int

    def frame(self, index: int) -> Image.Image:
        """A frame, counted from 0: RGB, grey, or grey of more than 8 bits, dark where ink is."""
        from PIL import Image
        from pydicom.pixels import apply_color_lut, pixel_array

        space = str(self.dataset.PhotometricInterpretation)
        values: np.ndarray = pixel_array(self.dataset, index=index)
        if space == "PALETTE COLOR":
            values = apply_color_lut(values, self.dataset)
        if space == "MONOCHROME1":
            values = (1 << int(self.dataset.BitsStored)) - 1 - values
        if values.dtype != np.uint8:
            values = values.astype(np.int32) if values.ndim == 2 else (values >> 8).astype(np.uint8)
        return Image.fromarray(values)


def open_dicom(file: IO[bytes], name: str) -> DicomDocument:
    """The pages of an object; its pixels are not decoded yet. `name` stands for the file in messages.

    Raises:
        DependencyError: the package pydicom is not installed.
        UnreadableInputError: the object holds no page.
    """
    try:
        import pydicom
    except ImportError as error:
        raise missing_package("reading DICOM", "pydicom", "interchange", where=_WHERE) from error
    dataset = pydicom.dcmread(file)
    content = dataset.get("EncapsulatedDocument")
    if content is not None:
        length = int(dataset.get("EncapsulatedDocumentLength") or len(content))
        return DicomDocument(dataset, bytes(content[:length]), 0, 0, 0)
    if "PixelData" not in dataset:
        remedy = "ecgimg diagnose takes waveforms; give an image or an encapsulated PDF"
        raise UnreadableInputError(f"{name} is a DICOM object without a picture", where=_WHERE, remedy=remedy)
    frames = int(dataset.get("NumberOfFrames") or 1)
    if not 1 <= frames <= MAX_FRAMES:
        raise UnreadableInputError(f"{name} has {frames} frames", where=_WHERE, remedy="give a single page")
    return DicomDocument(dataset, None, frames, int(dataset.Columns), int(dataset.Rows))
