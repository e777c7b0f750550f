"""Pipelines that make up what they read, in milliseconds; names of pictures tell what goes wrong.

`KINDS` are the commands with these pipelines, also in worker processes. Run as a program it does one command, or is the
command `ecgimg` with a digitizer of these:

    python doubled_pipelines.py COMMAND OUT force|go-on INPUT...
    python doubled_pipelines.py ecgimg digitize ...
"""

from __future__ import annotations

import os
import sys
import time
from dataclasses import replace
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np

from ecgimg.datamodel.page import LayoutMatch, PageGeometry, Photo, PlacedCell, Scale, Sheet, SheetMap
from ecgimg.errors import Cause, RefusedError
from ecgimg.findings.opinions import Finding, Screening
from ecgimg.findings.report import ReportContent
from ecgimg.findings.statements import STATEMENTS
from ecgimg.io.images import read_page
from ecgimg.options import PageOptions, RunOptions
from ecgimg.recording.quality import lead_qualities
from ecgimg.recording.recording import Recording
from ecgimg.runs.batch import run_batch
from ecgimg.runs.diagnose import DIAGNOSE
from ecgimg.runs.digitize import DIGITIZE
from ecgimg.runs.job import Outcome, RunKind, Task
from ecgimg.runs.records import Made
from ecgimg.runs.screen import CODES, SCREEN
from ecgimg.runs.worker import WorkerPool

GROUP_OF = {statement.code: statement.group for statement in STATEMENTS}


def digitize_page(path: Path, page: int, options: PageOptions, name: str, hook: Any) -> SimpleNamespace:
    """Lead I holds a ramp, the others nothing."""
    if "refuse" in path.name:
        raise RefusedError(Cause.NO_GRID, "a double", where="straighten")
    if "bug" in path.name:
        raise ZeroDivisionError("division by zero")
    if "stop" in path.name:
        raise KeyboardInterrupt
    if "hang" in path.name:
        time.sleep(600)
    hook("load", None, 1, 1)
    signals = np.full((12, 5000), np.nan, np.float32)
    signals[0] = np.linspace(-1, 1, 5000)
    cell = PlacedCell("I", 1, 0, False, 0.0, 10.0, 0.0, 60.0, 30.0)
    curve = np.stack([np.arange(60.0), np.full(60, 30.0)], axis=1).astype(np.float32)
    speed, gain = Scale(25.0, "assumed"), Scale(10.0, "pulse")
    geometry = PageGeometry(8.0, 0.0, "grid", speed, gain, ((cell, curve),))
    recording = Recording(signals, 500.0, name=name, layout_id="12x1", geometry=geometry, warnings=("a warning",))
    pixels = np.full((60, 80, 3), 220, np.uint8)
    pixels[50:56:2, 10:70:3] = 0  # a print below the trace
    photo = Photo(pixels, path, page, 3, ecgs=2 if "double" in path.name else 1)
    nodes = np.stack(np.meshgrid([0.0, 40.0, 80.0], [0.0, 40.0]), axis=2).astype(np.float32)
    sheet = Sheet(photo.pixels, 8.0, SheetMap(nodes, 20.0), photo.shape, 1.5, "grid", 0.9)
    # The speed is assumed, which leaves nine tenths of this confidence: 0.72.
    match = LayoutMatch("12x1", (cell,), speed, gain, 0.8, ("seen",), 10.0)
    return SimpleNamespace(photo=photo, sheet=sheet, match=match, recording=recording, timings=(("load", 0.1),))


def diagnose_page(path: Path, page: int, options: PageOptions, name: str, hook: Any) -> ReportContent:
    """One finding of both networks."""
    made = digitize_page(path, page, options, name, hook)
    return ReportContent(
        photo=made.photo,
        name=name,
        settings=options.settings,
        read_by="signal and image",
        findings=(Finding("AFIB", "rhythm", "Atrial fibrillation", "likely", 0.9, 0.1, None, None),),
        leads=lead_qualities(made.recording),
        measurements=None,
        not_visible=(),
        agreement="",
        warnings=(),
        recording=made.recording,
        sheet=made.sheet,
        match=made.match,
        screening=Screening(1.0, 1.0, 0.9, True, True, True, ()),
    )


