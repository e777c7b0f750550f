"""A file of any format that is cut, empty or of random bytes is one line; and so is one that is no recording."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from made_recordings import whole

from ecgimg.errors import EcgimgError, UnreadableInputError
from ecgimg.recording.export import export
from ecgimg.recording.formats import FORMAT_NAMES, recording_format
from ecgimg.recording.read import read_recording

for package in ("wfdb", "pydicom", "pyedflib", "defusedxml"):
    pytest.importorskip(package)


def written(name: str, folder: Path) -> Path:
    path = recording_format(name).write(export(whole(2)), folder, "x")
    return path.with_suffix(".dat") if name == "wfdb" else path


def outcome(path: Path) -> str:
    """The shape that was read, or the error; anything but an error of ours passes through."""
    try:
        return str(read_recording(path).signals.shape)
    except EcgimgError as error:
        return str(error)


@pytest.mark.parametrize("share", [0.01, 0.2, 0.5, 0.97])
@pytest.mark.parametrize("name", [name for name in FORMAT_NAMES if name != "csv"])
def test_a_cut_file_is_one_line(name: str, share: float, tmp_path: Path) -> None:
    path = written(name, tmp_path)
    path.write_bytes(path.read_bytes()[: int(share * path.stat().st_size)])
    with pytest.raises(UnreadableInputError) as caught:
        read_recording(path)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("seed", range(40))
@pytest.mark.parametrize("name", FORMAT_NAMES)
def test_random_bytes_in_a_file_are_a_recording_or_one_line(name: str, seed: int, tmp_path: Path) -> None:
    path = written(name, tmp_path)
    rng = np.random.default_rng(seed)
    data = bytearray(path.read_bytes())
    head = min(len(data), 3000 if seed % 2 else len(data))
    for at in rng.integers(0, head, 20):
        data[at] = rng.integers(0, 256)
    path.write_bytes(bytes(data))
    assert outcome(path).count("\n") == 0


HEADERS = (
    "x 12 500 1000000000\n" + "".join(f"x.dat 16 1000/mV 16 0 0 0 0 {k}\n" for k in range(12)),
    "x 1000000000 500 1000\n",
    "x 1 -500 1000\nx.dat 16 1000/mV 16 0 0 0 0 I\n",
    "x 1 0 1000\nx.dat 16 1000/mV 16 0 0 0 0 I\n",
    "x 1 nan 1000\nx.dat 16 1000/mV 16 0 0 0 0 I\n",
    "x 1 500 1000\nx.dat 999 1000/mV 16 0 0 0 0 I\n",
    "x 1 500 1000\n../none.dat 16 1000/mV 16 0 0 0 0 I\n",
    "x 1 500 -7\nx.dat 16 1000/mV 16 0 0 0 0 I\n",
)


@pytest.mark.parametrize("header", HEADERS)
def test_hostile_wfdb_headers_are_one_line(header: str, tmp_path: Path) -> None:
    (tmp_path / "x.dat").write_bytes(bytes(2000))
    (tmp_path / "x.hea").write_text(header)
    with pytest.raises(UnreadableInputError) as caught:
        read_recording(tmp_path / "x.hea")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("x.csv", b"\xff\xfe\0\0"),
        ("x.xml", b"<svg></svg>"),
        ("x.xml", b"<?xml version='1.0'?><AnnotatedECG/>"),
        ("x.json", b'{"resourceType": "Patient"}'),
        ("x.bin", b"\0" * 500),
        ("x.txt", b"text"),
        ("x.edf", b"0       "),
        ("x.dcm", b"\0" * 128 + b"DICM" + b"1.2.840.10008.5.1.4.1.1.9.1.1"),
        ("x.mat", b"MATLAB 5.0" + b"\0" * 200),
    ],
)
def test_what_is_no_recording_is_one_line(name: str, content: bytes, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UnreadableInputError) as caught:
        read_recording(tmp_path / name)
    assert "\n" not in str(caught.value)
