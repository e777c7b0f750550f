"""The aligned record of a page or recording: NAME.aligned.json, which owns its files."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from ecgimg.networks.manifest import network_hashes
from ecgimg.recording.formats import ALIGNED_JSON
from ecgimg.runs.job import Task
from ecgimg.runs.records import Made
from ecgimg.schemas.aligned import AlignedRecord
from ecgimg.schemas.common import read_json

if TYPE_CHECKING:
    from ecgimg.aligned.record import Interpreted
    from ecgimg.pipelines.digitize import Digitized


def make_aligned_page(task: Task, ecg: Interpreted, made: Digitized) -> Made[AlignedRecord]:
    """The record of a digitized page; of the photo it stores what the run's options permit."""
    from ecgimg.aligned.page import ReadPage, record_of_page, write_beside

    page = ReadPage.of(made, task.options.page.photo)
    record = record_of_page(task.job.name, ecg, page, task.options.page.settings)
    return Made(record, ALIGNED_JSON, lambda: write_beside(record, task.out, ecg.recording, page))


def make_aligned_recording(task: Task, ecg: Interpreted) -> Made[AlignedRecord]:
    """The record of a recording that came without a page."""
    from ecgimg.aligned.page import record_of_recording, write_beside

    record = record_of_recording(task.job.name, ecg, task.job.path, task.options.page.settings)
    return Made(record, ALIGNED_JSON, lambda: write_beside(record, task.out, ecg.recording, None))


def has_aligned(task: Task, *, with_findings: bool) -> bool:
    """Whether the record that a run asks for is there, made with the same settings and networks."""
    if not task.options.aligned:
        return True
    record = task.record(partial(read_json, AlignedRecord), ALIGNED_JSON)
    if record is None or record.settings != task.options.page.settings or record.networks != network_hashes():
        return False
    return bool(record.statements.findings) or not with_findings
