"""torchvision's import beside this torch, in a fresh process."""

from __future__ import annotations

import subprocess
import sys
from importlib import util

import pytest

pytest.importorskip("torch")


def run(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)


@pytest.mark.skipif(util.find_spec("torchvision") is None, reason="torchvision is not installed")
def test_torchvision_and_timm_can_be_imported() -> None:
    code = (
        "from ecgimg.train.common.vision import enable_torchvision\n"
        "first = enable_torchvision()\n"
        "assert enable_torchvision() == first\n"
        "import torchvision, timm, torch\n"
        "net = timm.create_model('resnet10t', pretrained=False, num_classes=2)\n"
        "print(tuple(net.eval()(torch.zeros(1, 3, 64, 64)).shape))"
    )
    done = run(code)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "(1, 2)"


def test_the_schemas_are_what_torchvision_registers_for() -> None:
    code = (
        "import torch\nfrom pathlib import Path\nfrom ecgimg.train.common import vision\n"
        "vision.util.find_spec = lambda name: type('Spec', (), {'origin': '/nowhere/torchvision/__init__.py'})\n"
        "assert vision.enable_torchvision()\n"
        "assert vision.enable_torchvision()\n"
        "print(torch.ops.torchvision.nms.default._schema)\nprint(torch.ops.torchvision.qnms.default._schema)"
    )
    done = run(code)
    assert done.returncode == 0, done.stderr
    schema = "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"
    assert done.stdout.splitlines() == [f"torchvision::{name}{schema}" for name in ("nms", "qnms")]


def test_without_torchvision_nothing_happens() -> None:
    code = (
        "from ecgimg.train.common import vision\nvision.util.find_spec = lambda name: None\n"
        "assert not vision.enable_torchvision()\nassert not vision._LIBRARIES"
    )
    assert run(code).returncode == 0
