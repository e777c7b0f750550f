"""Pictures as JPEG."""

from __future__ import annotations

import cv2

from ecgimg.datamodel.arrays import Pixels


def encode_jpeg(pixels: Pixels, quality: int) -> bytes:
    """RGB pixels [H, W, 3] as a JPEG; quality from 0 to 100."""
    done, data = cv2.imencode(".jpg", cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not done:
        raise ValueError(f"no picture of shape {pixels.shape}")
    return bytes(data.tobytes())
