"""Models that are a few weights in a JSON file."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from ecgimg.errors import DependencyError

Model = TypeVar("Model")


def read_json_model(name: str, path: Path, build: Callable[[Mapping[str, Any]], Model]) -> Model:
    """The model that a file holds.

    Args:
        name: the model's name in the manifest.
        path: its file.
        build: makes the model of the file's content.

    Raises:
        DependencyError: the file can't be read, a field is missing, or a field holds something else.
    """
    try:
        return build(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DependencyError(f"{name}.json can't be read: {error}", where="weights") from error
