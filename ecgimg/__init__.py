"""ecgimg: a photo or scan of a paper ECG in, a 12-lead recording out, and a diagnosis somebody can check."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ecgimg.api import Report, complete, diagnose, digitize, interpret, measure, read, screen, trace, write
    from ecgimg.corrections import Corrections
    from ecgimg.datamodel.leads import LEADS
    from ecgimg.networks.patchecg import PatchEcg
    from ecgimg.recording.recording import Recording

__all__ = [
    "LEADS",
    "Corrections",
    "Recording",
    "Report",
    "complete",
    "diagnose",
    "digitize",
    "interpret",
    "load_patchecg",
    "measure",
    "read",
    "screen",
    "trace",
    "write",
]

__version__ = "0.1.0"

_HOMES = {
    "LEADS": "ecgimg.datamodel.leads",
    "Corrections": "ecgimg.corrections",
    "Recording": "ecgimg.recording.recording",
    "Report": "ecgimg.api",
    "complete": "ecgimg.api",
    "diagnose": "ecgimg.api",
    "digitize": "ecgimg.api",
    "interpret": "ecgimg.api",
    "measure": "ecgimg.api",
    "read": "ecgimg.api",
    "screen": "ecgimg.api",
    "trace": "ecgimg.api",
    "write": "ecgimg.api",
}


def __getattr__(name: str) -> Any:
    """Imports a public name when it is first asked for, so that `import ecgimg` loads nothing heavy."""
    if name not in _HOMES:
        raise AttributeError(f"module 'ecgimg' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def load_patchecg(threads: int = 0) -> PatchEcg:
    """The packaged diagnosis network: ``load_patchecg().predict(recording)``; ``threads`` 0 chooses.

    Raises:
        DependencyError: the weights are missing or damaged.
    """
    from ecgimg.networks.patchecg import load_patchecg as load

    return load(threads)
