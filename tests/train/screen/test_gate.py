"""The is-ECG output is fitted on the pictures of the shards."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from screen_pages import RECORDS, TINY, screen_page

from ecgimg.networks.screen_input import HEIGHT, WIDTH
from ecgimg.train.screen import gate
from ecgimg.train.screen.data import LEARNED
from ecgimg.train.screen.gate import fit_page, refit_gate
from ecgimg.train.screen.model import ScreenModel
from ecgimg.train.screen.pages import draw_non_ecg_page, write_shard

pytestmark = pytest.mark.slow


def test_the_gate_is_fitted_on_what_the_shards_hold(tmp_path: Path) -> None:
    torch.manual_seed(2)
    model = ScreenModel(TINY, len(LEARNED))
    for kind in ("print", "camera"):
        write_shard([screen_page(k) for k in RECORDS], tmp_path / f"{kind}-000.npz")
    write_shard([draw_non_ecg_page((1, 2, k), ("document", "texture")) for k in range(8)], tmp_path / "other-000.npz")
    before = model(torch.zeros(1, 1, HEIGHT, WIDTH))[0][0, 1:]
    assert refit_gate(model, tmp_path) > 0.9
    after = model.eval()(torch.zeros(1, 1, HEIGHT, WIDTH))[0][0, 1:]
    assert after.shape == before.shape


def test_both_classes_weigh_alike_however_rare_one_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "STEPS", 200)
    generator = torch.Generator().manual_seed(0)
    labels = (torch.arange(600) < 30).float()
    features = torch.randn(600, 6, generator=generator) + 3 * labels[:, None]
    log_odds = fit_page(features, labels)(features)[:, 0]
    assert float((log_odds[labels > 0] > 0).float().mean()) > 0.95
    assert float((log_odds[labels == 0] < 0).float().mean()) > 0.95
