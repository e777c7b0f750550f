"""ECGFounder's network has the published sizes, and its checkpoint is checked before it is used."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from ecgimg.errors import DependencyError, UnreadableInputError
from ecgimg.train.finetune.encoders import ScratchEncoder, build_encoder, z_scored
from ecgimg.train.finetune.net1d import FOUNDER, FOUNDER_OUTPUTS, Net1d, load_founder


@pytest.fixture(scope="module")
def founder() -> Net1d:
    return Net1d(12, FOUNDER, FOUNDER_OUTPUTS).eval()


def test_sizes_are_the_published_ones(founder: Net1d) -> None:
    assert sum(p.numel() for p in founder.parameters()) / 1e6 == pytest.approx(30.82, abs=0.005)
    names = founder.state_dict()
    assert len(names) == 509
    assert names["first_conv.conv.weight"].shape == (64, 12, 16)
    assert names["stage_list.6.block_list.3.conv2.conv.weight"].shape == (1024, 16, 16)
    assert names["dense.weight"].shape == (150, 1024)
    with torch.no_grad():
        steps = founder.first_conv(torch.zeros(1, 12, 5000))
        for stage in founder.stage_list:
            steps = stage(steps)
    assert steps.shape == (1, 1024, 20)


def test_a_checkpoint_is_loaded_as_it_was_stored(founder: Net1d, tmp_path: Path) -> None:
    path = tmp_path / "12_lead_ECGFounder.pth"
    torch.save({"state_dict": founder.state_dict(), "epoch": 3, "step": 7}, path)
    inputs = torch.randn(1, 12, 640)
    with torch.no_grad():
        torch.testing.assert_close(load_founder(path, 12).eval().features(inputs), founder.features(inputs))
    with pytest.raises(UnreadableInputError, match=r"first_conv.conv.weight is \[64, 12, 16\], not \[64, 1, 16\]"):
        load_founder(path, 1)


class Harmful:
    """An object that would run code where a pickle is trusted."""

    def __reduce__(self) -> tuple[object, ...]:
        return eval, ("1 / 0",)


@pytest.mark.parametrize("content", [{"state_dict": Harmful()}, {"state_dict": {"dense.weight": torch.zeros(2)}}, [1]])
def test_what_is_no_checkpoint_is_refused(tmp_path: Path, content: object) -> None:
    path = tmp_path / "other.pth"
    torch.save(content, path)
    with pytest.raises(UnreadableInputError, match=r"other\.pth"):
        load_founder(path, 1)


def test_a_missing_checkpoint_is_named() -> None:
    with pytest.raises(DependencyError, match="--checkpoint"):
        build_encoder("ecgfounder", 1, None)
    with pytest.raises(UnreadableInputError, match="No such file"):
        build_encoder("ecgfounder", 1, Path("/nowhere/1_lead_ECGFounder.pth"))


def test_the_z_score_is_over_what_is_observed() -> None:
    signals, mask = torch.randn(2, 3, 50) * 4 + 1, torch.ones(2, 3, 50)
    mask[1, 0] = 0
    scored = z_scored(signals, mask)
    assert float(scored[1][mask[1] > 0].std(unbiased=False)) == pytest.approx(1, abs=1e-4)
    assert float(scored[1, 0].abs().max()) == 0
    torch.testing.assert_close(z_scored(signals * 7 - 2, mask), scored, atol=1e-4, rtol=1e-4)


def test_a_small_network_ignores_what_is_hidden() -> None:
    net = ScratchEncoder(2).eval()
    signals, mask = torch.randn(2, 2, 1000), torch.ones(2, 2, 1000)
    mask[:, 1] = 0
    other = signals.clone()
    other[:, 1] = 5
    with torch.no_grad():
        torch.testing.assert_close(net(signals, mask), net(other, mask))
