"""Names of files: no two kinds of runs write the same, and a run's pictures are known as its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from ecgimg.recording.formats import FORMATS
from ecgimg.runs.file_names import DIAGNOSE_SUFFIXES, DIGITIZE_SUFFIXES, SCREEN_SUFFIXES, file_name, is_own_picture


def test_kinds_of_runs_share_no_file() -> None:
    suffixes = [*DIGITIZE_SUFFIXES, *DIAGNOSE_SUFFIXES, *SCREEN_SUFFIXES]
    assert len({*suffixes}) == len(suffixes)
    assert {suffix for one in FORMATS for suffix in one.suffixes} < {*DIGITIZE_SUFFIXES}
    assert all(kind[0].endswith(".json") for kind in (DIGITIZE_SUFFIXES, DIAGNOSE_SUFFIXES, SCREEN_SUFFIXES))


@pytest.mark.parametrize(
    ("suffix", "wanted"),
    [
        (".json", "a b.json"),
        (".hea", "a_b.hea"),
        (".fhir.json", "a b.fhir.json"),
        (".report.json", "a b.report.json"),
        (".report.hea", "a_b_report.hea"),
        (".report.dcm", "a b.report.dcm"),
    ],
)
def test_names_of_files(suffix: str, wanted: str) -> None:
    assert file_name("a b", suffix) == wanted


@pytest.mark.parametrize(
    ("name", "own"), [("x.overlay.png", True), ("x.screen.png", True), ("x.png", False), ("overlay.png", False)]
)
def test_pictures_of_a_run_are_no_pages(name: str, own: bool) -> None:
    assert is_own_picture(Path("folder") / name) is own
