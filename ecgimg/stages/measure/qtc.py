"""QT corrected for the heart rate, by four formulas; QT in ms, RR in seconds."""

from __future__ import annotations

from collections.abc import Callable


def bazett(qt_ms: float, rr_s: float) -> float:
    """QT / RR^(1/2) (Bazett 1920)."""
    return float(qt_ms / rr_s**0.5)


def fridericia(qt_ms: float, rr_s: float) -> float:
    """QT / RR^(1/3) (Fridericia 1920)."""
    return float(qt_ms / rr_s ** (1 / 3))


def framingham(qt_ms: float, rr_s: float) -> float:
    """QT + 154 ms (1 - RR / 1 s) (Sagie et al. 1992)."""
    return qt_ms + 154 * (1 - rr_s)


def hodges(qt_ms: float, rr_s: float) -> float:
    """QT + 1.75 ms (HR / (1/min) - 60) (Hodges et al. 1983)."""
    return qt_ms + 1.75 * (60 / rr_s - 60)


FORMULAS: dict[str, Callable[[float, float], float]] = {
    "Bazett": bazett,
    "Fridericia": fridericia,
    "Framingham": framingham,
    "Hodges": hodges,
}
