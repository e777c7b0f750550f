"""ecg-image-kit as an engine: the field's common generator draws the pages, and this package photographs them.

The kit (github.com/alphanumericslab/ecg-image-kit, BSD-3) is on no package index: `ECG_IMAGE_KIT_DIR` is the path of a
clone and `ECG_IMAGE_KIT_PYTHON` an interpreter with its libraries (by default this one). It runs as a subprocess. Its
JSON is read into the same truth as that of the renderer in `synth/page`. It draws one layout, 3x4+1R with lead II, on
11 x 8.5 inches at 25 mm/s and 10 mm/mV. Its rotation, crop and padding are not used: its annotations don't follow them.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from ecgimg.datamodel.arrays import Floats
from ecgimg.datamodel.leads import LEADS, canonical_lead
from ecgimg.datamodel.page import PlacedCell
from ecgimg.errors import DependencyError, UsageError
from ecgimg.layouts import Cell, load_layout
from ecgimg.recording.recording import Recording
from ecgimg.synth.recipe import PageRecipe, Recipe, amount, pick
from ecgimg.synth.sample import photograph, printed
from ecgimg.synth.signals.sources import FS, Signal, SignalSource
from ecgimg.synth.truth import Curve, Page, SynthPage, TextBox

FOLDER = "ECG_IMAGE_KIT_DIR"
PYTHON = "ECG_IMAGE_KIT_PYTHON"
LAYOUT = "3x4+1R"
_SCRIPT = "gen_ecg_image_from_data.py"
_SECONDS = 10
_PAPER_SPEED = 25.0
_GAIN = 10.0
_GRIDS = {"red": "1", "darkred": "2", "pink": "5", "orange": "5", "green": "3", "blue": "4"}
"""The number of the kit's grid colour that is nearest to a colour of the recipe."""


