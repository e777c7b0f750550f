"""Makes torchvision importable beside a CPU build of torch.

torchvision's wheels on PyPI are built for CUDA. Beside a torch built for the CPU their compiled operators don't load,
and `import torchvision` fails because it registers shape functions for `torchvision::nms` and `torchvision::qnms`,
which then don't exist. timm imports torchvision and uses neither. Defining the two schemas before the import is enough:
they have no kernel, so calling them still raises. Call `enable_torchvision` before timm is imported.
"""

from __future__ import annotations

from importlib import util
from pathlib import Path

import torch

_OPERATORS = ("nms", "qnms")
_SCHEMA = "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"


_LIBRARIES: list[torch.library.Library] = []
"""Kept alive: a schema goes with its library."""


def enable_torchvision() -> bool:
    """Defines the operators that torchvision's import asks for, where its own don't load; may be called again.

    Returns:
        Whether schemas had to be defined, now or before; False where torchvision is missing or works by itself.
    """
    spec = util.find_spec("torchvision")
    if spec is None or spec.origin is None:
        return False
    if not _LIBRARIES and not _loads_its_own(Path(spec.origin).parent):
        library = torch.library.Library("torchvision", "FRAGMENT")
        for name in _OPERATORS:
            library.define(f"{name}{_SCHEMA}")
        _LIBRARIES.append(library)
    return bool(_LIBRARIES)


def _loads_its_own(folder: Path) -> bool:
    for extension in folder.glob("_C*.so"):
        try:
            torch.ops.load_library(str(extension))
        except (OSError, ImportError, RuntimeError):
            return False
        return True
    return False
