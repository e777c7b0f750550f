"""What the image network says of a photo: whether it is an ECG that can be read, and what stands out on it."""

from __future__ import annotations

from ecgimg.datamodel.arrays import Doubles
from ecgimg.datamodel.page import Photo
from ecgimg.errors import RefusedError
from ecgimg.findings.opinions import Screening
from ecgimg.networks.screen import ABNORMAL, Classification, Prediction, load_screen
from ecgimg.networks.screen_input import widened

SALIENCY_SIDE = 500
"""Longest side of a saliency map in points, about."""
BOX_MARGIN = 0.08
"""What is taken beside the curves' box, as a share of its sides: names and the paper's margin."""
_WHERE = "screen"


def screen(photo: Photo, threads: int = 0) -> Screening:
    """The opinions of the image network on a photo as it came; nothing of the signal is used.

    Raises:
        DependencyError: the weights are missing or damaged.
    """
    return as_screening(predict(photo, threads), photo.shape)


def predict(photo: Photo, threads: int = 0) -> Prediction:
    """What the image network sees on a photo; DependencyError when the weights are missing or damaged."""
    return load_screen(threads).predict(photo.pixels)


def locate_ecg(photo: Photo, threads: int = 0) -> Doubles:
    """Corners [4, 2] in photo pixels of the box around the curves that the image network sees, with some margin."""
    return widened(load_screen(threads).predict(photo.pixels).corners, BOX_MARGIN)


def as_screening(sight: Prediction, shape: tuple[int, int]) -> Screening:
    """A sight as an opinion; `shape` is the photo's height and width."""
    reading = sight.classification
    opinions = tuple(opinion for opinion in reading.findings if opinion.code != ABNORMAL)
    abnormal = next(f for f in reading.findings if f.code == ABNORMAL)
    return Screening(
        ecg=reading.is_ecg,
        readable=reading.readable,
        abnormal=abnormal.probability,
        is_ecg=reading.is_page,
        is_readable=reading.is_readable,
        is_abnormal=abnormal.positive,
        opinions=opinions,
        saliency=sight.saliency(ABNORMAL, shape, max(1, max(shape) // SALIENCY_SIDE)),
    )


def check_page(reading: Classification) -> None:
    """Refuses what is no ECG page, or too poor to be read.

    Raises:
        RefusedError: the gate's limits are not reached.
    """
    if not reading.is_page:
        what = f"this is no ECG page, as far as the picture tells (probability {reading.is_ecg:.3f})"
        raise RefusedError(what, where=_WHERE, remedy="give a photo or scan that shows the whole page")
    if not reading.is_readable:
        what = f"the page is too blurred, coarse, pale or hidden to be read (probability {reading.readable:.3f})"
        raise RefusedError(what, where=_WHERE, remedy="take the picture again, sharp, near and in even light")


def require_readable_ecg(photo: Photo, threads: int = 0) -> None:
    """The quality gate alone, in one look; errors as `check_page`."""
    check_page(load_screen(threads).check(photo.pixels))
