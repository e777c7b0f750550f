"""Names of files: no two kinds of runs write the same, and a run's pictures are known as its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from ecgimg.recording.formats import FORMATS
from ecgimg.runs.file_names import FILE_SETS, RECORDING_FILES, file_name, is_own_picture, page_name


def test_kinds_of_runs_share_no_file() -> None:
    suffixes = [suffix for one in FILE_SETS for suffix in one.suffixes]
    assert len({*suffixes}) == len(suffixes)
    assert {suffix for one in FORMATS for suffix in one.suffixes} < {*RECORDING_FILES.others}
    assert all(one.record.endswith(".json") for one in FILE_SETS)


@pytest.mark.parametrize(
    ("suffix", "wanted"), [(".json", "a b.json"), (".hea", "a_b.hea"), (".fhir.json", "a b.fhir.json")]
)
def test_names_of_files(suffix: str, wanted: str) -> None:
    assert file_name("a b", suffix) == wanted


@pytest.mark.parametrize(
    ("name", "own"),
    [
        ("x.overlay.png", True),
        ("x.screen.png", True),
        ("x.overlay.thumb.jpg", True),
        ("x.png", False),
        ("overlay.png", False),
    ],
)
def test_pictures_of_a_run_are_no_pages(name: str, own: bool) -> None:
    assert is_own_picture(Path("folder") / name) is own


@pytest.mark.parametrize("name", ["x", "ECG (1)", "Müller", "心電図", "a.b", "-", "x" * 170])
def test_a_name_that_every_system_can_hold_stays(name: str) -> None:
    assert page_name(name) == name


@pytest.mark.parametrize(
    ("name", "safe"),
    [("a\udcffb", "a_b"), ("a\x1b[31mb\n", "a_[31mb_"), ("é" * 255, "é" * 85), ("\u2028", "_"), ("", "page")],
)
def test_other_names_are_made_safe(name: str, safe: str) -> None:
    assert page_name(name) == safe
    assert len(safe.encode()) <= 170
