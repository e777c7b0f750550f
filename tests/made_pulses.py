"""Simulated pulses in memory, as a cohort, and a small recipe for them."""

from __future__ import annotations

import numpy as np

from ecgimg.networks.finetuned import waveform_input
from ecgimg.recording.waveform import Waveform
from ecgimg.synth.signals.pulse import draw_vessels, simulate_pulse
from ecgimg.train.finetune.case import Case
from ecgimg.train.finetune.cohort import Cohort
from ecgimg.train.finetune.encoders import input_of
from ecgimg.train.finetune.recipe import FitRecipe, PretrainRecipe, Recipe, SplitRecipe, TargetRecipe
from ecgimg.train.finetune.targets import Truths

PULSE = input_of("pg-ssl", ("pulse",))


def pulse_cohort(count: int) -> Cohort:
    """Simulated pulses of the part pretrain."""
    rng = np.random.default_rng(0)
    rows = [waveform_input(Waveform(simulate_pulse(draw_vessels(rng), rng), 100.0), PULSE) for _ in range(count)]
    truths = Truths(np.full((count, 1), np.nan), np.full((count, 1), np.nan))
    cases = tuple(Case(str(k), str(k), load=lambda: None) for k in range(count))  # type: ignore[arg-type,return-value]
    inputs, facts = (np.stack([row[k][0] for row in rows]) for k in (0, 1))
    return Cohort(cases, ({},) * count, truths, np.full(count, "pretrain", "<U10"), inputs, facts, {})


def pulse_recipe() -> Recipe:
    """A recipe of a few seconds for the table of `make_pulses`."""
    fit = FitRecipe(mode="head", hidden=(8,), decays=(0.05,), epochs=15, batch=16, paper=False, views=1)
    return Recipe(
        name="stiff", title="Stiff", encoder="pg-ssl", channel="pulse", pretrain=PretrainRecipe(epochs=8, batch=16),
        targets=(TargetRecipe(name="stiff", task="binary", column="stiffness", above=0.5),), fit=fit,
        split=SplitRecipe(validation_share=0.2, test_share=0.3),
    )  # fmt: skip
