"""Views: the truth moves with the page, effects move no pixel, and the same seed gives the same view."""

from __future__ import annotations

import cv2
import numpy as np
from screen_pages import screen_page

from ecgimg.networks.screen_input import HEIGHT, WIDTH
from ecgimg.train.screen.views import draw_view, spoil, wear


def test_corners_of_a_view_lie_where_the_curves_are() -> None:
    errors, turns = [], set()
    for k in range(150):
        rng = np.random.default_rng(k)
        view = draw_view(screen_page(), rng)
        turns.add(view.quarter_turns)
        if not view.readable:
            continue
        top_left = np.roll(view.quad, -view.quarter_turns, axis=0)[0]
        centre = view.quad.mean(axis=0)
        at = top_left + 0.1 * (centre - top_left)
        x, y = np.clip(at, 0, [WIDTH - 1, HEIGHT - 1]).astype(int)
        mark = float(cv2.blur(view.ink, (5, 5))[y, x])
        middle = float(cv2.blur(view.ink, (5, 5))[int(np.clip(centre[1], 0, HEIGHT - 1)), int(centre[0])])
        errors.append(mark <= middle)
    assert turns == {0, 1, 2, 3}
    assert np.mean(errors) < 0.12


def test_the_same_seed_gives_the_same_view() -> None:
    first, second = (draw_view(screen_page(), np.random.default_rng(3)) for _ in range(2))
    np.testing.assert_array_equal(first.ink, second.ink)
    np.testing.assert_array_equal(first.quad, second.quad)


def bars() -> np.ndarray:
    """A frame of paper with dark bars every 64 pixels."""
    frame = np.full((HEIGHT, WIDTH), 255, np.uint8)
    for x in range(32, WIDTH, 64):
        frame[:, x : x + 8] = 0
    return frame


def test_wear_changes_pixels_but_moves_none() -> None:
    frame, changed, apart = bars(), 0, []
    ink = (255 - frame.astype(float)).mean(axis=0)
    for k in range(30):
        worn = wear(frame, np.random.default_rng(k), 1.0)
        assert worn.shape == frame.shape
        changed += int((worn != frame).any())
        column = np.median(255 - worn.astype(float), axis=0)
        shifts = [float(np.corrcoef(np.roll(ink, shift), column)[0, 1]) for shift in range(-4, 5)]
        apart.append(abs(int(np.argmax(shifts)) - 4))
    assert changed >= 27  # at times no effect is drawn
    assert max(apart) <= 1
    assert np.mean(apart) < 0.1


def test_wear_of_the_same_seed_is_the_same_to_the_byte() -> None:
    for k in range(12):
        first, second = (wear(bars(), np.random.default_rng(k), 1.0) for _ in range(2))
        np.testing.assert_array_equal(first, second)


def test_a_spoiled_view_has_hardly_any_contrast_left() -> None:
    left = []
    for k in range(24):
        first, second = (spoil(bars(), np.random.default_rng(k)) for _ in range(2))
        np.testing.assert_array_equal(first, second)
        ink = cv2.blur(first, (1, 31)).astype(float)
        left.append(abs(np.corrcoef(ink.mean(axis=0), bars().mean(axis=0))[0, 1] * ink.std() / bars().std()))
    assert np.mean(left) < 0.35
