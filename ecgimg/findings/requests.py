"""What somebody asks an ECG to show: statements, sex, age and heart rate, given as such or written in a text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import TypeVar

from ecgimg.datamodel.patient import Sex
from ecgimg.datasets.scp_codes import FORM_NAMES, RHYTHM_NAMES, SUBCLASS_NAMES
from ecgimg.errors import UsageError
from ecgimg.findings.phrases import PHRASES
from ecgimg.text import shortened

RATES = (30.0, 220.0)
"""Heart rates in beats/min that can be asked for."""
AGES = (18.0, 95.0)
"""Ages in years that can be asked for: those of the records that the generator learned from."""
EXCLUSIVE: tuple[frozenset[str], ...] = (
    frozenset({"SR", "AFIB", "AFLT", "STACH", "SBRAD"}),
    frozenset({"CLBBB", "CRBBB", "ILBBB", "IRBBB"}),
    frozenset({"LVOLT", "HVOLT"}),
)
"""Of each of these sets an ECG has at most one statement."""
BESIDE_NORMAL = frozenset({"NORM", "SR", "SARRH", "STACH", "SBRAD"})
"""Statements that a normal ECG may have."""
RATES_OF = {"SBRAD": (0.0, 60.0), "STACH": (100.0, 1000.0)}
"""Heart rates in beats/min that a statement means."""
FILLERS = frozenset(
    {"a", "an", "and", "the", "of", "with", "in", "at", "is", "has", "shows", "showing", "ecg", "electrocardiogram"}
    | {"patient", "old", "years", "year", "aged"}
)
"""Words that ask for nothing."""
NEGATIONS = frozenset({"no", "not", "without", "never"})
"""Words of a part of a text whose statements are not asked for."""

_NUMBER = r"(\d+(?:\.\d+)?)"
_RATE = re.compile(
    rf"\brate(?: of| is)? {_NUMBER}(?: ?(?:bpm|/ ?min|beats))?|{_NUMBER} ?(?:bpm|/ ?min|beats? (?:per|a) min)"
)
_AGE = re.compile(rf"\b(?:aged?|age of) {_NUMBER}|\b{_NUMBER}[ -]?(?:years?(?:[ -]old)?|yo\b|y/o)")
_LEFT_OVER = re.compile(r"\b(?:heart|ventricular|beats|per|minutes?|utes?|min)\b")
_SEXES: dict[str, Sex] = {"woman": "female", "female": "female", "man": "male", "male": "male"}
_CODE_NAMES = {**SUBCLASS_NAMES, **RHYTHM_NAMES, **FORM_NAMES}

Value = TypeVar("Value")


@dataclass(frozen=True)
class EcgRequest:
    """What is asked for; None and empty where nothing is. `unknown` are the parts of `text` that ask for nothing."""

    codes: tuple[str, ...] = ()
    sex: Sex | None = None
    age: float | None = None
    rate: float | None = None
    text: str = ""
    unknown: tuple[str, ...] = ()

    def __str__(self) -> str:
        """What was understood, in one line."""
        parts = [f"{code} ({_CODE_NAMES[code]})" for code in self.codes]
        parts += [] if self.rate is None else [f"rate {self.rate:g}/min"]
        parts += [] if self.sex is None else [self.sex]
        parts += [] if self.age is None else [f"{self.age:g} years"]
        return ", ".join(parts) or "nothing in particular"


NOTHING = EcgRequest()
"""The request that asks for nothing."""


def read_request(
    text: str = "",
    codes: Sequence[str] = (),
    sex: Sex | None = None,
    age: float | None = None,
    rate: float | None = None,
) -> EcgRequest:
    """The request of a text and of what is given beside it.

    Raises:
        UsageError: nothing in the text is understood, a code is not known, two parts contradict each other, or rate or
            age are beyond `RATES` and `AGES`.
    """
    given = EcgRequest(tuple(map(_known_code, codes)), sex, age, rate)
    written = understand(text)
    found = replace(written, unknown=(), text="")
    if text.strip() and found == NOTHING:
        remedy = "write statements, a rate, an age or a sex, such as: atrial fibrillation, rate 130, woman of 70 years"
        raise UsageError(f"nothing in the text {shortened(text)!r} is understood", where="request", remedy=remedy)
    joined = replace(
        written,
        codes=tuple(dict.fromkeys((*given.codes, *found.codes))),
        sex=_same("sex", given.sex, found.sex),
        age=_same("age", given.age, found.age),
        rate=_same("rate", given.rate, found.rate),
    )
    _check(joined)
    return joined


def understand(text: str) -> EcgRequest:
    """What a text in English asks for; a part with a negation asks for nothing.

    Raises:
        UsageError: the text gives two rates, ages or sexes.
    """
    codes: list[str] = []
    unknown: list[str] = []
    sexes: list[Sex] = []
    rates: list[float] = []
    ages: list[float] = []
    for part in _parts(text):
        rest, own_rates = _numbers(_RATE, part)
        rest, own_ages = _numbers(_AGE, rest)
        rest, own_codes = _codes(_LEFT_OVER.sub(" ", rest) if own_rates else rest)
        words = rest.split()
        if NEGATIONS & {*words}:
            unknown.append(part)
            continue
        rates, ages, codes = rates + own_rates, ages + own_ages, codes + own_codes
        sexes += [_SEXES[word] for word in words if word in _SEXES]
        left = [word for word in words if word not in FILLERS and word not in _SEXES]
        unknown += [" ".join(left)] if left else []
    return EcgRequest(
        tuple(dict.fromkeys(codes)), _only("sex", sexes), _only("age", ages), _only("rate", rates), text.strip(),
        tuple(unknown),
    )  # fmt: skip


def _parts(text: str) -> list[str]:
    """The parts of a text between commas and the like, in small letters with single spaces."""
    small = re.sub(r"(?<=\d)\.(?=\d)", "\0", text.lower())
    parts = re.split(r"[,;:.()\n]|\bwith\b|\band\b|\bbut\b", small)
    spaced = (re.sub(r"[^\w/<>\0]+|-", " ", part).replace("\0", ".").strip() for part in parts)
    return [part for part in spaced if part]


def _numbers(pattern: re.Pattern[str], part: str) -> tuple[str, list[float]]:
    """The part without what a pattern finds, and the numbers found."""
    found = [float(next(filter(None, match.groups()))) for match in pattern.finditer(part)]
    return pattern.sub(" ", part), found


def _codes(part: str) -> tuple[str, list[str]]:
    """The part without the phrases it holds, the longest first, and their codes."""
    found: list[str] = []
    for phrase, code in _LEXICON:
        pattern = rf"\b{re.escape(phrase)}\b"
        if re.search(pattern, part):
            part, found = re.sub(pattern, " ", part), [*found, code]
    return part, found


def _lexicon() -> tuple[tuple[str, str], ...]:
    """Phrases, names and codes with the codes they stand for, the longest first."""
    words: dict[str, str] = {}
    for code, phrases in PHRASES.items():
        names = [part.strip("_") for part in code.lower().split("/")]
        words |= {" ".join(name.lower().replace("-", " ").split()): code for name in (_CODE_NAMES[code], *phrases)}
        words |= {name: code for name in names if len(name) > 1 and name not in words}
    return tuple(sorted(words.items(), key=lambda item: -len(item[0])))


def _known_code(text: str) -> str:
    wanted = text.strip().upper()
    for code in PHRASES:
        if wanted in (code, code.strip("_"), *code.split("/")):
            return code
    raise UsageError(f"no statement {shortened(text)!r}", where="request", remedy=f"choose from {', '.join(PHRASES)}")


def _same(name: str, given: Value | None, written: Value | None) -> Value | None:
    return _only(name, [value for value in (given, written) if value is not None])


def _only(name: str, values: Iterable[Value]) -> Value | None:
    different = list(dict.fromkeys(values))
    if len(different) > 1:
        raise UsageError(
            f"two values for {name}: {different[0]} and {different[1]}", where="request", remedy="give one"
        )
    return different[0] if different else None


def _check(request: EcgRequest) -> None:
    """UsageError where parts contradict each other or a number is out of range."""
    understood = f"understood: {request}"
    for one, other in combinations(request.codes, 2):
        both, normal = {one, other}, "NORM" in (one, other)
        if any(both <= group for group in EXCLUSIVE) or (normal and not both <= BESIDE_NORMAL):
            what = f"{one} and {other} exclude each other; {understood}"
            raise UsageError(what, where="request", remedy="leave one of them out")
    for code in request.codes:
        low, high = RATES_OF.get(code, RATES)
        if request.rate is not None and code in RATES_OF and not low <= request.rate <= high:
            what = f"{code} and a rate of {request.rate:g}/min exclude each other; {understood}"
            raise UsageError(what, where="request", remedy="leave one of them out")
    for name, value, (low, high) in (("rate", request.rate, RATES), ("age", request.age, AGES)):
        if value is not None and not low <= value <= high:
            raise UsageError(f"{name} {value:g}", where="request", remedy=f"give {low:g} to {high:g}")


_LEXICON = _lexicon()
