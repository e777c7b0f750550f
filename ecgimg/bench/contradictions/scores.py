"""Answers to pages that contradict themselves, counted by kind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ecgimg.bench.common.statistics import share_interval
from ecgimg.train.common.classifier_metrics import Interval

SURE = 0.8
"""A page of this confidence or more counts as right."""


@dataclass(frozen=True)
class Answer:
    """One page: its confidence, None if it was refused; the contradictions that it warns of; why it was refused."""

    kind: str
    number: int
    confidence: float | None
    warnings: tuple[str, ...] = ()
    reason: str = ""

    @property
    def is_refused(self) -> bool:
        """Whether there is no recording."""
        return self.confidence is None

    @property
    def is_silent(self) -> bool:
        """Whether the page counts as right and warns of nothing."""
        return self.confidence is not None and self.confidence >= SURE and not self.warnings


@dataclass(frozen=True)
class KindScore:
    """Shares of a kind's pages with 95 % Wilson intervals: silent at SURE or more, read with a warning, refused.

    The other pages are read below SURE without a warning.
    """

    kind: str
    pages: int
    silent: Interval
    warned: Interval
    refused: Interval


def score_kinds(answers: Sequence[Answer]) -> tuple[KindScore, ...]:
    """The score of each kind, in the order in which the kinds come."""
    kinds = dict.fromkeys(answer.kind for answer in answers)
    return tuple(_score(kind, [answer for answer in answers if answer.kind == kind]) for kind in kinds)


def _score(kind: str, answers: Sequence[Answer]) -> KindScore:
    return KindScore(
        kind,
        len(answers),
        silent=share_interval([answer.is_silent for answer in answers]),
        warned=share_interval([bool(answer.warnings) for answer in answers]),
        refused=share_interval([answer.is_refused for answer in answers]),
    )
