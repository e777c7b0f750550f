"""Philips XML: compressed leads in microvolts, and hostile files."""

from __future__ import annotations

import base64
from pathlib import Path

import numpy as np
import pytest
from made_xml import PHILIPS_UV_PER_COUNT, philips_counts, write_philips

from ecgimg.datamodel.leads import LEADS
from ecgimg.errors import UnreadableInputError
from ecgimg.recording.read import read_recording

pytest.importorskip("sierraecg")
pytest.importorskip("defusedxml")


@pytest.fixture
def philips(tmp_path: Path) -> Path:
    return write_philips(tmp_path)


def test_leads_are_read_in_millivolts(philips: Path) -> None:
    found = read_recording(philips)
    assert (found.fs, found.leads, found.seconds) == (500.0, LEADS, 1.4)
    wanted = philips_counts() * PHILIPS_UV_PER_COUNT / 1000
    for lead, row in zip(found.leads, wanted, strict=True):
        np.testing.assert_allclose(found.lead(lead), row, atol=PHILIPS_UV_PER_COUNT / 1000 + 1e-6)


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
