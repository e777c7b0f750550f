"""A picture of what each step of a pipeline made."""

from __future__ import annotations

import numpy as np

from ecgimg.datamodel.arrays import Pixels
from ecgimg.datamodel.page import Photo, Sheet
from ecgimg.recording.plot import recording_image
from ecgimg.recording.recording import Recording


def artifact_image(artifact: object) -> Pixels | None:
    """A picture of what a step of the pipeline made; None where there is none to see."""
    if isinstance(artifact, Photo | Sheet):
        return artifact.pixels
    if isinstance(artifact, Recording):
        return recording_image(artifact)
    if isinstance(artifact, np.ndarray) and artifact.ndim == 2:
        return np.asarray(255 - np.rint(artifact.clip(0, 1) * 255), np.uint8)
    return None
