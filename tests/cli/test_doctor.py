"""The doctor: what is missing fails, what is optional is a note."""

from __future__ import annotations

import subprocess
from importlib import metadata

import pytest

from ecgimg.cli import doctor
from ecgimg.cli.doctor import Check, examine
from ecgimg.errors import DependencyError, UsageError


def check(name: str) -> Check:
    return next(one for one in examine() if one.name == name)


def test_all_is_there() -> None:
    checks = examine()
    assert [one for one in checks if one.ok is False] == []
    names = {one.name for one in checks}
    assert {"python", "ecgimg", "numpy", "onnxruntime", "tesseract", "layouts", "network trace"} <= names
    assert "torch" not in names


def test_a_package_that_is_missing_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    known = metadata.version

    def version(name: str) -> str:
        if name == "numpy":
            raise metadata.PackageNotFoundError(name)
        return "4.10" if name == "opencv-python" else known(name)

    monkeypatch.setattr(metadata, "version", version)
    assert check("numpy") == Check("numpy", False, "missing; install ecgimg again")
    assert check("opencv-python").ok is False


def test_tesseract_is_optional(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor.shutil, "which", lambda name: None)
    assert check("tesseract").ok is None
    monkeypatch.setattr(doctor.shutil, "which", lambda name: "/bin/tesseract")

    def fail(*words: object, **given: object) -> None:
        raise subprocess.TimeoutExpired("tesseract", 20)

    monkeypatch.setattr(doctor.subprocess, "run", fail)
    assert "does not run" in check("tesseract").message


def test_damaged_weights_and_layouts_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    def damaged(*words: object) -> None:
        raise DependencyError("the hash differs", where="weights")

    def unknown() -> None:
        raise UsageError("not valid YAML", where="x.yaml")

    monkeypatch.setattr(doctor, "weight_path", damaged)
    monkeypatch.setattr(doctor, "load_layouts", unknown)
    assert check("network trace").ok is False
    assert check("layouts").ok is False
    monkeypatch.setattr(doctor, "list_weights", damaged)
    assert "hash differs" in check("weights").message


def test_a_system_without_a_limit_of_memory_is_a_note(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "can_limit_memory", lambda: False)
    assert check("memory limit").ok is None
