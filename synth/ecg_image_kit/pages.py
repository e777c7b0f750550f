"""ecg-image-kit as an engine: the field's common generator of ECG pages draws, this package photographs.

The kit (github.com/alphanumericslab/ecg-image-kit, BSD-3) is on no package index: `ECG_IMAGE_KIT_DIR` names a clone of
it and `ECG_IMAGE_KIT_PYTHON` an interpreter with its libraries (this one by default). It runs as a subprocess and its
JSON is read into the same truth as the own renderer's. It draws one layout, 3x4+1R with lead II, on 11 x 8.5 inches at
25 mm/s and 10 mm/mV; its own rotation, crop and padding are not used because its annotations don't follow them.
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
from ecgimg.recording.wfdb_record import write_wfdb
from ecgimg.synth.recipe import PageRecipe, Recipe, amount, pick
from ecgimg.synth.sample import photograph, printed
from ecgimg.synth.signals.sources import FS, Signal, SignalSource
from ecgimg.synth.truth import Curve, Page, SynthPage, TextBox

FOLDER = "ECG_IMAGE_KIT_DIR"
PYTHON = "ECG_IMAGE_KIT_PYTHON"
LAYOUT = "3x4+1R"
_SCRIPT = "gen_ecg_image_from_data.py"
_SECONDS = 10
_GRIDS = {"red": "1", "darkred": "2", "pink": "5", "orange": "5", "green": "3", "blue": "4"}
"""The kit's standard grid colours nearest to the recipe's."""


@dataclass(frozen=True)
class Kit:
    """A clone of the kit: the folder of its generator, and the interpreter that runs it."""

    folder: Path
    python: str = sys.executable
    timeout: float = 180.0

    @staticmethod
    def from_environment() -> Kit:
        """The kit that the environment names.

        Raises:
            DependencyError: the variable is not set, or its folder is no clone of the kit.
        """
        where = os.environ.get(FOLDER)
        if not where:
            remedy = f"git clone https://github.com/alphanumericslab/ecg-image-kit and set {FOLDER} to the clone"
            raise DependencyError(f"{FOLDER} is not set", where="ecg-image-kit", remedy=remedy)
        for folder in (Path(where), Path(where) / "codes/ecg-image-generator"):
            if (folder / _SCRIPT).is_file():
                return Kit(folder.resolve(), os.environ.get(PYTHON, sys.executable))
        remedy = f"set {FOLDER} to a clone of github.com/alphanumericslab/ecg-image-kit"
        raise DependencyError(f"{where} has no {_SCRIPT}", where="ecg-image-kit", remedy=remedy)

    def draw(self, signal: Signal, seed: int, options: list[str]) -> Page:
        """Draws a signal with the kit's options, on the sheet 3x4+1R.

        Raises:
            DependencyError: the kit fails, runs out of time, or writes something else than it documents.
        """
        with tempfile.TemporaryDirectory(prefix="ecg-image-kit-") as scratch:
            source, out = Path(scratch) / "in", Path(scratch) / "out"
            out.mkdir()
            header = write_wfdb(Recording(signals=_ten_seconds(signal.mv), fs=FS, name="page"), source, "page")
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
    """A page the kit draws and this package wears and photographs, both after the same recipe.

    Raises:
        UsageError: the recipe asks for what the kit can't draw.
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
        # The kit's wrinkles are painted on; the bent sheet would draw a second set.
        recipe = recipe.model_copy(update={"camera": recipe.camera.model_copy(update={"crumple": 0.0})})
    return photograph(page, signal, recipe, rng, seed)


def check_recipe(recipe: Recipe) -> None:
    """Refuses layouts and scales that the kit can't draw.

    Raises:
        UsageError: one line that says what, and what to do.
    """
    page = recipe.page
    wrong = sorted(name for name, weight in page.layouts.items() if name != LAYOUT and weight > 0)
    if wrong:
        what = f"it draws {LAYOUT} only, not {', '.join(wrong)}"
        raise UsageError(what, where="ecg-image-kit", remedy=f"use --layout {LAYOUT}, or --engine ecgimg")


def kit_options(page: PageRecipe, wrinkled: float, rng: np.random.Generator) -> list[str]:
    """The kit's options of a page recipe: resolution, grid, pulse, header, wrinkles."""
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
    """The kit's picture and JSON as a page with the same truth as the own renderer's.

    Raises:
        DependencyError: the JSON lacks what the kit documents.
    """
    image = cv2.imread(str(picture), cv2.IMREAD_COLOR)
    if image is None:
        raise DependencyError("its picture can't be read", where="ecg-image-kit", remedy=_advice())
    pixels = np.ascontiguousarray(image[..., ::-1])
    layout, h, w = load_layout(LAYOUT), pixels.shape[0], pixels.shape[1]
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
    box = (-0.5, -0.5, w - 0.5, h - 0.5)
    kind = "lines" if truth.get("gridlines", True) else "none"
    return Page(pixels, layout, px_per_mm, 25.0, 10.0, kind, (-0.5, h - 0.5), box, curves, texts, ())


def _curve(cell: Cell, lead: dict[str, Any], is_strip: bool, mv: Floats, px_per_mm: float) -> Curve:
    """Points are written [y, x] in matplotlib's coordinates, where a pixel's centre is at a half."""
    points = np.asarray(lead["plotted_pixels"], np.float32)[:, ::-1] - np.float32(0.5)
    first = int(lead["start_sample"])
    values = _ten_seconds(mv)[LEADS.index(cell.lead), first : first + len(points)]
    points = points[: len(values)]
    if not len(values):
        raise ValueError(f"no samples of {cell.lead}")
    known = np.isfinite(values) & np.isfinite(points).all(axis=1)
    y0 = np.median((points[:, 1] + values * 10 * px_per_mm)[known]) if known.any() else 0.0
    x0 = float(points[0, 0]) if np.isfinite(points[0, 0]) else 0.0
    placed = PlacedCell(
        lead=cell.lead,
        sign=1,
        line=cell.row,
        is_strip=is_strip,
        start=cell.start,
        seconds=cell.seconds,
        x0=x0,
        x1=x0 + cell.seconds * 25 * px_per_mm,
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
    n = _SECONDS * FS
    out = np.full((12, n), np.nan, np.float32)
    out[:, : min(n, mv.shape[1])] = mv[:, :n]
    return out


def _advice() -> str:
    return f"clone the kit anew, and give {PYTHON} an interpreter with its libraries (docs/synth.md)"
