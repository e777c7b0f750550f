"""Stores what each packaged file answers to an example, for the tests of parity.

    python tests/networks/make_parity.py [NAME ...]

For each network, all by default, `parity/NAME.npz` gets the seed of the example of two inputs, and of each output its
shape and 64 values. It is to be run when a network is packaged anew, and at no other time.
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent


def main(names: list[str]) -> None:
    """Writes the files of the named networks, or of all."""
    sys.path.insert(0, str(HERE.parent))
    from networks.base import PARITY, PackagedTests, stored_path

    PARITY.mkdir(exist_ok=True)
    modules = [importlib.import_module(f"networks.{path.stem}") for path in sorted(HERE.glob("test_*.py"))]
    classes = [c for module in modules for c in vars(module).values() if isinstance(c, type)]
    for tests in classes:
        if issubclass(tests, PackagedTests) and hasattr(tests, "name") and (not names or tests.name in names):
            np.savez(stored_path(tests.name), **tests.summary())


if __name__ == "__main__":
    main(sys.argv[1:])
