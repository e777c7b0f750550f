"""docs/synth.md is true: its example runs, and every key of the files is described."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import numpy as np

import ecgimg.synth as synth
from ecgimg.synth.recipe import Recipe, recipe_names
from ecgimg.synth.sample import sample_page
from ecgimg.synth.signals.sources import Simulated
from ecgimg.synth.storage import write_page

DOCUMENT = (Path(__file__).resolve().parents[2] / "docs/synth.md").read_text(encoding="utf-8")


def test_the_imports_of_the_example_are_there() -> None:
    (names,) = re.findall(r"^from ecgimg\.synth import (.*)$", DOCUMENT, re.MULTILINE)
    assert {name.strip() for name in names.split(",")} <= set(synth.__all__)
    for name in synth.__all__:
        assert callable(getattr(synth, name))


def test_importing_the_room_loads_nothing_heavy() -> None:
    code = "import sys; import ecgimg.synth; print([m for m in ('numpy', 'cv2', 'scipy', 'wfdb') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_every_preset_is_named() -> None:
    assert [name for name in recipe_names() if f"`{name}`" not in DOCUMENT] == []


def test_every_key_of_the_files_is_described(tmp_path: Path) -> None:
    page = sample_page(0, Recipe(name="plain", page={"px_per_mm": (2.2, 2.2)}), Simulated(0), 1)
    truth = json.loads(write_page(page, tmp_path, "x", "png", {}, lambda *_: ()).read_text(encoding="utf-8"))
    assert [key for key in {**truth, **truth["sheet"], **truth["record"]} if f"`{key}`" not in DOCUMENT] == []
    with np.load(tmp_path / "x.npz") as dense:
        assert [key for key in dense.files if f"`{key}`" not in DOCUMENT] == []
