"""Training of the screening network: a batch is learned by heart, phases follow each other, the file is the twin."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from screen_pages import TINY, screen_page, sketches, targets

from ecgimg.networks.runtime import open_network
from ecgimg.networks.screen import FIRST, ScreenNet
from ecgimg.networks.screen_input import HEIGHT, WIDTH
from ecgimg.synth.not_ecg.draw import KINDS
from ecgimg.train.common.calibrate import Calibration
from ecgimg.train.screen.data import FINDINGS, LEARNED, Stream, to_batch
from ecgimg.train.screen.fit import Limits, Phase, export, exported, screen_loss, started, train
from ecgimg.train.screen.gate import fit_page
from ecgimg.train.screen.model import BACKBONES, ScreenModel
from ecgimg.train.screen.pages import draw_non_ecg_page, write_shard
from ecgimg.train.screen.views import draw_non_ecg_view, draw_view

pytestmark = pytest.mark.slow


def test_a_batch_is_learned_by_heart() -> None:
    torch.manual_seed(0)
    model = ScreenModel(TINY, len(LEARNED), Phase(1, shrink=0.5).frame)
    other = draw_non_ecg_page((1, 2, 3), KINDS)
    views = []
    for k in range(8):
        page = screen_page((7, 8, 9, 10)[k % 4]) if k < 6 else other
        rng = np.random.default_rng(k)
        views.append(({page.record: 1.0}, draw_view(page, rng)) if page.record else ({}, draw_non_ecg_view(page, rng)))
    batch, classes = to_batch(views, targets()), torch.ones(len(LEARNED))
    optimizer = torch.optim.AdamW(model.parameters(), 3e-3)
    losses = []
    for _ in range(16):
        loss = screen_loss(model, batch, classes)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(float(loss.detach()))
    assert losses[-1] < 0.5 * losses[0]


def test_training_goes_on_where_it_stopped(tmp_path: Path) -> None:
    write_shard([screen_page(k) for k in (7, 8, 9, 10)], tmp_path / "print-000.npz")
    stream = Stream(tmp_path, targets(), 4, sketches())
    classes = np.ones(len(LEARNED), np.float32)
    seen: list[tuple[tuple[int, int], int]] = []
    phases = (Phase(2, shrink=0.3, steps=1), Phase(1, shrink=0.4, steps=1))
    for _ in range(2):
        train(
            "mobilenet", stream, classes, tmp_path, phases, lambda m, progress: seen.append((m.frame, progress.epoch))
        )
    small, large = (phase.frame for phase in phases)
    assert small[1] < large[1] < WIDTH
    assert seen == [(small, 1), (small, 2), (large, 1)]


def test_a_phase_begins_with_all_that_was_learned_but_the_corners() -> None:
    before = ScreenModel(BACKBONES["resnet"], len(LEARNED), Phase(1, shrink=0.3).frame).eval()
    after = started("resnet", Phase(1, shrink=0.4), before).eval()
    picture = torch.rand(1, 1, *before.frame)
    torch.testing.assert_close(before.features(picture), after.features(picture))
    assert after.place[3].in_features > before.place[3].in_features


def test_views_get_harder_in_the_course_of_a_phase() -> None:
    phase = Phase(10, harder=(0.2, 0.6))
    assert [phase.hard(k) for k in (0, 2, 4, 6, 9)] == pytest.approx([0, 0, 0.5, 1, 1])
    assert Phase(10, harder=(-1.0, 0.0)).hard(0) == 1


def test_the_exported_file_says_what_the_twin_says(tmp_path: Path) -> None:
    torch.manual_seed(1)
    model = ScreenModel(TINY, len(LEARNED)).eval()
    model.page = fit_page(torch.randn(40, 2 * model.gate.in_features), torch.arange(40) % 2)
    about = {"backbone": "tiny"}
    path = export(
        model, [Calibration(1, 0)] * len(FINDINGS), [0.5] * len(FINDINGS), Limits(0.5, 0.5), tmp_path / "s.onnx", about
    )
    inks = np.random.default_rng(0).random((2, HEIGHT, WIDTH), np.float32)
    with torch.no_grad():
        logits, quad, maps = exported(model)(torch.from_numpy(inks[:1, None]))
    look = ScreenNet(open_network(path)).run(inks[:1])
    assert look.logits.shape == (FIRST + len(FINDINGS),)
    np.testing.assert_allclose(look.logits, logits[0].numpy(), atol=0.02)
    np.testing.assert_allclose(look.quad / (WIDTH, HEIGHT), quad[0].reshape(4, 2).numpy(), atol=0.01)
    np.testing.assert_allclose(look.maps, maps[0].numpy(), atol=0.02)
    np.testing.assert_allclose(look.maps.mean((1, 2)), look.logits[FIRST:], atol=0.02)
