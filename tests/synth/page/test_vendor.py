"""Vendor styles: every one loads, draws with exact truth, and a wrong file is refused in one line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ecgimg.errors import UsageError
from ecgimg.layouts import Layout
from ecgimg.synth.page.render import plan_page, render_page
from ecgimg.synth.page.style import PageStyle
from ecgimg.synth.page.vendor import load_vendor, vendor_names
from ecgimg.synth.page.vendor_look import BARE_TOP_MM, SHEET_MM, sample_vendor
from ecgimg.synth.recipe import PageRecipe, Recipe
from ecgimg.synth.sample import photograph, sample_page
from ecgimg.synth.signals.sources import FS, Signal, Simulated
from ecgimg.synth.truth import SynthPage

RECIPE = PageRecipe(px_per_mm=(4.0, 5.0))
GOOD = "title: mine\nformats: [3x4]\n"


def looks(name: str, n: int) -> list[tuple[Layout, PageStyle]]:
    return [sample_vendor(np.random.default_rng([3, k]), load_vendor(name), RECIPE) for k in range(n)]


def test_the_makers_of_the_issue_are_there() -> None:
    makers = ("ge-muse", "ge-mac", "philips", "mortara", "schiller", "nihon", "edan", "fukuda", "lifepak", "zoll")
    for maker in (*makers, "contec", "bionet", "btl", "watch", "handheld-6l", "handheld-1l"):
        assert any(name.startswith(maker) for name in vendor_names()), maker


@pytest.mark.parametrize("name", vendor_names())
def test_a_style_stays_within_its_ranges(name: str) -> None:
    vendor = load_vendor(name)
    for layout, style in looks(name, 8):
        row_mm = layout.seconds * style.paper_speed
        if vendor.row_mm:
            assert vendor.row_mm[0] - 1e-6 <= row_mm <= vendor.row_mm[1] + 1e-6
        assert style.pitch <= vendor.row_height[1]
        plan = plan_page(layout, style)
        highest = max(style.paper[1] if style.paper else SHEET_MM, SHEET_MM) + 2 * BARE_TOP_MM[1]
        assert plan.height / style.px_per_mm <= highest
        assert plan.left > 0
        assert plan.right <= plan.width


@pytest.mark.parametrize("name", vendor_names())
def test_centre_lines_lie_on_ink(name: str, ink_distance: Callable[[SynthPage, float], float]) -> None:
    layout, style = looks(name, 1)[0]
    # The measure looks for dark ink in the red channel: the page as drawn, without the loss and colours of its file.
    style = replace(style, jpeg=0, inverted=False, grid=replace(style.grid, kind="none"), ink=(0, 0, 0), thin=0.0)
    signal = Simulated(1).get(2, layout.recorded_seconds)
    page = render_page(signal.mv, FS, layout, style, np.random.default_rng(0))
    photo = photograph(page, signal, Recipe(name="none"), np.random.default_rng(0))
    assert ink_distance(photo, 3) < (0.35 if style.one_bit else 0.15)
    for curve in page.curves:
        gain = page.chest_gain if curve.cell.lead.startswith("V") else page.gain
        height_mv = (curve.cell.y0 - curve.points[:, 1]) / page.px_per_mm / gain * curve.cell.sign
        unclipped = curve.visible
        assert np.allclose(height_mv[unclipped], curve.mv[unclipped], atol=1e-3)


@pytest.mark.parametrize("name", vendor_names())
def test_texts_and_pulses_are_where_the_truth_has_them(name: str) -> None:
    flat = np.zeros((12, 40 * FS), np.float32)
    for layout, style in looks(name, 2):
        style = replace(style, jpeg=0, inverted=False, text_color=(0, 0, 0), grid=replace(style.grid, kind="none"))
        page = render_page(flat, FS, layout, style, np.random.default_rng(0))
        names = [t for t in page.texts if t.kind == "lead"]
        assert len(names) == (0 if style.label == "none" else len(page.curves))
        for box in (t for t in page.texts if t.text.strip()):
            (x0, y0), (x1, y1) = np.round(box.corners[[0, 2]] + 0.5).astype(int)
            inside = page.pixels[max(y0, 0) : y1, max(x0, 0) : x1]
            assert inside.size == 0 or inside.min() < 140, box.text
        wanted = 0 if style.pulse == "none" else 1 if style.pulse_once else layout.n_lines
        assert len(page.pulses) == wanted


def test_continued_lines_go_on_and_show_each_second_once() -> None:
    page = sample_page((1, 2), Recipe(name="w").with_styles({"watch": 1.0}), Simulated(0))
    curves = sorted(page.sheet.curves, key=lambda curve: curve.cell.y0)
    ends = [curve.cell.start + curve.cell.seconds for curve in curves]
    assert len(curves) >= 3
    assert [curve.cell.start for curve in curves] == pytest.approx([0.0, *ends[:-1]])
    assert all(curve.visible.mean() > 0.95 for curve in curves)
    assert page.signal.mv.shape[1] >= ends[-1] * FS - 1


def test_a_recording_shorter_than_the_rows_goes_on_to_their_end() -> None:
    class Short(Simulated):
        def get(self, index: int, seconds: float = 10.0) -> Signal:
            return super().get(index, 10.0)

    recipe = Recipe(name="e").with_styles({"ge-mac": 1.0})
    pages = [sample_page((2, k), recipe, Short(0)) for k in range(4)]
    assert max(page.layout.seconds for page in pages) > 10.0
    for page in pages:
        assert all(np.isfinite(curve.mv).all() for curve in page.sheet.curves)


def test_styles_are_chosen_by_weight() -> None:
    recipe = Recipe(name="e", page=PageRecipe(px_per_mm=(3.2, 3.4))).with_styles({"monitor-strip": 1.0})
    for k in range(3):
        assert sample_page((4, k), recipe, Simulated(0)).layout.n_columns == 1


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (GOOD + "separator: wave\n", "'wave' is none of"),
        (GOOD + "row_height: [30, 20]\n", "a range is a number or"),
        (GOOD + "footer: ['{spead} mm/s']\n", "there is no placeholder {spead}"),
        (GOOD + "pulse: {left: -1}\n", "weights are not negative"),
        (GOOD + "colour: red\n", "colour"),
        (GOOD + "grid: {kind: waves}\n", "grid.kind"),
        (GOOD.replace("3x4", "9x9"), "there is no layout '9x9'"),
        ("formats: [3x4]\n", "title"),
    ],
)
def test_a_wrong_file_is_refused_in_one_line(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(text)
    with pytest.raises(UsageError) as error:
        load_vendor(str(path))
    assert told in str(error.value)
    assert "\n" not in str(error.value)


def test_an_unknown_style_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UsageError, match="ge-muse"):
        load_vendor("no-such-maker")
