"""Reads HL7 annotated ECGs (aECG) of any maker: the sequence sets of a series, each at its head time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from xml.etree.ElementTree import Element

import numpy as np

from ecgimg.datamodel.arrays import Doubles
from ecgimg.errors import EcgimgError
from ecgimg.recording.channels import Channels, Stretch, check_length, damaged
from ecgimg.recording.lead_codes import lead_of_label
from ecgimg.recording.safe_xml import local_name, read_xml
from ecgimg.recording.units import mv_of

_SECONDS_OF = {"s": 1.0, "ms": 1e-3, "us": 1e-6}


def read_aecg(path: Path) -> Channels:
    """The leads of the series of an aECG file, each stretch at its head time; derived beats are left out.

    Raises:
        DependencyError: the package defusedxml is not installed.
        UnreadableInputError: the file is damaged or no aECG.
    """
    root = read_xml(path)
    try:
        series = next((one for one in root.iter() if local_name(one) == "series"), None)
        if series is None:
            raise damaged("no series in the file")
        notes = tuple(one.text or "" for one in _children(root, "text"))
        return replace(_channels(series), notes=notes)
    except EcgimgError:
        raise
    except Exception as error:  # wrong types: ValueError, KeyError, AttributeError, OverflowError ...
        raise damaged(str(error) or type(error).__name__) from error


def _channels(series: Element) -> Channels:
    sets = [_Sequences(one) for one in _children(series, "component", "sequenceSet")]
    if not sets:
        raise damaged("no sequence of samples in the file")
    fs = round(1 / sets[0].increment, 6)
    low, high = _bounds(series)
    heads = [one.head for one in sets if one.head is not None]
    start = low or (min(heads) if heads else None)
    stretches = []
    for one in sets:
        first = 0 if start is None or one.head is None else max(0, round((one.head - start).total_seconds() * fs))
        check_length(first + 1)
        stretches += [Stretch(label, values, first) for label, values in one.leads]
    length = 0 if low is None or high is None else round((high - low).total_seconds() * fs)
    end = max((one.first + len(one.values) for one in stretches), default=0)
    # An effective time that is much longer than the samples is the visit's, not the recording's.
    return Channels(tuple(stretches), fs, length if end <= length <= 10 * end + round(10 * fs) else 0)


class _Sequences:
    """A sequence set: its increment in s, the time of its head where it is absolute, and its leads in mV."""

    def __init__(self, sequence_set: Element) -> None:
        self.increment = 0.0
        self.head: datetime | None = None
        self.leads: list[tuple[str, Doubles]] = []
        for sequence in _children(sequence_set, "component", "sequence"):
            coded = _child(sequence, "code")
            code = coded.get("code", "")
            value = _child(sequence, "value")
            if code.startswith("TIME_"):
                self._take_time(value, code == "TIME_ABSOLUTE")
            else:
                label = code if lead_of_label(code) else coded.get("displayName", code)
                self.leads.append((label, _values(value)))
        if not self.increment > 0:
            raise damaged("a sequence set without a sampling rate")

    def _take_time(self, value: Element, is_absolute: bool) -> None:
        increment = _child(value, "increment")
        self.increment = float(increment.get("value", "")) * _SECONDS_OF[increment.get("unit", "s")]
        stamp = _child(value, "head").get("value", "")
        self.head = _time_of(stamp) if is_absolute and stamp else None


def _values(value: Element) -> Doubles:
    origin, scale = _child(value, "origin"), _child(value, "scale")
    digits = np.array((_child(value, "digits").text or "").split(), np.float64)
    step = float(scale.get("value", "")) * mv_of(scale.get("unit", ""))
    zero = float(origin.get("value", "0")) * mv_of(origin.get("unit", "uV"))
    return zero + digits * step


def _bounds(series: Element) -> tuple[datetime | None, datetime | None]:
    time = next(iter(_children(series, "effectiveTime")), None)
    if time is None:
        return None, None
    stamps = [next((one.get("value", "") for one in _children(time, name)), "") for name in ("low", "high")]
    low, high = (_time_of(stamp) if stamp else None for stamp in stamps)
    return low, high


def _time_of(stamp: str) -> datetime:
    """A time of HL7, YYYYMMDDHHMMSS.UUUU, without its time zone."""
    whole, _, fraction = stamp.split("+")[0].split("-")[0].partition(".")
    at = datetime.strptime(whole[:14], "%Y%m%d%H%M%S" if len(whole) >= 14 else "%Y%m%d%H%M"[: len(whole)])
    return at + timedelta(seconds=float(f"0.{fraction or 0}"))


def _children(parent: Element, *names: str) -> Iterator[Element]:
    """Elements on a path of local names below a parent."""
    for one in parent:
        if local_name(one) == names[0]:
            if len(names) == 1:
                yield one
            else:
                yield from _children(one, *names[1:])


def _child(parent: Element, name: str) -> Element:
    found = next(_children(parent, name), None)
    if found is None:
        raise damaged(f"no {name} in a {local_name(parent)}")
    return found
