"""Encoders of waveforms: facts that are unknown count for nothing, and a gate weighs what was learned and measured."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from ecgimg.networks.pulse import PHENOTYPES
from ecgimg.train.finetune.encoders import build_encoder
from ecgimg.train.finetune.model import GatedHead, Head, head_of
from ecgimg.train.finetune.waveforms import FactScale, PulseEncoder


def test_facts_are_scaled_by_those_that_are_known() -> None:
    scale = FactScale(3)
    facts = torch.tensor([[1.0, torch.nan, 7.0], [3.0, torch.nan, 7.0], [torch.nan, torch.nan, 7.0]])
    scale.adapt(facts)
    expected = [[-1, 0, 0, 1, 0, 1], [1, 0, 0, 1, 0, 1], [0, 0, 0, 0, 0, 1]]
    np.testing.assert_allclose(scale(facts), expected, atol=1e-6)


def test_the_encoder_is_small_and_gives_two_branches() -> None:
    encoder = build_encoder("pg-ssl", 1, None)
    assert isinstance(encoder, PulseEncoder)
    assert sum(p.numel() for p in encoder.parameters()) <= 100_000
    facts = torch.full((2, len(PHENOTYPES)), torch.nan)
    features = encoder.eval()(torch.randn(2, 1, 1000), torch.ones(2, 1, 1000), facts)
    assert features.shape == (2, encoder.width)
    assert (features[:, encoder.branches[0] :] == 0).all()


def test_the_gate_chooses_between_the_branches() -> None:
    torch.manual_seed(0)
    head = GatedHead((4, 6), 5, 1).eval()
    features, other = torch.randn(3, 10), torch.randn(3, 10)
    weight = head.gate(features)
    assert weight.shape == (3, 5)
    assert ((weight > 0) & (weight < 1)).all()
    for bias, same in ((50.0, slice(0, 4)), (-50.0, slice(4, 10))):
        head.gates.bias.data.fill_(bias)
        mixed = other.clone()
        mixed[:, same] = features[:, same]
        torch.testing.assert_close(head(mixed), head(features))
        assert (head(other) - head(features)).abs().max() > 1e-3


@pytest.mark.parametrize(("hidden", "kind"), [(0, Head), (8, GatedHead)])
def test_a_linear_head_has_no_gate(hidden: int, kind: type) -> None:
    assert isinstance(head_of(PulseEncoder(9), hidden, 1), kind)
