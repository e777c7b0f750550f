"""Batches of the screening network: targets, weights, the mixture of kinds, and the order of batches."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from screen_pages import screen_page, sketches, targets

from ecgimg.networks.screen_input import HEIGHT, WIDTH
from ecgimg.synth.not_ecg.draw import KINDS
from ecgimg.train.screen.data import (
    FINDINGS,
    MAX_LOG_ODDS,
    MIX,
    Batch,
    Stream,
    ahead,
    class_weights,
    clipped_log_odds,
    to_batch,
)
from ecgimg.train.screen.pages import draw_non_ecg_page, write_shard
from ecgimg.train.screen.views import draw_non_ecg_view, draw_view


def test_nothing_is_asked_of_the_heart_where_it_can_not_be_seen() -> None:
    views = []
    for k in range(80):
        rng = np.random.default_rng(k)
        views.append(({7: 1.0}, draw_view(screen_page(), rng)))
    other = draw_non_ecg_page((1, 2, 3), KINDS)
    views.append(({}, draw_non_ecg_view(other, np.random.default_rng(0))))
    batch = to_batch(views, targets())
    asked = batch.weights.sum(1) > 0
    for (shares, view), one, gate in zip(views, asked, batch.gate, strict=True):
        assert bool(one) == (bool(shares) and view.readable and view.quarter_turns == 0)
        assert gate.tolist()[0] == float(bool(shares))
    assert 0.5 < float(asked.float().mean()) < 0.99


def test_a_mixture_has_the_targets_of_both() -> None:
    _, view = sketches().view(0, np.random.default_rng(0))
    known = replace(targets(), odds=np.full_like(targets().values, 0.5))
    batch = to_batch([({7: 0.75, 8: 0.25}, view), ({7: 1.0}, view)], known)
    both = 0.75 * known.values[known.rows[7]] + 0.25 * known.values[known.rows[8]]
    np.testing.assert_allclose(batch.findings[0].numpy(), both, rtol=1e-6)
    assert not batch.odds[0].isfinite().any()
    assert (batch.odds[1] == 0.5).all()


def test_a_stream_mixes_all_kinds_and_takes_up_new_shards(tmp_path: Path) -> None:
    write_shard([screen_page(k) for k in (7, 8, 9, 10)], tmp_path / "print-000.npz")
    stream = Stream(tmp_path, targets(), 16, sketches())
    assert bool(next(iter(stream.epoch(0, 1))).gate[:, 0].all())
    write_shard([draw_non_ecg_page((1, 2, k), KINDS) for k in range(3)], tmp_path / "other-000.npz")
    write_shard([screen_page(7, "photo")], tmp_path / "camera-000.npz")
    batches = list(stream.epoch(1, 2))
    assert len(batches) == 2
    assert batches[0].picture.shape == (16, 1, HEIGHT, WIDTH)
    assert float((batches[0].gate[:, 0] == 0).float().mean()) == pytest.approx(MIX["other"], abs=0.05)


def test_findings_asked_for_count_most_and_rare_ones_more() -> None:
    weights = class_weights(targets())
    columns = {(code, group): column for code, group, column in FINDINGS}
    stated = targets().values.mean(axis=0)
    assert stated[columns["ABNORMAL", "screening"]] == 0.5
    assert weights[columns["ABNORMAL", "screening"]] < weights[columns["MI", "superclass"]]
    assert weights[columns["AFIB", "rhythm"]] == 3 * weights[columns["STACH", "rhythm"]]
    others = np.delete(weights, list(columns.values()))
    assert others.max() < weights[list(columns.values())].min()


def test_batches_drawn_ahead_come_in_order_and_errors_with_them() -> None:
    def drawn() -> Iterator[Batch]:
        for k in range(7):
            yield Batch(*(torch.full((1,), float(k)) for _ in range(6)))
        raise ValueError("the shard is damaged")

    batches = ahead(drawn())
    assert [int(next(batches).picture) for _ in range(7)] == list(range(7))
    with pytest.raises(ValueError, match="the shard is damaged"):
        next(batches)


def test_log_odds_of_certain_classes_are_clipped() -> None:
    odds = clipped_log_odds(np.array([0.0, 0.5, 1.0], np.float32))
    assert odds.dtype == np.float32
    assert odds.tolist() == pytest.approx([-MAX_LOG_ODDS, 0, MAX_LOG_ODDS], abs=1e-4)
