"""A written file goes into the package with its hash."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from ecgimg.train.common import package


def test_a_file_is_copied_and_registered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    registered: list[tuple[object, ...]] = []
    monkeypatch.setattr(package, "register", lambda *given: registered.append(given))
    source = tmp_path / "trained.onnx"
    source.write_bytes(b"weights")
    target = package.package_network("trace", source, "why", tmp_path)
    assert target == tmp_path / "trace.onnx"
    assert hashlib.sha256(target.read_bytes()).digest() == hashlib.sha256(b"weights").digest()
    assert registered == [("trace", target, "why", tmp_path)]
