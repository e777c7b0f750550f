"""A network starts from the weights of one with fewer names."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from ecgimg.datamodel.leads import LEADS
from ecgimg.networks.lead_names import HEIGHT, NAME, NAMES, WIDTH
from ecgimg.train.common.text_patch_net import TextPatchNet, export_text_net
from ecgimg.train.lead_names.model import NONE_NAME, build_from

CUTS = torch.from_numpy(np.random.default_rng(0).normal(0, 1, (8, 2, HEIGHT, WIDTH)).astype(np.float32))


def exported(path: Path, classes: list[str]) -> tuple[nn.Module, Path]:
    torch.manual_seed(0)
    model = TextPatchNet(HEIGHT, len(classes)).eval()
    return model, export_text_net(model, path / "names.onnx", NAME, classes, (HEIGHT, WIDTH))


def test_the_names_that_a_file_has_keep_their_logits(tmp_path: Path) -> None:
    model, path = exported(tmp_path, [*LEADS, NONE_NAME])
    new = build_from(path, CUTS).eval()
    kept = [*range(len(LEADS)), len(NAMES)]
    with torch.no_grad():
        torch.testing.assert_close(new(CUTS)[:, kept], model(CUTS), atol=0.03, rtol=0.03)


def test_a_file_with_an_unknown_name_is_refused(tmp_path: Path) -> None:
    _, path = exported(tmp_path, [*LEADS, "25 mm/s"])
    with pytest.raises(ValueError, match="25 mm/s"):
        build_from(path, CUTS)
