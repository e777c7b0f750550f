"""Test recordings as photographed pages: drawn by the package, digitized, and stored, so that a run can be resumed."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ecgimg.errors import EcgimgError, WorkerError
from ecgimg.io.files import write_atomically
from ecgimg.jobs import Done, Step, Tell
from ecgimg.networks.finetuned import ModelInput, prepared
from ecgimg.recording.recording import Recording
from ecgimg.runs.executors import Workers, open_executor
from ecgimg.synth.recipe import load_recipe
from ecgimg.synth.sample import sample_page
from ecgimg.synth.signals.sources import Signal, to_500_hz
from ecgimg.threads import use_one_opencv_thread
from ecgimg.train.finetune.case import Case
from ecgimg.train.finetune.cohort import Cohort, with_inputs
from ecgimg.train.finetune.recipe import PagesRecipe

logger = logging.getLogger(__name__)
TIMEOUT_S = 300.0
"""A worker that takes longer for one page is ended."""


@dataclass(frozen=True)
class OneSignal:
    """A source of one recording [12, T] in mV at 500 Hz."""

    signal: Signal
    name: str = "finetune"

    def __len__(self) -> int:
        return 1

    def get(self, index: int, seconds: float = 10.0) -> Signal:
        """The recording."""
        return self.signal


@dataclass(frozen=True, eq=False)
class PageJob:
    """One page to draw and read into a file; `number` is that of the recording in its cohort."""

    recipe: PagesRecipe
    case_id: str
    number: int
    signal: Signal
    path: Path


def read_pages(cohort: Cohort, shown: ModelInput, recipe: PagesRecipe, folder: Path, jobs: Workers) -> Cohort:
    """Test recordings whose page was drawn and read, with what was read as their input; a run resumes in the folder.

    A page that is refused, or shows too little of the network's leads, is left out.
    """
    index = cohort.indices("test")
    chosen = np.random.default_rng(recipe.seed).permutation(index)[: recipe.count]
    paths = {int(n): folder / f"{cohort.cases[n].id}.npz" for n in chosen}
    folder.mkdir(parents=True, exist_ok=True)
    with open_executor(jobs, TIMEOUT_S) as workers:
        workers.run(read_one, (_job(cohort.cases[n], n, recipe, p) for n, p in paths.items() if not p.is_file()), _log)
    inputs = {n: found for n, path in paths.items() if (found := _input(path, shown)) is not None}
    logger.info("%d of %d pages were read", len(inputs), len(paths))
    stacked = np.stack(list(inputs.values())) if inputs else cohort.inputs[:0]
    return with_inputs(cohort, np.array(list(inputs), np.int64), stacked)


def _job(case: Case, number: int, recipe: PagesRecipe, path: Path) -> PageJob:
    recording = case.load().twelve
    signal = Signal(to_500_hz(recording.signals, recording.fs), case.id)
    return PageJob(recipe, case.id, number, signal, path)


def _input(path: Path, shown: ModelInput) -> NDArray[np.float16] | None:
    """The input that a stored page gives; None where it was refused, or shows too little."""
    recording = stored_recording(path)
    try:
        return None if recording is None else prepared(recording, shown)[0].astype(np.float16)
    except EcgimgError as error:
        logger.info("the page of %s has no input: %s", path.stem, error.what)
        return None


def read_one(job: PageJob, tell: Tell) -> bool:
    """Draws and digitizes one page into its file, which is empty where the page was refused; runs in a worker."""
    from ecgimg.options import PageOptions
    from ecgimg.pipelines.digitize import digitize_page

    use_one_opencv_thread()
    page = sample_page((job.recipe.seed, job.number), load_recipe(job.recipe.preset), OneSignal(job.signal), 0)
    try:
        read = digitize_page(page.pixels, 1, PageOptions(), job.case_id).recording
    except EcgimgError as error:
        store_recording(job.path, None, error.what)
        return False
    store_recording(job.path, read)
    return True


def store_recording(path: Path, recording: Recording | None, reason: str = "") -> None:
    """Writes what was read of a page, or the reason why nothing was."""
    file = BytesIO()
    meta = {"reason": reason, "fs": None if recording is None else recording.fs}
    arrays: dict[str, Any] = {}
    if recording is not None:
        twelve = recording.twelve
        arrays = {"signals": twelve.signals, "confidence": twelve.confidences.astype(np.float16)}
    np.savez_compressed(file, meta=np.array(json.dumps(meta)), **arrays)
    write_atomically(path, file.getvalue())


def stored_recording(path: Path) -> Recording | None:
    """What was read of a page, None where nothing was."""
    if not path.is_file():
        return None
    with np.load(path) as file:
        meta = json.loads(str(file["meta"]))
        if meta["fs"] is None:
            return None
        return Recording(file["signals"], meta["fs"], file["confidence"].astype(np.float32), path.stem)


def _log(item: Step[PageJob] | Done[PageJob, bool]) -> None:
    if isinstance(item, Done) and isinstance(item.answer, WorkerError):
        logger.info("the page of %s failed: %s", item.job.case_id, item.answer.what)
        store_recording(item.job.path, None, item.answer.what)
