"""A file of any format that is cut, empty or of random bytes is one line; and so is one that is no recording."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from made_recordings import whole
from made_xml import write_muse, write_philips

from ecgimg.errors import EcgimgError, UnreadableInputError
from ecgimg.recording.export import export
from ecgimg.recording.formats import FORMATS, recording_format
from ecgimg.recording.read import read_recording

for package in ("wfdb", "pydicom", "pyedflib", "defusedxml", "sierraecg"):
    pytest.importorskip(package)


MADE_BY_HAND = {"muse": write_muse, "philips": write_philips}
READ = tuple(one.name for one in FORMATS)
"""Every format of input."""


def written(name: str, folder: Path) -> Path:
    """A whole file of 2 s; of a WFDB record that with the samples."""
    if name in MADE_BY_HAND:
        return MADE_BY_HAND[name](folder)
    path = recording_format(name).write(export(whole(2)), folder, "x")
    return path.with_suffix(".dat") if name == "wfdb" else path


def outcome(path: Path) -> str:
    """The shape that was read, or the error; anything but an error of ours passes through."""
    try:
        return str(read_recording(path).signals.shape)
    except EcgimgError as error:
        return str(error)


@pytest.mark.parametrize("name", [name for name in READ if name != "csv"])
def test_a_file_that_is_cut_anywhere_is_one_line(name: str, tmp_path: Path) -> None:
    path = written(name, tmp_path)
    data = path.read_bytes()
    places = {*range(0, 400, 40), *(int(share * len(data)) for share in (0.2, 0.5, 0.8, 0.97))}
    for place in sorted(places):
        path.write_bytes(data[:place])
        with pytest.raises(UnreadableInputError) as caught:
            read_recording(path)
        assert "\n" not in str(caught.value)


def test_a_table_that_is_cut_within_a_row_is_one_line(tmp_path: Path) -> None:
    path = written("csv", tmp_path)
    data = path.read_bytes()
    row = data.index(b"\n1.0000,")
    path.write_bytes(data[: row + 20])
    with pytest.raises(UnreadableInputError, match=r"row 501 has \d of 13 columns"):
        read_recording(path)


def test_a_wfdb_header_that_is_cut_anywhere_is_a_recording_or_one_line(tmp_path: Path) -> None:
    header = written("wfdb", tmp_path).with_suffix(".hea")
    data = header.read_bytes()
    for place in range(0, len(data), 9):
        header.write_bytes(data[:place])
        assert outcome(header).count("\n") == 0


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("name", READ)
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


ROOTS = ("AnnotatedECG", "RestingECG", "restingecgdata")
XML = {
    "an entity that grows": '<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><{0}>&b;</{0}>',
    "an entity from a file": '<!DOCTYPE a [<!ENTITY a SYSTEM "file:///etc/hostname">]><{0}>&a;</{0}>',
    "a parameter entity": '<!DOCTYPE a [<!ENTITY % p SYSTEM "http://127.0.0.1:9/x">%p;]><{0}/>',
    "a DTD from elsewhere": '<!DOCTYPE a SYSTEM "http://127.0.0.1:9/x.dtd"><{0}/>',
    "an unknown encoding": '<?xml version="1.0" encoding="none-such"?><{0}/>',
    "a deep nest": "<{0}>" + 20_000 * "<a>" + 20_000 * "</a>" + "</{0}>",
    "a root alone": "<{0}/>",
}


@pytest.mark.parametrize("root", ROOTS)
@pytest.mark.parametrize("what", XML)
def test_hostile_xml_is_one_line(what: str, root: str, tmp_path: Path) -> None:
    (tmp_path / "x.xml").write_text(XML[what].format(root))
    with pytest.raises(UnreadableInputError) as caught:
        read_recording(tmp_path / "x.xml")
    assert "\n" not in str(caught.value)
    assert str(caught.value).startswith(f"recording: {tmp_path / 'x.xml'}")
    assert ("entities, which may be an attack" in str(caught.value)) == ("entity" in what)


def test_xml_of_too_many_tags_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ecgimg.recording.safe_xml.MAX_TAGS", 100)
    (tmp_path / "x.xml").write_text("<AnnotatedECG>" + 100 * "<a/>" + "</AnnotatedECG>")
    with pytest.raises(UnreadableInputError, match="more than 100 tags"):
        read_recording(tmp_path / "x.xml")


OBSERVATION = (
    '{"resourceType": "Observation", "component": [{"code": {"coding": [{"code": "131329"}]}, "valueSampledData": '
    '{"origin": {"code": "mV"}, "period": 2, "data": "1 2 3"}}]}'
)


@pytest.mark.parametrize(
    ("name", "old", "new", "line"),
    [
        ("x.json", '"mV"', '"mmHg"', "samples in 'mmHg', which is no unit of voltage"),
        ("x.json", '"mV"', "7", "samples in '7', which is no unit of voltage"),
        ("x.json", '"period": 2', '"period": 1e-300', "a sampling rate of 1e+303 Hz"),
        ("x.json", '"data"', '"factor": Infinity, "data"', "infinite voltages in lead I"),
        ("x.json", '"1 2 3"', "[1, 2, 3]", "no FHIR bundle with an ECG"),
        ("x.json", '"131329"', "null", "none of the channels is a lead"),
    ],
)
def test_impossible_numbers_and_units_of_fhir_are_one_line(
    name: str, old: str, new: str, line: str, tmp_path: Path
) -> None:
    assert old in OBSERVATION
    (tmp_path / name).write_text(OBSERVATION.replace(old, new))
    with pytest.raises(UnreadableInputError) as caught:
        read_recording(tmp_path / name)
    assert line in str(caught.value)
    assert str(caught.value).startswith(f"recording: {tmp_path / name}: ")


@pytest.mark.parametrize(
    ("table", "line"),
    [
        ("time_s,I\n0,1\n0.01,2\n0.5,1\n", "the times are not evenly spaced"),
        ("time_s,I\n0,1\n0.02,2\n0.01,2\n0.03,1\n", "the times are not evenly spaced"),
        ("time_s,I\n0,inf\n0.01,2\n", "infinite voltages in lead I"),
        ("time_s,I\n0,1e300\n0.01,2\n", "infinite voltages in lead I"),
        ("time_s,I\n0,1\n5,2\n", "a sampling rate of 0.2 Hz"),
        ("time_s,I\n0,1\n0.01\n", "row 2 has 1 of 2 columns"),
        ("time_s,I\n0,\0\n0.01,2\n", "could not convert"),
    ],
)
def test_impossible_tables_are_one_line(table: str, line: str, tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text(table)
    with pytest.raises(UnreadableInputError) as caught:
        read_recording(tmp_path / "x.csv")
    assert line in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["wfdb", "edf"])
def test_a_lead_in_another_unit_is_left_out_with_a_warning(name: str, tmp_path: Path) -> None:
    path = written(name, tmp_path)
    path = path.with_suffix(".hea") if name == "wfdb" else path
    old, new = (b"(0)/mV", b"(0)/mmHg") if name == "wfdb" else (b"mV      ", b"mmHg    ")
    path.write_bytes(path.read_bytes().replace(old, new, 1))
    found = read_recording(path)
    assert not np.isfinite(found.lead("I")).any()
    assert np.isfinite(found.lead("II")).all()
    label = "I" if name == "wfdb" else "ECG I"
    assert found.warnings == (f"channels in other units than volts are left out: {label} in mmHg",)


def test_a_small_matlab_file_that_unpacks_to_much_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ecgimg.recording.matlab_file.MAX_NUMBERS", 10_000)
    with pytest.raises(UnreadableInputError, match=r"signals of shape \(12, 1000\)"):
        read_recording(written("mat", tmp_path))


def test_a_philips_file_that_unpacks_to_much_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ecgimg.recording.philips_xml.MAX_BYTES", 1000)
    with pytest.raises(UnreadableInputError, match="bytes of compressed samples"):
        read_recording(write_philips(tmp_path))


def test_a_damaged_edf_file_prints_nothing(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = written("edf", tmp_path)
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(UnreadableInputError, match=r"\d+ bytes of \d+ declared"):
        read_recording(path)
    assert capfd.readouterr() == ("", "")
