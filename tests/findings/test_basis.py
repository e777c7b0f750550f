"""What each opinion rests on, in sentences."""

from __future__ import annotations

from dataclasses import replace

from ecgimg.datamodel.page import LayoutMatch, PlacedCell, Scale
from ecgimg.errors import Cause, Refusal
from ecgimg.findings.basis import basis, joined_by
from ecgimg.findings.opinions import Diagnosis, Opinion, Screening
from ecgimg.recording.quality import lead_qualities

OPINION = Opinion("AFIB", "rhythm", 0.9, 0.1)
SEEN = Screening(0.99, 0.95, 0.9, True, True, True, (OPINION,))
CELL = PlacedCell("II", 1, 0, False, 0.0, 10.0, 0.0, 500.0, 60.0)
MATCH = LayoutMatch("mine", (CELL,), Scale(25.0, "text"), Scale(10.0, "text"), 0.9, (), 10.0)


def test_a_page_that_was_not_read_says_what_is_not_known() -> None:
    signal, image = basis(None, SEEN, None, lead_qualities(None))
    assert signal == "Signal network: no opinion, since the leads could not be read from the picture."
    assert "an ECG page with 99 % and readable with 95 %" in image
    assert image.endswith("Which leads it saw is not known.")


def test_a_refused_opinion_has_its_reason() -> None:
    diagnosis = Diagnosis((), 0.3, 12.0, refusal=Refusal(Cause.LOW_CONFIDENCE))
    screening = replace(SEEN, opinions=(), refusal=Refusal(Cause.STRIP))
    signal, image = basis(diagnosis, screening, MATCH, lead_qualities(None))
    assert Cause.LOW_CONFIDENCE.seen in signal
    assert Cause.STRIP.seen in image


def test_a_page_that_was_read_has_its_leads_and_seconds() -> None:
    signal, image = basis(Diagnosis((OPINION,), 0.9, 32.5), SEEN, MATCH, lead_qualities(None))
    assert "0 of 12 leads of a mine page, 32 lead seconds read with confidence 0.90" in signal
    assert "is not known" not in image


def test_the_rule_is_a_sentence_with_the_number_of_pages() -> None:
    both = joined_by(("816 pages of scan",), True, True)
    assert "fitted on 816 pages of scan: log odds together" in both
    assert "image network's opinion alone" in joined_by(("816 pages",), False, True)
    assert joined_by(("816 pages",), False, False) == ""