def screen_page(path: Path, page: int, hook: Any) -> SimpleNamespace:
    """All findings are probable."""
    photo = read_page(path, page)
    found = tuple(
        SimpleNamespace(code=code, group=GROUP_OF.get(code, "screening"), probability=0.9, threshold=0.5, positive=True)
        for code in CODES
    )
    prediction = SimpleNamespace(
        classification=SimpleNamespace(is_ecg=1.0, readable=1.0, quarter_turns=0, findings=found),
        corners=np.array([[1, 1], [6, 1], [6, 6], [1, 6]], np.float32),
        saliency=lambda code, shape, step: np.ones((2, 2), np.float32),
    )
    return SimpleNamespace(photo=photo, prediction=prediction)


def make_digitized(task: Task, hook: Any) -> tuple[Made, ...]:
    _install("digitize", digitize_page=digitize_page)
    return DIGITIZE.make(task, hook)


def make_diagnosed(task: Task, hook: Any) -> tuple[Made, ...]:
    _install("diagnose", diagnose_page=diagnose_page)
    return DIAGNOSE.make(task, hook)


def make_screened(task: Task, hook: Any) -> tuple[Made, ...]:
    _install("screen", screen_page=screen_page, STEPS=("load", "look", "write"))
    return SCREEN.make(task, hook)


def preload() -> None:
    pass


KINDS: dict[str, RunKind] = {
    "digitize": replace(DIGITIZE, make=make_digitized, preload=preload),
    "diagnose": replace(DIAGNOSE, make=make_diagnosed, preload=preload),
    "screen": replace(SCREEN, make=make_screened, preload=preload),
}


class _Printer:
    """A listener that prints each page that has ended."""

    def planned(self, pages: int) -> None:
        print("planned", flush=True)  # noqa: T201

    def skipped(self, pages: int) -> None:
        print("skipped", pages, flush=True)  # noqa: T201

    def warned(self, text: str) -> None:
        print("warning", text, flush=True)  # noqa: T201

    def stepped(self, name: str, step: str, done: int, total: int) -> None:
        pass

    def finished(self, outcome: Outcome) -> None:
        print(outcome.status, outcome.name, "skipped" if outcome.skipped else "done", flush=True)  # noqa: T201


def _install(pipeline: str, **names: object) -> None:
    """Puts a double in the place of a pipeline, which is then not even imported."""
    module = ModuleType(f"ecgimg.pipelines.{pipeline}")
    vars(module).update(names)
    sys.modules[module.__name__] = module
    Path.replace = _replace_late  # type: ignore[method-assign]


def _replace_late(path: Path, target: Path) -> Path:
    """Leaves time for a kill between two files."""
    time.sleep(0.01)
    os.replace(path, target)
    return Path(target)


def _main(kinds: dict[str, RunKind]) -> None:
    if sys.argv[1] == "ecgimg":
        import ecgimg.cli.app
        import ecgimg.runs.digitize

        ecgimg.runs.digitize.DIGITIZE = kinds["digitize"]
        del sys.argv[1]
        ecgimg.cli.app.main()
    command, out, mode, *inputs = sys.argv[1:]
    options = RunOptions.read(jobs=2, force=mode == "force", format=None if command == "screen" else ["wfdb", "csv"])
    with WorkerPool(2, 60.0) as pool:
        run_batch(inputs, Path(out), options, _Printer(), pool, kinds[command])


if __name__ == "__main__":
    import doubled_pipelines  # workers import the kinds by this name

    _main(doubled_pipelines.KINDS)
