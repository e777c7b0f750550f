"""The image network on the stored pictures of the chain."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from made_benches import chain_row

from ecgimg.bench.chain.images import ImageJob, ImageRow, image_page, run_images
from ecgimg.bench.chain.pages import page_path
from ecgimg.errors import WorkerError


def test_a_picture_has_probabilities(plain_png: Path) -> None:
    row = image_page(ImageJob("scan", 3, plain_png), lambda *step: None)
    assert (row.preset, row.number, row.is_ecg, row.is_readable) == ("scan", 3, True, True)
    assert {"screening/ABNORMAL", "superclass/MI", "rhythm/AFIB"} <= set(row.probabilities)
    assert all(0 <= probability <= 1 for probability in row.probabilities.values())


@pytest.mark.slow
def test_pictures_are_read_once_and_a_missing_one_is_an_error(tmp_path: Path, plain_png: Path) -> None:
    (tmp_path / "pages").mkdir()
    shutil.copy(plain_png, page_path(tmp_path, "photo", 0))
    calls: list[tuple[ImageRow, int, int]] = []
    (row,) = run_images([chain_row(0)], tmp_path, 1, lambda *call: calls.append(call))
    assert calls == [(row, 1, 1)]
    assert run_images([chain_row(0)], tmp_path, 1, lambda *call: pytest.fail("nothing is left to do")) == (row,)
    with pytest.raises(WorkerError):
        run_images([chain_row(1)], tmp_path, 1, lambda *call: None)
