"""English sentences as a user may ask for a recording, composed of statements, rate, age and sex at random."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ecgimg.findings.phrases import PHRASES

USUAL_PHRASE = 0.5
"""Share of statements that are written by their first phrase."""
RATE_WORDS = ("rate {}", "heart rate {}", "heart rate of {} bpm", "{} bpm", "rate {}/min", "{} beats per minute")
PERSON_WORDS = ("{}, {} years old", "{} aged {}", "{}, {} years", "{} of {} years")
SEX_WORDS = {"female": ("woman", "female", "female patient"), "male": ("man", "male", "male patient")}
JOINTS = (", ", ". ", " and ", "; ", " with ")
SHARE_OF_PARTS = 0.5
"""Probability that the rate, and that the patient, is part of a sentence."""


def compose(
    codes: Sequence[str], rate: float | None, sex: str | None, age: float | None, rng: np.random.Generator
) -> str:
    """A sentence of all that is given; rate and patient are in half of the sentences."""
    parts = [_phrase(code, rng) for code in codes]
    if rate is not None and rng.random() < SHARE_OF_PARTS:
        parts.append(_one_of(RATE_WORDS, rng).format(round(rate)))
    rng.shuffle(parts)
    if sex is not None and age is not None and rng.random() < SHARE_OF_PARTS:
        parts.append(_one_of(PERSON_WORDS, rng).format(_one_of(SEX_WORDS[sex], rng), round(age)))
    return _one_of(JOINTS, rng).join(parts)


def _phrase(code: str, rng: np.random.Generator) -> str:
    return PHRASES[code][0] if rng.random() < USUAL_PHRASE else _one_of(PHRASES[code], rng)


def _one_of(choices: Sequence[str], rng: np.random.Generator) -> str:
    return choices[int(rng.integers(len(choices)))]
