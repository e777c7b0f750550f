"""The ways to a straight page follow each other where one shows no ECG."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from ecgimg.errors import RefusedError
from ecgimg.stages import straighten as module
from ecgimg.stages.rectify import rectify
from ecgimg.stages.straighten import rectify_near, straighten, with_rows
from ecgimg.types import Photo, Sheet, UprightSheet

from .pages import drawn, upright

BLANK = Photo(np.full((300, 400, 3), 200, np.uint8), Path("page.png"))


def refusing(what: str) -> Callable[[Photo], Sheet | None]:
    def way(photo: Photo) -> Sheet | None:
        raise RefusedError(what, where="straighten")

    return way


def set_ways(monkeypatch: pytest.MonkeyPatch, *ways: Callable[[Photo], Sheet | None]) -> None:
    for name, way in zip(("rectify", "rectify_near", "lie_flat"), ways, strict=True):
        monkeypatch.setattr(module, name, way)


def test_ways_that_are_closed_are_passed_by(monkeypatch: pytest.MonkeyPatch) -> None:
    sheet = upright("clean", "3x4+1R", 4).sheet
    set_ways(monkeypatch, lambda _: None, lambda _: sheet, refusing("no edges"))
    assert list(straighten(BLANK)) == [sheet]


def test_the_first_refusal_is_told_where_all_refuse(monkeypatch: pytest.MonkeyPatch) -> None:
    set_ways(monkeypatch, refusing("the grid is small"), lambda _: None, refusing("no edges"))
    with pytest.raises(RefusedError, match="the grid is small"):
        next(straighten(BLANK))


def test_a_sheet_with_rows_is_taken_before_one_without(monkeypatch: pytest.MonkeyPatch) -> None:
    page = upright("clean", "3x4+1R", 4)
    cloth = replace(page.sheet, grid_confidence=0.5)
    bare = replace(page, sheet=cloth, zeros=(), starts=(), names=(), pulses=())

    def found(sheet: Sheet) -> UprightSheet:
        return bare if sheet is cloth else page

    monkeypatch.setattr(module, "find_landmarks", found)
    assert with_rows(page.sheet, iter([cloth])) is page
    assert with_rows(cloth, iter([cloth, page.sheet])) is page
    assert with_rows(cloth, iter([])) is bare


def test_rows_that_names_or_pulses_prove_are_taken_before_others(monkeypatch: pytest.MonkeyPatch) -> None:
    page = upright("clean", "3x4+1R", 4)
    stripes = replace(page.sheet, grid_confidence=0.5)
    unproven = replace(page, sheet=stripes, names=(), pulses=())

    def found(sheet: Sheet) -> UprightSheet:
        return unproven if sheet is stripes else page

    monkeypatch.setattr(module, "find_landmarks", found)
    assert with_rows(stripes, iter([page.sheet])) is page
    assert with_rows(stripes, iter([stripes])) is unproven


def on_cloth(small: float) -> tuple[Photo, np.ndarray]:
    """A page, shrunk and turned by 12 degrees, on a woven cloth; and the map from the page to the picture."""
    page = drawn("clean", "3x4+1R", 4).pixels
    h, w = page.shape[:2]
    height, width = 1500, 2000
    y, x = np.mgrid[:height, :width]
    weave = 120 + 50 * (np.sin(x * 2 * np.pi / 9) > 0.6) + 50 * (np.sin(y * 2 * np.pi / 9) > 0.6)
    cloth = np.repeat(weave[..., None], 3, axis=2).astype(np.uint8)
    turn = cv2.getRotationMatrix2D((w / 2, h / 2), 12.0, small)
    turn[:, 2] += np.array([width - w, height - h]) / 2
    seen = cv2.warpAffine(page, turn, (width, height), flags=cv2.INTER_AREA)
    mask = cv2.warpAffine(np.full((h, w), 255, np.uint8), turn, (width, height)) > 127
    return Photo(np.where(mask[..., None], seen, cloth).astype(np.uint8), Path("page.png")), turn


def test_a_page_on_a_woven_cloth_is_looked_at_from_near() -> None:
    photo, to_picture = on_cloth(0.45)
    whole = rectify(photo)
    assert whole is None or not module.find_landmarks(whole).zeros
    near = rectify_near(photo)
    assert near is not None
    page = with_rows(near, iter([]))
    assert len(page.zeros) == 4
    # The sheet's map leads to the picture that was given: to the page's rows there.
    truth = drawn("clean", "3x4+1R", 4).sheet
    zeros = sorted({curve.cell.y0 for curve in truth.curves})
    middle = page.sheet.pixels.shape[1] / 2
    back = cv2.invertAffineTransform(to_picture)
    found = [
        cv2.transform(page.sheet.map.to_photo(np.array([[middle, zero]]))[None].astype(np.float64), back)[0, 0, 1]
        for zero in page.zeros
    ]
    np.testing.assert_allclose(found, zeros, atol=1.5 * truth.px_per_mm)
