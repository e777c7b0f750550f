"""The doors of the house: what a module may load, seen in a fresh process each; import-linter keeps the rest."""

from __future__ import annotations

import json
import pkgutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

import ecgimg

TRAINING = {"torch", "torchvision", "timm", "albumentations"}
HEAVY = {*TRAINING, "numpy", "scipy", "cv2", "skimage", "onnxruntime", "PIL", "wfdb", "pypdfium2"}
OPEN_TO_TRAINING = ("ecgimg.train", "ecgimg.bench", "ecgimg.synth")
LIGHT = (
    "ecgimg",
    "ecgimg.datamodel.leads",
    "ecgimg.errors",
    "ecgimg.layouts",
    "ecgimg.options",
    "ecgimg.networks.manifest",
)


def public_modules() -> list[str]:
    names = [info.name for info in pkgutil.walk_packages(ecgimg.__path__, "ecgimg.")]
    return ["ecgimg", *(name for name in names if not name.rpartition(".")[2].startswith("_"))]


def loaded(statement: str) -> set[str]:
    """Top-level packages that are loaded after a statement in a fresh process."""
    code = f"import json, sys\n{statement}\nprint(json.dumps(sorted(name.partition('.')[0] for name in sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout.splitlines()[-1]))


@pytest.fixture(scope="module")
def loads() -> dict[str, set[str]]:
    """What each public module loads, apart from those that may load the training libraries."""
    names = [name for name in public_modules() if not name.startswith(OPEN_TO_TRAINING)]
    with ThreadPoolExecutor(2) as pool:
        return dict(zip(names, pool.map(lambda name: loaded(f"import {name}"), names), strict=True))


def test_nothing_that_digitizes_loads_a_training_library(loads: dict[str, set[str]]) -> None:
    assert len(loads) > 15
    assert {name: found & TRAINING for name, found in loads.items() if found & TRAINING} == {}


@pytest.mark.parametrize("name", LIGHT)
def test_the_words_and_listings_load_nothing_heavy(name: str, loads: dict[str, set[str]]) -> None:
    assert loads[name] & HEAVY == set()


def test_the_command_line_loads_nothing_heavy(loads: dict[str, set[str]]) -> None:
    assert loads["ecgimg.cli.app"] & {*HEAVY, "pydantic", "rich"} == set()
    assert "typer" in loads["ecgimg.cli.app"]
    for command in (["layouts", "list"], ["doctor"], ["--help"], ["digitize", "--help"]):
        run = f"sys.argv[1:] = {command}\nfrom ecgimg.cli.app import main\ntry:\n    main()\nexcept SystemExit: pass"
        assert loaded(run) & HEAVY == set(), command


def test_typer_and_onnxruntime_have_one_door_each(loads: dict[str, set[str]]) -> None:
    assert {name for name, found in loads.items() if "typer" in found} == {"ecgimg.cli.app"}
    assert {name for name, found in loads.items() if "onnxruntime" in found} == set()


def test_public_names() -> None:
    code = "import ecgimg\nassert ecgimg.LEADS[0] == 'I'\nassert callable(ecgimg.digitize)\nassert ecgimg.Recording"
    assert loaded(code) & {*TRAINING, "onnxruntime", "typer"} == set()
    with pytest.raises(AttributeError, match="nothing_of_the_kind"):
        _ = ecgimg.nothing_of_the_kind  # type: ignore[attr-defined]
