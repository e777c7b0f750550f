"""The texts of a page: patient, measurements, statements, scales. All are invented."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

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
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_INTERPRETATIONS = (
    *_STATEMENTS,
    "ST elevation, consider anterolateral injury or acute infarct",
    "** ** ** ** * ACUTE MI * ** ** ** **",
    "T wave abnormality, consider lateral ischemia",
    "Sinus tachycardia with frequent premature ventricular complexes",
    "Left ventricular hypertrophy with repolarization abnormality",
    "Low voltage in limb leads",
    "Prolonged QT interval",
    "Left bundle branch block",
    "PEDIATRIC ECG INTERPRETATION",
    "Poor R wave progression (V1-V4)",
    "Abnormal ECG",
)
"""Statements of interpreting machines, longer ones too."""
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


@dataclass(frozen=True)
class TextBlock:
    """Lines of a header, one below the other; `at` is where they start, as a share of the page's width."""

    at: float
    lines: tuple[str, ...]


@dataclass(frozen=True)
class PrintedTexts:
    """The texts of one page: a centred heading, blocks below it, the footer from left to right, a table at the right.

    `footer` has (text, kind) of each part, with `gap` mm between them, starting at the share `footer_at` of the width;
    `rule` is a line below the header.
    """

    heading: str = ""
    header: tuple[TextBlock, ...] = ()
    footer: tuple[tuple[str, str], ...] = ()
    footer_at: float = 0.0
    gap: float = 4.0
    table: tuple[str, ...] = ()
    rule: bool = False


Draw = Callable[[np.random.Generator], object]
_DRAWN: dict[str, Draw] = {
    "name": lambda rng: f"{rng.choice(_LAST)}, {rng.choice(_FIRST)}",
    "id": lambda rng: rng.integers(10**4, 10**8),
    "age": lambda rng: rng.integers(18, 95),
    "sex": lambda rng: rng.choice(["Male", "Female"]),
    "height": lambda rng: rng.integers(150, 198),
    "weight": lambda rng: rng.integers(45, 120),
    "date": lambda rng: f"{rng.integers(1, 29):02d}-{rng.choice(_MONTHS)}-{rng.integers(1996, 2026)}",
    "isodate": lambda rng: f"{rng.integers(2005, 2026)}-{rng.integers(1, 13):02d}-{rng.integers(1, 29):02d}",
    "time": lambda rng: f"{rng.integers(24):02d}:{rng.integers(60):02d}:{rng.integers(60):02d}",
    "rate": lambda rng: rng.integers(42, 150),
    "pr": lambda rng: rng.integers(110, 230),
    "qrs": lambda rng: rng.integers(70, 160),
    "qt": lambda rng: rng.integers(330, 480),
    "qtc": lambda rng: rng.integers(380, 500),
    "axis": lambda rng: rng.integers(-60, 110),
    "mv": lambda rng: f"{rng.uniform(0.1, 2.9):.2f}",
    "st": lambda rng: f"{rng.normal(0, 0.9):+.1f}",
    "number": lambda rng: rng.integers(1, 400),
    "statement": lambda rng: rng.choice(_INTERPRETATIONS),
    "filter": lambda rng: rng.choice(["0.05-150Hz", "0.5-40 Hz", "0.15-100 Hz", "0.67~25Hz", "0.05-40Hz"]),
    "mains": lambda rng: rng.choice(["50", "60"]),
}
SCALES = {"speed": "speed", "gain": "gain", "chest_gain": "gain"}
"""Placeholders of scales, and the kind of a text that holds them."""


def unknown_placeholders(template: str) -> list[str]:
    """The placeholders of a template that `filled` has no value for."""
    return [name for name in re.findall(r"{([^}]*)}", template) if name not in _DRAWN and name not in SCALES]


def filled(template: str, rng: np.random.Generator, scales: dict[str, float]) -> str:
    """A template with its placeholders in braces filled: scales (speed, gain, chest_gain), and the others at random."""

    def value(match: re.Match[str]) -> str:
        name = match[1]
        return f"{scales[name]:g}" if name in scales else str(_DRAWN[name](rng))

    return re.sub(r"{([^}]*)}", value, template)


def scale_kind(template: str) -> str:
    """The kind of a footer's text: speed or gain where it prints one, else filter."""
    kinds = [kind for name, kind in SCALES.items() if f"{{{name}}}" in template]
    return kinds[0] if kinds else "filter"
