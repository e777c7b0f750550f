"""The image network's prediction as opinions, and the quality gate, on predictions made by hand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from refused import refused

from ecgimg.datamodel.page import Photo
from ecgimg.errors import Cause
from ecgimg.findings.opinions import Opinion
from ecgimg.findings.statements import ABNORMAL
from ecgimg.networks.screen import Classification, Frame, Prediction
from ecgimg.stages import screen as stage
from ecgimg.stages.screen import SCREEN, as_screening, check_page, locate_ecg, screen

OPINIONS = (Opinion(ABNORMAL, "screening", 0.7, 0.6), Opinion("AFIB", "rhythm", 0.2, 0.5))
READING = Classification(0.99, 0.97, True, True, 0, OPINIONS)
PHOTO = Photo(np.zeros((600, 1500, 3), np.uint8), Path("page.png"))


def prediction() -> Prediction:
    maps = np.zeros((2, 8, 12), np.float32)
    maps[0, 2, 3] = 1.0
    return Prediction(READING, np.zeros(8, np.float32), Frame(np.zeros((4, 4), np.float32), np.eye(3)), maps)


class Net:
    def predict(self, pixels: np.ndarray) -> Prediction:
        return prediction()


def test_opinions_and_the_gate_of_a_picture() -> None:
    screening = as_screening(prediction(), (600, 1500))
    assert (screening.ecg, screening.readable, screening.abnormal) == (0.99, 0.97, 0.7)
    assert (screening.is_ecg, screening.is_readable, screening.is_abnormal) == (True, True, True)
    assert [opinion.code for opinion in screening.opinions] == [ABNORMAL, "AFIB"]
    assert screening.refusal is None
    blurred = replace(prediction(), classification=replace(READING, is_readable=False))
    gate = as_screening(blurred, (600, 1500)).refusal
    assert gate is not None
    assert gate.cause is Cause.TOO_BLURRED


def test_a_saliency_map_covers_the_photo_with_few_points() -> None:
    saliency = as_screening(prediction(), (600, 1500)).saliency
    assert saliency is not None
    assert saliency.shape == (200, 500)
    assert max(saliency.shape) <= SCREEN.saliency_points
    assert as_screening(prediction(), (60, 150)).saliency.shape == (60, 150)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("change", "cause", "why"),
    [
        ({"is_page": False, "is_ecg": 0.123}, Cause.NOT_AN_ECG, "0.123"),
        ({"is_readable": False}, Cause.TOO_BLURRED, "0.970"),
        ({"is_page": False, "is_ecg": 0.35, "is_readable": False, "readable": 0.001}, Cause.TOO_BLURRED, "0.001"),
        ({"is_page": False, "is_ecg": 0.02, "is_readable": False, "readable": 0.001}, Cause.NOT_AN_ECG, "0.020"),
    ],
)
def test_the_gate_refuses_what_does_not_reach_its_limits(change: dict[str, object], cause: Cause, why: str) -> None:
    check_page(READING)
    with refused(cause, why):
        check_page(replace(READING, **change))  # type: ignore[arg-type]


def test_the_box_of_the_curves_has_a_margin(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stage, "load_screen", lambda threads: Net())
    box, inner = locate_ecg(PHOTO), prediction().corners
    size = inner.max(axis=0) - inner.min(axis=0)
    np.testing.assert_allclose(box.min(axis=0), inner.min(axis=0) - SCREEN.box_margin * size, atol=1e-3)
    np.testing.assert_allclose(box.max(axis=0), inner.max(axis=0) + SCREEN.box_margin * size, atol=1e-3)
    assert screen(PHOTO).abnormal == 0.7
