"""The texts of a page: patient, measurements, statements, scales. All are invented."""

from __future__ import annotations

import numpy as np

_LAST = ("Adler", "Berg", "Castro", "Dumont", "Evans", "Fischer", "Gupta", "Haas", "Ito", "Jansen", "Kim", "Lopez")
_FIRST = ("Anna", "Ben", "Clara", "David", "Eva", "Frank", "Greta", "Hugo", "Ines", "Jan", "Karl", "Lena")
_STATEMENTS = (
    "Sinus rhythm",
    "Normal ECG",
    "Atrial fibrillation",
    "Left axis deviation",
    "Nonspecific ST-T changes",
    "Right bundle branch block",
    "Consider left ventricular hypertrophy",
    "Inferior infarct, age undetermined",
    "Otherwise normal ECG",
    "Borderline ECG",
    "Unconfirmed diagnosis",
)
NOTES = (
    "Normal sinus",
    "ECG is looking good",
    "Abnormal, follow up",
    "seen Dr. K",
    "chest pain 8/10",
    "Seasonal variation in model",
    "repeat in 2h",
    "no change",
    "AF?",
    "old LBBB",
    "compare 2019",
    "Hx: HTN, DM2",
    "ST V2-V4 !",
    "K+ 5.9",
)
"""Handwritten notes."""

STAMPS = ("RECEIVED", "COPY", "CARDIOLOGY", "ARCHIVED", "WARD 3", "CONFIRMED", "EMERGENCY")


def patient_lines(rng: np.random.Generator) -> list[str]:
    """Name, number, age, sex, height, weight: some of them."""
    sex = str(rng.choice(["Male", "Female", "M", "F"]))
    number = f"{rng.integers(10**4, 10**8):0{int(rng.integers(5, 9))}d}"
    separator = str(rng.choice([":", ": ", " "]))
    lines = [
        f"ID{separator}{number}",
        f"Name{separator}{rng.choice(_LAST)}, {rng.choice(_FIRST)}",
        f"Age{separator}{rng.integers(18, 95)} yrs",
        f"Sex{separator}{sex}",
        f"Height{separator}{rng.integers(150, 198)} cm",
        f"Weight{separator}{rng.integers(45, 120)} kg",
    ]
    printed = rng.random(len(lines)) < 0.75
    return [line for line, is_printed in zip(lines, printed, strict=True) if is_printed] or lines[:1]


def measurement_lines(rng: np.random.Generator) -> list[str]:
    """Rate, intervals and axes."""
    return [
        f"Vent. rate {rng.integers(45, 130)} bpm",
        f"PR interval {rng.integers(110, 230)} ms",
        f"QRS duration {rng.integers(70, 160)} ms",
        f"QT/QTc {rng.integers(330, 480)}/{rng.integers(380, 500)} ms",
        f"P-R-T axes {rng.integers(0, 80)} {rng.integers(-40, 100)} {rng.integers(0, 90)}",
    ][: int(rng.integers(2, 6))]


def statement_lines(rng: np.random.Generator) -> list[str]:
    """One to three statements of a machine."""
    return [str(s) for s in rng.choice(_STATEMENTS, int(rng.integers(1, 4)), replace=False)]


def date_line(rng: np.random.Generator) -> str:
    """Date and time of the recording."""
    year, month, day, hour, minute = rng.integers([1988, 1, 1, 0, 0], [2026, 13, 29, 24, 60])
    forms = (f"{year}-{month:02d}-{day:02d}", f"{day:02d}.{month:02d}.{year}", f"{month:02d}/{day:02d}/{year}")
    date = forms[int(rng.integers(3))]
    return f"{rng.choice(['Date: ', '', 'Rec. '])}{date} {hour:02d}:{minute:02d}:{rng.integers(60):02d}"


def scale_texts(rng: np.random.Generator, speed: float, gain: float) -> tuple[str, str, str]:
    """Speed (mm/s), gain (mm/mV) and filter as machines print them; the filter may be empty."""
    space = str(rng.choice(["", " "]))
    second = str(rng.choice(["s", "s", "sec"]))
    filters = str(rng.choice(["0.05-150 Hz", "0.5-40 Hz", "F 50~ 0.15-100 Hz", "AC 60 Hz", "W 100 40", ""]))
    return f"{speed:g}{space}mm/{second}", f"{gain:g}{space}mm/mV", filters
