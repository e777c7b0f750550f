from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from ecgimg.errors import OutputError
from ecgimg.synth.contact_sheet import CELL_PX, write_contact_sheet


@pytest.fixture
def pictures(tmp_path: Path) -> list[Path]:
    """Pictures of 200 x 100 pixels, each of another grey value."""
    paths = [tmp_path / f"{k}.png" for k in range(5)]
    for k, path in enumerate(paths):
        cv2.imwrite(str(path), np.full((100, 200, 3), 100 + 20 * k, np.uint8))
    return paths


def cells(path: Path, columns: int) -> list[int]:
    """The grey value in the middle of each cell, row by row."""
    sheet = cv2.imread(str(path))
    width, height = CELL_PX
    rows = sheet.shape[0] // height
    assert sheet.shape == (rows * height, columns * width, 3)
    return [
        int(sheet[(r * 2 + 1) * height // 2, (c * 2 + 1) * width // 2, 0]) for r in range(rows) for c in range(columns)
    ]


def test_pictures_stand_in_rows_at_their_own_ratio(pictures: list[Path], tmp_path: Path) -> None:
    path = write_contact_sheet(pictures, tmp_path / "sheet.png", columns=3)
    assert cells(path, 3) == [100, 120, 140, 160, 180, 40]
    first = cv2.imread(str(path))[: CELL_PX[1], : CELL_PX[0], 0] == 100
    assert int(first.any(axis=0).sum()) == pytest.approx(2 * int(first.any(axis=1).sum()), abs=2)


def test_only_so_many_are_shown_and_an_unreadable_one_stays_empty(pictures: list[Path], tmp_path: Path) -> None:
    pictures[1].write_bytes(b"no picture")
    assert cells(write_contact_sheet(pictures, tmp_path / "sheet.png", columns=2, limit=3), 2) == [100, 40, 140, 40]


def test_no_picture_at_all_is_an_empty_row(tmp_path: Path) -> None:
    assert set(cells(write_contact_sheet([], tmp_path / "sheet.png", columns=2), 2)) == {40}


def test_a_sheet_that_cannot_be_written_is_an_output_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError):
        write_contact_sheet([], tmp_path / "file/sheet.png")
