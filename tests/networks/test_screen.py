"""The order of the frames, and what becomes of the outputs; the packaged network on drawn pages."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import pytest
from networks.base import NetworkTests, Values

from ecgimg.datamodel.arrays import Floats, Pixels
from ecgimg.networks.runtime import Network
from ecgimg.networks.screen import FIRST, NAME, ScreenNet, load_screen
from ecgimg.networks.screen_input import HEIGHT, WIDTH, fit_quad, picture_corners
from ecgimg.synth.not_ecg.draw import KINDS, VALIDATION_KINDS, draw_non_ecg

if TYPE_CHECKING:
    from conftest import PlainPage

UNIT = np.array([0, 0, 1, 0, 1, 1, 0, 1], np.float32)
UPPER_LEFT = np.s_[HEIGHT // 11 : HEIGHT // 4, WIDTH // 12 : WIDTH // 4]


class Answers:
    """Stands in for an ONNX session: the same output at each run, or one after the other."""

    def __init__(self, *turns: int, quad: Floats = UNIT) -> None:
        self.turns, self.quads, self.seen = list(turns), [quad, UNIT], []

    def run(self, _: None, inputs: dict[str, Floats]) -> list[Floats]:
        self.seen.append(inputs["picture"][0, 0])
        logits = np.zeros((1, FIRST + 2), np.float32)
        logits[0, :2] = 3.0
        logits[0, 2 + (self.turns.pop(0) if len(self.turns) > 1 else self.turns[0])] = 9.0
        logits[0, FIRST:] = (1.0, -1.0)
        maps = np.zeros((1, 2, 8, 12), np.float32)
        maps[0, 0, 2, 3] = 1.0
        return [logits, self.quads.pop(0)[None] if len(self.quads) > 1 else self.quads[0][None], maps]


class Doubting(Answers):
    """Its output at one of the frames is that there is no ECG."""

    def __init__(self, at: int) -> None:
        super().__init__(0)
        self.at = at

    def run(self, _: None, inputs: dict[str, Floats]) -> list[Floats]:
        answer = super().run(_, inputs)
        answer[0][0, 0] = -3.0 if len(self.seen) == self.at else 3.0
        return answer


def net(answers: Answers) -> ScreenNet:
    rows = [
        {"code": code, "group": group, "slope": 2.0, "offset": 0.5, "threshold": 0.4}
        for code, group in (("ABNORMAL", "screening"), ("AFIB", "rhythm"))
    ]
    spec = {"findings": rows, "ecg_limit": 0.5, "readable_limit": 0.5, "turn_limit": 0.8}
    return ScreenNet(Network(answers, spec))


def marked(quarter_turns: int) -> Pixels:
    """A white page with a black mark at its upper left, then turned clockwise."""
    page = np.full((300, 460, 3), 255, np.uint8)
    page[30:60, 30:90] = 0
    return np.ascontiguousarray(np.rot90(page, -quarter_turns))


@pytest.mark.parametrize("quarter_turns", [0, 1, 2, 3])
def test_the_second_frame_is_upright(quarter_turns: int) -> None:
    corners = picture_corners(marked(quarter_turns).shape)
    quad = cv2.perspectiveTransform(corners[None], fit_quad(corners))[0] / (WIDTH, HEIGHT)
    answers = Answers(quarter_turns, 0, quad=quad.ravel().astype(np.float32))
    prediction = net(answers).predict(marked(quarter_turns))
    assert prediction.classification.quarter_turns == quarter_turns
    assert answers.seen[1][UPPER_LEFT].mean() > 0.3
    assert answers.seen[1][-HEIGHT // 4 :, -WIDTH // 3 :].mean() < 0.05


@pytest.mark.parametrize(("at", "passed"), [(1, False), (2, False), (3, True)])
def test_the_page_and_its_curves_must_look_like_an_ecg(at: int, passed: bool) -> None:
    assert net(Doubting(at)).predict(marked(0)).classification.is_page == passed
    assert net(Doubting(at)).check(marked(0)).is_page == passed


def test_a_page_upside_down_in_the_second_frame_is_turned_again() -> None:
    answers = Answers(0, 2, 0)
    assert net(answers).predict(marked(2)).classification.quarter_turns == 2
    assert answers.seen[2][UPPER_LEFT].mean() > 0.3


def test_the_second_frame_is_the_part_that_was_found() -> None:
    found = Answers(0, quad=np.array([0.1, 0.1, 0.5, 0.1, 0.5, 0.5, 0.1, 0.5], np.float32))
    prediction = net(found).predict(np.full((HEIGHT, WIDTH, 3), 255, np.uint8))
    low, high = prediction.corners.min(axis=0), prediction.corners.max(axis=0)
    assert low == pytest.approx((0.1 * WIDTH, 0.1 * HEIGHT), abs=21.5)
    assert high == pytest.approx((0.5 * WIDTH, 0.5 * HEIGHT), abs=21.5)
    saliency = prediction.saliency("ABNORMAL", (HEIGHT, WIDTH))
    y, x = np.unravel_index(int(saliency.argmax()), saliency.shape)
    assert 0.1 * WIDTH < x < 0.3 * WIDTH
    assert 0.1 * HEIGHT < y < 0.3 * HEIGHT
    assert prediction.saliency("AFIB", (HEIGHT, WIDTH), 4).shape == (HEIGHT // 4, WIDTH // 4)


def test_probabilities_are_calibrated_and_named() -> None:
    answer = net(Answers(0)).predict(marked(0)).classification
    assert answer.abnormal == pytest.approx(1 / (1 + np.exp(-2.5)), abs=1e-6)
    assert answer.probability("AFIB") == pytest.approx(1 / (1 + np.exp(1.5)), abs=1e-6)
    assert [f.positive for f in answer.findings] == [True, False]
    assert answer.is_page
    assert answer.is_readable
    assert [f.code for f in answer.group("rhythm")] == ["AFIB"]
    with pytest.raises(KeyError, match="no finding"):
        answer.probability("LVH")
    with pytest.raises(KeyError, match="no finding"):
        net(Answers(0)).predict(marked(0)).saliency("LVH", (300, 460))


@pytest.mark.parametrize("shape", [(1, 1), (3, 2000), (2000, 3), (40, 40)])
def test_pictures_of_any_shape_are_answered(shape: tuple[int, int]) -> None:
    answer = load_screen().predict(np.zeros((*shape, 3), np.uint8)).classification
    assert np.isfinite([f.probability for f in answer.findings]).all()


def test_the_packaged_network_recognises_a_page(plain_page: PlainPage) -> None:
    screen = load_screen()
    prediction = screen.predict(plain_page.pixels)
    assert prediction.classification.is_page
    assert prediction.classification.is_readable
    assert prediction.classification.quarter_turns == 0
    assert len(prediction.classification.findings) == 16
    assert screen.check(plain_page.pixels).is_page
    saliency = prediction.saliency("ABNORMAL", plain_page.pixels.shape[:2], 4)
    assert saliency.max() <= 1.0 + 1e-6


@pytest.mark.parametrize("quarter_turns", [1, 3])
def test_the_packaged_network_lays_a_standing_page_down(plain_page: PlainPage, quarter_turns: int) -> None:
    # Upright and upside down are often confused on a standing page; docs/screen.md has the rates.
    assert load_screen().check(np.ascontiguousarray(np.rot90(plain_page.pixels, -quarter_turns))).quarter_turns in (
        1,
        3,
    )


@pytest.mark.slow
def test_the_packaged_gate_refuses_what_is_no_page() -> None:
    screen = load_screen()
    for kinds, least in ((KINDS, 0.85), (VALIDATION_KINDS, 0.5)):
        refused = [
            not screen.check(draw_non_ecg(kind, np.random.default_rng(k))).is_page for kind in kinds for k in (1, 2, 3)
        ]
        assert np.mean(refused) > least


class TestScreen(NetworkTests):
    name = NAME
    inputs_and_outputs = ("picture", "logits", "quad", "maps")

    @classmethod
    def example(cls, rng: np.random.Generator, count: int) -> Values:
        return {"picture": rng.uniform(0, 1, (count, 1, HEIGHT, WIDTH)).astype(np.float32)}

    @classmethod
    def shapes(cls, inputs: Values) -> dict[str, tuple[int, ...]]:
        count, findings = len(inputs["picture"]), len(load_screen(1).outputs)
        maps = (count, findings, HEIGHT // 32, WIDTH // 32)
        return {"logits": (count, FIRST + findings), "quad": (count, 8), "maps": maps}

    @classmethod
    def export_twin(cls, path: Path) -> Any:
        """With the heads of an ECG page and of the corners that are fitted after the training (gate, corners_head)."""
        from torch import nn

        from ecgimg.train.common.calibrate import Calibration
        from ecgimg.train.common.export import deployable
        from ecgimg.train.screen.data import FINDINGS, LEARNED
        from ecgimg.train.screen.fit import Limits, export, exported
        from ecgimg.train.screen.model import BACKBONES, ScreenModel

        model = ScreenModel(BACKBONES["resnet"], len(LEARNED))
        features = model.gate.in_features
        model.page = nn.Sequential(
            nn.BatchNorm1d(2 * features, affine=False), nn.Linear(2 * features, 64), nn.ReLU(), nn.Linear(64, 1)
        )
        cells = (HEIGHT // 32) * (WIDTH // 32)
        model.place = nn.Sequential(
            nn.Conv2d(features, 64, 1), nn.GELU(), nn.Conv2d(64, 32, 3, padding=1), nn.GELU(), nn.Flatten(),
            nn.Linear(32 * cells, 128), nn.GELU(), nn.Linear(128, 8),
        )  # fmt: skip
        model.eval()
        calibrations = [Calibration(1, 0)] * len(FINDINGS)
        export(model, calibrations, [0.5] * len(FINDINGS), Limits(0.5, 0.5), path, {"backbone": "resnet"})
        return deployable(exported(model))
