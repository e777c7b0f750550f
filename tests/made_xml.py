"""Files of GE MUSE and Philips, which this package only reads, made by hand."""

from __future__ import annotations

import base64
from pathlib import Path

import numpy as np

from ecgimg.datamodel.leads import FROM_I_AND_II, LEADS

MUSE_LEADS = ("I", "II", "V1", "V2", "V3", "V4", "V5", "V6")
MUSE_COUNTS = np.random.default_rng(0).integers(-300, 300, (len(MUSE_LEADS), 1000)).astype("<i2")
MUSE_UV_PER_COUNT = 4.88
PHILIPS_UV_PER_COUNT = 5


def write_muse(folder: Path) -> Path:
    """A MUSE file of 2 s at 500 Hz with a median and a rhythm waveform."""
    text = (
        '<?xml version="1.0" encoding="ISO-8859-1"?>\n<!DOCTYPE RestingECG SYSTEM "restecg.dtd">\n<RestingECG>'
        "<MuseInfo><MuseVersion>8.0</MuseVersion></MuseInfo><PatientDemographics><PatientID>1</PatientID>"
        f"</PatientDemographics>{_waveform('Median', MUSE_COUNTS[:, :600] * 0)}"
        f"{_waveform('Rhythm', MUSE_COUNTS)}</RestingECG>"
    )
    (folder / "x.xml").write_text(text)
    return folder / "x.xml"


def _waveform(kind: str, counts: np.ndarray) -> str:
    leads = "".join(
        f"<LeadData><LeadByteCountTotal>{2 * len(row)}</LeadByteCountTotal><LeadSampleCountTotal>{len(row)}"
        f"</LeadSampleCountTotal><LeadAmplitudeUnitsPerBit>{MUSE_UV_PER_COUNT}</LeadAmplitudeUnitsPerBit>"
        f"<LeadAmplitudeUnits>MICROVOLTS</LeadAmplitudeUnits><LeadID>{lead}</LeadID>"
        f"<WaveFormData>\n{base64.encodebytes(row.tobytes()).decode()}</WaveFormData></LeadData>"
        for lead, row in zip(MUSE_LEADS, counts, strict=True)
    )
    return (
        f"<Waveform><WaveformType>{kind}</WaveformType><WaveformStartTime>0</WaveformStartTime>"
        f"<NumberofLeads>8</NumberofLeads><SampleBase>500</SampleBase><SampleExponent>0</SampleExponent>{leads}</Waveform>"
    )


def write_philips(folder: Path) -> Path:
    """A Philips file of 1.4 s at 500 Hz with 12 leads."""
    rows = philips_counts().astype(int)
    rows[2:6] = 0  # what Philips stores of them is the difference from the limb lead laws
    data = base64.b64encode(b"".join(_chunk(row) for row in rows)).decode()
    (folder / "x.xml").write_text(
        '<?xml version="1.0" encoding="UTF-8"?><restingecgdata xmlns="http://www3.medical.philips.com"><documentinfo>'
        "<documenttype>SierraECG</documenttype><documentversion>1.04</documentversion></documentinfo><dataacquisition>"
        f"<signalcharacteristics><samplingrate>500</samplingrate><resolution>{PHILIPS_UV_PER_COUNT}</resolution>"
        '</signalcharacteristics></dataacquisition><waveforms><parsedwaveforms dataencoding="Base64" compression="XLI" '
        f'durationperchannel="1400" numberofleads="12" leadlabels="{" ".join(LEADS)}">{data}</parsedwaveforms>'
        "</waveforms></restingecgdata>"
    )
    return folder / "x.xml"


def philips_counts() -> np.ndarray:
    """Leads [12, 700] in counts that obey the limb lead laws; I and II are even, so that halves are whole."""
    rng = np.random.default_rng(0)
    one, two = (2 * np.cumsum(rng.integers(-9, 10, 700)) for _ in range(2))
    limbs = [np.floor(a * one + b * two).astype(int) for a, b in FROM_I_AND_II]
    return np.stack([*limbs, *(np.cumsum(rng.integers(-9, 10, 700)) for _ in range(6))])


def _chunk(values: np.ndarray) -> bytes:
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
