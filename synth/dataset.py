"""Sets of pages: a seed gives the same files in one process or many, and a stopped run can be continued."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from pathlib import Path

import numpy as np

from ecgimg.errors import EcgimgError, OutputError, UnreadableInputError, UsageError
from ecgimg.findings.requests import NOTHING, EcgRequest
from ecgimg.io.files import write_atomically
from ecgimg.jobs import Done, Executor, Step, Tell
from ecgimg.layouts import layout_ids
from ecgimg.synth.contact_sheet import write_contact_sheet
from ecgimg.synth.ecg_image_kit.pages import Kit, kit_page
from ecgimg.synth.page.vendor import check_styles
from ecgimg.synth.recipe import Recipe, load_recipe, pick
from ecgimg.synth.sample import sample_page
from ecgimg.synth.signals.sources import FS, SignalSource, open_source
from ecgimg.synth.storage import Beside, write_page
from ecgimg.threads import use_one_opencv_thread

ENGINES = ("ecgimg", "ecg-image-kit")
NO_REQUEST = json.loads(json.dumps(asdict(NOTHING)))
"""The request of sets that ask for nothing, as their plan has it."""

PAGE_TIMEOUT_S = 600.0
"""A page that takes a worker longer is given up; the slowest, of ecg-image-kit, take half a minute."""

MAX_SHUFFLED = 1_000_000
"""Sources with more records than this (the simulator) are read in order instead of shuffled."""

Progress = Callable[[int, int], None]
"""Called with the number of finished pages and that of all."""


@dataclass(frozen=True)
class SetPlan:
    """The content of a set: plan and number determine a page.

    `recipes`, `layouts` and `styles` are weights written as `photo` or `photo:3,scan:1`; without `layouts` and `styles`
    those of the recipes are drawn. `source` is a text for `open_source`; `folds` are those of PTB-XL, and `request` is
    what is asked of the generator.
    """

    n: int
    recipes: str = "photo"
    layouts: str = ""
    source: str = "sim"
    folds: tuple[int, ...] = tuple(range(1, 9))
    seed: int = 0
    engine: str = "ecgimg"
    styles: str = ""
    request: EcgRequest = NOTHING

    def __post_init__(self) -> None:
        if self.n < 1:
            raise UsageError(f"{self.n} pages", where="synth", remedy="ask for at least one")
        if self.seed < 0:
            raise UsageError(f"seed {self.seed}", where="synth", remedy="seeds count from 0")
        if self.engine not in ENGINES:
            raise UsageError(f"no engine {self.engine!r}", where="synth", remedy=f"use {' or '.join(ENGINES)}")
        if self.styles and (self.layouts or self.engine != ENGINES[0]):
            remedy = "leave out --style, or --layout and --engine"
            raise UsageError("a style has its own layouts and is drawn by ecgimg", where="synth", remedy=remedy)


@dataclass(frozen=True)
class SetReport:
    """The result of a run: pages `written` by it, `found` from earlier runs, and `failed` (name and reason)."""

    folder: Path
    written: int
    found: int
    failed: tuple[tuple[str, str], ...] = field(default=())
    contact_sheet: Path | None = None


def write_dataset(
    out: Path | str,
    plan: SetPlan,
    *,
    executor: Executor | None = None,
    progress: Progress | None = None,
    beside: Beside | None = None,
) -> SetReport:
    """Writes a set of pages into a folder: `dataset.json`, `pages/NNNNNN.*`, `index.csv` and `contact.png`.

    `index.csv` has a row a page: picture, recipe, layout, and the recording with its sampling rate as the truth;
    `ecgimg bench digitize --index` reads it.

    Args:
        out: the folder; a set of the same plan that is there already is continued.
        plan: the content.
        executor: makes the pages somewhere else, where `out` is the same folder; the files don't depend on it.
        progress: called with (done, total) after each page.
        beside: a function, which can be pickled, that writes more files for each page.

    Raises:
        UsageError: an unknown recipe, layout, source or engine; or the folder holds a set of another plan.
        UnreadableInputError: the source has no records, or none of them can be drawn.
        DependencyError: the engine, or the package that reads the source, is not installed.
        OutputError: the folder can't be written.
        WorkerError: a worker died, or took too long for a page.
    """
    out = Path(out)
    maker = _Maker(plan, out, beside)
    _claim(out, plan, beside is not None)
    missing = [k for k in range(plan.n) if not (out / "pages" / f"{_name(k)}.json").is_file()]
    found, failed, done = plan.n - len(missing), [], 0

    def take(name: str, reason: str) -> None:
        nonlocal done
        done += 1
        if reason:
            failed.append((name, reason))
        if progress:
            progress(found + done, plan.n)

    def report(item: Step[_Page] | Done[_Page, tuple[str, str] | EcgimgError]) -> None:
        if isinstance(item, Step):
            return
        if isinstance(item.answer, EcgimgError):
            raise item.answer
        take(*item.answer)

    if executor is None:
        for k in missing:
            take(*maker.make(k))
    else:
        executor.run(_make, (_Page(plan, out.absolute(), beside, k) for k in missing), report)
    if missing and len(failed) == plan.n:
        raise UnreadableInputError(f"no page could be made: {failed[0][1]}", where="synth", remedy="check the source")
    _write_index(out)
    pictures = sorted(p for p in (out / "pages").iterdir() if p.suffix in (".jpg", ".png"))
    sheet = write_contact_sheet(pictures, out / "contact.png")
    return SetReport(out, len(missing) - len(failed), found, tuple(sorted(failed)), sheet)


def parse_weights(text: str) -> dict[str, float]:
    """Weights of a text such as `3x4+1R` or `3x4:2,6x2:1`.

    Raises:
        UsageError: a weight is no positive number, or the text is empty.
    """
    weights: dict[str, float] = {}
    for part in filter(None, (p.strip() for p in text.split(","))):
        name, _, weight = part.partition(":")
        try:
            weights[name] = float(weight or 1)
        except ValueError:
            weights[name] = -1.0
        if not weights[name] > 0:
            raise UsageError(f"{part!r} is no weight", where="synth", remedy="write NAME or NAME:WEIGHT,NAME:WEIGHT")
    if not weights:
        raise UsageError("nothing to choose from", where="synth", remedy="write NAME or NAME:WEIGHT,NAME:WEIGHT")
    return weights


def parse_folds(text: str) -> tuple[int, ...]:
    """Folds of a text such as `1-8` or `1,3,5-7`.

    Raises:
        UsageError: the text names no folds, or folds outside 1 to 10.
    """
    folds: set[int] = set()
    try:
        for part in text.split(","):
            first, _, last = part.partition("-")
            folds.update(range(int(first), int(last or first) + 1))
    except ValueError as error:
        raise UsageError(f"{text!r} names no folds", where="synth", remedy="write 1-8 or 1,3,5-7") from error
    if not folds or not folds <= set(range(1, 11)):
        raise UsageError(f"folds {text!r}", where="synth", remedy="PTB-XL has folds 1 to 10")
    return tuple(sorted(folds))


class _Maker:
    """Makes page k of a plan; each process has its own."""

    def __init__(self, plan: SetPlan, out: Path, beside: Beside | None) -> None:
        self.plan, self.out, self.beside = plan, out, beside
        self.weights = parse_weights(plan.recipes)
        self.recipes: dict[str, Recipe] = {name: _recipe(name, plan) for name in self.weights}
        self.source: SignalSource = open_source(plan.source, plan.folds, plan.seed, plan.request)
        self.kit = Kit.from_environment() if plan.engine == "ecg-image-kit" else None

    def make(self, k: int) -> tuple[str, str]:
        """Writes page k; returns its name, and the reason where its record is damaged."""
        name = _name(k)
        rng = np.random.default_rng([self.plan.seed, k, 1])
        recipe = self.recipes[pick(rng, self.weights)]
        extra: dict[str, object] = {"engine": self.plan.engine}
        number = k
        if recipe.conditions:
            # Every record is printed under every condition before the next record.
            number, condition = divmod(k, len(recipe.conditions))
            recipe = recipe.under(condition)
            extra["condition"] = condition
        record, key = self._record(number), (self.plan.seed, k)
        try:
            if self.kit:
                page = kit_page(self.kit, key, recipe, self.source, record)
            else:
                page = sample_page(key, recipe, self.source, record)
        except UnreadableInputError as error:
            return name, str(error)
        image = "jpg" if recipe.camera else "png"
        write_page(page, self.out / "pages", name, image, extra, self.beside)
        return name, ""

    def _record(self, number: int) -> int:
        """The record of a number: each record once before any twice, in an order that depends on the seed."""
        n = len(self.source)
        if n > MAX_SHUFFLED:
            return number
        lap, place = divmod(number, n)
        return int(np.random.default_rng([self.plan.seed, lap, 2]).permutation(n)[place])


def _recipe(name: str, plan: SetPlan) -> Recipe:
    recipe = load_recipe(name)
    if plan.styles:
        recipe = recipe.with_styles(parse_weights(plan.styles))
    check_styles(recipe.page)
    return recipe.with_layouts(parse_weights(plan.layouts)) if plan.layouts else recipe


def _name(k: int) -> str:
    return f"{k:06d}"


def _claim(out: Path, plan: SetPlan, aligned: bool) -> None:
    """Writes the plan into the folder; a plan that is there already may differ in its number of pages only.

    `aligned` is whether more files than the page's own are written.
    """
    path = out / "dataset.json"
    content = json.loads(json.dumps({**asdict(plan), "aligned": aligned}))
    if path.is_file():
        try:
            earlier = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise OutputError(f"{path}: {error}", where="synth", remedy="choose another folder") from error
        # Sets from before there were styles, records or requests have none in their plan.
        if {"styles": "", "aligned": False, "request": NO_REQUEST, **earlier, "n": 0} != {**content, "n": 0}:
            remedy = "choose another folder, or repeat the options in its dataset.json"
            raise UsageError(f"{out} holds another set", where="synth", remedy=remedy)
        content["n"] = max(plan.n, int(earlier["n"]))
    try:
        (out / "pages").mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{out}: {error.strerror or error}", where="synth") from error
    write_atomically(path, (json.dumps(content, indent=1) + "\n").encode())


def _write_index(out: Path) -> None:
    """Writes `index.csv` of all pages that are there; a layout that only a style has is left empty."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("image", "kind", "layout", "truth", "truth_fs"))
    known = layout_ids()
    own = (path for path in (out / "pages").glob("*.json") if path.stem.isdecimal())  # others belong to what is beside
    for path in sorted(own):
        page = json.loads(path.read_text(encoding="utf-8"))
        layout = page["layout"]["id"]
        row = (page["image"], page["recipe"], layout if layout in known else "", page["recording"], FS)
        writer.writerow([f"pages/{row[0]}", row[1], row[2], f"pages/{row[3]}", row[4]])
    write_atomically(out / "index.csv", text.getvalue().encode())


@dataclass(frozen=True)
class _Page:
    """One page of a set, as it travels to a worker."""

    plan: SetPlan
    out: Path
    beside: Beside | None
    number: int


@lru_cache(maxsize=1)
def _open(plan: SetPlan, out: Path, beside: Beside | None) -> _Maker:
    """The maker of a worker, which stays as long as its pages are of one set."""
    use_one_opencv_thread()
    return _Maker(plan, out, beside)


def _make(page: _Page, tell: Tell) -> tuple[str, str] | EcgimgError:
    try:
        return _open(page.plan, page.out, page.beside).make(page.number)
    except EcgimgError as error:
        return error
