"""The rows of the screening benchmark: read, stored, and continued."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from made_benches import FixedScreenNet, loudest_sample_net, screen_page, write_ptbxl

from ecgimg.bench.common.resumable_rows import ROWS
from ecgimg.bench.screen.pages import read_image, read_others, read_pages, signal_path, stored_pages
from ecgimg.errors import Cause, RefusedError
from ecgimg.recording.recording import Recording
from ecgimg.synth.not_ecg.draw import KINDS, VALIDATION_KINDS
from ecgimg.synth.signals.simulator import Heart, simulate
from ecgimg.synth.signals.sources import PtbxlSource
from ecgimg.train.screen.data import FINDINGS


def test_pages_that_were_read_are_stored(tmp_path: Path) -> None:
    assert stored_pages(tmp_path) == []
    read = screen_page(3, "scan", "3x4", 1.5)
    rows = [read, replace(read, page=4, signal={"rhythm AFIB": 0.5})]
    lines = [json.dumps(asdict(row)) for row in rows]
    (tmp_path / ROWS).write_text("\n".join([*lines, lines[0][:30]]))  # the last row was cut short
    assert stored_pages(tmp_path) == rows


def test_pages_are_drawn_once(tmp_path: Path) -> None:
    signals = [simulate(Heart(), np.random.default_rng(k), 10.0, 100.0) for k in range(2)]
    source = PtbxlSource(write_ptbxl(tmp_path, signals, (9, 9), ("{'NORM': 100.0}",) * 2), (9,))
    net = FixedScreenNet()
    (first,) = read_pages(net, source, ("clean",), 1, tmp_path / "out", signal=False)
    assert (first.preset, first.page, first.admitted, first.signal) == ("clean", 0, True, None)
    assert len(first.logits) == len(FINDINGS)
    assert first.record in (0, 1)
    assert read_pages(net, source, ("clean",), 1, tmp_path / "out", signal=False) == (first,)
    assert net.n_pictures == 1


@pytest.mark.slow
def test_every_kind_of_other_picture_is_checked() -> None:
    reads = read_others(FixedScreenNet(), 1)
    assert [read.kind for read in reads] == [*KINDS, *VALIDATION_KINDS]
    assert {read.kind for read in reads if read.held} == set(VALIDATION_KINDS)
    assert all(read.admitted for read in reads)


def test_a_page_that_can_t_be_digitized_is_refused_with_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*given: object) -> None:
        raise RefusedError(Cause.NO_GRID, "a double", where="test")

    monkeypatch.setattr("ecgimg.bench.screen.pages.digitize_photo", refuse)
    odds, reason = signal_path(np.full((20, 30, 3), 250, np.uint8), loudest_sample_net(9))
    assert odds is None
    assert "no ECG grid" in reason


def test_log_odds_are_those_of_the_digitized_page(monkeypatch: pytest.MonkeyPatch) -> None:
    made = SimpleNamespace(recording=Recording(simulate(Heart(), np.random.default_rng(0)), 500.0))
    monkeypatch.setattr("ecgimg.bench.screen.pages.digitize_photo", lambda *given: made)
    net = loudest_sample_net(9)
    odds, reason = signal_path(np.full((20, 30, 3), 250, np.uint8), net)
    assert (reason, len(odds or {})) == ("", len(net.outputs))
    known = net.predict(made.recording).findings[0]
    wanted = np.log(known.probability / (1 - known.probability))
    assert (odds or {})[f"{known.group} {known.code}"] == pytest.approx(wanted)


def test_a_picture_file_is_read(plain_png: Path) -> None:
    is_ecg, logits, admitted = read_image(FixedScreenNet(), plain_png)
    assert (is_ecg, admitted) == (0.99, True)
    assert logits == (-2.0,) * len(FINDINGS)
