"""Synthetic ECG pages with exact truth: `sample_page((7, 0), load_recipe("photo"), open_source("sim"))`."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ecgimg.synth.dataset import SetPlan, write_dataset
    from ecgimg.synth.recipe import load_recipe
    from ecgimg.synth.sample import sample_page
    from ecgimg.synth.signals.sources import open_source
    from ecgimg.synth.storage import read_page

__all__ = ["SetPlan", "load_recipe", "open_source", "read_page", "sample_page", "write_dataset"]

_HOMES = {
    "SetPlan": "ecgimg.synth.dataset",
    "load_recipe": "ecgimg.synth.recipe",
    "open_source": "ecgimg.synth.signals.sources",
    "read_page": "ecgimg.synth.storage",
    "sample_page": "ecgimg.synth.sample",
    "write_dataset": "ecgimg.synth.dataset",
}


def __getattr__(name: str) -> Any:
    """Imports a public name when it is first asked for, so that `import ecgimg.synth` loads nothing heavy."""
    if name not in _HOMES:
        raise AttributeError(f"module 'ecgimg.synth' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
