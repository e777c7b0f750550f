"""What is counted of many clients and of hostile uploads."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field


@dataclass(frozen=True)
class WebRow:
    """A row of the table: what was measured, how often, the median or the count, and the most that it should be."""

    what: str
    n: int
    value: float
    unit: str
    floor: str = ""


@dataclass
class Load:
    """What many clients got: pages read, sent again after 429, lost by the reason given, and of another client."""

    read: int = 0
    busy: int = 0
    lost: Counter[str] = field(default_factory=Counter)
    foreign: int = 0

    def rows(self, clients: int, seconds: float, megabytes: float, left: int) -> tuple[WebRow, ...]:
        """The rows; `left` are the files that were left of deleted pages."""
        what = f"{clients} clients, {seconds:.0f} s"
        return (
            WebRow(f"{what}: pages read", clients, self.read, "pages"),
            WebRow(f"{what}: asked to come again (429)", clients, self.busy, "answers"),
            WebRow(f"{what}: pages lost", clients, self.lost.total(), "pages", "0"),
            *(WebRow(f"{what}: lost, {why}", clients, count, "pages") for why, count in sorted(self.lost.items())),
            WebRow(f"{what}: another client's data", clients, self.foreign, "pages", "0"),
            WebRow(f"{what}: memory of server and workers, at most", clients, megabytes, "MB"),
            WebRow(f"{what}: files left of deleted pages", clients, left, "files", "0"),
        )


@dataclass
class Hostile:
    """How hostile uploads ended, and the statuses of the server's answers."""

    ended: Counter[str] = field(default_factory=Counter)
    statuses: Counter[int] = field(default_factory=Counter)

    def add(self, status: int, ended: str = "") -> None:
        """One upload: the answer, and where it was taken how its reading ended."""
        self.statuses[status] += 1
        if ended:
            self.ended[ended] += 1

    def rows(self, what: str, is_alive: bool, outside: int) -> tuple[WebRow, ...]:
        """The rows; `outside` are files that were made outside of the server's folder."""
        n = self.statuses.total()
        errors = sum(count for status, count in self.statuses.items() if status >= 500 or status == 0)
        ends = [WebRow(f"{what}: {name}", n, count, "uploads") for name, count in sorted(self.ended.items())]
        refused = sum(count for status, count in self.statuses.items() if 400 <= status < 500)
        return (
            *ends,
            WebRow(f"{what}: refused at once (4xx)", n, refused, "uploads"),
            WebRow(f"{what}: 5xx or no answer", n, errors, "answers", "0"),
            WebRow(f"{what}: files outside of the temporary folder", n, outside, "files", "0"),
            WebRow(f"{what}: server gone", n, int(not is_alive), "times", "0"),
        )
