"""What came of a run, without the pages themselves."""

from __future__ import annotations

import pytest

from ecgimg.errors import ExitCode
from ecgimg.runs.job import Outcome
from ecgimg.runs.tally import Tally


def page(status: str, code: ExitCode, skipped: bool = False) -> Outcome:
    return Outcome("x", "x.png", 1, status, 0.0, exit_code=code, skipped=skipped)  # type: ignore[arg-type]


OK, REFUSED = page("ok", ExitCode.OK), page("refused", ExitCode.REFUSED)
LACKING = page("failed", ExitCode.DEPENDENCY)


@pytest.mark.parametrize(
    ("pages", "code"),
    [
        ([], ExitCode.OK),
        ([OK, OK], ExitCode.OK),
        ([REFUSED], ExitCode.REFUSED),
        ([OK, REFUSED], ExitCode.SOME_FAILED),
        ([REFUSED, REFUSED], ExitCode.ALL_FAILED),
        ([REFUSED, LACKING], ExitCode.ALL_FAILED),
        ([OK, LACKING, LACKING], ExitCode.DEPENDENCY),
    ],
)
def test_exit_codes(pages: list[Outcome], code: ExitCode) -> None:
    assert Tally.of(pages).exit_code == code


def test_counts() -> None:
    tally = Tally.of([OK, page("ok", ExitCode.OK, skipped=True), REFUSED])
    assert (tally.pages, tally.skipped, tally.statuses) == (3, 1, {"ok": 2, "refused": 1})
