from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from ecgimg.errors import UnreadableInputError
from ecgimg.synth.recipe import CameraRecipe, Recipe
from ecgimg.synth.sample import sample_page
from ecgimg.synth.signals.sources import FS, Simulated
from ecgimg.synth.storage import read_page, write_page
from ecgimg.synth.truth import SynthPage


@pytest.fixture(scope="module")
def page() -> SynthPage:
    recipe = Recipe(name="small", page={"px_per_mm": (2.2, 2.2)}, camera=CameraRecipe(rotation=5, perspective=0.5))
    return sample_page((4, 2), recipe, Simulated(0), 1)


@pytest.mark.parametrize("image", ["png", "jpg"])
def test_a_page_is_read_back_as_it_was(page: SynthPage, tmp_path: Path, image: str) -> None:
    path = write_page(page, tmp_path, "x", image, {"engine": "ecgimg"}, None)
    assert {p.name for p in tmp_path.iterdir()} == {"x.dat", "x.hea", f"x.{image}", "x.json", "x.npz"}
    back = read_page(path)
    assert np.abs(back.pixels().astype(int) - page.pixels).mean() < (0.01 if image == "png" else 6)
    assert back.layout == page.layout
    assert (back.px_per_mm, back.paper_speed, back.gain) == (
        page.sheet.px_per_mm,
        page.sheet.paper_speed,
        page.sheet.gain,
    )
    np.testing.assert_array_equal(back.warp.nodes, page.warp.nodes)
    assert (back.warp.width, back.warp.height) == (page.warp.width, page.warp.height)
    np.testing.assert_array_equal(back.nodes, page.nodes)
    np.testing.assert_allclose(back.corners, page.corners, atol=1e-3)
    np.testing.assert_array_equal(back.signal, page.signal.mv)
    assert (back.fs, back.labels, back.text) == (FS, page.signal.labels, page.signal.text)
    for one, other in zip(back.curves, page.curves, strict=True):
        assert one.cell.lead == other.cell.lead
        for part in ("time", "mv", "points", "visible"):
            np.testing.assert_array_equal(getattr(one, part), getattr(other, part))
    assert [(t.text, t.kind, t.lead) for t in back.texts] == [(t.text, t.kind, t.lead) for t in page.texts]


def test_the_json_tells_what_is_visible_and_what_was_asked_to_be_added(page: SynthPage, tmp_path: Path) -> None:
    path = write_page(page, tmp_path, "x", "png", {"condition": 3}, lambda page, folder, name, image: (name, image))
    truth = json.loads(path.read_text())
    assert truth["condition"] == 3
    assert truth["beside"] == ["x", "x.png"]
    assert truth["seed"] == [4, 2]
    assert truth["wear"] == dict(page.wear)
    assert len(truth["pulses"]) == len(page.sheet.pulses)
    for cell, curve in zip(truth["cells"], page.curves, strict=True):
        assert cell["visible"] == pytest.approx(float(curve.visible.mean()), abs=1e-3)
        assert cell["box"] == pytest.approx(curve.box, abs=1e-2)


@pytest.mark.parametrize("damage", ["no json", "no npz", "cut npz", "empty npz", "a list", "other format", "no cells"])
def test_damaged_pages_are_refused_in_one_line(page: SynthPage, tmp_path: Path, damage: str) -> None:
    path = write_page(page, tmp_path, "x", "png", {}, None)
    truth = json.loads(path.read_text())
    if damage == "no json":
        path.unlink()
    elif damage == "no npz":
        (tmp_path / "x.npz").unlink()
    elif damage == "cut npz":
        (tmp_path / "x.npz").write_bytes((tmp_path / "x.npz").read_bytes()[:5000])
    elif damage == "empty npz":
        (tmp_path / "x.npz").write_bytes(b"")
    elif damage == "a list":
        path.write_text("[]")
    else:
        truth |= {"format": "other/1"} if damage == "other format" else {}
        path.write_text(
            json.dumps({key: value for key, value in truth.items() if damage != "no cells" or key != "cells"})
        )
    with pytest.raises(UnreadableInputError) as caught:
        read_page(path)
    assert "\n" not in str(caught.value)


def test_a_page_without_its_picture_is_refused_when_it_is_looked_at(page: SynthPage, tmp_path: Path) -> None:
    back = read_page(write_page(page, tmp_path, "x", "png", {}, None))
    (tmp_path / "x.png").unlink()
    with pytest.raises(UnreadableInputError, match="no picture"):
        back.pixels()
