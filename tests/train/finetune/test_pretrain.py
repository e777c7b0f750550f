"""Pulses teach a network their phenotypes without a target."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from made_pulses import pulse_cohort

from ecgimg.errors import UnreadableInputError
from ecgimg.train.finetune.batches import Batch
from ecgimg.train.finetune.pretrain import PhenotypeNet, phenotype_loss, pretrain, worn
from ecgimg.train.finetune.recipe import PretrainRecipe
from ecgimg.train.finetune.waveforms import PulseEncoder

COUNT = 9


def test_phenotypes_that_the_rule_does_not_find_count_for_nothing() -> None:
    model = PhenotypeNet(PulseEncoder(COUNT), COUNT).eval()
    inputs = torch.randn(4, 1, 200), torch.ones(4, 1, 200)
    values, known = torch.randn(4, COUNT), (torch.arange(COUNT) < 3).float().expand(4, COUNT)
    loss = phenotype_loss(model, Batch(inputs, values, known))
    other = torch.where(known > 0, values, values + 100)
    torch.testing.assert_close(phenotype_loss(model, Batch(inputs, other, known)), loss)
    assert phenotype_loss(model, Batch(inputs, values, known * 0)) == 0


def test_what_is_hidden_is_hidden_and_the_rest_gets_noise() -> None:
    signals = torch.ones(50, 1, 400)
    made, seen = worn(signals, torch.ones(50, 1, 400), np.random.default_rng(0))
    assert 0.05 < 1 - seen.mean() < 0.25
    assert (made[seen == 0] == 0).all()
    assert 0.05 < (made - 1)[seen > 0].std() < 0.3


def test_without_any_phenotype_the_channel_is_no_pulse(tmp_path: Path) -> None:
    cohort = pulse_cohort(3)
    none = replace(cohort, facts=np.full_like(cohort.facts, np.nan))
    with pytest.raises(UnreadableInputError, match="no phenotype"):
        pretrain(PulseEncoder(COUNT), none, PretrainRecipe(), tmp_path)


@pytest.mark.slow
def test_the_rate_is_learned_and_no_epochs_learn_nothing(tmp_path: Path) -> None:
    cohort = pulse_cohort(120)
    shown = torch.from_numpy(np.concatenate([cohort.inputs, np.ones_like(cohort.inputs)], axis=1))
    known = np.isfinite(cohort.facts[:, 0])
    rate = cohort.facts[known, 0]
    errors = {}
    for epochs in (0, 15):
        torch.manual_seed(0)
        encoder = PulseEncoder(COUNT)
        pretrain(encoder, cohort, PretrainRecipe(epochs=epochs, batch=16), tmp_path / str(epochs))
        assert encoder.is_pretrained == bool(epochs)
        with torch.no_grad():
            found = encoder.eval().net(shown)[torch.from_numpy(known)].numpy()
        design = np.c_[found, np.ones(len(found))]
        answer = design[70:] @ np.linalg.lstsq(design[:70], rate[:70], rcond=1e-3)[0]
        errors[epochs] = np.abs(answer - rate[70:]).mean()
    assert errors[15] < 0.6 * errors[0]
