"""Amplitudes of one beat in one lead: deflections of QRS, P, T, and the ST level."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ecgimg.datamodel.arrays import Floats
from ecgimg.findings.measurements import Shape
from ecgimg.stages.measure.constants import MEASURE

ST_AFTER_J_S = (0.0, 0.04, 0.06, 0.08)


@dataclass(frozen=True)
class Ends:
    """Onsets and ends of a beat's waves in seconds from the first sample of a signal; None where not seen."""

    qrs_onset: float | None
    qrs_end: float | None
    p_onset: float | None = None
    p_end: float | None = None
    t_onset: float | None = None
    t_end: float | None = None


@dataclass(frozen=True)
class Deflection:
    """A part of QRS on one side of the level: its highest point in mV, that point's second, and how long it lasts."""

    mv: float
    time: float
    seconds: float


def shape_of(signal: Floats, fs: float, ends: Ends) -> Shape:
    """The shape of a beat in a signal [T] in mV; a QRS complex with an end that is not seen has no amplitudes."""
    if ends.qrs_onset is None or ends.qrs_end is None:
        return Shape()
    level = _mean(signal, fs, ends.qrs_onset - MEASURE.level_s, ends.qrs_onset)
    if level is None:
        return Shape()
    rest = signal - np.float32(level)
    parts = deflections(rest, fs, ends.qrs_onset, ends.qrs_end)
    half = MEASURE.st_half_window_s
    centres = [ends.qrs_end + later for later in ST_AFTER_J_S]
    st = tuple(_mean(rest, fs, centre - half, centre + half) for centre in centres)
    q, r, s, r2 = _named(parts)
    last_r = r2 or r
    return Shape(
        p=_extreme(rest, fs, ends.p_onset, ends.p_end),
        q=q.mv if q else None,
        r=r.mv if r else None,
        s=s.mv if s else None,
        r2=r2.mv if r2 else None,
        t=_extreme(rest, fs, ends.t_onset, ends.t_end),
        st=(st[0], st[1], st[2], st[3]),
        r_peak_ms=1000 * (last_r.time - ends.qrs_onset) if last_r else None,
        q_ms=1000 * q.seconds if q else None,
        r_ms=1000 * r.seconds if r else None,
        s_ms=1000 * s.seconds if s else None,
    )


def deflections(rest: Floats, fs: float, onset: float, end: float) -> list[Deflection]:
    """The deflections of QRS in order of time, without those too small to be one; signal [T] from its level."""
    first, last = max(int(np.ceil(onset * fs)), 0), min(int(end * fs) + 1, len(rest))
    part = rest[first:last]
    if len(part) < 2 or not np.isfinite(part).all():
        return []
    least = max(MEASURE.min_deflection_mv, MEASURE.min_deflection_share * float(np.ptp(part)))
    edges = np.flatnonzero(np.diff(np.sign(part)) != 0) + 1
    out: list[Deflection] = []
    for start, stop in zip([0, *edges.tolist()], [*edges.tolist(), len(part)], strict=True):
        peak = start + int(np.abs(part[start:stop]).argmax())
        mv = float(part[peak])
        if abs(mv) < least:
            continue
        one = Deflection(mv, (first + peak) / fs, (stop - start) / fs)
        if out and np.sign(out[-1].mv) == np.sign(mv):  # a small deflection to the other side lay between
            out[-1] = max(out[-1], one, key=lambda d: abs(d.mv))
        else:
            out.append(one)
    return out


def _named(
    parts: list[Deflection],
) -> tuple[Deflection | None, Deflection | None, Deflection | None, Deflection | None]:
    """Q, R, S and R' among the deflections: S alone where none is positive."""
    positive = [k for k, part in enumerate(parts) if part.mv > 0]
    if not positive:
        return None, None, max(parts, key=lambda part: -part.mv, default=None), None
    first = positive[0]
    q = parts[first - 1] if first > 0 else None
    s = parts[first + 1] if first + 1 < len(parts) else None
    r2 = max((parts[k] for k in positive[1:]), key=lambda part: part.mv, default=None)
    return q, parts[first], s, r2


def _mean(signal: Floats, fs: float, start: float, end: float) -> float | None:
    """Mean from one second to another, of one sample at least; None where one is unknown."""
    first = round(start * fs)
    part = signal[max(first, 0) : max(round(end * fs), first + 1)]
    return float(part.mean()) if first >= 0 and len(part) and bool(np.isfinite(part).all()) else None


def _extreme(rest: Floats, fs: float, onset: float | None, end: float | None) -> float | None:
    """The highest or deepest value of a wave; None where it is not seen whole."""
    if onset is None or end is None:
        return None
    part = rest[max(round(onset * fs), 0) : round(end * fs) + 1]
    if not len(part) or not np.isfinite(part).all():
        return None
    return float(part[np.abs(part).argmax()])
