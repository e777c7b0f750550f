"""A store of made pages."""

from __future__ import annotations

from pathlib import Path

import doubled_pipelines
import doubles
import pytest
from PIL import Image

from ecgimg.options import RunOptions
from ecgimg.runs.diagnose import DIAGNOSE
from ecgimg.runs.store.run import run_store


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Thirty diagnosed pages, two that are refused and one that failed."""
    pytest.importorskip("pyarrow")
    folder = tmp_path_factory.mktemp("made")
    names = [f"page {k:02d}.png" for k in range(30)] + ["refuse a.png", "refuse b.png", "bug.png"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ecgimg.pipelines.diagnose.diagnose_page", doubled_pipelines.diagnose_page)
        for k, name in enumerate(names):
            Image.new("RGB", (8, 8), (k, 0, 0)).save(folder / name)
        listing = folder / "pages.csv"
        listing.write_text("path,id\n" + "".join(f"{folder / name},{Path(name).stem}\n" for name in names))
        options = RunOptions.read(store="parquet")
        run_store((), str(folder / "store"), options, doubles.Silent(), doubles.Inline(), DIAGNOSE, listing)
    return str(folder / "store")
