"""The screening network's training: truth through views, a batch learned by heart, parity with the exported file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from ecgimg.networks.runtime import open_network
from ecgimg.networks.screen import FIRST, ScreenNet
from ecgimg.networks.screen_input import HEIGHT, WIDTH, frame_ink
from ecgimg.synth.not_ecg.draw import KINDS
from ecgimg.train.common.calibrate import Calibration
from ecgimg.train.screen.corners_head import refit_corners
from ecgimg.train.screen.data import FINDINGS, LEARNED, MIX, Batch, Stream, Targets, ahead, class_weights, to_batch
from ecgimg.train.screen.fit import Limits, Phase, export, exported, screen_loss, started, train
from ecgimg.train.screen.gate import fit_page, refit_gate
from ecgimg.train.screen.model import BACKBONES, Backbone, ScreenModel
from ecgimg.train.screen.pages import PagePicture, draw_no_ecg, fitted, read_shard, write_shard
from ecgimg.train.screen.run import gate_limit
from ecgimg.train.screen.sketches import FS, Sketches, draw_sketch
from ecgimg.train.screen.views import draw_other_view, draw_view

TINY = Backbone("test_resnet")


def marked_page(record: int = 7, recipe: str = "print") -> PagePicture:
    """A page whose box of curves is filled with grey and has a black mark at its upper left."""
    grey = np.full((480, 700), 255, np.uint8)
    grey[120:400, 60:640] = 170
    grey[120:160, 60:140] = 0
    page = np.array([[-0.5, -0.5], [699.5, -0.5], [699.5, 479.5], [-0.5, 479.5]], np.float32)
    content = np.array([[60, 120], [640, 120], [640, 400], [60, 400]], np.float32)
    return PagePicture(grey, page, content, record, "3x4", recipe)


def targets() -> Targets:
    values = np.zeros((4, len(LEARNED)), np.float32)
    values[0, 0] = values[1, 5] = values[2, 0] = 1
    return Targets(values, np.ones_like(values), {7: 0, 8: 1, 9: 2, 10: 3}, np.full_like(values, np.nan))


def test_corners_of_a_view_lie_where_the_curves_are() -> None:
    errors, turns = [], set()
    for k in range(150):
        rng = np.random.default_rng(k)
        view = draw_view(marked_page(), rng)
        turns.add(view.turn)
        if not view.readable:
            continue
        top_left = np.roll(view.quad, -view.turn, axis=0)[0]
        centre = view.quad.mean(axis=0)
        at = top_left + 0.1 * (centre - top_left)
        x, y = np.clip(at, 0, [WIDTH - 1, HEIGHT - 1]).astype(int)
        mark = float(cv2.blur(view.ink, (5, 5))[y, x])
        middle = float(cv2.blur(view.ink, (5, 5))[int(np.clip(centre[1], 0, HEIGHT - 1)), int(centre[0])])
        errors.append(mark <= middle)
    assert turns == {0, 1, 2, 3}
    assert np.mean(errors) < 0.12


def test_the_same_seed_gives_the_same_view() -> None:
    first, second = (draw_view(marked_page(), np.random.default_rng(3)) for _ in range(2))
    np.testing.assert_array_equal(first.ink, second.ink)
    np.testing.assert_array_equal(first.quad, second.quad)


def test_shards_keep_pictures_and_corners(tmp_path: Path) -> None:
    other = draw_no_ecg((1, 2, 3), KINDS)
    write_shard([marked_page(), other], tmp_path / "print-000.npz")
    shard = read_shard(tmp_path / "print-000.npz")
    again = shard.picture(0)
    assert len(shard) == 2
    assert (again.record, again.layout, again.recipe) == (7, "3x4", "print")
    np.testing.assert_allclose(again.grey.astype(float), marked_page().grey, atol=25)
    np.testing.assert_array_equal(again.content, marked_page().content)
    assert shard.picture(1).record == 0


def test_nothing_is_asked_of_the_heart_where_it_can_not_be_seen() -> None:
    views = []
    for k in range(80):
        rng = np.random.default_rng(k)
        views.append(({7: 1.0}, draw_view(marked_page(), rng)))
    other = draw_no_ecg((1, 2, 3), KINDS)
    views.append(({}, draw_other_view(other, np.random.default_rng(0))))
    batch = to_batch(views, targets())
    asked = batch.weights.sum(1) > 0
    for (shares, view), one, gate in zip(views, asked, batch.gate, strict=True):
        assert bool(one) == (bool(shares) and view.readable and view.turn == 0)
        assert gate.tolist()[0] == float(bool(shares))
    assert 0.5 < float(asked.float().mean()) < 0.99


def beats(rate: float = 1.0, height: float = 1.0) -> np.ndarray:
    """A recording [12, 1000] at 100 Hz with a spike every 1 / rate seconds in all leads."""
    phase = (np.arange(1000) / FS * rate) % 1
    return np.tile(height * np.exp(-(((phase - 0.5) / (0.02 * rate)) ** 2)), (12, 1)).astype(np.float32)


def sketches() -> Sketches:
    return Sketches(np.stack([beats(r) for r in (0.7, 1.0, 1.5, 2.2)]), (7, 8, 9, 10))


def test_sketches_are_of_one_recording_or_of_two_mixed_ones() -> None:
    rng = np.random.default_rng(0)
    assert all(sketches().view(0, rng, hard=0.0)[0] == {7: 1.0} for _ in range(8))
    mixed = [shares for shares, _ in (sketches().view(0, rng) for _ in range(24)) if len(shares) == 2]
    assert 4 < len(mixed) < 20
    for shares in mixed:
        assert shares[7] >= 0.5
        assert sum(shares.values()) == pytest.approx(1)


def test_a_mixture_has_the_targets_of_both() -> None:
    _, view = sketches().view(0, np.random.default_rng(0))
    known = replace(targets(), odds=np.full_like(targets().values, 0.5))
    batch = to_batch([({7: 0.75, 8: 0.25}, view), ({7: 1.0}, view)], known)
    both = 0.75 * known.values[known.rows[7]] + 0.25 * known.values[known.rows[8]]
    np.testing.assert_allclose(batch.findings[0].numpy(), both, rtol=1e-6)
    assert not batch.odds[0].isfinite().any()
    assert (batch.odds[1] == 0.5).all()


def test_a_stream_mixes_all_kinds_and_takes_up_new_shards(tmp_path: Path) -> None:
    write_shard([marked_page(k) for k in (7, 8, 9, 10)], tmp_path / "print-000.npz")
    stream = Stream(tmp_path, targets(), 16, sketches())
    assert bool(next(iter(stream.epoch(0, 1))).gate[:, 0].all())
    write_shard([draw_no_ecg((1, 2, k), KINDS) for k in range(3)], tmp_path / "other-000.npz")
    write_shard([marked_page(7, "photo")], tmp_path / "camera-000.npz")
    batches = list(stream.epoch(1, 2))
    assert len(batches) == 2
    assert batches[0].picture.shape == (16, 1, HEIGHT, WIDTH)
    assert float((batches[0].gate[:, 0] == 0).float().mean()) == pytest.approx(MIX["other"], abs=0.05)


def test_a_sketch_holds_its_curves_where_it_says() -> None:
    inside = []
    for k in range(40):
        view = draw_sketch(beats(), np.random.default_rng(k), 0)
        (x0, y0), (x1, y1) = view.quad.min(axis=0).clip(0), view.quad.max(axis=0)
        ink = view.ink > 60
        box = ink[round(y0) : round(y1) + 1, round(x0) : round(x1) + 1]
        # Traces run through nearly every column of their box.
        inside.append(float(box.any(axis=0).mean()))
        assert view.readable
        assert x1 - x0 > 0.6 * WIDTH or y1 - y0 > 0.6 * HEIGHT
    assert np.mean(inside) > 0.97


def test_sketches_show_the_rate() -> None:
    slow, fast = (
        [draw_sketch(beats(rate, 2.0), np.random.default_rng(k), 0).ink.mean() for k in range(30)]
        for rate in (0.5, 2.0)
    )
    assert np.mean(fast) > 1.3 * np.mean(slow)


def test_the_same_seed_gives_the_same_sketch() -> None:
    first, second = (draw_sketch(beats(), np.random.default_rng(4), 1) for _ in range(2))
    np.testing.assert_array_equal(first.ink, second.ink)


def test_a_picture_kept_in_few_pixels_keeps_its_corners() -> None:
    flat = marked_page()
    large = np.kron(flat.grey, np.ones((2, 2), np.uint8))
    page = replace(flat, grey=large, page=2 * flat.page + 0.5, content=2 * flat.content + 0.5)
    small = fitted(page)
    assert small.grey.shape[1] < 0.75 * page.grey.shape[1]
    for name in ("page", "content"):
        ratio = (getattr(small, name)[2] + 0.5) / (getattr(page, name)[2] + 0.5)
        np.testing.assert_allclose(ratio, small.grey.shape[1] / page.grey.shape[1], atol=0.01)
    seen, again = (frame_ink(p.grey, p.content)[0] for p in (page, small))
    assert np.abs(seen - again).mean() < 0.02


def test_corners_are_fitted_on_what_the_shards_hold(tmp_path: Path) -> None:
    torch.manual_seed(2)
    model = ScreenModel(TINY, len(LEARNED))
    for kind in ("print", "camera"):
        write_shard([marked_page(k) for k in (7, 8, 9, 10)], tmp_path / f"{kind}-000.npz")
    first = refit_corners(model, tmp_path, 1)
    assert refit_corners(model, tmp_path, 60) < 0.8 * first
    assert model(torch.zeros(2, 1, HEIGHT, WIDTH))[1].shape == (2, 8)


def test_findings_asked_for_count_most_and_rare_ones_more() -> None:
    weights = class_weights(targets())
    columns = {(code, group): column for code, group, column in FINDINGS}
    stated = targets().values.mean(axis=0)
    assert stated[columns["ABNORMAL", "screening"]] == 0.5
    assert weights[columns["ABNORMAL", "screening"]] < weights[columns["MI", "superclass"]]
    assert weights[columns["AFIB", "rhythm"]] == 3 * weights[columns["STACH", "rhythm"]]
    others = np.delete(weights, list(columns.values()))
    assert others.max() < weights[list(columns.values())].min()


def test_the_gate_is_fitted_on_what_the_shards_hold(tmp_path: Path) -> None:
    torch.manual_seed(2)
    model = ScreenModel(TINY, len(LEARNED))
    for kind in ("print", "camera"):
        write_shard([marked_page(k) for k in (7, 8, 9, 10)], tmp_path / f"{kind}-000.npz")
    write_shard([draw_no_ecg((1, 2, k), ("document", "texture")) for k in range(8)], tmp_path / "other-000.npz")
    before = model(torch.zeros(1, 1, HEIGHT, WIDTH))[0][0, 1:]
    assert refit_gate(model, tmp_path) > 0.9
    after = model.eval()(torch.zeros(1, 1, HEIGHT, WIDTH))[0][0, 1:]
    assert after.shape == before.shape


def test_a_batch_is_learned_by_heart() -> None:
    torch.manual_seed(0)
    model = ScreenModel(TINY, len(LEARNED))
    other = draw_no_ecg((1, 2, 3), KINDS)
    views = []
    for k in range(8):
        page = marked_page((7, 8, 9, 10)[k % 4]) if k < 6 else other
        rng = np.random.default_rng(k)
        views.append(({page.record: 1.0}, draw_view(page, rng)) if page.record else ({}, draw_other_view(page, rng)))
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
    write_shard([marked_page(k) for k in (7, 8, 9, 10)], tmp_path / "print-000.npz")
    stream = Stream(tmp_path, targets(), 4, sketches())
    classes = np.ones(len(LEARNED), np.float32)
    seen: list[tuple[tuple[int, int], int]] = []
    legs = (Phase(2, shrink=0.3, steps=1), Phase(1, shrink=0.4, steps=1))
    for _ in range(2):
        train("mobilenet", stream, classes, tmp_path, legs, lambda m, progress: seen.append((m.frame, progress.epoch)))
    small, large = (leg.frame for leg in legs)
    assert small[1] < large[1] < WIDTH
    assert seen == [(small, 1), (small, 2), (large, 1)]


def test_a_leg_begins_with_all_that_was_learned_but_the_corners() -> None:
    before = ScreenModel(BACKBONES["resnet"], len(LEARNED), Phase(1, shrink=0.3).frame).eval()
    after = started("resnet", Phase(1, shrink=0.4), before).eval()
    picture = torch.rand(1, 1, *before.frame)
    torch.testing.assert_close(before.features(picture), after.features(picture))
    assert after.place[3].in_features > before.place[3].in_features


def test_views_get_harder_in_the_course_of_a_leg() -> None:
    leg = Phase(10, harder=(0.2, 0.6))
    assert [leg.hard(k) for k in (0, 2, 4, 6, 9)] == pytest.approx([0, 0, 0.5, 1, 1])
    assert Phase(10, harder=(-1.0, 0.0)).hard(0) == 1


def test_batches_drawn_ahead_come_in_order_and_errors_with_them() -> None:
    def drawn() -> Iterator[Batch]:
        for k in range(7):
            yield Batch(*(torch.full((1,), float(k)) for _ in range(6)))
        raise ValueError("the shard is damaged")

    batches = ahead(drawn())
    assert [int(next(batches).picture) for _ in range(7)] == list(range(7))
    with pytest.raises(ValueError, match="the shard is damaged"):
        next(batches)


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


@pytest.mark.parametrize("name", BACKBONES)
def test_every_backbone_is_built(name: str) -> None:
    model = ScreenModel(BACKBONES[name], 3)
    logits, quad, maps = model(torch.zeros(2, 1, HEIGHT, WIDTH))
    assert logits.shape == (2, FIRST + 3)
    assert quad.detach().numpy() == pytest.approx(np.tile([0, 0, 1, 0, 1, 1, 0, 1], (2, 1)), abs=1e-5)
    assert maps.shape[:2] == (2, 3)


def test_the_gate_lets_nearly_all_pages_pass() -> None:
    logits = np.random.default_rng(0).normal(6, 1.5, 4000).astype(np.float32)
    limit = gate_limit(logits)
    assert np.mean(1 / (1 + np.exp(-logits)) < limit) < 0.004
    assert gate_limit(np.full(10, 20, np.float32)) == 0.5
