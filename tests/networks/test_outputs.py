"""The outputs that the packaged classifiers describe in their files."""

from __future__ import annotations

import pytest

from ecgimg.networks.outputs import Output
from ecgimg.networks.patchecg import load_patchecg
from ecgimg.networks.screen import FIRST, load_screen


def packaged(name: str) -> tuple[tuple[Output, ...], int]:
    """Outputs of a classifier, and the number of logits that its file declares for them."""
    if name == "patchecg":
        net = load_patchecg(1)
        return net.outputs, net._network.session.get_outputs()[0].shape[1]
    screen = load_screen(1)
    return screen.outputs, screen._network.session.get_outputs()[0].shape[1] - FIRST


@pytest.mark.parametrize("name", ["patchecg", "screen"])
def test_every_logit_has_a_code_a_rising_calibration_and_a_threshold(name: str) -> None:
    outputs, logits = packaged(name)
    assert len(outputs) == logits
    assert len({(o.code, o.group) for o in outputs}) == logits
    assert {o.group for o in outputs} <= {"screening", "subclass", "superclass", "rhythm"}
    assert all(o.slope > 0 and 0 < o.threshold < 1 for o in outputs)
