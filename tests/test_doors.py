"""The doors: import-linter finds a wrong import through each of them, and imports stay lazy.

`pyproject.toml` holds the contracts. Here each is broken once, in a copy of the installed package, to prove that it
would be noticed. What a linter can't see is what a fresh process loads: a few processes show that.
"""

from __future__ import annotations

import json
import os
import pkgutil
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import ecgimg

ROOT = Path(__file__).resolve().parents[1]
LINT = "from importlinter.cli import lint_imports_command; lint_imports_command()"
TRAINING = {"torch", "torchvision", "timm", "albumentations"}
HEAVY = {*TRAINING, "numpy", "scipy", "cv2", "skimage", "onnxruntime", "PIL", "wfdb", "pypdfium2"}
LABORATORY = ("ecgimg.train", "ecgimg.bench", "ecgimg.synth")
LIGHT = (
    "ecgimg",
    "ecgimg.datamodel.leads",
    "ecgimg.errors",
    "ecgimg.layouts",
    "ecgimg.options",
    "ecgimg.networks.manifest",
    "ecgimg.recording.formats",
)

WRONG_IMPORTS = [
    ("rooms", "ecgimg.datamodel.page", "ecgimg.recording.recording"),
    ("rooms", "ecgimg.errors", "ecgimg.layouts"),
    ("rooms", "ecgimg.jobs", "ecgimg.io.files"),
    ("rooms", "ecgimg.io.files", "ecgimg.recording.recording"),
    ("rooms", "ecgimg.recording.recording", "ecgimg.stages.trace"),
    ("rooms", "ecgimg.recording.quality", "ecgimg.findings.opinions"),
    ("rooms", "ecgimg.options", "ecgimg.networks.manifest"),
    ("rooms", "ecgimg.findings.opinions", "ecgimg.networks.screen"),
    ("rooms", "ecgimg.networks.trace", "ecgimg.stages.trace"),
    ("rooms", "ecgimg.networks.trace", "ecgimg.synth.sample"),
    ("rooms", "ecgimg.schemas.page", "ecgimg.stages.trace"),
    ("rooms", "ecgimg.stages.trace", "ecgimg.pipelines.digitize"),
    ("rooms", "ecgimg.report.html", "ecgimg.pipelines.diagnose"),
    ("rooms", "ecgimg.report.html", "ecgimg.runs.batch"),
    ("rooms", "ecgimg.pipelines.digitize", "ecgimg.train.trace.fit"),
    ("rooms", "ecgimg.pipelines.digitize", "ecgimg.aligned.page"),
    ("rooms", "ecgimg.aligned.page", "ecgimg.runs.batch"),
    ("rooms", "ecgimg.runs.batch", "ecgimg.bench.speed.run"),
    ("rooms", "ecgimg.runs.batch", "ecgimg.api"),
    ("rooms", "ecgimg.runs.worker", "ecgimg.web.pages"),
    ("rooms", "ecgimg.web.pages", "ecgimg.cli.app"),
    ("rooms", "ecgimg.train.trace.fit", "ecgimg.bench.speed.run"),
    ("rooms", "ecgimg.bench.speed.run", "ecgimg.cli.app"),
    ("circles", "ecgimg.recording.samples", "ecgimg.recording.recording"),
    ("circles", "ecgimg.runs.job", "ecgimg.runs.plan"),
    ("stages", "ecgimg.stages.trace", "ecgimg.stages.measure.measure"),
    ("stages", "ecgimg.stages.straighten.by_grid", "ecgimg.stages.landmarks.find"),
    ("opinions", "ecgimg.networks.patchecg", "ecgimg.networks.screen"),
    ("opinions", "ecgimg.networks.screen", "ecgimg.networks.patchecg"),
    ("heart", "ecgimg.findings.opinions", "cv2"),
    ("heart", "ecgimg.stages.measure.measure", "PIL"),
    ("heart", "ecgimg.stages.combine", "ecgimg.io.images"),
    ("typer", "ecgimg.runs.batch", "typer"),
    ("web", "ecgimg.cli.serve", "fastapi"),
    ("web", "ecgimg.runs.worker", "starlette"),
    ("onnxruntime", "ecgimg.networks.screen", "onnxruntime"),
    ("cluster", "ecgimg.runs.store.run", "distributed"),
    ("training", "ecgimg.pipelines.digitize", "torch"),
    ("training", "ecgimg.stages.trace", "timm"),
]
"""A contract's id, the module that gets a wrong import, and what it imports."""


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package as it is installed, where `ecgimg.synth` has its real name; networks are left out."""
    source, target = (tmp_path_factory.mktemp(name) for name in ("source", "installed"))
    for name in ("ecgimg", "synth", "layouts"):
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("*.onnx", "__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    command = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--no-build-isolation", "--no-compile"]
    subprocess.run([*command, "--target", str(target), str(source)], check=True)
    return target


@pytest.fixture
def copy(installed: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(installed, tmp_path / "copy"))


def lint(folder: Path, *contracts: str) -> tuple[int, str]:
    """Exit code and output of import-linter on the package in a folder; all contracts where none is named."""
    chosen = [word for contract in contracts for word in ("--contract", contract)]
    command = [sys.executable, "-c", LINT, "--config", str(ROOT / "pyproject.toml"), "--no-cache", "--no-logo", *chosen]
    env = {**os.environ, "PYTHONPATH": str(folder), "COLUMNS": "200"}
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)
    return done.returncode, " ".join((done.stdout + done.stderr).split())


def file_of(folder: Path, module: str) -> Path:
    return folder.joinpath(*module.split(".")).with_suffix(".py")


@pytest.mark.slow
def test_all_doors_are_shut(installed: Path) -> None:
    code, text = lint(installed)
    assert code == 0, text
    assert "0 broken" in text
    checked = {id for id, _, _ in WRONG_IMPORTS}
    assert f"{len(checked)} kept" in text  # each contract is broken once below


@pytest.mark.slow
@pytest.mark.parametrize(("contract", "module", "wrong"), WRONG_IMPORTS)
def test_a_wrong_import_is_found(copy: Path, contract: str, module: str, wrong: str) -> None:
    with file_of(copy, module).open("a", encoding="utf-8") as file:
        file.write(f"\nimport {wrong}\n")
    code, text = lint(copy, contract)
    assert (code, "Contracts: 0 kept, 1 broken." in text) == (1, True), text
    assert f".{module.rpartition('.')[2]} " in text.partition("Broken contracts")[2]


@pytest.mark.slow
def test_a_wrong_import_within_a_function_is_found(copy: Path) -> None:
    with file_of(copy, "ecgimg.report.html").open("a", encoding="utf-8") as file:
        file.write("\ndef late():\n    from ecgimg.runs import batch\n")
    assert lint(copy, "rooms")[0] == 1


@pytest.mark.slow
def test_a_new_room_must_be_placed(copy: Path) -> None:
    (copy / "ecgimg/attic.py").write_text("")
    code, text = lint(copy, "rooms")
    assert code == 1
    assert "attic" in text


@pytest.mark.slow
def test_every_package_is_installed(installed: Path) -> None:
    homes = {"ecgimg": ROOT / "ecgimg", "ecgimg/synth": ROOT / "synth"}
    for name, folder in homes.items():
        wanted = {f"{name}/{path.relative_to(folder).as_posix()}" for path in folder.rglob("*.py")}
        assert sorted(name for name in wanted if not (installed / name).is_file()) == []


def loaded(statement: str) -> set[str]:
    """Top-level packages that are loaded after a statement in a fresh process."""
    code = f"import json, sys\n{statement}\nprint(json.dumps(sorted(name.partition('.')[0] for name in sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout.splitlines()[-1]))


@pytest.mark.slow
def test_nothing_that_works_on_pages_loads_training_libraries_typer_or_networks() -> None:
    names = [info.name for info in pkgutil.walk_packages(ecgimg.__path__, "ecgimg.")]
    chosen = [name for name in names if not name.startswith((*LABORATORY, "ecgimg.cli", "ecgimg.__main__"))]
    assert len(chosen) > 60
    assert loaded(f"import {', '.join(chosen)}") & {*TRAINING, "typer", "onnxruntime"} == set()


def test_names_and_listings_load_nothing_heavy() -> None:
    assert loaded(f"import {', '.join(LIGHT)}") & HEAVY == set()


def test_the_command_line_loads_nothing_before_a_command_runs() -> None:
    found = loaded("import ecgimg.cli.app")
    assert found & {*HEAVY, "pydantic", "rich", "yaml"} == set()
    assert "typer" in found


@pytest.mark.parametrize("command", [["--help"], ["digitize", "--help"], ["layouts", "list"], ["doctor"]])
def test_help_and_listings_load_nothing_heavy(command: list[str]) -> None:
    run = f"sys.argv[1:] = {command}\nfrom ecgimg.cli.app import main\ntry:\n    main()\nexcept SystemExit: pass"
    assert loaded(run) & HEAVY == set()


def test_public_names() -> None:
    code = "import ecgimg\nassert ecgimg.LEADS[0] == 'I'\nassert callable(ecgimg.digitize)\nassert ecgimg.Recording"
    assert loaded(code) & {*TRAINING, "onnxruntime", "typer"} == set()
    with pytest.raises(AttributeError, match="nothing_of_the_kind"):
        _ = ecgimg.nothing_of_the_kind  # type: ignore[attr-defined]
