"""What the image network says of a photo: whether it is an ECG that can be read, and what stands out on it."""

from __future__ import annotations

from ecgimg.findings import Opinion, Screening
from ecgimg.nets.screen import ABNORMAL, load_screen
from ecgimg.types import Photo


def screen(photo: Photo, threads: int = 0) -> Screening:
    """The opinions of the image network on a photo as it came; nothing of the signal is used.

    Raises:
        DependencyError: the weights are missing or damaged.
    """
    reading = load_screen(threads).read(photo.pixels)
    opinions = tuple(
        Opinion(f.code, f.group, f.probability, f.threshold) for f in reading.findings if f.code != ABNORMAL
    )
    abnormal = next(f for f in reading.findings if f.code == ABNORMAL)
    return Screening(
        ecg=reading.is_ecg,
        readable=reading.readable,
        abnormal=abnormal.probability,
        is_ecg=reading.is_page,
        is_readable=reading.is_readable,
        is_abnormal=abnormal.positive,
        opinions=opinions,
    )
