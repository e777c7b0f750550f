"""The networks that the package contains: a manifest with hashes. Reading it imports nothing heavy."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from ecgimg.errors import DependencyError
from ecgimg.io.files import hash_file

FOLDER = Path(__file__).with_name("weights")
MANIFEST = FOLDER / "manifest.json"
LICENCE = "Apache-2.0"
"""Licence of every network that this project trains."""


@dataclass(frozen=True)
class Weight:
    """One packaged network: file and card in `weights/`, SHA-256 and size in bytes of the file, licence, purpose."""

    name: str
    file: str
    card: str
    sha256: str
    size: int
    licence: str
    purpose: str


def list_weights() -> tuple[Weight, ...]:
    """All networks of the manifest; DependencyError when it can't be read."""
    try:
        rows = json.loads(MANIFEST.read_text(encoding="utf-8"))
        return tuple(Weight(**row) for row in rows)
    except (OSError, ValueError, TypeError) as error:
        raise DependencyError(f"the manifest of weights can't be read: {error}", where="weights") from error


@lru_cache(maxsize=32)
def weight_path(name: str) -> Path:
    """Path of a network's file, after a check of its hash.

    Raises:
        DependencyError: no such network, its file is missing, or its hash differs from the manifest's.
    """
    known = {weight.name: weight for weight in list_weights()}
    if name not in known:
        raise DependencyError(f"no network {name!r}; there are {', '.join(known) or 'none'}", where="weights")
    path = FOLDER / known[name].file
    if not path.is_file():
        raise DependencyError(f"{path.name} is missing", where="weights")
    if hash_file(path) != known[name].sha256:
        raise DependencyError(f"{path.name} is damaged: its hash differs from the manifest's", where="weights")
    return path


def network_hashes() -> dict[str, str]:
    """First 12 digits of the SHA-256 of each packaged network, by its name."""
    return {weight.name: weight.sha256[:12] for weight in list_weights()}


def register(name: str, path: Path, purpose: str, folder: Path = FOLDER) -> Weight:
    """Enter a network's file into the manifest of a folder, in place of an older one of the same name.

    The file lies in the folder, and so does its card, which is written by hand.
    """
    weight = Weight(name, path.name, f"{name}.md", hash_file(path), path.stat().st_size, LICENCE, purpose)
    manifest = folder / MANIFEST.name
    rows = json.loads(manifest.read_text(encoding="utf-8")) if manifest.is_file() else []
    others = [row for row in rows if row["name"] != name]
    rows = sorted([*others, vars(weight)], key=lambda row: row["name"])
    manifest.write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")
    return weight
