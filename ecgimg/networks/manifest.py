"""Which networks the package brings: a manifest with hashes; nothing heavy is imported to read it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from ecgimg.errors import DependencyError

FOLDER = Path(__file__).with_name("weights")
MANIFEST = FOLDER / "manifest.json"


@dataclass(frozen=True)
class Weight:
    """One packaged network: file and card below ``weights/``, SHA-256 and size of the file, licence, purpose."""

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
    """Path of a network whose hash has been checked.

    Raises:
        DependencyError: no such network, its file is missing, or its content is not what the manifest says.
    """
    known = {weight.name: weight for weight in list_weights()}
    if name not in known:
        raise DependencyError(f"no network {name!r}; there are {', '.join(known) or 'none'}", where="weights")
    path = FOLDER / known[name].file
    if not path.is_file():
        raise DependencyError(f"{path.name} is missing", where="weights")
    if file_hash(path) != known[name].sha256:
        raise DependencyError(f"{path.name} is damaged: its hash differs from the manifest's", where="weights")
    return path


def file_hash(path: Path) -> str:
    """SHA-256 of a file in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def register_file(name: str, path: Path, purpose: str, folder: Path = FOLDER) -> None:
    """Enters a file that lies in the folder into its manifest; its card, beside it, is written by hand."""
    register(Weight(name, path.name, f"{name}.md", file_hash(path), path.stat().st_size, "Apache-2.0", purpose), folder)


def register(weight: Weight, folder: Path = FOLDER) -> None:
    """Put a network into the manifest of a folder, in place of an older one of the same name."""
    manifest = folder / MANIFEST.name
    rows = json.loads(manifest.read_text(encoding="utf-8")) if manifest.is_file() else []
    kept = [row for row in rows if row["name"] != weight.name]
    kept.append(vars(weight))
    manifest.write_text(json.dumps(sorted(kept, key=lambda row: row["name"]), indent=2) + "\n", encoding="utf-8")
