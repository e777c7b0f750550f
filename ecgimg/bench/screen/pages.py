"""The pages of `ecgimg bench screen` and what is said of them: drawn from seeds kept for it, kept line by line.

A page is drawn, looked at by the image network, and where asked digitized and judged by PatchECG as well. What was said
is added to OUT/pages.jsonl, so that a run that was interrupted goes on.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter

import numpy as np

from ecgimg.datamodel.arrays import Pixels
from ecgimg.datamodel.page import Photo
from ecgimg.errors import RefusedError
from ecgimg.io.images import read_page
from ecgimg.networks.patchecg import PatchEcg, load_patchecg
from ecgimg.networks.screen import FIRST, ScreenNet
from ecgimg.options import PageOptions
from ecgimg.pipelines.digitize import STEPS, digitize_photo
from ecgimg.pipelines.step_runner import StepRunner
from ecgimg.synth.not_ecg.draw import KINDS, VALIDATION_KINDS, draw_non_ecg
from ecgimg.synth.recipe import load_recipe
from ecgimg.synth.sample import sample_page
from ecgimg.synth.signals.sources import PtbxlSource

logger = logging.getLogger(__name__)

SEED = 66_000_000
"""First number of the seeds kept for measuring; no training draws from them."""
PAGES = "pages.jsonl"


@dataclass(frozen=True)
class PageRead:
    """What was said of one page. `logits` are those of the findings, before calibration; `seconds` of the network.

    `signal` are PatchECG's log odds of the findings it shares, by code, on the digitized page; None where that was not
    asked for, or the page was refused, which `refusal` tells.
    """

    preset: str
    page: int
    layout: str
    record: int
    logits: tuple[float, ...]
    is_ecg: float
    readable: float
    admitted: bool
    turn: int
    seconds: float
    signal: dict[str, float] | None = None
    refusal: str = ""


@dataclass(frozen=True)
class OtherRead:
    """What the gate says of a picture that is no ECG; `held` tells that it never learned from its kind."""

    kind: str
    held: bool
    is_ecg: float
    admitted: bool


def read_pages(
    net: ScreenNet, source: PtbxlSource, presets: Sequence[str], pages: int, out: Path, signal: bool
) -> tuple[PageRead, ...]:  # fmt: skip
    """Draws and reads `pages` pages of each preset; what an earlier run left in `out` is kept.

    Raises:
        UsageError: there is no such preset.
    """
    out.mkdir(parents=True, exist_ok=True)
    done = {(read.preset, read.page): read for read in stored_pages(out)}
    patchecg = load_patchecg() if signal else None
    with open(out / PAGES, "a", encoding="utf-8") as file:
        for k in range(pages):
            for preset in presets:
                before = done.get((preset, k))
                if before is not None and (not signal or before.signal is not None or before.refusal):
                    continue
                read = _read(net, source, preset, k, patchecg)
                done[preset, k] = read
                file.write(json.dumps(asdict(read)) + "\n")
                file.flush()
                if k % 20 == 19:
                    logger.info("%s %d of %d", preset, k + 1, pages)
    return tuple(read for (preset, k), read in sorted(done.items()) if k < pages and preset in presets)


def stored_pages(out: Path) -> list[PageRead]:
    """What an earlier run left; of a page that was read twice the later."""
    path = out / PAGES
    if not path.is_file():
        return []
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [PageRead(**{**row, "logits": tuple(row["logits"])}) for row in rows]


def read_others(net: ScreenNet, each: int) -> tuple[OtherRead, ...]:
    """The gate's word on `each` pictures of every kind that is no ECG."""
    reads = []
    for kind in (*KINDS, *VALIDATION_KINDS):
        for k in range(each):
            reading = net.check(draw_non_ecg(kind, np.random.default_rng([SEED, k])))
            reads.append(OtherRead(kind, kind in VALIDATION_KINDS, reading.is_ecg, reading.passed))
    return tuple(reads)


def _read(net: ScreenNet, source: PtbxlSource, preset: str, k: int, patchecg: PatchEcg | None) -> PageRead:
    record = int(np.random.default_rng([SEED, k // len(source), 2]).permutation(len(source))[k % len(source)])
    drawn = sample_page((SEED, k), load_recipe(preset), source, record)
    start = perf_counter()
    sight = net.predict(drawn.pixels)
    seconds = perf_counter() - start
    reading = sight.classification
    signal, refusal = (None, "") if patchecg is None else signal_path(drawn.pixels, patchecg)
    return PageRead(
        preset, k, drawn.layout.id, source.records[record].ecg_id, tuple(float(x) for x in sight.logits[FIRST:]),
        reading.is_ecg, reading.readable, reading.passed, reading.quarter_turns, seconds, signal, refusal,
    )  # fmt: skip


def signal_path(pixels: Pixels, patchecg: PatchEcg) -> tuple[dict[str, float] | None, str]:
    """PatchECG's log odds on the digitized page by `group code`, and why there are none."""
    photo = Photo(pixels, Path("page"))
    try:
        made = digitize_photo(photo, PageOptions(), "page", StepRunner(None, STEPS))
        said = patchecg.predict(made.recording)
    except RefusedError as error:
        return None, str(error)
    odds = {}
    for finding in said.findings:
        p = min(max(finding.probability, 1e-6), 1 - 1e-6)
        odds[f"{finding.group} {finding.code}"] = float(np.log(p / (1 - p)))
    return odds, ""


def read_image(net: ScreenNet, path: Path) -> tuple[float, tuple[float, ...], bool]:
    """Probability of an ECG, logits of the findings and whether the gate lets it pass, for a picture file."""
    sight = net.predict(read_page(path).pixels)
    return sight.classification.is_ecg, tuple(float(x) for x in sight.logits[FIRST:]), sight.classification.passed
