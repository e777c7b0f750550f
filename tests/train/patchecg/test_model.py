"""Properties of the masked-patch networks: nothing unobserved counts, order does not matter, ONNX is the twin."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from ecgimg.networks.runtime import open_network
from ecgimg.train.common.export import Ensemble, deployable, export_onnx
from ecgimg.train.patchecg.masks import draw_masks
from ecgimg.train.patchecg.model import Block, PatchConfig, PatchEcg, logits_of

SMALL = PatchConfig(5, column_widths=(16, 16, 24, 32), lead_width=8, dim=16, heads=2)


def inputs(count: int = 4) -> tuple[Tensor, Tensor]:
    rng = np.random.default_rng(1)
    signals = torch.from_numpy(rng.normal(0, 0.3, (count, 12, 1000)).astype(np.float32))
    return signals, torch.from_numpy(draw_masks(rng, count, 1000).astype(np.float32))


def warmed(model: nn.Module) -> nn.Module:
    """A network whose batch norms have statistics, so that they are not the identity."""
    model.train()
    with torch.no_grad():
        for _ in range(3):
            model(*inputs(8))
    return model.eval().requires_grad_(False)


class MaskedNetworkProperties:
    """Inherited by the test of every masked network, which has a fixture `model`."""

    def test_unseen_samples_have_no_influence(self, model: nn.Module) -> None:
        signals, mask = inputs()
        other = torch.where(mask > 0, signals, signals * -50 + 7)
        torch.testing.assert_close(model(signals, mask), model(other, mask), rtol=0, atol=0)

    def test_seen_samples_have_influence(self, model: nn.Module) -> None:
        signals, mask = inputs()
        mask[:, 4, 300:500] = 1
        other = signals.clone()
        other[:, 4, 300:500] *= 3
        assert (model(signals, mask) - model(other, mask)).abs().amax(1).min() > 1e-5

    def test_alone_or_in_a_batch(self, model: nn.Module) -> None:
        signals, mask = inputs()
        alone = torch.cat([model(signals[k : k + 1], mask[k : k + 1]) for k in range(len(signals))])
        torch.testing.assert_close(alone, model(signals, mask), rtol=1e-4, atol=1e-5)

    def test_time_is_absolute(self, model: nn.Module) -> None:
        signals, mask = inputs(1)
        mask = torch.zeros_like(mask)
        mask[:, 1, :256] = 1
        moved, seen = signals.roll(256, -1), mask.roll(256, -1)
        assert (model(signals, mask) - model(moved, seen)).abs().max() > 1e-6


class TestDefault(MaskedNetworkProperties):
    @pytest.fixture(scope="class")
    @classmethod
    def model(cls) -> nn.Module:
        torch.manual_seed(0)
        return warmed(PatchEcg(SMALL))

    def test_level_of_a_lead_is_removed(self, model: nn.Module) -> None:
        signals, mask = inputs()
        shifted = signals + torch.arange(12)[None, :, None] * 0.1
        torch.testing.assert_close(model(signals, mask), model(shifted, mask), rtol=1e-3, atol=1e-4)

    def test_onnx_is_the_twin(self, model: nn.Module, tmp_path: Path) -> None:
        twin = deployable(Ensemble([model, warmed(PatchEcg(SMALL))], 3))
        signals, mask = inputs()
        path = tmp_path / "net.onnx"
        export_onnx(twin, {"signals": signals[:2], "mask": mask[:2]}, ["logits"], path, {"network": "test"})
        network = open_network(path, threads=1)
        ours = network.run(signals=signals.numpy(), mask=mask.numpy())[0]
        np.testing.assert_allclose(ours, twin(signals, mask).numpy(), atol=1e-4)
        assert ours.shape == (4, 3)
        assert network.spec == {"network": "test"}

    def test_storage_in_half_precision_changes_little(self, model: nn.Module) -> None:
        rounded = deployable(model)
        torch.testing.assert_close(rounded(*inputs()), model(*inputs()), rtol=0.02, atol=5e-3)

    def test_shipped_sizes_fit_the_limit(self) -> None:
        parameters = sum(p.numel() for p in PatchEcg(PatchConfig(69)).parameters())
        assert 1e6 < parameters < 3e6


def test_order_of_tokens_does_not_matter() -> None:
    torch.manual_seed(0)
    block = Block(16, 2, 0.0).eval()
    tokens, bias = torch.randn(2, 9, 16), torch.zeros(2, 1, 1, 9)
    bias[:, :, :, 6:] = -1e4
    order = torch.randperm(9)
    mixed = block(tokens[:, order], bias[..., order])[0]
    torch.testing.assert_close(mixed, block(tokens, bias)[0][:, order], rtol=1e-4, atol=1e-5)


def test_a_masked_token_is_no_token() -> None:
    torch.manual_seed(0)
    block = Block(16, 2, 0.0).eval()
    tokens, bias = torch.randn(2, 9, 16), torch.zeros(2, 1, 1, 9)
    bias[:, :, :, 6:] = -1e4
    without = block(tokens[:, :6], bias[..., :6])[0]
    torch.testing.assert_close(block(tokens, bias)[0][:, :6], without, rtol=1e-4, atol=1e-5)


def test_logits_do_not_depend_on_the_size_of_batches() -> None:
    torch.manual_seed(0)
    model = warmed(PatchEcg(SMALL))
    signals, mask = (part.numpy() for part in inputs())
    parts = [logits_of(model, signals, mask > 0, size) for size in (1, 3)]
    assert parts[0].shape == (4, 5)
    np.testing.assert_allclose(*parts, atol=0.02)
