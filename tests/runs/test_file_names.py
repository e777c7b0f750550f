"""Names of files: no two kinds of runs write the same, and a run's pictures are known as its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from ecgimg.recording.formats import FORMATS
from ecgimg.runs.file_names import DIAGNOSE_SUFFIXES, DIGITIZE_SUFFIXES, SCREEN_SUFFIXES, is_own_picture


def test_kinds_of_runs_share_no_file() -> None:
    suffixes = [*DIGITIZE_SUFFIXES, *DIAGNOSE_SUFFIXES, *SCREEN_SUFFIXES]
    assert len({*suffixes}) == len(suffixes)
    assert {suffix for one in FORMATS for suffix in one.suffixes} < {*DIGITIZE_SUFFIXES}
    assert all(kind[0].endswith(".json") for kind in (DIGITIZE_SUFFIXES, DIAGNOSE_SUFFIXES, SCREEN_SUFFIXES))


@pytest.mark.parametrize(
    ("name", "own"), [("x.overlay.png", True), ("x.screen.png", True), ("x.png", False), ("overlay.png", False)]
)
def test_pictures_of_a_run_are_no_pages(name: str, own: bool) -> None:
    assert is_own_picture(Path("folder") / name) is own
