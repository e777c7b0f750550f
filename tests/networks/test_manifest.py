"""The manifest: files with the right hash are found, damage and absence are reported."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

import ecgimg.networks.manifest as manifest
from ecgimg.errors import DependencyError
from ecgimg.io.files import hash_file
from ecgimg.networks.manifest import list_weights, register, weight_path

MAX_BYTES = 15e6


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    (tmp_path / "net.onnx").write_bytes(b"a network")
    register("net", tmp_path / "net.onnx", "a test", tmp_path)
    monkeypatch.setattr(manifest, "FOLDER", tmp_path)
    monkeypatch.setattr(manifest, "MANIFEST", tmp_path / "manifest.json")
    weight_path.cache_clear()
    yield tmp_path
    weight_path.cache_clear()


def test_an_undamaged_network_is_found(folder: Path) -> None:
    assert weight_path("net") == folder / "net.onnx"


def test_a_registered_file_is_described(folder: Path) -> None:
    (weight,) = list_weights()
    assert (weight.name, weight.file, weight.card, weight.size) == ("net", "net.onnx", "net.md", 9)
    assert weight.sha256 == hash_file(folder / "net.onnx")
    assert (weight.licence, weight.purpose) == ("Apache-2.0", "a test")


def test_registering_again_replaces(folder: Path) -> None:
    (folder / "new.onnx").write_bytes(b"newer")
    register("net", folder / "new.onnx", "newer", folder)
    assert [(w.file, w.purpose) for w in list_weights()] == [("new.onnx", "newer")]


def test_entries_are_sorted_by_name(folder: Path) -> None:
    for name in ("z", "a"):
        (folder / f"{name}.onnx").write_bytes(b"")
        register(name, folder / f"{name}.onnx", "a test", folder)
    assert [w.name for w in list_weights()] == ["a", "net", "z"]


def test_damage_and_absence_have_messages_of_their_own(folder: Path) -> None:
    (folder / "net.onnx").write_bytes(b"another network")
    with pytest.raises(DependencyError, match="damaged"):
        weight_path("net")
    (folder / "net.onnx").unlink()
    with pytest.raises(DependencyError, match="missing"):
        weight_path("net")
    with pytest.raises(DependencyError, match="no network 'other'; there are net"):
        weight_path("other")
    (folder / "manifest.json").write_text("{")
    with pytest.raises(DependencyError, match="manifest"):
        list_weights()


def test_the_packaged_manifest_has_exactly_the_fields_of_a_weight() -> None:
    rows = list_weights()
    assert json.loads(manifest.MANIFEST.read_text()) == [vars(row) for row in rows]
    assert [row.name for row in rows] == sorted({row.name for row in rows})


def test_every_packaged_file_is_in_the_manifest_and_small() -> None:
    rows = list_weights()
    listed = {name for row in rows for name in (row.file, row.card)} | {"manifest.json"}
    assert {path.name for path in manifest.FOLDER.iterdir()} == listed
    assert all(row.size <= MAX_BYTES for row in rows)
