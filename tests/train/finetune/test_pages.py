"""Pages of test recordings: what was read is stored with its gaps, and a page is drawn once."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from made_hospital import make_hospital, recipe_of
from made_recordings import columns

from ecgimg.networks.finetuned import ModelInput
from ecgimg.train.finetune.cohort import load_cohort
from ecgimg.train.finetune.pages import read_pages, store_recording, stored_recording
from ecgimg.train.finetune.recipe import PagesRecipe


def test_what_was_read_is_stored_with_its_gaps(tmp_path: Path) -> None:
    store_recording(tmp_path / "a.npz", columns())
    found = stored_recording(tmp_path / "a.npz")
    assert found is not None
    np.testing.assert_array_equal(found.signals, columns().signals)
    store_recording(tmp_path / "b.npz", None, "no grid")
    assert stored_recording(tmp_path / "b.npz") is None
    assert stored_recording(tmp_path / "c.npz") is None


@pytest.mark.slow
def test_a_test_recording_is_drawn_read_and_stays_itself(tmp_path: Path) -> None:
    folder = make_hospital(tmp_path / "h", 24)
    cohort = load_cohort(str(folder / "index.csv"), None, recipe_of(), ModelInput(), tmp_path / "work")
    recipe, pages = PagesRecipe(preset="clean", count=1), tmp_path / "pages"
    paper = read_pages(cohort, ModelInput(), recipe, pages, 1)
    assert len(paper.cases) == 1
    assert paper.cases[0].id in {cohort.cases[n].id for n in cohort.indices("test")}
    drawn = cohort.inputs[[case.id for case in cohort.cases].index(paper.cases[0].id)].astype(np.float32)
    read = paper.inputs[0].astype(np.float32)
    assert 0.2 < np.isfinite(read).mean() <= 1
    np.testing.assert_allclose(np.nanstd(read[1]), np.nanstd(drawn[1]), rtol=0.3)
    before = {file: file.stat().st_mtime_ns for file in pages.iterdir()}
    read_pages(cohort, ModelInput(), recipe, pages, 1)
    assert {file: file.stat().st_mtime_ns for file in pages.iterdir()} == before
