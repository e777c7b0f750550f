"""A small drawn set of aligned records, which several tests read and none changes."""

from __future__ import annotations

from pathlib import Path

import pytest

from ecgimg.aligned.dataset import write_aligned_dataset
from ecgimg.synth.dataset import SetPlan

SMALL = """
name: small
page:
  layouts: {3x4+1R: 1, 6x2: 1}
  px_per_mm: [3.2, 3.6]
camera: {rotation: 10, perspective: 0.5}
"""


@pytest.fixture(scope="session")
def recipe(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The file of a recipe of small photos."""
    path = tmp_path_factory.mktemp("recipe") / "small.yaml"
    path.write_text(SMALL)
    return str(path)


@pytest.fixture(scope="session")
def drawn_set(recipe: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two records, described."""
    pytest.importorskip("pyarrow")
    out = tmp_path_factory.mktemp("drawn")
    write_aligned_dataset(out, SetPlan(2, recipe, seed=5))
    return out
