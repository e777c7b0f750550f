"""Pages of the inputs: what is no file is not opened, what has too many pages is refused, what hangs is given up."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path

import doubles
import pytest
from hostile_pdfs import pdf
from PIL import Image

from ecgimg.errors import EcgimgError, ExitCode, UnreadableInputError, WorkerError
from ecgimg.jobs import Done
from ecgimg.runs.inputs import Input
from ecgimg.runs.page_counts import PageCounter
from ecgimg.runs.worker import WorkerPool


class Busy:
    """An executor that gives up every job."""

    def run(self, work: Callable, jobs: Sequence, report: Callable, ended: Callable = print) -> None:
        for job in jobs:
            report(Done(job, WorkerError("given up after 1 s", where="worker")))


def count(path: Path, executor: object = None, max_pages: int = 10) -> int | EcgimgError:
    return PageCounter(executor or doubles.Inline(), max_pages)(Input(path))


def reason(path: Path) -> str:
    counted = count(path)
    assert isinstance(counted, UnreadableInputError)
    assert "\n" not in str(counted)
    return str(counted)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes")
def test_what_is_no_file_is_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.jpg")
    (tmp_path / "b.jpg").symlink_to("/dev/zero")
    (tmp_path / "c.jpg").mkdir()
    (tmp_path / "d.jpg").symlink_to(tmp_path / "d.jpg")
    assert "a pipe" in reason(tmp_path / "a.jpg")
    assert "a device" in reason(tmp_path / "b.jpg")
    assert "a folder" in reason(tmp_path / "c.jpg")
    assert "symbolic links" in reason(tmp_path / "d.jpg")
    for name in ("n" * 300 + ".jpg", "nul\0.jpg", "missing.jpg"):
        assert reason(tmp_path / name)


def test_documents_are_counted_and_pictures_have_one_page(tmp_path: Path) -> None:
    page = Image.new("RGB", (8, 8))
    page.save(tmp_path / "three.tif", save_all=True, append_images=[page, page])
    page.save(tmp_path / "one.png")
    files = [tmp_path / "three.tif", tmp_path / "one.png"]
    assert [count(path, max_pages=3) for path in files] == [3, 1]
    assert "has 3 pages, more than 2" in str(count(files[0], max_pages=2))


def test_a_document_that_declares_a_million_pages_is_refused(tmp_path: Path) -> None:
    path = pdf(tmp_path / "million.pdf", count=1_000_000)
    assert "has 1,000,000 pages" in reason(path)
    assert "--max-pages" in reason(path)


def test_a_document_that_can_not_be_counted_in_time_fails_alone(tmp_path: Path) -> None:
    files = [pdf(tmp_path / "slow.pdf"), tmp_path / "one.png"]
    Image.new("RGB", (8, 8)).save(files[1])
    slow = count(files[0], Busy())
    assert count(files[1], Busy()) == 1
    assert isinstance(slow, EcgimgError)
    assert slow.exit_code == ExitCode.WORKER


def test_workers_count(tmp_path: Path) -> None:
    path = pdf(tmp_path / "two.pdf", count=2)
    with WorkerPool(1, 60.0) as workers:
        assert count(path, workers) == 2
