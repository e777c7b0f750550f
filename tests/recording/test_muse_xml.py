"""MUSE XML: the rhythm waveform with its limb leads, another reader's opinion, and hostile files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from made_xml import MUSE_COUNTS, MUSE_LEADS, MUSE_UV_PER_COUNT, write_muse

from ecgimg.datamodel.leads import FROM_I_AND_II, LEADS, LIMB_LEADS
from ecgimg.errors import UnreadableInputError
from ecgimg.recording.read import read_recording

pytest.importorskip("defusedxml")


@pytest.fixture
def muse(tmp_path: Path) -> Path:
    return write_muse(tmp_path)


def test_the_rhythm_is_read_and_limb_leads_follow_from_two(muse: Path) -> None:
    found = read_recording(muse)
    assert (found.fs, found.leads, found.seconds) == (500.0, LEADS, 2.0)
    mv = dict(zip(MUSE_LEADS, MUSE_COUNTS * MUSE_UV_PER_COUNT / 1000, strict=True))
    for lead in MUSE_LEADS:
        np.testing.assert_allclose(found.lead(lead), mv[lead], atol=1e-6)
    for lead, (a, b) in zip(LIMB_LEADS, FROM_I_AND_II, strict=True):
        np.testing.assert_allclose(found.lead(lead), a * mv["I"] + b * mv["II"], atol=1e-6)


def test_another_reader_of_ecgs_agrees(muse: Path) -> None:
    ecgdatakit = pytest.importorskip("ecgdatakit")
    found = read_recording(muse)
    for lead in ecgdatakit.FileParser().parse(str(muse)).leads:
        samples = np.asarray(lead.samples) * (lead.resolution if lead.is_raw else 1)
        unit = 1000 if (lead.resolution_unit if lead.is_raw else lead.units).lower() == "uv" else 1
        np.testing.assert_allclose(samples / unit, found.lead(lead.label), atol=0.006)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<LeadSampleCountTotal>1000<", "<LeadSampleCountTotal>1000000000<"),
        ("<LeadSampleCountTotal>1000<", "<LeadSampleCountTotal>many<"),
        ("<SampleBase>500<", "<SampleBase>0<"),
        ("<SampleExponent>0<", "<SampleExponent>999<"),
        ("MICROVOLTS", "PARSECS"),
        ("<WaveFormData>\n", "<WaveFormData>?!"),
        ("Waveform>", "Waves>"),
        ("</RestingECG>", ""),
        ("LeadID>", "Lead>"),
    ],
)
def test_hostile_files_are_one_error(old: str, new: str, muse: Path) -> None:
    text = muse.read_text()
    assert old in text
    muse.write_text(text.replace(old, new))
    with pytest.raises(UnreadableInputError, match="damaged or no ECG") as caught:
        read_recording(muse)
    assert "\n" not in str(caught.value)
