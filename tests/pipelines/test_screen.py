"""The pipeline of the image network: its steps, and what the gate refuses."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ecgimg.errors import RefusedError, UnreadableInputError, UsageError
from ecgimg.pipelines.screen import screen_page


@dataclass(frozen=True)
class Verdict:
    is_page: bool
    is_readable: bool
    is_ecg: float = 0.2
    readable: float = 0.3


@dataclass(frozen=True)
class Predicted:
    classification: Verdict


def predict_with(monkeypatch: pytest.MonkeyPatch, classification: Verdict) -> Predicted:
    made = Predicted(classification)
    monkeypatch.setattr("ecgimg.pipelines.screen.predict", lambda photo: made)
    return made


@pytest.fixture
def page(tmp_path: Path) -> Path:
    Image.fromarray(np.full((20, 30, 3), 200, np.uint8)).save(tmp_path / "x.png")
    return tmp_path / "x.png"


def test_a_page_that_passes_the_gate(page: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = predict_with(monkeypatch, Verdict(True, True))
    heard: list[tuple] = []
    screened = screen_page(page, 1, lambda *words: heard.append(words))
    assert screened.prediction is made
    assert screened.photo.shape == (20, 30)
    assert [(step, done, total) for step, _, done, total in heard] == [("load", 1, 3), ("look", 2, 3)]


@pytest.mark.parametrize(
    ("classification", "why"), [(Verdict(False, True), "no ECG page"), (Verdict(True, False), "blurred")]
)
def test_what_the_gate_refuses(page: Path, monkeypatch: pytest.MonkeyPatch, classification: Verdict, why: str) -> None:
    predict_with(monkeypatch, classification)
    heard: list[str] = []
    with pytest.raises(RefusedError, match=why):
        screen_page(page, 1, lambda step, *rest: heard.append(step))
    assert heard == ["load"]


def test_a_file_that_is_missing(tmp_path: Path) -> None:
    with pytest.raises(UnreadableInputError):
        screen_page(tmp_path / "none.png", 1)


def test_all_of_a_page_is_screened(page: Path) -> None:
    with pytest.raises(UsageError, match="no page 2: all of a page is screened"):
        screen_page(page, 2)
