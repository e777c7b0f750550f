"""Encoders compute what the packaged networks compute, and every kind is exported as it is."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from ecgimg.networks.manifest import weight_path
from ecgimg.networks.patchecg import load_patchecg
from ecgimg.networks.runtime import open_network
from ecgimg.networks.screen import load_screen
from ecgimg.networks.screen_input import HEIGHT, WIDTH
from ecgimg.train.common.export import deployable, export_onnx, stored_weights
from ecgimg.train.finetune.encoders import ImageEncoder, build_encoder, input_of, packaged_patchecg, random_founder
from ecgimg.train.finetune.model import FinetuneModel, Head
from ecgimg.train.patchecg.masks import draw_masks


def test_patchecg_in_torch_is_the_packaged_network() -> None:
    rng = np.random.default_rng(1)
    signals = rng.normal(0, 0.3, (4, 12, 1000)).astype(np.float32)
    seen = draw_masks(rng, 4, 1000)
    with torch.no_grad():
        found = packaged_patchecg()(torch.from_numpy(signals), torch.from_numpy(seen).float())
    expected = load_patchecg(1).logits(np.where(seen, signals, np.nan))
    np.testing.assert_allclose(found[:, : expected.shape[1]].numpy(), expected, atol=1e-4)


@pytest.mark.slow
def test_the_image_network_in_torch_is_the_packaged_one() -> None:
    encoder = build_encoder("image", 12, None)
    assert isinstance(encoder, ImageEncoder)
    picture = np.random.default_rng(0).random((1, HEIGHT, WIDTH)).astype(np.float32)
    with torch.no_grad():
        features = encoder.body(encoder.squares(torch.from_numpy(picture[None])))
        columns = stored_weights(weight_path("screen"))["model.maps.weight"]
        maps = F.conv2d(features, columns)[0].numpy()
        assert encoder(torch.from_numpy(picture[None])).shape == (1, encoder.width)
    expected = load_screen(1).run(picture).maps
    difference = [np.abs(expected - one).reshape(len(expected), -1).max(1).min() for one in maps]
    assert np.sum(np.array(difference) < 1e-3) >= len(expected)


@pytest.mark.slow
@pytest.mark.parametrize("leads", [12, 1])
def test_ecgfounder_is_exported_as_it_is(leads: int, tmp_path: object) -> None:
    encoder = random_founder(leads)
    model = deployable(FinetuneModel(encoder, Head(encoder.width, 0, 2)))
    signals, mask = torch.randn(1, leads, 5000), torch.ones(1, leads, 5000)
    path = tmp_path / "m.onnx"  # type: ignore[operator]
    export_onnx(model, {"signals": signals, "mask": mask}, ["logits"], path, {})
    with torch.no_grad():
        expected = model(signals, mask).numpy()
    found = open_network(path, 1).run(signals=signals.numpy(), mask=mask.numpy())[0]
    np.testing.assert_allclose(found, expected, atol=1e-3)


def test_inputs_of_each_kind() -> None:
    assert input_of("image", ("I",)).kind == "picture"
    founder = input_of("ecgfounder", ("I",))
    assert (founder.rate, founder.rows, founder.band) == (500, ("I",), True)
    assert len(input_of("patchecg", ("I",)).rows) == 12
