"""The 27 items of TRIPOD+AI (Collins et al., BMJ 2024;385:e078378), in words of our own, and what is known of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ecgimg.errors import UsageError

TO_FILL = "to be filled in by the authors"
ITEMS: tuple[tuple[str, str], ...] = (
    ("Title", "A prediction model is developed or evaluated; the people and the outcome are named."),
    ("Abstract", "A structured summary by the checklist for abstracts."),
    ("Background", "The clinical setting, who would use the model for whom, models that exist, known inequalities."),
    ("Objectives", "The aim, and whether a model is developed, evaluated, or both."),
    ("Data", "Where the data come from, why they fit, and the dates of first and last record and of follow-up."),
    ("Participants", "The place of care, who was eligible, and treatments that bear on the outcome."),
    ("Preparation of data", "Cleaning and checks, and whether they were the same for all groups of people."),
    (
        "Outcome",
        "What is predicted, when and how it was found, by whom, and whether they were blind to the predictors.",
    ),
    ("Predictors", "What goes into the model, when and how it was measured, and how it was chosen."),
    ("Sample size", "How the size of each split came about, and whether it is enough."),
    ("Missing data", "How missing predictors and outcomes were handled."),
    (
        "Methods of analysis",
        "Splits, form and training of the model, choice of its settings, measures and recalibration.",
    ),
    ("Class imbalance", "What was done about rare events, and how the probabilities were corrected for it."),
    ("Fairness", "What was done to see and to reduce differences between groups of people."),
    ("Output of the model", "What the model gives, and thresholds with their reason."),
    ("Training against evaluation", "How the data differ in place, eligibility, outcome and predictors."),
    ("Ethics", "The committee that approved the study, and consent or its waiver."),
    ("Open science", "Funding, interests, protocol, registration, and where data and code can be had."),
    ("Patients and public", "How patients and the public took part, or that they did not."),
    ("Results: participants", "The flow of people, with and without the outcome, their characteristics in each split."),
    ("Results: development", "People and events in each analysis, and those that chose the settings."),
    ("Results: the model", "The whole model, or how it can be used on a new patient."),
    ("Results: performance", "All measures with intervals, in key subgroups too, and differences between places."),
    ("Results: updating", "Any update of the model, and how it did afterwards."),
    ("Interpretation", "What the results mean, fairness included, in view of other studies."),
    ("Limitations", "Bias, sample, missing data, and how far the results hold elsewhere."),
    ("Use in care", "How poor or missing input is handled, which skills a user needs, and what to study next."),
)
"""(short name, what has to be reported) of items 1 to 27."""


@dataclass(frozen=True)
class ChecklistItem:
    """One item: its number, its name, what has to be reported, and the text; `is_filled` is False for `TO_FILL`."""

    number: int
    name: str
    asks: str
    text: str
    is_filled: bool


def filled_checklist(given: Mapping[str, str], known: Mapping[str, str]) -> tuple[ChecklistItem, ...]:
    """All items with what the authors give, and after it what the evaluation found.

    Args:
        given: texts by the name of an item ("Ethics"), or its number ("17").
        known: texts by the name of an item.

    Raises:
        UsageError: a key that is no item.
    """
    texts = [""] * len(ITEMS)
    for source in (given, known):
        for key, text in source.items():
            k = _index_of(key)
            texts[k] = " ".join(part for part in (texts[k], text.strip()) if part)
    return tuple(
        ChecklistItem(k + 1, name, asks, texts[k] or TO_FILL, bool(texts[k])) for k, (name, asks) in enumerate(ITEMS)
    )


def _index_of(key: str) -> int:
    names = [name.lower() for name, _ in ITEMS]
    if key.strip().lower() in names:
        return names.index(key.strip().lower())
    if key.strip().isdecimal() and 1 <= int(key) <= len(ITEMS):
        return int(key) - 1
    remedy = f"give the name of an item, or its number from 1 to {len(ITEMS)}"
    raise UsageError(f"'{key}' is no item of the checklist", where="checklist", remedy=remedy)
