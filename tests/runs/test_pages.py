"""Pages of a run: the second ECGs of pages, and copies of documents that are elsewhere."""

from __future__ import annotations

from pathlib import Path

from doubles import Silent

from ecgimg.runs.inputs import Input
from ecgimg.runs.pages import RunPages
from ecgimg.runs.plan import PlaceNames


def test_the_copy_of_a_document_stays_until_its_second_ecgs_are_read(tmp_path: Path) -> None:
    copy = tmp_path / "scan.pdf"
    copy.write_bytes(b"%PDF")
    pages, names = RunPages([Input(copy, "s3://bucket/scan.pdf")], Silent()), PlaceNames()
    for job in list(pages.plan(names, lambda one: 2)):
        pages.ended(job, ecgs=2 if job.page == 1 else 1)
    assert copy.exists()
    (second,) = pages.plan_others(names)
    assert (second.page, second.pages) == (3, 2)
    pages.ended(second, ecgs=2)
    assert not copy.exists()
