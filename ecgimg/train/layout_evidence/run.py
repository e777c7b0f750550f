"""Draws pages, fits the model of `ecgimg.networks.layout_evidence`, and measures the decisions on other pages."""

from __future__ import annotations

import json
import logging
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from ecgimg.errors import RefusedError
from ecgimg.io.files import write_atomically
from ecgimg.layouts import Layout, load_layouts
from ecgimg.networks.layout_evidence import NAME, LayoutEvidenceModel
from ecgimg.networks.manifest import FOLDER
from ecgimg.stages.layout.match import choose
from ecgimg.synth.signals.sources import open_source
from ecgimg.threads import use_one_opencv_thread
from ecgimg.train.common.package import package_network
from ecgimg.train.common.sheets import VALIDATION_FOLD
from ecgimg.train.layout_evidence.examples import (
    AS_SEEN,
    OTHER_STRIPS,
    SWAPPED,
    PageVariant,
    candidates,
    is_complete,
    is_right,
    page_variants,
    reversed_precordials,
    variant_examples,
)
from ecgimg.train.layout_evidence.fit import fit
from ecgimg.train.layout_evidence.pages import ObservedPage, observed_pages

logger = logging.getLogger(__name__)

VALIDATION_SHARE = 0.5
"""Pages of fold 9 on which the decisions are measured, for each page of folds 1-8."""
OUTCOMES = ("right", "incomplete", "wrong", "refused")
"""What may come of a page; an incomplete answer reads right leads and leaves over a row of curves."""


def run(data: str, out: Path, count: int) -> Path:
    """Fits the model on `count` pages of folds 1-8 of `data`, logs how it decides on fold 9's, writes OUT/NAME.json.

    Drawn pages stay in OUT; a run that was interrupted goes on with the next page.
    """
    use_one_opencv_thread()
    layouts = load_layouts()
    pages = observed_pages(open_source(data), out / "pages", count)
    placed = [list(variant_examples(variant, layouts)) for page in pages for variant in page_variants(page)]
    placed = [examples for examples in placed if examples]
    right = sum(example.is_right for examples in placed for example in examples)
    logger.info("%d formats placed on pages of folds 1-8, %d of them right", sum(map(len, placed)), right)
    model = fit(placed)
    path = write_model(model, out / f"{NAME}.json")
    source = open_source(data, folds=[VALIDATION_FOLD])
    held = list(observed_pages(source, out / "validation", max(round(VALIDATION_SHARE * count), 1)))
    for line in measure(model, held, layouts):
        logger.info("%s", line)
    return path


def measure(model: LayoutEvidenceModel, pages: Iterable[ObservedPage], layouts: tuple[Layout, ...]) -> list[str]:
    """Lines of text: how often the model answers right, wrong, and refuses, on pages as they are and with other names.

    "true format unknown" are the pages as they are, without their own format among those to choose from.
    """
    counts: dict[str, Counter[str]] = {}

    def add(kind: str, outcome: str) -> None:
        counts.setdefault(kind, Counter())[outcome] += 1

    for page in pages:
        if page.observations is None:
            add(AS_SEEN, "refused")
            continue
        others = tuple(layout for layout in layouts if layout.id != page.layout)
        variants = {variant.kind: variant for variant in page_variants(page)}
        add(AS_SEEN, decide(model, variants[AS_SEEN], layouts))
        add("true format unknown", decide(model, variants[AS_SEEN], others))
        if any(name.lead.startswith("V") for name in page.observations.names):
            add("V6 to V1", decide(model, reversed_precordials(page), layouts))
        for kind in (OTHER_STRIPS, SWAPPED):
            if kind in variants:
                add(kind, decide(model, variants[kind], layouts))
    return [f"{kind}: {_shares(count)}" for kind, count in counts.items()]


def decide(model: LayoutEvidenceModel, variant: PageVariant, layouts: tuple[Layout, ...]) -> str:
    """One of OUTCOMES: what the stage makes of a page with this model."""
    placed = candidates(variant, layouts)
    if not placed:
        return "refused"
    try:
        best = choose(variant.observations, placed, model)
    except RefusedError:
        return "refused"
    if not is_right(best.candidate, variant):
        return "wrong"
    return "right" if is_complete(best.candidate, variant) else "incomplete"


def wilson(successes: int, trials: int, z: float = 1.96) -> tuple[float, float]:
    """Wilson's interval of a share; z = 1.96 for 95 %."""
    if trials == 0:
        return 0.0, 1.0
    share, spread = successes / trials, z * z / trials
    middle = (share + spread / 2) / (1 + spread)
    half = float(np.sqrt(share * (1 - share) * spread + spread * spread / 4)) / (1 + spread)
    return max(middle - half, 0.0), min(middle + half, 1.0)


def write_model(model: LayoutEvidenceModel, path: Path) -> Path:
    """Writes the model as JSON."""
    weights = {name: round(float(weight), 4) + 0.0 for name, weight in model.weights.items()}
    content = {"weights": weights, "offset": round(model.offset, 4)}
    return write_atomically(path, (json.dumps(content, indent=1) + "\n").encode())


def package(path: Path, folder: Path = FOLDER) -> Path:
    """Puts a written model into the package."""
    return package_network(NAME, path, "how the evidence on a paper format makes one confidence", folder)


def _shares(count: Counter[str]) -> str:
    total = count.total()
    parts = []
    for outcome in OUTCOMES:
        low, high = wilson(count[outcome], total)
        parts.append(f"{count[outcome]} {outcome} ({100 * low:.1f} to {100 * high:.1f} %)")
    return f"{total} pages, {', '.join(parts)}"
