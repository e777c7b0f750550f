"""Networks are opened from any file with a specification, and what is no network is refused."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import numpy as np
import pytest

from ecgimg.bench.speed.memory import PAGE_BYTES, resident_pages
from ecgimg.errors import DependencyError
from ecgimg.networks.runtime import METADATA_KEY, load_network, open_network

onnx = pytest.importorskip("onnx")


def write_network(path: Path, metadata: dict[str, str]) -> Path:
    """A network that doubles its input."""
    shape = ["n", 2]
    x, y = (onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, shape) for name in "xy")
    graph = onnx.helper.make_graph([onnx.helper.make_node("Add", ["x", "x"], ["y"])], "double", [x], [y])
    model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 17)], ir_version=8)
    for key, value in metadata.items():
        entry = model.metadata_props.add()
        entry.key, entry.value = key, value
    onnx.save(model, str(path))
    return path


def test_inputs_go_in_by_name_and_outputs_come_in_order(tmp_path: Path) -> None:
    network = open_network(write_network(tmp_path / "net.onnx", {METADATA_KEY: '{"classes": ["a", "b"]}'}), threads=1)
    (y,) = network.run(x=np.array([[1, 2]], np.float32))
    np.testing.assert_array_equal(y, [[2, 4]])
    assert network.spec == {"classes": ["a", "b"]}


def test_a_file_without_a_specification_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DependencyError, match=r"net\.onnx carries no specification"):
        open_network(write_network(tmp_path / "net.onnx", {"other": "{}"}))


def test_what_is_no_network_is_refused(tmp_path: Path) -> None:
    (tmp_path / "net.onnx").write_bytes(b"a network")
    with pytest.raises(DependencyError, match=r"net\.onnx can't be opened"):
        open_network(tmp_path / "net.onnx")


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(DependencyError, match="no network 'other'"):
        load_network("other")


def test_a_network_is_opened_once_a_thread_count() -> None:
    assert load_network("names", 1) is load_network("names", 1)
    assert load_network("names", 1) is not load_network("names", 2)
    assert load_network("names", 2).session.get_session_options().intra_op_num_threads == 2


@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
def test_memory_goes_back_after_a_large_input(tmp_path: Path) -> None:
    network = open_network(write_network(tmp_path / "net.onnx", {METADATA_KEY: "{}"}), threads=1)
    network.run(x=np.ones((1, 2), np.float32))
    before = resident_pages(os.getpid())
    network.run(x=np.ones((20_000_000, 2), np.float32))
    assert (resident_pages(os.getpid()) - before) * PAGE_BYTES < 80_000_000  # the output alone has 160 MB
