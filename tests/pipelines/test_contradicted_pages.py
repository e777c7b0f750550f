"""Pages that are wrong by construction: none is read as right, and each warning names what contradicts."""

from __future__ import annotations

from pathlib import Path

import pytest

from ecgimg.errors import RefusedError
from ecgimg.options import PageOptions
from ecgimg.pipelines.digitize import Digitized, digitize_page
from ecgimg.recording.quality import page_confidence

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
HOSTILE, FIELD = SHARED / "hostile" / "pages", SHARED / "paper" / "field"
WARNED = {
    HOSTILE / "lbl-V1-V3-3.png": "leads V1 and V3",
    HOSTILE / "scribble-1.png": "contradict each other",
    FIELD / "v1-twice.png": "contradict each other",
}
"""Page: what its warning holds."""
REFUSED = {
    HOSTILE / "leads-shuffled-0.png": "can't be what they are named",
    HOSTILE / "same-II-0.png": "can't be what they are named",
    HOSTILE / "sig-walk-0.png": "can't be what they are named",
}
"""Page: what the reason of its refusal holds."""
TWO_ECGS = {
    HOSTILE / "two-side-2.png": "12x1",
    HOSTILE / "two-side-b-3.png": "3x4+1R",
    FIELD / "two-ecgs.png": "3x4+1R",
}
"""Picture of two ECGs: the layout of the second one."""

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not HOSTILE.is_dir(), reason="the pages are not here")]


def digitized(page: Path, number: int = 1) -> Digitized:
    return digitize_page(page, number, PageOptions(), "page")


@pytest.mark.parametrize("page", TWO_ECGS, ids=lambda page: page.stem)
def test_the_second_of_two_ecgs_is_page_2(page: Path) -> None:
    made = digitized(page, 2)
    assert made.match.layout_id == TWO_ECGS[page]
    assert page_confidence(made.match, made.recording) > 0.8
    assert made.recording.warnings[-1].startswith("another ECG is in this picture")
    assert made.recording.warnings[-1].endswith("it is page 1")


@pytest.mark.parametrize("page", WARNED, ids=lambda page: page.stem)
def test_a_page_that_contradicts_itself_gets_a_warning(page: Path) -> None:
    made = digitized(page)
    assert page_confidence(made.match, made.recording) < 0.8
    assert any(WARNED[page] in warning for warning in made.recording.warnings)


@pytest.mark.parametrize("page", REFUSED, ids=lambda page: page.stem)
def test_a_page_that_is_impossible_is_refused(page: Path) -> None:
    with pytest.raises(RefusedError, match=REFUSED[page]):
        digitized(page)
