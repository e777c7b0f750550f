"""Opens networks in ONNX Runtime by name, with a chosen number of threads; the only module that imports it."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ecgimg.errors import DependencyError
from ecgimg.networks.manifest import weight_path
from ecgimg.threads import thread_count

NO_TELEMETRY = "ORT_DISABLE_TELEMETRY"
"""Without this variable ONNX Runtime 1.32 looks up its collector and stores a device id in the user's cache."""
METADATA_KEY = "ecgimg"
"""Key of the ONNX metadata under which a network's specification is stored as JSON."""


@dataclass(frozen=True, eq=False)
class Network:
    """An open ONNX network: its session and the specification stored in its file."""

    session: Any
    spec: Mapping[str, Any]

    def run(self, **inputs: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        """Outputs of the network, in the order of the file, for its inputs by name."""
        return [np.asarray(output) for output in self.session.run(None, inputs)]


@lru_cache(maxsize=16)
def load_network(name: str, threads: int = 0) -> Network:
    """A packaged network, opened once a process and thread count after a check of its hash.

    Args:
        name: its name in the manifest.
        threads: threads it computes with; 0 chooses.

    Raises:
        DependencyError: the file is missing, damaged, or no network.
    """
    return open_network(weight_path(name), threads)


def open_network(path: Path, threads: int = 0) -> Network:
    """Any ONNX file with a specification, opened; DependencyError where it can't be opened or has none."""
    os.environ[NO_TELEMETRY] = "1"  # read when the library is loaded; nothing of a page may leave the machine
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.intra_op_num_threads = thread_count(threads)
    options.inter_op_num_threads = 1
    # Waiting threads sleep, so that other processes get the cores.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    # Its arena never gives memory back, and grows with every new shape of a page's bands: a worker that had read some
    # damaged photos failed on good ones. Without it a page takes as long, and 630 MB in place of 1,010.
    options.enable_cpu_mem_arena = False
    options.log_severity_level = 3
    try:
        session = ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime's own exceptions share no public base class
        raise DependencyError(f"{path.name} can't be opened: {error}", where="weights") from error
    stored = session.get_modelmeta().custom_metadata_map.get(METADATA_KEY)
    if stored is None:
        raise DependencyError(f"{path.name} carries no specification", where="weights")
    return Network(session, json.loads(stored))
