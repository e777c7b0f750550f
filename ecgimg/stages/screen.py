"""The opinions of the image network on a photo: whether it is a readable ECG, and its findings."""

from __future__ import annotations

from dataclasses import dataclass

from ecgimg.datamodel.arrays import Doubles
from ecgimg.datamodel.constants import constant
from ecgimg.datamodel.page import Photo
from ecgimg.errors import Cause, Refusal, RefusedError
from ecgimg.findings.opinions import Screening
from ecgimg.findings.statements import ABNORMAL
from ecgimg.networks.screen import Classification, Prediction, load_screen
from ecgimg.networks.screen_input import widened


@dataclass(frozen=True)
class ScreenConstants:
    """Constants of the screening."""

    saliency_points: int = constant(
        500, unit="count", why="about the longest side of a saliency map; it is laid over a picture of a report"
    )
    box_margin: float = constant(
        0.08, unit="share of the box's sides", why="room beside the box of the curves for names and the paper's margin"
    )
    min_blurred_ecg: float = constant(
        0.1,
        unit="probability",
        why="a picture that can't be read and is an ECG with this probability is called too blurred, not no ECG",
    )


SCREEN = ScreenConstants()


def screen(photo: Photo, threads: int = 0) -> Screening:
    """The opinions of the image network on a photo as it was taken; the signal is not used.

    Raises:
        DependencyError: the weights are missing or damaged.
    """
    return as_screening(predict(photo, threads), photo.shape)


def predict(photo: Photo, threads: int = 0) -> Prediction:
    """The prediction of the image network on a photo; DependencyError when the weights are missing or damaged."""
    return load_screen(threads).predict(photo.pixels)


def locate_ecg(photo: Photo, threads: int = 0) -> Doubles:
    """Corners [4, 2] in photo pixels of the box of the curves that the image network finds, with `box_margin`."""
    return widened(load_screen(threads).predict(photo.pixels).corners, SCREEN.box_margin)


def as_screening(prediction: Prediction, shape: tuple[int, int]) -> Screening:
    """A prediction as opinions; `shape` is the photo's height and width in pixels."""
    reading = prediction.classification
    abnormal = next(f for f in reading.findings if f.code == ABNORMAL)
    return Screening(
        ecg=reading.is_ecg,
        readable=reading.readable,
        abnormal=abnormal.probability,
        is_ecg=reading.is_page,
        is_readable=reading.is_readable,
        is_abnormal=abnormal.positive,
        opinions=reading.findings,
        saliency=prediction.saliency(ABNORMAL, shape, max(1, max(shape) // SCREEN.saliency_points)),
        refusal=gate_refusal(reading),
    )


def check_page(reading: Classification) -> None:
    """Refuses a picture that is no ECG page, or too poor to be read.

    Raises:
        RefusedError: a limit of the quality gate is not reached.
    """
    refusal = gate_refusal(reading)
    if refusal is not None:
        raise RefusedError.of(refusal)


def gate_refusal(reading: Classification) -> Refusal | None:
    """Why the quality gate refuses a picture; None where it does not."""
    may_be_blurred = not reading.is_readable and reading.is_ecg >= SCREEN.min_blurred_ecg
    if not reading.is_page and not may_be_blurred:
        return Refusal(Cause.NOT_AN_ECG, f"screen: probability of an ECG page {reading.is_ecg:.3f}")
    if not reading.is_readable:
        return Refusal(Cause.TOO_BLURRED, f"screen: probability that it can be read {reading.readable:.3f}")
    return None


def gate_doubt(photo: Photo, threads: int = 0) -> Refusal | None:
    """What the quality gate alone, one pass of the network, has against a picture; None where it passes."""
    return gate_refusal(load_screen(threads).check(photo.pixels))
