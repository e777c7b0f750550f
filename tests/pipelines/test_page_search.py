"""The ways to a straight page follow each other where one shows no ECG."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from drawn_pages import drawn, upright

from ecgimg.datamodel.page import Photo, Sheet, UprightSheet
from ecgimg.errors import RefusedError
from ecgimg.pipelines import page_search as module
from ecgimg.pipelines.digitize import STEPS
from ecgimg.pipelines.page_search import find_page
from ecgimg.pipelines.step_runner import StepRunner
from ecgimg.stages.straighten.by_grid import by_grid

BLANK = Photo(np.full((300, 400, 3), 200, np.uint8), Path("page.png"))


def page_of(*ways: Callable[[], Sheet | None]) -> Callable[[pytest.MonkeyPatch], UprightSheet]:
    """What the search finds where a photo can be straightened in these ways."""

    def search(monkeypatch: pytest.MonkeyPatch) -> UprightSheet:
        monkeypatch.setattr(module, "_ways", lambda photo, steps: iter(ways))
        return find_page(BLANK, StepRunner(None, STEPS))

    return search


def refusing(what: str) -> Callable[[], Sheet | None]:
    def way() -> Sheet | None:
        raise RefusedError(what, where="straighten")

    return way


def test_ways_that_are_closed_are_passed_by(monkeypatch: pytest.MonkeyPatch) -> None:
    sheet = upright("clean", "3x4+1R", 4).sheet
    found = page_of(lambda: None, lambda: sheet, refusing("no edges"))(monkeypatch)
    assert np.array_equal(found.sheet.pixels, sheet.pixels)


def test_the_first_refusal_is_told_where_all_refuse(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(RefusedError, match="the grid is small"):
        page_of(refusing("the grid is small"), lambda: None, refusing("no edges"))(monkeypatch)


def test_a_sheet_with_rows_is_taken_before_one_without(monkeypatch: pytest.MonkeyPatch) -> None:
    page = upright("clean", "3x4+1R", 4)
    cloth = replace(page.sheet, grid_confidence=0.5)
    bare = replace(page, sheet=cloth, baselines=(), starts=(), names=(), pulses=())
    monkeypatch.setattr(module, "find_landmarks", lambda sheet: bare if sheet is cloth else page)
    assert page_of(lambda: page.sheet, lambda: cloth)(monkeypatch) is page
    assert page_of(lambda: cloth, lambda: cloth, lambda: page.sheet)(monkeypatch) is page
    assert page_of(lambda: cloth)(monkeypatch) is bare


def test_rows_that_names_or_pulses_prove_are_taken_before_others(monkeypatch: pytest.MonkeyPatch) -> None:
    page = upright("clean", "3x4+1R", 4)
    stripes = replace(page.sheet, grid_confidence=0.5)
    unproven = replace(page, sheet=stripes, names=(), pulses=())
    monkeypatch.setattr(module, "find_landmarks", lambda sheet: unproven if sheet is stripes else page)
    assert page_of(lambda: stripes, lambda: page.sheet)(monkeypatch) is page
    assert page_of(lambda: stripes, lambda: stripes)(monkeypatch) is unproven


def test_the_chosen_sheet_is_reported_and_all_tries_are_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    page = upright("clean", "3x4+1R", 4)
    cloth = replace(page.sheet, grid_confidence=0.5)
    bare = replace(page, sheet=cloth, baselines=(), starts=(), names=(), pulses=())
    ways = (lambda: cloth, lambda: page.sheet)
    reported: list[tuple[str, object]] = []
    monkeypatch.setattr(module, "_ways", lambda photo, steps: iter(ways))
    monkeypatch.setattr(module, "find_landmarks", lambda sheet: bare if sheet is cloth else page)
    steps = StepRunner(lambda step, artifact, done, total: reported.append((step, artifact)), STEPS)
    find_page(BLANK, steps)
    assert reported == [("straighten", page.sheet), ("landmarks", page)]
    assert [step for step, _ in steps.timings] == ["straighten", "landmarks"]


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


@pytest.mark.slow
def test_a_page_on_a_woven_cloth_is_looked_at_from_near() -> None:
    photo, to_picture = on_cloth(0.45)
    whole = by_grid(photo)
    assert whole is None or not module.find_landmarks(whole).baselines
    steps = StepRunner(None, STEPS)
    page = find_page(photo, steps)
    assert "ecg_box" in dict(steps.timings)
    assert len(page.baselines) == 4
    # The sheet's map leads to the picture that was given: to the page's rows there.
    truth = drawn("clean", "3x4+1R", 4).sheet
    zeros = sorted({curve.cell.y0 for curve in truth.curves})
    middle = page.sheet.pixels.shape[1] / 2
    back = cv2.invertAffineTransform(to_picture)
    found = [
        cv2.transform(page.sheet.map.to_photo(np.array([[middle, zero]]))[None].astype(np.float64), back)[0, 0, 1]
        for zero in page.baselines
    ]
    np.testing.assert_allclose(found, zeros, atol=1.5 * truth.px_per_mm)
