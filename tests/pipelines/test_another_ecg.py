"""The parts of a photo beyond the grid that was read are searched for another ECG."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ecgimg.datamodel.page import LeadName, Photo, PlacedCell, Sheet, SheetMap, UprightSheet
from ecgimg.errors import Cause, RefusedError
from ecgimg.pipelines import another_ecg as module
from ecgimg.pipelines.another_ecg import ecg_in, in_whole, part_of, parts_beyond, parts_by_grid, parts_by_names
from ecgimg.pipelines.step_runner import StepRunner

Box = tuple[float, float, float, float]
PHOTO = Photo(np.arange(200 * 400, dtype=np.uint32).view(np.uint8)[: 200 * 400 * 3].reshape(200, 400, 3), Path("a.png"))


def sheet(box: Box | None) -> Sheet:
    """A sheet of half a pixel a photo pixel with its grid in a box of the sheet."""
    nodes = np.stack(np.meshgrid(np.arange(0.0, 401, 40), np.arange(0.0, 201, 40)), axis=2).astype(np.float32)
    by = "page" if box is None else "grid"
    return Sheet(np.zeros((100, 200, 3), np.uint8), 0.1, SheetMap(nodes, 20.0), (200, 400), 0.0, by, 0.9, box)


def cell(x0: float, x1: float, y0: float) -> PlacedCell:
    return PlacedCell("II", 1, 0, False, 0.0, 2.5, x0, x1, y0)


MIDDLE = (cell(120, 180, 50),)


@pytest.mark.parametrize(
    ("box", "shapes"),
    [
        ((100, 0, 199, 99), [(200, 200)]),
        ((0, 0, 60, 40), [(200, 280), (120, 400)]),
        ((10, 10, 190, 90), []),
        (None, []),
    ],
)
def test_large_parts_beyond_the_grid(
    box: tuple[float, float, float, float] | None, shapes: list[tuple[int, int]]
) -> None:
    inside = (cell(20, 50, 20),) if box and box[0] < 100 else MIDDLE
    assert [part_of(PHOTO, beyond).shape for _, beyond in parts_beyond(PHOTO, sheet(box), inside)] == shapes


def test_curves_beyond_a_pale_grid_are_no_other_ecg() -> None:
    assert not list(parts_beyond(PHOTO, sheet((100, 0, 199, 99)), (*MIDDLE, cell(10, 90, 50))))


def test_a_part_is_what_the_photo_shows_there() -> None:
    ((own, beyond),) = parts_beyond(PHOTO, sheet((100, 0, 199, 99)), MIDDLE)
    np.testing.assert_array_equal(part_of(PHOTO, beyond).pixels, PHOTO.pixels[:, :200])
    np.testing.assert_array_equal(part_of(PHOTO, own).pixels, PHOTO.pixels[:, 200:])


@pytest.mark.parametrize(("n_names", "found"), [(4, False), (5, True)])
def test_lead_names_prove_another_ecg(n_names: int, found: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    names = tuple(LeadName(lead, 10, 10, 0.9) for lead in ("I", "II", "III", "V1", "V2")[:n_names])
    other = UprightSheet(sheet(None), np.zeros((2, 20, 200), np.float32), (20.0,), names=names)
    monkeypatch.setattr(module, "by_grid", lambda part: other.sheet)
    monkeypatch.setattr(module, "find_landmarks", lambda _: other)
    parts = parts_by_grid(PHOTO, sheet((100, 0, 199, 99)), MIDDLE)
    assert parts == (((200, 0, 400, 200), (0, 0, 200, 200)) if found else None)


def test_a_part_without_a_grid_shows_none(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(part: Photo) -> Sheet:
        raise RefusedError(Cause.LARGE_GRID, "a double", where="straighten")

    for way in (lambda part: None, refuse):
        monkeypatch.setattr(module, "by_grid", way)
        assert parts_by_grid(PHOTO, sheet((100, 0, 199, 99)), MIDDLE) is None


SIX = ("I", "II", "III", "aVR", "aVL", "aVF", "II")  # the last names a strip


def named(*places: tuple[float, float]) -> UprightSheet:
    """A page of 400 x 200 photo pixels with the names of one ECG at each place, below each other."""
    names = [LeadName(lead, x, y + 4 * k, 0.9) for x, y in places for k, lead in enumerate(SIX)]
    return UprightSheet(sheet(None), np.zeros((2, 20, 200), np.float32), (20.0,), names=tuple(names))


def test_two_ecgs_are_apart_in_the_gap_between_their_names() -> None:
    beside = parts_by_names(named((10, 10), (110, 14)))
    assert beside == ((0, 0, 120, 200), (120, 0, 400, 200))
    above = parts_by_names(named((10, 10), (12, 60)))
    assert above == ((0, 0, 400, 94), (0, 94, 400, 200))


def test_one_ecg_or_one_with_a_few_names_more_is_not_cut() -> None:
    assert parts_by_names(named()) is None
    page = named((10, 10), (110, 14))
    assert parts_by_names(replace(page, names=page.names[: len(SIX) + 4])) is None


def test_a_page_of_a_part_lies_in_the_whole_photo() -> None:
    page = in_whole(named((10, 10)), (30, 50, 400, 200), (200, 400))
    np.testing.assert_array_equal(page.sheet.map.to_photo(np.zeros(2)), (30, 50))
    assert page.sheet.photo_shape == (200, 400)


@pytest.mark.parametrize("proven", [True, False])
def test_a_part_shows_an_ecg_where_one_is_proven(proven: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "find_page", lambda photo, steps, thorough: named((10, 10)))
    monkeypatch.setattr(module, "is_proven", lambda page: proven)
    page = ecg_in(PHOTO, (30, 50, 400, 200), StepRunner(None, ()))
    assert (page is not None) == proven


def test_a_part_that_can_not_be_straightened_shows_none(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(photo: Photo, steps: StepRunner, thorough: bool) -> UprightSheet:
        raise RefusedError(Cause.NO_GRID, "a double", where="straighten")

    monkeypatch.setattr(module, "find_page", refuse)
    assert ecg_in(PHOTO, (30, 50, 400, 200), StepRunner(None, ())) is None
