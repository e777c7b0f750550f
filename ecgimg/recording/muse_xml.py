"""Recordings of GE MUSE as XML (`RestingECG`): the rhythm waveform, with the limb leads that MUSE leaves out.

MUSE stores I, II and V1 to V6; III, aVR, aVL and aVF are sums of I and II by definition. Read only: the format is GE's.
"""

from __future__ import annotations

import base64
import binascii
from pathlib import Path
from xml.etree.ElementTree import Element

import numpy as np

from ecgimg.datamodel.arrays import Doubles
from ecgimg.datamodel.leads import FROM_I_AND_II, LIMB_LEADS
from ecgimg.errors import EcgimgError
from ecgimg.recording.channels import Channels, Stretch, check_length, damaged
from ecgimg.recording.safe_xml import read_xml
from ecgimg.recording.units import mv_of


def read_muse(path: Path) -> Channels:
    """The leads of the rhythm waveform, or of the first one where none is called that.

    Raises:
        DependencyError: the package defusedxml is not installed.
        UnreadableInputError: the file is damaged.
    """
    root = read_xml(path)
    try:
        waveforms = root.findall("Waveform")
        if not waveforms:
            raise damaged("no waveform in the file")
        rhythm = next((one for one in waveforms if _text(one, "WaveformType", "") == "Rhythm"), waveforms[0])
        fs = float(_text(rhythm, "SampleBase")) * 10.0 ** float(_text(rhythm, "SampleExponent", "0"))
        leads = {_text(one, "LeadID"): _values(one) for one in rhythm.findall("LeadData")}
    except EcgimgError:
        raise
    except (ValueError, OverflowError, binascii.Error) as error:
        raise damaged(str(error)) from error
    stretches = [Stretch(label, values) for label, values in with_limb_leads(leads).items()]
    return Channels(tuple(stretches), fs)


def with_limb_leads(leads: dict[str, Doubles]) -> dict[str, Doubles]:
    """The leads, and those limb leads that follow from I and II where both are there and equally long."""
    one, two = leads.get("I"), leads.get("II")
    if one is None or two is None or len(one) != len(two):
        return leads
    derived = {lead: a * one + b * two for lead, (a, b) in zip(LIMB_LEADS, FROM_I_AND_II, strict=True)}
    return {**derived, **leads}


def _values(lead: Element) -> Doubles:
    """Samples of a lead in mV: 16 bit, little-endian, in base64."""
    count = int(_text(lead, "LeadSampleCountTotal", "0"))
    data = base64.b64decode("".join(_text(lead, "WaveFormData").split()), validate=True)
    check_length(max(count, 1))
    if len(data) % 2 or (count and len(data) != 2 * count):
        raise damaged(f"{len(data)} bytes for {count} samples")
    unit = mv_of(_text(lead, "LeadAmplitudeUnits", "MICROVOLTS"))
    step = float(_text(lead, "LeadAmplitudeUnitsPerBit", "1")) * unit
    return np.frombuffer(data, "<i2") * step


def _text(parent: Element, name: str, default: str | None = None) -> str:
    found = parent.findtext(name)
    if found is None:
        if default is None:
            raise damaged(f"no {name} in a {parent.tag}")
        return default
    return found.strip()
