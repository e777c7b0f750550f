"""Philips XML: compressed leads in microvolts, and hostile files."""

from __future__ import annotations

import base64
from pathlib import Path

import numpy as np
import pytest

from ecgimg.datamodel.leads import FROM_I_AND_II, LEADS
from ecgimg.errors import UnreadableInputError
from ecgimg.recording.read import read_recording

pytest.importorskip("sierraecg")
pytest.importorskip("defusedxml")
UV_PER_COUNT = 5


def counts() -> np.ndarray:
    """Leads [12, 700] in counts that obey the limb lead laws; I and II are even, so that halves are whole."""
    rng = np.random.default_rng(0)
    one, two = (2 * np.cumsum(rng.integers(-9, 10, 700)) for _ in range(2))
    limbs = [np.floor(a * one + b * two).astype(int) for a, b in FROM_I_AND_II]
    return np.stack([*limbs, *(np.cumsum(rng.integers(-9, 10, 700)) for _ in range(6))])


def chunk(values: np.ndarray) -> bytes:
    """One lead as XLI: its second differences + 64, high bytes before low bytes, in LZW codes of 10 bits."""
    coded = values.astype(int).copy()
    coded[2:] = 2 * values[1:-1] - values[:-2] - values[2:] + 64
    start = int(2 * values[1] - values[0] - values[2])
    coded[2:] = np.append(coded[3:], 64)
    words = coded & 0xFFFF
    codes = [int(word) >> 8 for word in words] + [int(word) & 0xFF for word in words]
    bits = "".join(f"{code:010b}" for code in codes)
    bits += "0" * (-len(bits) % 8)
    data = int(bits, 2).to_bytes(len(bits) // 8, "big")
    return len(data).to_bytes(4, "little") + b"\0\0" + start.to_bytes(2, "little", signed=True) + data


@pytest.fixture
def philips(tmp_path: Path) -> Path:
    rows = counts().astype(int)
    rows[2:6] = 0  # what Philips stores of them is the difference from the limb lead laws
    data = base64.b64encode(b"".join(chunk(row) for row in rows)).decode()
    (tmp_path / "x.xml").write_text(
        '<?xml version="1.0" encoding="UTF-8"?><restingecgdata xmlns="http://www3.medical.philips.com"><documentinfo>'
        "<documenttype>SierraECG</documenttype><documentversion>1.04</documentversion></documentinfo><dataacquisition>"
        f"<signalcharacteristics><samplingrate>500</samplingrate><resolution>{UV_PER_COUNT}</resolution>"
        '</signalcharacteristics></dataacquisition><waveforms><parsedwaveforms dataencoding="Base64" compression="XLI" '
        f'durationperchannel="1400" numberofleads="12" leadlabels="{" ".join(LEADS)}">{data}</parsedwaveforms>'
        "</waveforms></restingecgdata>"
    )
    return tmp_path / "x.xml"


def test_leads_are_read_in_millivolts(philips: Path) -> None:
    found = read_recording(philips)
    assert (found.fs, found.leads, found.seconds) == (500.0, LEADS, 1.4)
    wanted = counts() * UV_PER_COUNT / 1000
    for lead, row in zip(found.leads, wanted, strict=True):
        np.testing.assert_allclose(found.lead(lead), row, atol=UV_PER_COUNT / 1000 + 1e-6)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<documentversion>1.04<", "<documentversion>9<"),
        ("<resolution>5<", "<resolution>fine<"),
        ("<resolution>5</resolution>", ""),
        ("<samplingrate>500<", "<samplingrate>0<"),
        ('compression="XLI"', 'compression="ZIP"'),
        ("parsedwaveforms", "waves"),
        ("</restingecgdata>", ""),
    ],
)
def test_hostile_files_are_one_error(old: str, new: str, philips: Path) -> None:
    text = philips.read_text()
    assert old in text
    philips.write_text(text.replace(old, new))
    with pytest.raises(UnreadableInputError, match="damaged or no ECG") as caught:
        read_recording(philips)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("head", [(-8).to_bytes(4, "little", signed=True), (10**9).to_bytes(4, "little"), bytes(4)])
def test_sizes_that_do_not_add_up_are_one_error(head: bytes, philips: Path) -> None:
    text = philips.read_text()
    start = text.index(">", text.index("<parsedwaveforms")) + 1
    data = base64.b64decode(text[start : text.index("<", start)])
    philips.write_text(text[:start] + base64.b64encode(head + data[4:]).decode() + text[text.index("<", start) :])
    with pytest.raises(UnreadableInputError, match="cut short"):
        read_recording(philips)
