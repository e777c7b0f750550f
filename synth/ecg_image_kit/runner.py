"""Runs a script of ecg-image-kit on current libraries: `python runner.py SEED SCRIPT ARGUMENTS...`.

The kit's interpreter runs it, in the kit's folder; it imports nothing of this package.
"""

from __future__ import annotations

import random
import runpy
import sys
import types
from typing import Any


def prepare(seed: int) -> None:
    """Makes the kit importable and its choices repeatable.

    imgaug 0.4 needs numpy's `sctypes`, which numpy 2 has no more. The kit imports its handwriting module, which would
    load TensorFlow and spaCy, and does not use it. OpenCV 5 refuses the numpy scalars that the kit subtracts. The kit
    seeds no generator when it draws a single record.
    """
    import cv2
    import numpy as np

    if not hasattr(np, "sctypes"):
        np.sctypes = {  # type: ignore[attr-defined]
            "int": [np.int8, np.int16, np.int32, np.int64],
            "uint": [np.uint8, np.uint16, np.uint32, np.uint64],
            "float": [np.float16, np.float32, np.float64],
            "complex": [np.complex64, np.complex128],
            "others": [bool, object, bytes, str, np.void],
        }
    stub = types.ModuleType("HandwrittenText.generate")
    stub.get_handwritten = _no_handwriting  # type: ignore[attr-defined]
    sys.modules["HandwrittenText.generate"] = stub
    subtract = cv2.subtract
    cv2.subtract = lambda a, b, *rest: subtract(a, float(b) if np.ndim(b) == 0 else b, *rest)
    random.seed(seed)
    np.random.seed(seed % 2**32)
    try:
        import imgaug
    except ImportError:
        return
    imgaug.seed(seed % 2**31)


def _no_handwriting(**_: Any) -> None:
    raise SystemExit("handwriting of ecg-image-kit is off: it needs TensorFlow and spaCy")


if __name__ == "__main__":
    prepare(int(sys.argv[1]))
    sys.path.insert(0, ".")
    sys.argv = sys.argv[2:]
    runpy.run_path(sys.argv[0], run_name="__main__")
