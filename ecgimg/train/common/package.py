"""Puts a trained network or a fitted model into the package."""

from __future__ import annotations

import shutil
from pathlib import Path

from ecgimg.networks.manifest import FOLDER, register


def package_network(name: str, path: Path, purpose: str, folder: Path = FOLDER) -> Path:
    """Copies a written file into the package and enters it into the manifest; its card is written by hand."""
    target = folder / f"{name}{path.suffix}"
    shutil.copyfile(path, target)
    register(name, target, purpose, folder)
    return target
