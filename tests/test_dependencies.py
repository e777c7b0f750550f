"""What the package needs is declared, pinned and listed: dependencies, extras, packages and their data."""

from __future__ import annotations

import re
import sys
import tomllib
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from ecgimg.datasets.ptbxl import Ptbxl, PtbxlRecord
from ecgimg.errors import DependencyError
from ecgimg.recording.formats import FORMATS
from ecgimg.recording.read import read_recording
from ecgimg.recording.recording import Recording
from ecgimg.synth.signals.sources import open_source

ROOT = Path(__file__).resolve().parents[1]
PYPROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PACKAGE_DATA: dict[str, list[str]] = PYPROJECT["tool"]["setuptools"]["package-data"]
EXTRAS: dict[str, list[str]] = PYPROJECT["project"]["optional-dependencies"]


def pins() -> dict[str, str]:
    """The versions in constraints.txt by canonical name."""
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pairs = (line.split("==") for line in lines if line and not line.startswith("#"))
    return {canonicalize_name(name): version for name, version in pairs}


def own_requirements(extras: set[str]) -> list[Requirement]:
    """The requirements of the package with some of its extras, those that an extra takes from another included."""
    found = list(map(Requirement, PYPROJECT["project"]["dependencies"]))
    for extra in sorted(extras):
        for requirement in map(Requirement, EXTRAS[extra]):
            if requirement.name == "ecgimg":
                found += own_requirements(requirement.extras)
            else:
                found.append(requirement)
    return found


def installed_versions(extras: set[str]) -> dict[str, str]:
    """Every distribution that the package needs, directly or not, with its installed version; empty where missing."""
    versions: dict[str, str] = {}
    done: set[tuple[str, frozenset[str]]] = set()
    left = own_requirements(extras)
    while left:
        requirement = left.pop()
        name, wanted = canonicalize_name(requirement.name), frozenset(requirement.extras)
        if (name, wanted) in done:
            continue
        done.add((name, wanted))
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            versions[name] = ""
            continue
        for line in metadata.requires(name) or []:
            needed = Requirement(line)
            if needed.marker is None or any(needed.marker.evaluate({"extra": extra}) for extra in wanted or {""}):
                left.append(needed)
    return versions


def test_every_needed_distribution_is_pinned_at_the_installed_version() -> None:
    versions, pinned = installed_versions({"train", "dev"}), pins()
    assert len(versions) > 60
    assert sorted(set(versions) - set(pinned)) == []
    # A local version ("2.13.0+cpu") is the same release from another index.
    releases = {name: version.partition("+")[0] for name, version in versions.items() if version}
    assert {name: version for name, version in releases.items() if pinned[name] != version} == {}


def test_pins_are_sorted_and_meet_the_requirements() -> None:
    names = re.findall(r"^([A-Za-z0-9_.-]+)==", (ROOT / "constraints.txt").read_text(encoding="utf-8"), re.MULTILINE)
    assert names == sorted(names, key=str.lower)
    pinned = pins()
    for requirement in own_requirements({"train", "dev"}):
        assert pinned[canonicalize_name(requirement.name)] in requirement.specifier, str(requirement)


def test_every_extra_that_a_message_or_a_format_names_is_declared() -> None:
    sources = [path.read_text(encoding="utf-8") for room in ("ecgimg", "synth") for path in (ROOT / room).rglob("*.py")]
    named = {name for text in sources for name in re.findall(r"ecgimg\[([a-z,]+)\]", text)}
    passed = {name for text in sources for name in re.findall(r'missing_package\("[^"]*", "[^"]*", "([^"]+)"', text)}
    assert "wfdb" in passed
    listed = {name for names in named for name in names.split(",")} | {one.extra for one in FORMATS if one.extra}
    assert sorted((passed | listed) - set(EXTRAS)) == []


def test_inference_does_not_install_what_only_training_uses() -> None:
    direct = {canonicalize_name(requirement.name) for requirement in own_requirements(set())}
    assert not direct & {"wfdb", "pandas", "matplotlib", "torch", "timm", "albumentations"}


def test_every_package_is_listed() -> None:
    found = {"ecgimg._layouts"}
    for room, name in (("ecgimg", "ecgimg"), ("synth", "ecgimg.synth")):
        for path in (ROOT / room).rglob("__init__.py"):
            found.add(".".join([name, *path.parent.relative_to(ROOT / room).parts]))
    assert sorted(PYPROJECT["tool"]["setuptools"]["packages"]) == sorted(found)


def data_files(package: str) -> dict[str, set[Path]]:
    """The files of a package's data by pattern."""
    name = package.removeprefix("ecgimg.") if package.startswith("ecgimg.synth") else package
    folder = ROOT / "layouts" if package == "ecgimg._layouts" else ROOT / name.replace(".", "/")
    return {pattern: set(folder.glob(pattern)) for pattern in PACKAGE_DATA[package]}


@pytest.mark.parametrize("package", PACKAGE_DATA)
def test_every_pattern_of_package_data_finds_a_file(package: str) -> None:
    assert [pattern for pattern, found in data_files(package).items() if not found] == []


def test_every_file_that_is_no_code_is_package_data() -> None:
    listed = {path for package in PACKAGE_DATA for found in data_files(package).values() for path in found}
    files = {path for room in ("ecgimg", "synth", "layouts") for path in (ROOT / room).rglob("*") if path.is_file()}
    data = {path for path in files if path.suffix != ".py" and "__pycache__" not in path.parts}
    assert sorted(str(path.relative_to(ROOT)) for path in data - listed) == []


def test_without_wfdb_reading_a_record_fails_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "wfdb", None)
    signals = np.zeros((12, 1000), np.float32)
    Recording(signals=signals, fs=100).to_wfdb(tmp_path, "x")
    with pytest.raises(DependencyError) as caught:
        read_recording(tmp_path / "x")
    message = "recording: reading WFDB needs the package wfdb; pip install 'ecgimg[wfdb]'"
    assert str(caught.value) == message
    record = PtbxlRecord(1, 1, None, None, "", (), True, 1, "x", None)
    with pytest.raises(DependencyError, match=r"PTB-XL: reading WFDB needs the package wfdb"):
        Ptbxl(tmp_path, {}, (record,)).signal(record)
    with pytest.raises(DependencyError, match=r"ecgimg\[wfdb\]"):
        open_source(f"wfdb:{tmp_path}").get(0)


def test_without_wfdb_a_csv_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "wfdb", None)
    (tmp_path / "x.csv").write_text("time_s,II\n0.0,0.1\n0.01,0.2\n", encoding="utf-8")
    assert read_recording(tmp_path / "x.csv").lead("II").tolist() == pytest.approx([0.1, 0.2])
