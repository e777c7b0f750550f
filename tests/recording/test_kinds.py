"""Files of signals by their first bytes."""

from __future__ import annotations

from pathlib import Path

import pytest
from made_recordings import whole
from PIL import Image

from ecgimg.errors import UnreadableInputError
from ecgimg.recording.export import export
from ecgimg.recording.formats import FORMAT_NAMES, recording_format
from ecgimg.recording.kinds import is_recording, kind_of, main_file


@pytest.mark.parametrize("name", FORMAT_NAMES)
def test_what_is_written_is_recognised_whatever_its_name(name: str, tmp_path: Path) -> None:
    path = recording_format(name).write(export(whole(2)), tmp_path, "x")
    assert kind_of(path) == name
    if name not in ("wfdb", "csv"):
        assert kind_of(path.rename(tmp_path / "no suffix")) == name


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ('<?xml version="1.0"?><!-- a --><RestingECG>', "muse"),
        ('\ufeff<restingecgdata xmlns="x">', "philips"),
        ('<n:AnnotatedECG xmlns:n="urn:hl7-org:v3">', "aecg"),
        ("<html>", None),
        ("text", None),
        ("", None),
    ],
)
def test_roots_of_xml(text: str, kind: str | None, tmp_path: Path) -> None:
    for encoding in ("utf-8", "utf-16"):
        (tmp_path / "x").write_text(text, encoding=encoding)
        assert kind_of(tmp_path / "x") == kind


def test_a_picture_is_no_recording(tmp_path: Path) -> None:
    Image.new("RGB", (9, 9)).save(tmp_path / "x.png")
    assert not is_recording(tmp_path / "x.png")
    with pytest.raises(UnreadableInputError, match="No such file"):
        is_recording(tmp_path / "none.png")


def test_a_record_stands_for_its_files(tmp_path: Path) -> None:
    header = whole(2).to_wfdb(tmp_path, "x")
    assert [main_file(tmp_path / name) for name in ("x", "x.dat", "x.hea")] == [header] * 3
    assert main_file(tmp_path / "other") == tmp_path / "other"
