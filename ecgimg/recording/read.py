"""Reads recordings from disk, in every format of the table (`ecgimg.recording.formats`) that has a reader."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ecgimg.datamodel.arrays import Bools, Floats
from ecgimg.datamodel.leads import LEADS
from ecgimg.errors import UnreadableInputError
from ecgimg.recording.channels import Channels, Stretch, check_length, damaged
from ecgimg.recording.formats import recording_format
from ecgimg.recording.generated import generated_in
from ecgimg.recording.kinds import kind_of
from ecgimg.recording.lead_codes import lead_of_label
from ecgimg.recording.recording import Recording

MICROVOLT_HEIGHT = 100.0
"""Median peak-to-peak height of the leads from which on the numbers are microvolts.

No amplifier of an ECG has a range of 100 mV, and no 12 leads are lower than 100 uV. Numbers between a heart's 20 mV and
this stay as they are, and the signal network refuses them."""
RATES_HZ = (1.0, 100_000.0)
"""Between these rates lies that of every ECG, from a trend to a pacemaker's spikes."""
_WHERE = "recording"


def read_recording(path: str | Path) -> Recording:
    """Reads a recording of any format, rate and order of leads; leads that are not there are NaN.

    Leads are taken by name or code. Numbers without a coded unit that no heart makes in mV are taken as microvolts,
    with a warning. Nothing is resampled here.

    Raises:
        UnreadableInputError: no such file, no lead of an ECG in it, or it is damaged.
        DependencyError: the format needs an optional package that is not installed.
    """
    path = Path(path)
    kind = kind_of(path)
    if kind is None:
        remedy = "give WFDB, CSV, DICOM, HL7 aECG, EDF+, MUSE XML, Philips XML, MATLAB or FHIR"
        raise UnreadableInputError(f"{path} is no recording of a known format", where=_WHERE, remedy=remedy)
    is_bare = kind == "wfdb" and not path.exists()
    name = path.name.removesuffix(".json").removesuffix(".fhir") if is_bare or kind == "fhir" else path.stem
    try:
        return recording_of(recording_format(kind).read(path), name)
    except MemoryError as error:
        raise damaged(f"{path} does not fit into memory") from error
    except UnreadableInputError as error:
        if str(path) in error.what or str(path.with_suffix("")) in error.what:
            raise
        raise UnreadableInputError(f"{path}: {error.what}", where=_WHERE, remedy=error.remedy) from error


def recording_of(channels: Channels, name: str) -> Recording:
    """The recording of a file's signals: leads by name in the project's order, NaN where the file has nothing.

    Raises:
        UnreadableInputError: no rate, no lead among the channels, or more samples than an ECG has.
    """
    placed, unnamed = _by_lead(channels)
    if not placed:
        what = f"none of the channels is a lead of an ECG ({', '.join(unnamed) or 'there are none'})"
        raise UnreadableInputError(what, where=_WHERE, remedy="name the leads I ... V6")
    if not RATES_HZ[0] <= channels.fs <= RATES_HZ[1]:  # NaN too
        raise damaged(f"a sampling rate of {channels.fs:g} Hz")
    length = max(channels.length, *(one.first + len(one.values) for _, one in placed))
    check_length(length)
    leads = (*LEADS, *dict.fromkeys(lead for lead, _ in placed if lead not in LEADS))
    signals, confidence = _laid_out(placed, leads, length, name)
    signals, unit_warnings = (signals, ()) if channels.has_unit else _in_millivolts(signals)
    left_out = (f"channels that are no lead are left out: {', '.join(unnamed)}",) if unnamed else ()
    warnings = (*channels.warnings, *left_out, *unit_warnings)
    generated = _generated(placed, channels.notes, leads, length) & np.isfinite(signals)
    return Recording(signals, float(channels.fs), confidence, name, leads=leads, warnings=warnings, generated=generated)


def _laid_out(
    placed: list[tuple[str, Stretch]], leads: tuple[str, ...], length: int, name: str
) -> tuple[Floats, Floats]:
    """Signals and confidences [L, T] of stretches in their places."""
    signals = np.full((len(leads), length), np.nan, np.float32)
    confidence = np.zeros((len(leads), length), np.float32)
    for lead, one in placed:
        at = leads.index(lead), slice(one.first, one.first + len(one.values))
        if bool(np.isinf(one.values).any()):
            raise damaged(f"infinite voltages in lead {lead}")
        known = np.isfinite(one.values)
        if bool((np.isfinite(signals[at]) & known).any()):
            remedy = "name the leads I ... V6, each once"
            raise UnreadableInputError(f"lead {lead} stands twice in {name}", where=_WHERE, remedy=remedy)
        signals[at] = np.where(known, one.values, signals[at])
        share = np.float32(1) if one.confidence is None else one.confidence
        confidence[at] = np.where(known, share, confidence[at])
    return signals, confidence


def _generated(placed: list[tuple[str, Stretch]], notes: tuple[str, ...], leads: tuple[str, ...], length: int) -> Bools:
    """Which samples [L, T] a file has as generated: by its notes, or in a place of its own."""
    mask = generated_in(notes, leads, length)
    for lead, one in placed:
        if one.generated is not None:
            mask[leads.index(lead), one.first : one.first + len(one.values)] |= one.generated
    return mask


def _by_lead(channels: Channels) -> tuple[list[tuple[str, Stretch]], list[str]]:
    """The stretches with their leads, and the labels that name none."""
    named = [(lead_of_label(one.label), one) for one in channels.stretches if len(one.values)]
    placed = [(lead, one) for lead, one in named if lead is not None]
    return placed, list(dict.fromkeys(one.label for lead, one in named if lead is None))


def _in_millivolts(signals: Floats) -> tuple[Floats, tuple[str, ...]]:
    """The signals in mV, and a warning where their numbers can only be microvolts."""
    known = np.isfinite(signals)
    heights = [float(np.ptp(row[seen])) for row, seen in zip(signals, known, strict=True) if seen.any()]
    height = float(np.median(heights)) if heights else 0.0
    if height <= MICROVOLT_HEIGHT:
        return signals, ()
    warning = f"the leads are {height:.0f} high, which no heart makes in mV: the numbers are taken as microvolts"
    return np.asarray(signals / np.float32(1000), np.float32), (warning,)
