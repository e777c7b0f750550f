"""Medians over runs."""

from __future__ import annotations

from ecgimg.bench.speed.scores import Run, speed_row


def test_medians_and_the_share_of_a_page() -> None:
    row = speed_row(
        "ecgimg digitize a.png", "20 x 30", [Run(8.0, 4.0, 100.0), Run(16.0, 6.0, 120.0), Run(9.0, 5.0, 90.0)]
    )
    assert (row.runs, row.seconds, row.processor_seconds, row.megabytes) == (3, 9.0, 5.0, 100.0)
    page = row.per_page(4)
    assert (page.seconds, page.processor_seconds, page.megabytes) == (2.25, 1.25, 100.0)
