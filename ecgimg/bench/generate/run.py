"""`ecgimg bench generate`: recordings generated for the descriptions of held-out real records, beside these."""

from __future__ import annotations

import json
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from ecgimg.bench.common.formatting import plain
from ecgimg.bench.generate.records import (
    Real,
    Tell,
    by_sentences,
    by_statements,
    generate,
    real_records,
    rules_with_codes,
    see,
    training_spectra,
)
from ecgimg.bench.generate.report import GenerateBench, markdown
from ecgimg.bench.generate.scores import closeness, found_scores, learned, rate_score
from ecgimg.datasets.ptbxl import read_ptbxl
from ecgimg.datasets.scp_codes import RHYTHMS, SUBCLASSES
from ecgimg.io.files import write_atomically
from ecgimg.networks.generation import CODES, Generator, beat_map, condition, load_generator, text_features
from ecgimg.networks.runtime import open_network

N_TIMED = 3
"""Recordings that are generated one by one for the seconds."""


@dataclass(frozen=True)
class GeneratePlan:
    """`count` records of a fold and as many others; of the first, `texts` are asked for by a sentence too."""

    ptbxl: Path
    out: Path
    fold: int = 9
    count: int = 300
    texts: int = 100
    weights: Path | None = None


def run_generate(plan: GeneratePlan, tell: Tell) -> GenerateBench:
    """All tables of a plan, and OUT/bench.json and OUT/bench.md.

    Raises:
        UnreadableInputError: the folder is not PTB-XL.
        DependencyError: a network is missing or damaged.
    """
    plan.out.mkdir(parents=True, exist_ok=True)
    database = read_ptbxl(plan.ptbxl)
    generator = load_generator() if plan.weights is None else Generator(open_network(plan.weights))
    same, others = halves(real_records(database, plan.fold, 2 * plan.count))
    asked, texts = same.descriptions, same.descriptions[: plan.texts]
    made = generate(generator, by_statements(asked), tell)
    views = [see(leads, asked, tell) for leads in (made, same.leads)]
    other = see(others.leads, others.descriptions, tell)
    sentences = by_sentences(texts)
    by_text = see(generate(generator, sentences, tell), texts, tell)
    rates = [one.rate for one in asked]
    networks = [code for code in CODES if code in (*SUBCLASSES, *RHYTHMS)]
    rules = [code for code in CODES if code in rules_with_codes()]
    bench = GenerateBench(
        n=len(asked),
        seconds=seconds_each(generator),
        rates=(
            rate_score("statements and figures", rates, views[0]),
            rate_score("a sentence", [one.rate for one in sentences], by_text),
            rate_score("real records", rates, views[1]),
        ),
        found=(
            *found_scores("PatchECG", networks, asked, views[0].found, views[1].found),
            *found_scores("rules", rules, asked, views[0].met, views[1].met),
            *found_scores("PatchECG, a sentence", networks, texts, by_text.found, views[1].found[: len(texts)]),
        ),
        closeness=closeness(views[0], views[1], other, training_spectra(database, plan.out)),
        learned=learned(networks, asked, views[0].kernels, views[1].kernels, others.descriptions, other.kernels),
    )
    write_atomically(plan.out / "bench.json", json.dumps(plain(asdict(bench)), indent=1).encode())
    write_atomically(plan.out / "bench.md", markdown(bench).encode())
    return bench


def halves(real: Real) -> tuple[Real, Real]:
    """Every second record, and the others; no patient is in both."""
    first = np.isin(real.patients, np.unique(real.patients)[::2])
    return tuple(
        Real(real.leads[which], tuple(d for d, is_in in zip(real.descriptions, which, strict=True) if is_in),
             real.patients[which])
        for which in (first, ~first)
    )  # type: ignore[return-value]  # fmt: skip


def seconds_each(generator: Generator) -> float:
    """Median seconds of one recording, one at a time."""
    asked, text = condition(("SR",), "female", 60, 70)[None], text_features("sinus rhythm")[None]
    taken = []
    for k in range(N_TIMED):
        start = time.perf_counter()
        generator.sample(beat_map(generator.beats(("SR",), 70, (2, k)))[None], asked, text, [(2, k)])
        taken.append(time.perf_counter() - start)
    return float(np.median(taken))
