"""ecg-image-kit: against a stand-in that writes the files the kit documents, and the real kit where it is set up."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from ecgimg.errors import DependencyError, UsageError
from ecgimg.synth.dataset import SetPlan, write_dataset
from ecgimg.synth.ecg_image_kit.pages import FOLDER, PYTHON, Kit, check_recipe, kit_options, kit_page
from ecgimg.synth.recipe import load_recipe
from ecgimg.synth.signals.sources import Simulated
from ecgimg.synth.storage import read_page
from ecgimg.synth.truth import SynthPage

InkDistance = Callable[[SynthPage, float], float]

STAND_IN = """
import argparse, json, os
import numpy as np
from PIL import Image, ImageDraw

parser = argparse.ArgumentParser()
parser.add_argument("-i"); parser.add_argument("-hea"); parser.add_argument("-o")
parser.add_argument("-st", type=int); parser.add_argument("-se", type=int)
parser.add_argument("-r", type=int, default=200)
args, _ = parser.parse_known_args()
if os.environ.get("STAND_IN_FAILS"):
    raise SystemExit("the stand-in was told to fail")
names = [line.split()[-1] for line in open(args.hea).read().splitlines()[1:13]]
mv = np.fromfile(args.i, "<i2").reshape(-1, 12).T / 1000
mm = args.r / 25.4
w, h = int(11 * args.r), int(8.5 * args.r)
image = Image.new("RGB", (w, h), "white")
draw = ImageDraw.Draw(image)
rows = [["I", "aVR", "V1", "V4"], ["II", "aVL", "V2", "V5"], ["III", "aVF", "V3", "V6"]]

leads = []

def add(name, row, column, seconds):
    first, n = int(column * 1250), int(seconds * 500)
    y = mv[names.index(name), first : first + n]
    x0, y0 = (15 + column * 62.5) * mm, (60 + 35 * row) * mm
    points = np.stack([x0 + np.arange(n) / 500 * 25 * mm, y0 - y * 10 * mm], 1)
    draw.line([tuple(p - 0.5) for p in points], fill="black", width=3)
    box = {"0": [y0, x0], "1": [y0, x0 + 9], "2": [y0 + 9, x0 + 9], "3": [y0 + 9, x0]}
    pixels = [[round(float(q[1]), 2), round(float(q[0]), 2)] for q in points]
    leads.append({"lead_name": name, "start_sample": first, "end_sample": first + n, "plotted_pixels": pixels,
                  "text_bounding_box": box})

for r in (2, 1, 0):
    for c in range(4):
        add(rows[r][c], r, c, 2.5)
add("II", 3, 0, 10)
image.save(os.path.join(args.o, "page-0.png"))
truth = {"sampling_frequency": 500, "width": w, "height": h, "x_grid": args.r * 5 / 25.4, "y_grid": args.r * 5 / 25.4,
         "resolution": args.r, "leads": leads, "gridlines": False}
json.dump(truth, open(os.path.join(args.o, "page-0.json"), "w"))
"""


@pytest.fixture
def stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "kit/codes/ecg-image-generator"
    folder.mkdir(parents=True)
    (folder / "gen_ecg_image_from_data.py").write_text(STAND_IN)
    monkeypatch.setenv(FOLDER, str(tmp_path / "kit"))
    monkeypatch.setenv(PYTHON, sys.executable)
    return folder


def test_without_a_folder_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv(FOLDER, raising=False)
    with pytest.raises(DependencyError, match=r"git clone https.*ECG_IMAGE_KIT_DIR") as caught:
        write_dataset(tmp_path / "out", SetPlan(1, engine="ecg-image-kit"))
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "out").exists()
    monkeypatch.setenv(FOLDER, str(tmp_path))
    with pytest.raises(DependencyError, match="has no gen_ecg_image"):
        Kit.from_environment()


def test_what_it_cannot_draw_is_refused() -> None:
    check_recipe(load_recipe("clean").with_layouts({"3x4+1R": 1}))
    with pytest.raises(UsageError, match=r"draws 3x4\+1R only, not 12x1, 6x2"):
        check_recipe(load_recipe("clean").with_layouts({"6x2": 1, "12x1": 1}))


def test_options_follow_the_recipe() -> None:
    page = load_recipe("clean").page.model_copy(update={"px_per_mm": (4.0, 4.0), "pulses": {"none": 1.0}})
    options = kit_options(page, 0.5, np.random.default_rng(0))
    assert options[options.index("-r") + 1] == "102"
    assert options[options.index("--calibration_pulse") + 1] == "0"
    assert "--wrinkles" in options
    assert "--wrinkles" not in kit_options(page, 0.0, np.random.default_rng(0))


@pytest.mark.parametrize("preset", ["clean", "photo"])
def test_its_truth_lies_on_its_ink(stand_in: Path, preset: str, ink_distance: InkDistance) -> None:
    recipe = load_recipe(preset).with_layouts({"3x4+1R": 1})
    recipe = recipe.model_copy(update={"page": recipe.page.model_copy(update={"px_per_mm": (4.0, 4.5)})})
    page = kit_page(Kit.from_environment(), (3, 1), recipe, Simulated(0), 1)
    assert [c.cell.lead for c in page.curves] == [c.lead for c in (*page.layout.cells, *page.layout.strips)]
    assert [c.cell.start for c in page.curves[:4]] == [0.0, 2.5, 5.0, 7.5]
    assert ink_distance(page, 3) < 1.0
    cell = page.curves[0].cell
    assert cell.x1 - cell.x0 == pytest.approx(62.5 * page.sheet.px_per_mm, rel=1e-3)


def test_a_set_with_the_kit(stand_in: Path, tmp_path: Path) -> None:
    plan = SetPlan(1, "clean", "3x4+1R", engine="ecg-image-kit")
    report = write_dataset(tmp_path / "out", plan)
    assert report.written == 1
    assert len(read_page(tmp_path / "out/pages/000000.json").curves) == 13


def test_a_failing_kit_is_one_clear_line(stand_in: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = SetPlan(1, "clean", "3x4+1R", engine="ecg-image-kit")
    monkeypatch.setenv("STAND_IN_FAILS", "1")
    with pytest.raises(DependencyError, match="told to fail") as caught:
        write_dataset(tmp_path / "out", plan)
    assert "\n" not in str(caught.value)
    (stand_in / "gen_ecg_image_from_data.py").write_text("pass")
    with pytest.raises(DependencyError, match="wrote no page"):
        write_dataset(tmp_path / "out", plan)


@pytest.mark.skipif(FOLDER not in os.environ, reason=f"{FOLDER} is not set")
@pytest.mark.parametrize("preset", ["clean", "photo"])
def test_the_real_kit(preset: str, ink_distance: InkDistance) -> None:
    recipe = load_recipe(preset).with_layouts({"3x4+1R": 1})
    recipe = recipe.model_copy(update={"page": recipe.page.model_copy(update={"px_per_mm": (4.0, 4.5)})})
    page = kit_page(Kit.from_environment(), (1, 1), recipe, Simulated(0), 1)
    assert ink_distance(page, 3) < 0.5
    again = kit_page(Kit.from_environment(), (1, 1), recipe, Simulated(0), 1)
    assert again.pixels.tobytes() == page.pixels.tobytes()
