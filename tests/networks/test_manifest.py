from __future__ import annotations

import json
from pathlib import Path

import pytest

import ecgimg.networks.manifest as weights
from ecgimg.errors import DependencyError
from ecgimg.networks.manifest import Weight, file_hash, list_weights, register, weight_path
from ecgimg.networks.runtime import open_network
from ecgimg.threads import thread_count

MEGABYTES = 15e6


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "net.onnx").write_bytes(b"a network")
    row = Weight("net", "net.onnx", "net.md", file_hash(tmp_path / "net.onnx"), 9, "Apache-2.0", "a test")
    register(row, tmp_path)
    monkeypatch.setattr(weights, "FOLDER", tmp_path)
    monkeypatch.setattr(weights, "MANIFEST", tmp_path / "manifest.json")
    weight_path.cache_clear()
    yield tmp_path
    weight_path.cache_clear()


def test_an_undamaged_network_is_found(folder: Path) -> None:
    assert weight_path("net") == folder / "net.onnx"


def test_registering_again_replaces(folder: Path) -> None:
    register(Weight("net", "new.onnx", "net.md", "0", 1, "Apache-2.0", "newer"), folder)
    assert [w.file for w in list_weights()] == ["new.onnx"]


def test_damage_and_absence_are_told_apart(folder: Path) -> None:
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


def test_what_is_no_network_does_not_open(folder: Path) -> None:
    with pytest.raises(DependencyError, match=r"net\.onnx"):
        open_network(folder / "net.onnx")


def test_threads() -> None:
    assert thread_count(3) == 3
    assert 1 <= thread_count() <= 4


def test_every_packaged_network_is_whole_small_and_has_a_card() -> None:
    rows = list_weights()
    assert rows
    for row in rows:
        assert weight_path(row.name).stat().st_size == row.size <= MEGABYTES
        assert (weights.FOLDER / row.card).is_file()
    assert json.loads(weights.MANIFEST.read_text()) == [vars(row) for row in rows]
