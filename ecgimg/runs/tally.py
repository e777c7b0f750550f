"""What came of a run: how many pages ended how, and the exit code of the whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Self

from ecgimg.errors import ExitCode
from ecgimg.runs.job import Outcome, Status


@dataclass
class Tally:
    """Counts pages; it does not grow with them.

    `statuses` and `exit_codes` count all pages, `skipped` those of them that were done before.
    """

    statuses: Counter[str] = field(default_factory=Counter)
    exit_codes: Counter[ExitCode] = field(default_factory=Counter)
    skipped: int = 0

    @classmethod
    def of(cls, outcomes: Iterable[Outcome]) -> Self:
        """The tally of pages that have ended."""
        tally = cls()
        for outcome in outcomes:
            tally.add(outcome.status, outcome.exit_code, outcome.skipped)
        return tally

    def add(self, status: Status, exit_code: ExitCode, skipped: bool = False) -> None:
        """Counts a page."""
        self.statuses[status] += 1
        self.exit_codes[exit_code] += 1
        self.skipped += skipped

    @property
    def pages(self) -> int:
        """All pages."""
        return self.statuses.total()

    @property
    def exit_code(self) -> ExitCode:
        """That of a single page or of a broken install, else whether all, some or no pages failed."""
        failed = self.pages - self.statuses["ok"]
        if not failed:
            return ExitCode.OK
        codes = [code for code in self.exit_codes if code != ExitCode.OK]
        if self.pages == 1 or codes == [ExitCode.DEPENDENCY]:
            return codes[0]
        return ExitCode.ALL_FAILED if failed == self.pages else ExitCode.SOME_FAILED
