"""Failures: what they say, that they survive a pickle, and that every cause of a refusal is explained."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from ecgimg.errors import Cause, Refusal, RefusedError, UsageError

GUIDE = (Path(__file__).resolve().parents[1] / "docs" / "troubleshooting.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("cause", Cause)
def test_a_cause_is_one_plain_sentence_and_has_its_entry(cause: Cause) -> None:
    assert len(cause.sentence) <= 160
    assert "\n" not in cause.sentence
    assert str(RefusedError(cause, "inner words", where="layout")) == cause.sentence
    _, found, entry = GUIDE.partition(f"\n### {cause.seen[0].upper()}{cause.seen[1:]}\n")
    assert found, f"docs/troubleshooting.md has no entry {cause.seen!r}"
    entry = entry.partition("\n##")[0]
    assert entry.strip().startswith(f"Cause `{cause.value}`.")
    first = cause.remedy.split(" ")[0]
    assert first.lower() in entry.lower()


def test_the_guide_has_no_entry_without_a_cause() -> None:
    assert GUIDE.count("\n### ") == len(Cause)


@pytest.mark.parametrize("cause", [Cause.GIVEN_LAYOUT, Cause.MIRRORED, Cause.CUT_OFF])
def test_no_remedy_asks_for_what_was_done(cause: Cause) -> None:
    assert "name the page's layout" not in cause.remedy


def test_a_refusal_keeps_what_was_seen_across_processes() -> None:
    refusal = Refusal(Cause.STRIP, "layout: 1 row", 1, ("II",))
    again = pickle.loads(pickle.dumps(RefusedError.of(refusal)))
    assert again.refusal == refusal
    assert (again.exit_code, again.what, again.remedy) == (4, Cause.STRIP.seen, Cause.STRIP.remedy)
    other = pickle.loads(pickle.dumps(UsageError("no", where="here", remedy="try")))
    assert str(other) == "here: no; try"
