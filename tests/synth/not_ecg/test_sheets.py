from __future__ import annotations

import numpy as np
import pytest

from ecgimg.synth.not_ecg import sheets


@pytest.mark.parametrize("seed", range(5))
def test_sheets_are_lying_or_upright_within_bounds(seed: int) -> None:
    height, width = sheets.sheet_size(np.random.default_rng(seed))
    assert 300 <= height <= 1100
    assert 560 <= width < 1000


def test_blank_paper_is_light_and_grid_paper_has_lines() -> None:
    blank = sheets.blank_paper(np.random.default_rng(1))
    assert blank.mean() > 200
    grid = sheets.grid_paper(np.random.default_rng(1))
    assert grid.astype(float).std() > 2 * blank.astype(float).std()


def test_a_line_of_words_is_written_where_it_is_asked_for() -> None:
    layer = np.zeros((60, 400), np.uint8)
    sheets.write_line(layer, np.random.default_rng(0), 100.0, 20.0, 12, 3)
    rows, columns = np.nonzero(layer)
    assert columns.min() >= 99
    assert 19 <= rows.min() < rows.max() <= 40


def test_writing_paper_has_horizontal_lines() -> None:
    pixels = sheets.writing_paper(np.random.default_rng(3)).astype(float)
    rows = pixels.mean(axis=(1, 2))
    assert np.abs(np.diff(rows)).max() > 20
