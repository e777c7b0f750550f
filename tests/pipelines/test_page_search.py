"""The ways to a straight page follow each other where one shows no ECG."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from drawn_pages import drawn
from refused import refused

from ecgimg.datamodel.leads import LEADS
from ecgimg.datamodel.page import LeadName, Photo, PrintedScales, Pulse, Sheet, SheetMap, UprightSheet
from ecgimg.errors import Cause, RefusedError
from ecgimg.pipelines import page_search as module
from ecgimg.pipelines.digitize import STEPS
from ecgimg.pipelines.page_search import PAGE_SEARCH, find_page
from ecgimg.pipelines.step_runner import StepRunner
from ecgimg.stages.straighten.by_grid import by_grid

BLANK = Photo(np.full((300, 400, 3), 200, np.uint8), Path("page.png"))


def page_of(*ways: Callable[[], Sheet | None]) -> Callable[[pytest.MonkeyPatch], UprightSheet]:
    """What the search finds where a photo can be straightened in these ways."""

    def search(monkeypatch: pytest.MonkeyPatch) -> UprightSheet:
        monkeypatch.setattr(module, "_ways", lambda *_: iter(ways))
        return find_page(BLANK, StepRunner(None, STEPS))

    return search


def refusing(cause: Cause) -> Callable[[], Sheet | None]:
    def way() -> Sheet | None:
        raise RefusedError(cause, "a double", where="straighten")

    return way


def bare_sheet() -> Sheet:
    """A blank sheet of 8 px/mm."""
    nodes = np.stack(np.meshgrid(np.arange(4.0), np.arange(3.0)), axis=2).astype(np.float32) * 20
    return Sheet(np.full((41, 61, 3), 200, np.uint8), 8.0, SheetMap(nodes, 20.0), (300, 400), 0.0, "page", 0.0)


def marked_page(pulse_height: float, n_names: int = 6) -> UprightSheet:
    """A page with lead names and a pulse of a height in sheet pixels."""
    names = tuple(LeadName(lead, 10, 10, 0.9) for lead in LEADS[:n_names])
    pulses = (Pulse(5, 45, pulse_height),) if pulse_height else ()
    return UprightSheet(bare_sheet(), np.zeros((2, 20, 61), np.float32), (20.0,), names=names, pulses=pulses)


def page_of_columns(*columns_mm: float) -> UprightSheet:
    """A page without pulses, with three lead names in each column."""
    names = (LeadName(lead, columns_mm[k // 3] * 8, 10, 0.9) for k, lead in enumerate(LEADS[: 3 * len(columns_mm)]))
    return replace(marked_page(0.0), names=tuple(names))


def test_ways_that_are_closed_are_passed_by(monkeypatch: pytest.MonkeyPatch) -> None:
    page = marked_page(80.0)
    monkeypatch.setattr(module, "find_landmarks", lambda sheet: page)
    assert page_of(lambda: None, lambda: page.sheet, refusing(Cause.NO_GRID))(monkeypatch) is page


def test_the_first_refusal_is_raised_where_all_refuse(monkeypatch: pytest.MonkeyPatch) -> None:
    with refused(Cause.SMALL_GRID):
        page_of(refusing(Cause.SMALL_GRID), lambda: None, refusing(Cause.NO_GRID))(monkeypatch)


def test_a_sheet_with_rows_is_taken_before_one_without(monkeypatch: pytest.MonkeyPatch) -> None:
    page = marked_page(80.0)
    cloth = replace(page.sheet, grid_confidence=0.5)
    bare = replace(page, sheet=cloth, baselines=(), starts=(), names=(), pulses=())
    monkeypatch.setattr(module, "find_landmarks", lambda sheet: bare if sheet is cloth else page)
    assert page_of(lambda: page.sheet, lambda: cloth)(monkeypatch) is page
    assert page_of(lambda: cloth, lambda: cloth, lambda: page.sheet)(monkeypatch) is page
    assert page_of(lambda: cloth)(monkeypatch) is bare


def test_rows_that_names_or_pulses_prove_are_taken_before_others(monkeypatch: pytest.MonkeyPatch) -> None:
    page = marked_page(80.0)
    stripes = replace(page.sheet, grid_confidence=0.5)
    unproven = replace(page, sheet=stripes, names=(), pulses=())
    monkeypatch.setattr(module, "find_landmarks", lambda sheet: unproven if sheet is stripes else page)
    assert page_of(lambda: stripes, lambda: page.sheet)(monkeypatch) is page
    assert page_of(lambda: stripes, lambda: stripes)(monkeypatch) is unproven


def test_the_chosen_sheet_is_reported_and_all_tries_are_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    page = marked_page(80.0)
    cloth = replace(page.sheet, grid_confidence=0.5)
    bare = replace(page, sheet=cloth, baselines=(), starts=(), names=(), pulses=())
    ways = (lambda: cloth, lambda: page.sheet)
    reported: list[tuple[str, object]] = []
    monkeypatch.setattr(module, "_ways", lambda *_: iter(ways))
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
    assert whole is None or module.find_landmarks(whole).n_identified_marks < PAGE_SEARCH.min_marks
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


@pytest.mark.parametrize(
    ("height", "plausible"), [(80.0, True), (70.0, True), (54.0, True), (50.0, False), (4.0, False), (400.0, False)]
)
def test_a_false_pulse_does_not_size_a_sheet(height: float, plausible: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """A speck that is taken for a pulse of 1 mV would make the page larger than memory."""
    monkeypatch.setattr(module, "read_scales", lambda _: PrintedScales())
    assert module._SizeTrial(0.1, marked_page(height)).is_plausible is plausible


@pytest.mark.parametrize(("gain", "plausible"), [(10.0, False), (5.0, True), (None, False)])
def test_a_printed_gain_is_the_height_of_a_pulse(
    gain: float | None, plausible: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "read_scales", lambda _: PrintedScales(gain=gain))
    trial = module._SizeTrial(0.1, marked_page(40.0))
    assert trial.is_plausible is plausible
    assert trial.correction == pytest.approx((gain or 10.0) / 5.0)


def test_a_size_without_names_or_pulses_is_not_plausible(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "read_scales", lambda _: PrintedScales())
    assert not module._SizeTrial(0.1, marked_page(80.0, n_names=2)).is_plausible
    assert not module._SizeTrial(0.1, marked_page(0.0)).is_plausible


@pytest.mark.parametrize(
    ("columns", "speed", "correction"),
    [
        ((10.0, 72.0, 135.0, 198.0), None, 1.0),
        ((10.0, 51.0, 93.0, 135.0), None, 1.5),
        ((10.0, 135.0, 260.0, 385.0), None, 0.5),
        ((10.0, 135.0, 260.0, 385.0), 50.0, 1.0),
        ((10.0, 72.0, 160.0, 150.0), None, None),
        ((10.0, 10.0, 135.0, 135.0), None, None),
        ((10.0, 135.0), None, None),
    ],
)
def test_columns_tell_the_size_of_a_page_without_pulses(
    columns: tuple[float, ...], speed: float | None, correction: float | None
) -> None:
    found = module.size_correction(page_of_columns(*columns), PrintedScales(speed=speed))
    assert found == (None if correction is None else pytest.approx(correction, rel=0.01))


def test_misread_names_do_not_tell_the_size() -> None:
    page = page_of_columns(10.0, 93.0, 176.0, 259.0)
    false = (LeadName("II", 200 * 8, 10, 0.6), LeadName("V1", 96 * 8, 10, 0.9))
    found = module.size_correction(replace(page, names=(*page.names, *false)), PrintedScales())
    assert found == pytest.approx(62.5 / 83.0, rel=0.01)


@pytest.mark.parametrize(("height_mm", "correction"), [(11.0, 62.5 / 63.0), (20.0, 0.5)])
def test_columns_are_more_exact_than_pulses_that_agree(height_mm: float, correction: float) -> None:
    page = replace(page_of_columns(10.0, 73.0, 136.0, 199.0), pulses=(Pulse(5, 45, 8 * height_mm),))
    assert module.size_correction(page, PrintedScales()) == pytest.approx(correction, rel=0.01)


def test_squares_that_fit_the_pulses_are_tried_next(monkeypatch: pytest.MonkeyPatch) -> None:
    """A sheet of false squares has pulses of a wrong height; the page of right ones is taken."""
    monkeypatch.setattr(module, "read_scales", lambda _: PrintedScales(gain=10.0))
    wrong, right = marked_page(160.0), marked_page(80.0)
    asked = []
    monkeypatch.setattr(module, "by_grid", lambda photo: wrong.sheet)
    monkeypatch.setattr(module, "by_known_grid", lambda photo, mm_px: asked.append(mm_px) or right.sheet)
    monkeypatch.setattr(module, "find_landmarks", lambda sheet: wrong if sheet is wrong.sheet else right)
    assert find_page(BLANK, StepRunner(None, STEPS)) is right
    # The sheet has 8 px and a node 20 px, which the map takes to 20 px of the photo; a pulse is twice as high as it is.
    assert asked == [pytest.approx(8.0 * 2.0)]


@pytest.mark.parametrize(("gain", "usual"), [(10.0, False), (None, False), (20.0, True)])
def test_pulses_as_high_as_the_printed_gain_are_usual(
    gain: float | None, usual: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "read_scales", lambda _: PrintedScales(gain=gain))
    assert module._Found(marked_page(160.0)).has_usual_size is usual


def test_a_page_without_marks_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "by_paper_edges", lambda photo, corners, mm_per_px: bare_sheet())
    monkeypatch.setattr(module, "find_landmarks", lambda sheet: marked_page(0.0, n_names=0))
    with refused(Cause.NO_GRID):
        module._by_paper_edges(BLANK)


def test_the_size_nearest_to_the_pulses_is_taken_and_corrected(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pulses of 1 mV are 10 mm high on a page 250 mm long, so lower on a sheet that is made smaller."""
    monkeypatch.setattr(module, "read_scales", lambda _: PrintedScales())
    monkeypatch.setattr(module, "by_paper_edges", lambda photo, corners, mm_per_px: mm_per_px)
    side = module.longest_side(module.level_paper_corners(BLANK.pixels), BLANK.shape)
    monkeypatch.setattr(module, "find_landmarks", lambda mm_per_px: marked_page(80.0 * mm_per_px * side / 250.0))
    assert module._by_paper_edges(BLANK) * side == pytest.approx(250.0)
