"""Simulated spirograms in memory, as a cohort, and a small recipe for them."""

from __future__ import annotations

import numpy as np

from ecgimg.networks.finetuned import waveform_input
from ecgimg.recording.waveform import Waveform
from ecgimg.synth.signals.spirogram import draw_lung, simulate_spirogram
from ecgimg.train.finetune.case import Case
from ecgimg.train.finetune.cohort import Cohort
from ecgimg.train.finetune.encoders import input_of
from ecgimg.train.finetune.recipe import PretrainRecipe, Recipe, SplitRecipe, TargetRecipe
from ecgimg.train.finetune.targets import Truths

COVARIATES = ("age", "male", "height")
SPIROGRAM = input_of("slse", ("volume",), COVARIATES)


def spirogram_cohort(count: int) -> Cohort:
    """Simulated spirograms of the part pretrain; the target is how narrow the small airways are."""
    rng = np.random.default_rng(0)
    lungs = [draw_lung(rng) for _ in range(count)]
    known = [dict(zip(COVARIATES, (one.age, float(one.male), one.height), strict=True)) for one in lungs]
    waves = [Waveform(simulate_spirogram(one, rng), 100.0) for one in lungs]
    rows = [waveform_input(wave, SPIROGRAM, facts) for wave, facts in zip(waves, known, strict=True)]
    values = np.array([[one.small_airways] for one in lungs])
    truths = Truths(values, np.full((count, 1), np.nan))
    cases = tuple(Case(str(k), str(k), load=lambda: None) for k in range(count))  # type: ignore[arg-type,return-value]
    inputs, facts = (np.stack([row[k][0] for row in rows]) for k in (0, 1))
    return Cohort(cases, ({},) * count, truths, np.full(count, "pretrain", "<U10"), inputs, facts, {})


def spirogram_recipe() -> Recipe:
    """A recipe of a few seconds for the table of `make_spirograms`."""
    return Recipe(
        name="narrow", title="Narrow", encoder="slse", channel="volume", covariates=COVARIATES,
        pretrain=PretrainRecipe(epochs=20, batch=16), split=SplitRecipe(validation_share=0.2, test_share=0.3),
        targets=(
            TargetRecipe(name="narrow", task="binary", column="small_airways", above=0.5),
            TargetRecipe(name="level", task="ordinal", column="small_airways", bounds=(0.3, 0.7)),
        ),
    )  # fmt: skip
