"""Two open delineators that are measured beside ours, on one lead: NeuroKit2's prominence method and ecgdeli."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from ecgimg.datamodel.arrays import Floats
from ecgimg.datamodel.waves import WaveKind
from ecgimg.errors import missing_package
from ecgimg.networks.delineation import WaveSpan

Tool = Callable[[Floats, float], tuple[WaveSpan, ...]]
"""The waves of a lead [T] in mV at a rate in Hz."""


def neurokit(lead: Floats, fs: float) -> tuple[WaveSpan, ...]:
    """The waves of NeuroKit2 (Makowski et al. 2021), method prominence; none where it fails.

    Raises:
        DependencyError: the package is not installed.
    """
    try:
        import neurokit2
    except ImportError as error:
        raise missing_package("NeuroKit2", "neurokit2", "bench", where="bench measure") from error
    try:
        clean = neurokit2.ecg_clean(lead, sampling_rate=int(fs))
        _, peaks = neurokit2.ecg_peaks(clean, sampling_rate=int(fs))
        _, waves = neurokit2.ecg_delineate(clean, peaks, sampling_rate=int(fs), method="prominence")
    except Exception:  # it raises anything on a lead without enough beats
        return ()
    columns = {"P": "ECG_P", "QRS": "ECG_R", "T": "ECG_T"}
    return tuple(
        span
        for kind, name in columns.items()
        for span in _spans(kind, waves[f"{name}_Onsets"], waves[f"{name}_Offsets"], fs)  # type: ignore[arg-type]
    )


def ecgdeli(lead: Floats, fs: float) -> tuple[WaveSpan, ...]:
    """The waves of ecgdeli (Pilia et al. 2021, its Python port with its documented fixes); none where it fails.

    Raises:
        DependencyError: the package is not installed.
    """
    try:
        import ecgdeli as package
    except ImportError as error:
        raise missing_package("ecgdeli", "ecgdeli", "bench", where="bench measure") from error
    try:
        package.set_fidelity("fixed")
        signal = np.asarray(lead, np.float64)[:, None]
        own = package.annotate(package.filter_ecg(signal, fs), fs).leads[0]
    except Exception:  # it raises anything on a lead without enough beats
        return ()
    ends = {"P": (own.p_on, own.p_off), "QRS": (own.qrs_on, own.qrs_off), "T": (own.t_on, own.t_off)}
    return tuple(
        span
        for kind, (onsets, offsets) in ends.items()
        for span in _spans(kind, onsets, offsets, fs)  # type: ignore[arg-type]
    )


TOOLS: dict[str, Tool] = {"NeuroKit2 prominence": neurokit, "ecgdeli fixed": ecgdeli}


def _spans(kind: WaveKind, onsets: Iterable[Any], ends: Iterable[Any], fs: float) -> list[WaveSpan]:
    """Waves from samples, of which a tool may leave out some."""
    out = []
    for onset, end in zip(onsets, ends, strict=False):
        start, stop = (float(v) / fs if v is not None and float(v) >= 0 else None for v in (onset, end))
        known = [t for t in (start, stop) if t is not None and np.isfinite(t)]
        if known:
            out.append(WaveSpan(kind, _finite(start), _finite(stop), float(np.mean(known)), 1.0))
    return out


def _finite(value: float | None) -> float | None:
    return None if value is None or not np.isfinite(value) else value