@dataclass(frozen=True)
class Kit:
    """A clone of the kit: the folder of its generator, the interpreter that runs it, and a limit in seconds a page."""

    folder: Path
    python: str = sys.executable
    timeout: float = 180.0

    @staticmethod
    def from_environment() -> Kit:
        """The kit in the folder of `ECG_IMAGE_KIT_DIR`.

        Raises:
            DependencyError: the variable is not set, or the folder is no clone of the kit.
        """
        clone = os.environ.get(FOLDER)
        if not clone:
            remedy = f"git clone https://github.com/alphanumericslab/ecg-image-kit and set {FOLDER} to the clone"
            raise DependencyError(f"{FOLDER} is not set", where="ecg-image-kit", remedy=remedy)
        for folder in (Path(clone), Path(clone) / "codes/ecg-image-generator"):
            if (folder / _SCRIPT).is_file():
                return Kit(folder.resolve(), os.environ.get(PYTHON, sys.executable))
        remedy = f"set {FOLDER} to a clone of github.com/alphanumericslab/ecg-image-kit"
        raise DependencyError(f"{clone} has no {_SCRIPT}", where="ecg-image-kit", remedy=remedy)

    def draw(self, signal: Signal, seed: int, options: list[str]) -> Page:
        """Draws a signal in the layout 3x4+1R with options of the kit.

        Raises:
            DependencyError: the kit fails, runs out of time, or writes files of another form than it documents.
        """
        with tempfile.TemporaryDirectory(prefix="ecg-image-kit-") as scratch:
            source, out = Path(scratch) / "in", Path(scratch) / "out"
            out.mkdir()
            header = Recording(signals=_ten_seconds(signal.mv), fs=FS, name="page").to_wfdb(source, "page")
            runner = Path(__file__).with_name("runner.py")
            command = [self.python, str(runner), str(seed), _SCRIPT, "-i", str(header.with_suffix(".dat"))]
            command += ["-hea", str(header), "-o", str(out), "-st", "0", "-se", str(seed), *options]
            self._run(command)
            try:
                truth = json.loads(next(out.glob("*.json")).read_text(encoding="utf-8"))
                picture = next(out.glob("*.png"))
            except (StopIteration, ValueError) as error:
                raise DependencyError("it wrote no page", where="ecg-image-kit", remedy=_advice()) from error
            return read_kit_page(picture, truth, signal)

    def _run(self, command: list[str]) -> None:
        try:
            done = subprocess.run(
                command, cwd=self.folder, capture_output=True, text=True, timeout=self.timeout, check=False
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise DependencyError(f"it can't be run ({error})", where="ecg-image-kit", remedy=_advice()) from error
        if done.returncode:
            last = (done.stderr.strip() or done.stdout.strip() or f"exit code {done.returncode}").splitlines()[-1]
            raise DependencyError(f"it failed: {last}", where="ecg-image-kit", remedy=_advice())


def kit_page(kit: Kit, seed: tuple[int, ...], recipe: Recipe, source: SignalSource, record: int) -> SynthPage:
    """A page that the kit draws, with wear and camera of this package, all from one recipe.

    Raises:
        UsageError: the kit can't draw what the recipe asks for.
        UnreadableInputError: the record is damaged.
        DependencyError: the kit fails.
    """
    check_recipe(recipe)
    rng = np.random.default_rng(list(seed))
    signal = source.get(record, _SECONDS)
    signal = replace(signal, mv=printed(signal.mv, rng))
    wrinkled = amount(rng, recipe.camera.crumple, 0.45) if recipe.camera else 0.0
    options = kit_options(recipe.page, wrinkled, rng)
    page = kit.draw(signal, int(rng.integers(2**31 - 1)), options)
    if recipe.camera:
        # The kit paints wrinkles; those of the bent sheet would be a second set.
        recipe = recipe.model_copy(update={"camera": recipe.camera.model_copy(update={"crumple": 0.0})})
    return photograph(page, signal, recipe, rng, seed)


def check_recipe(recipe: Recipe) -> None:
    """Checks that the kit can draw all layouts of a recipe.

    Raises:
        UsageError: it can't.
    """
    page = recipe.page
    others = sorted(name for name, weight in page.layouts.items() if name != LAYOUT and weight > 0)
    if others:
        what = f"it draws {LAYOUT} only, not {', '.join(others)}"
        raise UsageError(what, where="ecg-image-kit", remedy=f"use --layout {LAYOUT}, or --engine ecgimg")


def kit_options(page: PageRecipe, wrinkled: float, rng: np.random.Generator) -> list[str]:
    """Command-line options of the kit for a page recipe: resolution, grid, pulse, header, wrinkles (0..1)."""
    px_per_mm = float(np.exp(rng.uniform(*np.log(page.px_per_mm))))
    grid, color = pick(rng, page.grids), pick(rng, page.grid_colors)
    options = ["-r", str(round(px_per_mm * 25.4)), "--full_mode", "II", "--store_config", "2", "--lead_name_bbox"]
    options += ["--calibration_pulse", "0" if pick(rng, page.pulses) == "none" else "1"]
    options += ["--random_grid_present", "0" if grid == "none" else "1"]
    options += ["--standard_grid_color", _GRIDS[color]] if color in _GRIDS else ["--random_bw", "1"]
    options += ["--print_header"] if rng.random() < 0.7 else []
    if wrinkled:
        creases = str(2 + round(8 * wrinkled))
        options += ["--wrinkles", "-ca", str(int(rng.integers(1, 90))), "-nv", creases, "-nh", creases]
    return options


def read_kit_page(picture: Path, truth: dict[str, Any], signal: Signal) -> Page:
    """The page in the kit's picture and JSON, with the same truth as that of the renderer in `synth/page`.

    Raises:
        DependencyError: the picture can't be read, or the JSON is not as documented.
    """
    image = cv2.imread(str(picture), cv2.IMREAD_COLOR)
    if image is None:
        raise DependencyError("its picture can't be read", where="ecg-image-kit", remedy=_advice())
    pixels = np.ascontiguousarray(image[..., ::-1])
    layout, (height, width) = load_layout(LAYOUT), pixels.shape[:2]
    try:
        px_per_mm = float(truth["x_grid"]) / 5
        leads = list(truth["leads"])
        named = {canonical_lead(lead["lead_name"]): lead for lead in leads[:12]}
        entries = [(cell, named[cell.lead], False) for cell in layout.cells] + [(layout.strips[0], leads[12], True)]
        curves = tuple(_curve(cell, lead, strip, signal.mv, px_per_mm) for cell, lead, strip in entries)
        texts = tuple(_text(lead) for lead in leads if "text_bounding_box" in lead)
    except (KeyError, IndexError, ValueError, TypeError) as error:
        raise DependencyError(
            f"its JSON is not as documented ({error!r})", where="ecg-image-kit", remedy=_advice()
        ) from error
    return Page(
        pixels=pixels,
        layout=layout,
        px_per_mm=px_per_mm,
        paper_speed=_PAPER_SPEED,
        gain=_GAIN,
        chest_gain=_GAIN,
        grid_kind="lines" if truth.get("gridlines", True) else "none",
        grid_origin=(-0.5, height - 0.5),
        grid_box=(-0.5, -0.5, width - 0.5, height - 0.5),
        curves=curves,
        texts=texts,
        pulses=(),
    )


def _curve(cell: Cell, lead: dict[str, Any], is_strip: bool, mv: Floats, px_per_mm: float) -> Curve:
    """The stretch of a cell; the kit writes points [y, x] with the centre of a pixel at (0.5, 0.5)."""
    points = np.asarray(lead["plotted_pixels"], np.float32)[:, ::-1] - np.float32(0.5)
    first = int(lead["start_sample"])
    values = _ten_seconds(mv)[LEADS.index(cell.lead), first : first + len(points)]
    points = points[: len(values)]
    if not len(values):
        raise ValueError(f"no samples of {cell.lead}")
    known = np.isfinite(values) & np.isfinite(points).all(axis=1)
    y0 = np.median((points[:, 1] + values * _GAIN * px_per_mm)[known]) if known.any() else 0.0
    x0 = float(points[0, 0]) if np.isfinite(points[0, 0]) else 0.0
    placed = PlacedCell(
        lead=cell.lead,
        sign=1,
        line=cell.row,
        is_strip=is_strip,
        start=cell.start,
        seconds=cell.seconds,
        x0=x0,
        x1=x0 + cell.seconds * _PAPER_SPEED * px_per_mm,
        y0=float(y0),
    )
    time = ((first + np.arange(len(values))) / FS).astype(np.float32)
    return Curve(placed, time, values, np.where(known[:, None], points, np.float32(np.nan)), known)


def _text(lead: dict[str, Any]) -> TextBox:
    box = lead["text_bounding_box"]
    corners = np.array([box[k][::-1] for k in ("0", "1", "2", "3")], np.float32) - np.float32(0.5)
    name = canonical_lead(lead["lead_name"])
    return TextBox(name, "lead", corners, name)


def _ten_seconds(mv: Floats) -> Floats:
    """The first 10 s [12, 5000] of a signal, NaN after its end."""
    count = _SECONDS * FS
    out = np.full((12, count), np.nan, np.float32)
    out[:, : min(count, mv.shape[1])] = mv[:, :count]
    return out


def _advice() -> str:
    """The remedy for a kit that fails."""
    return f"clone the kit anew, and give {PYTHON} an interpreter with its libraries (docs/synth.md)"
