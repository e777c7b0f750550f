"""The chain from a photo to a recording: load -> straighten -> landmarks -> trace -> layout -> assemble.

`ecgimg.diagnosing` goes on from there to a report. One hook sees every step: it is called with the step's name, what
the step made, how many steps are done and how many there are. Progress bars use the numbers, debug pictures what was
made.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import TypeVar

from ecgimg.io.images import read_page
from ecgimg.layouts import load_layout, load_layouts
from ecgimg.options import AUTO_LAYOUT, Options
from ecgimg.stages.assemble import assemble
from ecgimg.stages.layout import LayoutOptions, find_layout
from ecgimg.stages.screen import admit
from ecgimg.stages.straighten import straighten, with_rows
from ecgimg.stages.trace import trace
from ecgimg.stages.words import read_scales
from ecgimg.types import LayoutMatch, Photo, Recording, Sheet

Hook = Callable[[str, object, int, int], None]
"""Called after each step as hook(step, artifact, done, total)."""

STEPS = ("load", "straighten", "landmarks", "trace", "layout", "assemble")

_T = TypeVar("_T")


@dataclass(frozen=True, eq=False)
class Digitized:
    """A page and everything that was made of it; `timings` are (step, seconds) in order."""

    photo: Photo
    sheet: Sheet
    match: LayoutMatch
    recording: Recording
    timings: tuple[tuple[str, float], ...]


class Clock:
    """Runs steps one after the other, measures them and tells the hook; `steps` are all that may come, in order."""

    def __init__(self, hook: Hook | None, steps: Sequence[str] = STEPS) -> None:
        self._hook = hook
        self._steps = steps
        self.timings: list[tuple[str, float]] = []

    def run(self, step: str, make: Callable[[], _T]) -> _T:
        """What `make` makes."""
        start = perf_counter()
        artifact = make()
        self.timings.append((step, perf_counter() - start))
        if self._hook is not None:
            self._hook(step, artifact, self._steps.index(step) + 1, len(self._steps))
        return artifact


def digitize_page(path: Path, page: int, options: Options, name: str, hook: Hook | None = None) -> Digitized:
    """Digitizes one page of a picture or document; `name` becomes the recording's.

    Raises:
        UnreadableInputError: the file can't be read.
        RefusedError: no ECG that can be digitized without guessing was found.
        UsageError: there is no such page or layout.
    """
    clock = Clock(hook)
    photo = clock.run("load", lambda: read_page(path, page))
    admit(photo)
    return digitize_photo(photo, options, name, clock)


def digitize_photo(photo: Photo, options: Options, name: str, clock: Clock) -> Digitized:
    """All steps after loading.

    Raises:
        RefusedError: no ECG that can be digitized without guessing was found.
        UsageError: there is no such layout.
    """
    layouts = load_layouts() if options.layout == AUTO_LAYOUT else (load_layout(options.layout),)
    wanted = LayoutOptions(layouts, options.paper_speed, options.gain)
    sheets = straighten(photo)
    sheet = clock.run("straighten", lambda: next(sheets))
    upright = clock.run("landmarks", lambda: with_rows(sheet, sheets))
    with ThreadPoolExecutor(1) as beside:  # tesseract is a program of its own and reads while the curves are followed
        scales = beside.submit(read_scales, upright)
        lines = clock.run("trace", lambda: trace(upright))
        match = clock.run("layout", lambda: find_layout(upright, lines, scales.result(), wanted))
    recording = clock.run("assemble", lambda: assemble(upright.sheet, lines, match, name))
    return Digitized(photo, upright.sheet, match, recording, tuple(clock.timings))


def digitize(
    source: str | Path,
    *,
    page: int = 1,
    layout: str | Path | None = None,
    paper_speed: float | None = None,
    gain: float | None = None,
    hook: Hook | None = None,
) -> Recording:
    """The recording on a photo, scan or PDF page of a paper ECG.

    Args:
        source: a JPEG, PNG, TIFF, BMP, WebP, HEIC or PDF file.
        page: page of the document, from 1.
        layout: a name of `ecgimg layouts list` or a YAML file; found from the page by default.
        paper_speed: mm/s; read from the page by default, and 25 where the page doesn't tell.
        gain: mm/mV; read from the page by default, and 10 where the page doesn't tell.
        hook: called after each step as hook(step, artifact, done, total).

    Raises:
        UnreadableInputError: the file can't be read.
        RefusedError: no ECG that can be digitized without guessing was found.
        UsageError: there is no such page, layout, speed or gain.
    """
    chosen = None if layout is None else str(layout)
    options = Options.read(layout=chosen, paper_speed=paper_speed, gain=gain)
    return digitize_page(Path(source), page, options, Path(source).stem, hook).recording
