"""Spirograms teach a network their shape without a target."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from made_spirograms import spirogram_cohort

from ecgimg.train.finetune.batches import Batch, plain_inputs
from ecgimg.train.finetune.encoders import build_encoder
from ecgimg.train.finetune.recipe import PretrainRecipe
from ecgimg.train.finetune.spirograms import EMBEDDING, Autoencoder, SpirogramEncoder, learn_spirograms, shape_loss


def test_the_encoder_is_small_and_unknown_covariates_count_for_nothing() -> None:
    encoder = build_encoder("slse", 12, None, 3)
    assert isinstance(encoder, SpirogramEncoder)
    assert sum(p.numel() for p in encoder.parameters()) <= 20_000
    volume = torch.linspace(0, 4, 500).expand(2, 1, 500)
    features = encoder(volume, torch.ones(2, 1, 500), torch.full((2, 3), torch.nan))
    assert features.shape == (2, encoder.width)
    assert (features[:, EMBEDDING] == 4).all()
    assert (features[:, EMBEDDING + 1 :] == 0).all()
    assert SpirogramEncoder(0)(volume, torch.ones(2, 1, 500)).shape == (2, EMBEDDING + 1)


def test_the_shape_is_that_of_any_size_and_what_is_unknown_counts_for_nothing(tmp_path: Path) -> None:
    cohort = spirogram_cohort(6)
    encoder = SpirogramEncoder(3)
    learn_spirograms(encoder, cohort, PretrainRecipe(epochs=0), tmp_path)
    signals, mask, _ = plain_inputs(cohort, np.arange(6))
    torch.testing.assert_close(encoder.shape(2 * signals, mask), encoder.shape(signals, mask))
    model, shape = Autoencoder(encoder), encoder.shape(signals, mask)
    mask[:, :, 300:] = 0
    loss = shape_loss(model, Batch((shape, mask), shape[:, 0], mask[:, 0]))
    other = torch.where(mask > 0, shape, shape + 9)
    torch.testing.assert_close(shape_loss(model, Batch((shape, mask), other[:, 0], mask[:, 0])), loss)


def test_features_lie_on_their_principal_axes(tmp_path: Path) -> None:
    cohort = spirogram_cohort(20)
    encoder = SpirogramEncoder(3)
    learn_spirograms(encoder, cohort, PretrainRecipe(epochs=0), tmp_path)
    assert not encoder.is_pretrained
    with torch.no_grad():
        found = encoder(*plain_inputs(cohort, np.arange(20)))[:, :EMBEDDING].double().numpy()
    np.testing.assert_allclose(np.cov(found.T, bias=True), np.eye(EMBEDDING), atol=0.05)


def test_only_train_and_pretrain_are_learned_from(tmp_path: Path) -> None:
    cohort = spirogram_cohort(12)
    cohort.parts[8:] = "test"
    other = replace(cohort, inputs=np.concatenate([cohort.inputs[:8], 0.5 + 0 * cohort.inputs[8:]]))
    made = []
    for k, one in enumerate((cohort, other)):
        torch.manual_seed(0)
        encoder = SpirogramEncoder(3)
        learn_spirograms(encoder, one, PretrainRecipe(epochs=2, batch=4), tmp_path / str(k))
        made.append(encoder.state_dict())
    for name, tensor in made[0].items():
        torch.testing.assert_close(tensor, made[1][name])


@pytest.mark.slow
def test_the_autoencoder_learns_the_shape_of_spirograms_that_it_has_not_seen(tmp_path: Path) -> None:
    cohort = spirogram_cohort(120)
    cohort.parts[80:] = "test"
    torch.manual_seed(0)
    encoder = SpirogramEncoder(3)
    learn_spirograms(encoder, cohort, PretrainRecipe(epochs=120, batch=16), tmp_path)
    assert encoder.is_pretrained
    known, asked = (plain_inputs(cohort, part) for part in (np.arange(80), np.arange(80, 120)))
    with torch.no_grad():
        found, held = (encoder(*inputs)[:, :EMBEDDING].numpy() for inputs in (known, asked))
        shapes, truth = (encoder.shape(*inputs[:2])[:, 0].numpy() for inputs in (known, asked))
    design = [np.c_[one, one**2, np.ones(len(one))] for one in (found, held)]
    answer = design[1] @ np.linalg.lstsq(design[0], shapes, rcond=None)[0]
    seen = np.isfinite(cohort.inputs[80:, 0])
    assert np.square(answer - truth)[seen].mean() < 0.1 * np.square(truth)[seen].mean()
