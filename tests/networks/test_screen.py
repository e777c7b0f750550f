"""What the screening network is shown, and what is made of its answers; the packaged network on drawn pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from ecgimg.datamodel.arrays import Floats, Pixels
from ecgimg.networks.runtime import Network
from ecgimg.networks.screen import (
    FIRST,
    HEIGHT,
    WIDTH,
    ScreenNet,
    even_ink,
    fit_quad,
    frame_ink,
    frame_view,
    ink_picture,
    load_screen,
    picture_corners,
    prepare,
)
from ecgimg.synth.not_ecg.draw import KINDS, VALIDATION_KINDS, draw_non_ecg

if TYPE_CHECKING:
    from conftest import PlainPage

UNIT = np.array([0, 0, 1, 0, 1, 1, 0, 1], np.float32)
UPPER_LEFT = np.s_[HEIGHT // 11 : HEIGHT // 4, WIDTH // 12 : WIDTH // 4]


class Answers:
    """A network that always answers the same, or one answer after the other."""

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
    """Says at one of its looks that there is no ECG."""

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


def marked(turn: int) -> Pixels:
    """A white page with a black mark at its upper left, then turned clockwise."""
    page = np.full((300, 460, 3), 255, np.uint8)
    page[30:60, 30:90] = 0
    return np.ascontiguousarray(np.rot90(page, -turn))


def test_a_coloured_grid_fades_and_ink_stays() -> None:
    page = np.full((400, 600, 3), (255, 240, 240), np.uint8)
    page[::10] = (240, 150, 150)
    page[200:203] = 15
    seen = ink_picture(page)
    assert seen[40:160:10, 300].min() > 225
    assert seen[201, 300] < 40
    assert ink_picture(page, 0.0)[40:160:10, 300].max() < 215


def test_uneven_light_is_evened_out() -> None:
    page = np.full((400, 600, 3), 250, np.float32)
    page[200:203] = 20
    dark = (page * np.linspace(0.25, 1, 600)[None, :, None]).astype(np.uint8)
    seen = ink_picture(dark)
    assert seen[100].min() > 220
    assert np.ptp(seen[201, 20:-20].astype(float)) < 30


@pytest.mark.parametrize("shape", [(300, 460), (900, 200), (50, 1000)])
def test_the_whole_page_is_fitted_and_keeps_its_shape(shape: tuple[int, int]) -> None:
    corners = picture_corners(shape)
    framed = cv2.perspectiveTransform(corners[None], fit_quad(corners))[0]
    width, height = np.ptp(framed, axis=0)
    assert width / height == pytest.approx(shape[1] / shape[0], rel=1e-3)
    assert framed.min() >= -0.5
    assert framed[:, 0].max() <= WIDTH
    assert framed[:, 1].max() <= HEIGHT
    assert max(width / WIDTH, height / HEIGHT) > 0.95


def test_a_hair_line_survives_the_way_down() -> None:
    bright = np.full((1000, 1440), 255, np.uint8)
    bright[500] = 0
    ink, _ = frame_ink(bright, picture_corners(bright.shape))
    columns = ink[:, 20:-20].sum(axis=0)
    assert columns.min() > 0.15
    assert columns.std() < 0.01


def test_pale_and_dark_traces_are_made_alike_and_the_grid_goes() -> None:
    page = np.zeros((HEIGHT, WIDTH), np.uint8)
    page[::6] = page[:, ::12] = 40
    page[100:102, 10:300] = 120
    page[50:52, 10:300] = 120
    dark, pale = even_ink(page), even_ink((page * 0.4).astype(np.uint8))
    assert dark[100, 50:250].min() > 120
    assert abs(dark[100, 50:250].mean() - pale[100, 50:250].mean()) < 40
    assert np.median(dark[12:40:6, 20:300]) < 30
    assert even_ink(np.full((HEIGHT, WIDTH), 30, np.uint8)).max() == 0


def test_the_way_to_the_frame_is_that_of_the_pixels() -> None:
    pixels = np.full((2000, 2600, 3), 255, np.uint8)
    cv2.circle(pixels, (1700, 500), 30, (0, 0, 0), -1)
    view = frame_view(prepare(pixels), np.array([[100, 90], [2500, 10], [2550, 1900], [60, 1980]]))
    y, x = np.unravel_index(int(cv2.GaussianBlur(view.ink, (0, 0), 2).argmax()), view.ink.shape)
    told = cv2.perspectiveTransform(np.array([[[1700.0, 500.0]]]), view.to_frame)[0, 0]
    assert np.hypot(*(told - (x, y))) < 1.5


@pytest.mark.parametrize("turn", [0, 1, 2, 3])
def test_the_second_look_is_upright(turn: int) -> None:
    corners = picture_corners(marked(turn).shape)
    quad = cv2.perspectiveTransform(corners[None], fit_quad(corners))[0] / (WIDTH, HEIGHT)
    answers = Answers(turn, 0, quad=quad.ravel().astype(np.float32))
    sight = net(answers).predict(marked(turn))
    assert sight.reading.turn == turn
    assert answers.seen[1][UPPER_LEFT].mean() > 0.3
    assert answers.seen[1][-HEIGHT // 4 :, -WIDTH // 3 :].mean() < 0.05


@pytest.mark.parametrize(("at", "passed"), [(1, False), (2, False), (3, True)])
def test_the_page_and_its_curves_must_look_like_an_ecg(at: int, passed: bool) -> None:
    assert net(Doubting(at)).predict(marked(0)).reading.is_page == passed
    assert net(Doubting(at)).check(marked(0)).is_page == passed


def test_a_page_seen_upside_down_at_the_second_look_is_turned_again() -> None:
    answers = Answers(0, 2, 0)
    assert net(answers).predict(marked(2)).reading.turn == 2
    assert answers.seen[2][UPPER_LEFT].mean() > 0.3


def test_the_second_look_is_at_the_part_that_was_found() -> None:
    found = Answers(0, quad=np.array([0.1, 0.1, 0.5, 0.1, 0.5, 0.5, 0.1, 0.5], np.float32))
    sight = net(found).predict(np.full((HEIGHT, WIDTH, 3), 255, np.uint8))
    low, high = sight.corners.min(axis=0), sight.corners.max(axis=0)
    assert low == pytest.approx((0.1 * WIDTH, 0.1 * HEIGHT), abs=21.5)
    assert high == pytest.approx((0.5 * WIDTH, 0.5 * HEIGHT), abs=21.5)
    heat = sight.heat("ABNORMAL", (HEIGHT, WIDTH))
    y, x = np.unravel_index(int(heat.argmax()), heat.shape)
    assert 0.1 * WIDTH < x < 0.3 * WIDTH
    assert 0.1 * HEIGHT < y < 0.3 * HEIGHT
    assert sight.heat("AFIB", (HEIGHT, WIDTH), 4).shape == (HEIGHT // 4, WIDTH // 4)


def test_probabilities_are_calibrated_and_named() -> None:
    reading = net(Answers(0)).read(marked(0))
    assert reading.abnormal == pytest.approx(1 / (1 + np.exp(-2.5)), abs=1e-6)
    assert reading.probability("AFIB") == pytest.approx(1 / (1 + np.exp(1.5)), abs=1e-6)
    assert [f.positive for f in reading.findings] == [True, False]
    assert reading.is_page
    assert reading.is_readable
    assert [f.code for f in reading.group("rhythm")] == ["AFIB"]
    with pytest.raises(KeyError, match="no finding"):
        reading.probability("LVH")
    with pytest.raises(KeyError, match="no finding"):
        net(Answers(0)).explain(marked(0), "LVH")


@pytest.mark.parametrize("shape", [(1, 1), (3, 2000), (2000, 3), (40, 40)])
def test_pictures_of_any_shape_are_answered(shape: tuple[int, int]) -> None:
    reading = load_screen().read(np.zeros((*shape, 3), np.uint8))
    assert np.isfinite([f.probability for f in reading.findings]).all()


def test_the_packaged_network_knows_a_page(plain_page: PlainPage) -> None:
    screen = load_screen()
    sight = screen.predict(plain_page.pixels)
    assert sight.reading.is_page
    assert sight.reading.is_readable
    assert sight.reading.turn == 0
    assert len(sight.reading.findings) == 16
    assert screen.check(plain_page.pixels).is_page
    heat = sight.heat("ABNORMAL", plain_page.pixels.shape[:2], 4)
    assert heat.max() <= 1.0 + 1e-6


@pytest.mark.parametrize("turn", [1, 3])
def test_the_packaged_network_lays_a_standing_page_down(plain_page: PlainPage, turn: int) -> None:
    # Which of its sides is up it often can't tell; docs/screen.md says how often.
    assert load_screen().read(np.ascontiguousarray(np.rot90(plain_page.pixels, -turn))).turn in (1, 3)


def test_the_packaged_gate_refuses_what_is_no_page() -> None:
    screen = load_screen()
    for kinds, least in ((KINDS, 0.85), (VALIDATION_KINDS, 0.5)):
        refused = [
            not screen.check(draw_non_ecg(kind, np.random.default_rng(k))).is_page for kind in kinds for k in (1, 2, 3)
        ]
        assert np.mean(refused) > least
