"""HL7 aECG files are read; hostile ones are one line."""

from __future__ import annotations

from pathlib import Path

import pytest
from made_recordings import columns, whole

from ecgimg.errors import UnreadableInputError
from ecgimg.recording.aecg_xml import write_aecg
from ecgimg.recording.export import export
from ecgimg.recording.export_options import ExportOptions
from ecgimg.recording.read import read_recording

pytest.importorskip("defusedxml")
AT = ExportOptions.model_validate({"recorded": "2020-02-03T04:05:06", "patient_id": "7", "sex": "F"})


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("0.002", "0"),
        ("0.002", "nan"),
        ("0.002", "often"),
        ('unit="s"', 'unit="parsec"'),
        ("<digits>", "<digits>one "),
        ("</digits>", ""),
        ("digits>", "numbers>"),
        ("20200203040506.0000", "a Monday"),
        ("sequenceSet", "sequenceBag"),
        ("<series>", "<diary>"),
    ],
)
def test_hostile_files_are_one_error(old: str, new: str, tmp_path: Path) -> None:
    path = write_aecg(export(whole(2), AT), tmp_path / "x.xml")
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    with pytest.raises(UnreadableInputError, match="damaged or no ECG") as caught:
        read_recording(path)
    assert "\n" not in str(caught.value)


def test_a_head_far_from_the_start_is_refused(tmp_path: Path) -> None:
    path = write_aecg(export(columns(), AT), tmp_path / "x.xml")
    path.write_text(path.read_text().replace('head value="20200203040513', 'head value="20990203040513'))
    with pytest.raises(UnreadableInputError, match="samples a lead declared"):
        read_recording(path)
