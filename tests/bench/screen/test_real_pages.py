"""Real pages with labels, read by the image network."""

from __future__ import annotations

from pathlib import Path

import pytest
from made_benches import FixedScreenNet

from ecgimg.bench.screen.real_pages import labelled_pages
from ecgimg.errors import UnreadableInputError


def test_pages_of_an_index_have_labels_and_findings(tmp_path: Path, plain_png: Path) -> None:
    index = tmp_path / "index.csv"
    (tmp_path / "broken.png").write_bytes(b"no picture")
    index.write_text(f"image,labels\n{plain_png},AFIB\nbroken.png,NORM\n")
    (page,) = labelled_pages(FixedScreenNet(), index)
    assert (page.image, page.labels, page.is_ecg, page.admitted) == (str(plain_png), "AFIB", 0.99, True)
    assert page.found == ()  # every probability is under its threshold
    assert page.abnormal == pytest.approx(0.119, abs=1e-3)


def test_an_index_without_its_columns_is_refused(tmp_path: Path) -> None:
    (tmp_path / "index.csv").write_text("picture,labels\na.png,AFIB\n")
    with pytest.raises(UnreadableInputError, match="image"):
        labelled_pages(FixedScreenNet(), tmp_path / "index.csv")
    with pytest.raises(UnreadableInputError):
        labelled_pages(FixedScreenNet(), tmp_path / "none.csv")
