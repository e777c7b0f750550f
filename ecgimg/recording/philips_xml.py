"""Recordings of Philips PageWriter as XML (`restingecgdata`, versions 1.03 and 1.04), read by the package sierraecg."""

from __future__ import annotations

import base64
from pathlib import Path
from xml.etree.ElementTree import Element

import numpy as np

from ecgimg.errors import EcgimgError, missing_package
from ecgimg.recording.channels import Channels, Stretch, check_length, damaged
from ecgimg.recording.safe_xml import local_name, read_xml

MAX_BYTES = 1_000_000
"""Most compressed samples, which unpack to 600 times as much at worst; 10 s of 12 leads have 0.1 MB."""
_CHUNK_HEAD = 8
"""Bytes before each lead's compressed samples; the first four are their number."""


def read_philips(path: Path) -> Channels:
    """The rhythm leads of a file.

    Raises:
        DependencyError: the package sierraecg or defusedxml is not installed.
        UnreadableInputError: the file is damaged, or of another version.
    """
    try:
        import sierraecg
    except ImportError as error:
        raise missing_package("reading Philips XML", "sierraecg", "interchange", where="recording") from error
    root = read_xml(path)  # its limits hold before another parser opens the file
    try:
        microvolts = float(_text(root, "resolution"))
        _check_chunks(base64.b64decode(_text(root, "parsedwaveforms")))
        leads = sierraecg.read_file(str(path)).leads
        stretches = []
        for lead in leads:
            check_length(len(lead.samples))
            values = np.asarray(lead.samples, np.float64) * microvolts / 1000
            stretches.append(Stretch(lead.label, values))
        rates = {float(lead.sampling_freq) for lead in leads}
    except EcgimgError:
        raise
    except Exception as error:  # sierraecg raises anything on a damaged file
        raise damaged(str(error) or type(error).__name__) from error
    if len(rates) != 1:
        raise damaged("leads of different rates" if rates else "no leads")
    return Channels(tuple(stretches), rates.pop())


def _text(root: Element, name: str) -> str:
    found = next((one.text for one in root.iter() if local_name(one) == name and one.text), None)
    if found is None:
        raise damaged(f"no {name} in the file")
    return found.strip()


def _check_chunks(data: bytes) -> None:
    """Raises UnreadableInputError where the sizes of the leads don't add up; sierraecg would not come to an end."""
    if len(data) > MAX_BYTES:
        raise damaged(f"{len(data)} bytes of compressed samples")
    at = 0
    while at < len(data):
        size = int.from_bytes(data[at : at + 4], "little", signed=True)
        at += _CHUNK_HEAD + size
        if size <= 0 or at > len(data):
            raise damaged("compressed samples that are cut short")
