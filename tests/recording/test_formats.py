"""The table of formats: what each writes, under the suffixes that it declares."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
from scipy.io import loadmat

from ecgimg.datamodel.leads import LEADS
from ecgimg.recording.export import export
from ecgimg.recording.export_options import ExportOptions
from ecgimg.recording.formats import DEFAULT_FORMAT, FORMAT_NAMES, FORMATS, WRITTEN, recording_format
from ecgimg.recording.recording import Recording


def some_leads() -> Recording:
    signals = np.full((12, 50), np.nan, np.float32)
    signals[1] = np.linspace(-1, 1, 50)
    return Recording(signals, 500.0, name="other")


@pytest.mark.parametrize("name", FORMAT_NAMES)
def test_a_format_writes_the_files_that_it_declares(tmp_path: Path, name: str) -> None:
    wanted = {f"x{suffix}" for suffix in recording_format(name).suffixes}
    assert recording_format(name).write(export(some_leads()), tmp_path, "x").name in wanted
    assert {path.name for path in tmp_path.iterdir()} == wanted


def test_names_and_suffixes_are_unique() -> None:
    assert len({one.name for one in FORMATS}) == len(FORMATS)
    assert tuple(one.name for one in WRITTEN) == FORMAT_NAMES
    suffixes = [suffix for one in FORMATS for suffix in one.suffixes]
    assert len({*suffixes}) == len(suffixes)
    assert DEFAULT_FORMAT in FORMAT_NAMES
    assert all(one.title for one in FORMATS)
    assert len(LEADS) == 12


def test_every_format_has_a_reader_and_what_is_written_has_a_writer_and_a_loss() -> None:
    for one in FORMATS:
        module = import_module(f"ecgimg.recording.{one.module}")
        reader = import_module(f"ecgimg.recording.{one.reader}") if one.reader else module
        assert callable(getattr(reader, f"read_{one.name}"))
        assert hasattr(module, f"write_{one.name}") == (one in WRITTEN) == bool(one.loss)


def test_there_is_no_other_format() -> None:
    with pytest.raises(KeyError):
        recording_format("nonsense")


PATIENT = ExportOptions.model_validate(
    {"patient_id": "id4711", "patient_name": "Zyx", "birth_date": "1950-02-03", "sex": "F",
     "recorded": "2020-03-14T05:06:07"}
)  # fmt: skip
SPELLINGS = {
    "identifier": ("id4711",),
    "name": ("Zyx",),
    "birth date": ("1950-02-03", "19500203", "03-FEB-1950"),
    "sex": ('"F"', "female", " F ", "\nF\n"),
    "date": ("2020-03-14", "20200314", "14-MAR-2020", "14/03/2020"),
}
LOST = {"wfdb": {"name", "birth date", "sex"}, "csv": {*SPELLINGS}}
"""What the files of a format don't have of the patient; their `loss` says so."""


@pytest.mark.parametrize("name", FORMAT_NAMES)
def test_a_format_holds_what_is_given_of_the_patient_but_what_its_loss_names(tmp_path: Path, name: str) -> None:
    path = recording_format(name).write(export(some_leads(), PATIENT), tmp_path, "x")
    if name == "mat":
        text = "\n".join(str(value.squeeze()) for value in loadmat(path).values() if isinstance(value, np.ndarray))
    else:
        text = path.read_bytes().decode("latin-1")
    text = text.replace("\0", " ")  # as it stands before the value of a DICOM element
    missing = {part for part, spellings in SPELLINGS.items() if not any(one in text for one in spellings)}
    assert missing == LOST.get(name, set())
    assert ("patient" in recording_format(name).loss.replace("patient texts", "")) == (name in LOST)
