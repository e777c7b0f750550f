"""The whole benchmark at a tiny size."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from made_pulses import pulse_cohort

from ecgimg.bench.waveforms.few import with_few
from ecgimg.bench.waveforms.run import WaveformPlan, labels_of, run_waveforms
from ecgimg.bench.waveforms.spirograms import known_only, spirometry
from ecgimg.errors import UsageError


def test_few_targets_are_a_part_of_the_pool_and_the_test_stays() -> None:
    cohort = pulse_cohort(60)
    cohort.parts[:20] = "test"
    few = with_few(cohort, 20, 0)
    assert [(few.parts == part).sum() for part in ("train", "validation", "test", "pretrain")] == [15, 5, 20, 20]
    assert (few.parts[:20] == "test").all()
    assert not np.array_equal(with_few(cohort, 20, 1).parts, few.parts)
    alone = known_only(few)
    assert [(alone.parts == part).sum() for part in ("pretrain", "test", "")] == [20, 20, 20]


def test_spirometry_has_the_figures_of_an_exponential_expiration() -> None:
    time = np.arange(500) / 50
    volume = (4 * (1 - np.exp(-time / 0.5))).astype(np.float32)
    volume[400:] = np.nan
    ((fev1, fvc, ratio, peak, middle),) = spirometry(volume[None])
    assert fvc == pytest.approx(4, abs=0.01)
    assert fev1 == pytest.approx(4 * (1 - np.exp(-2)), abs=0.01)
    assert ratio == pytest.approx(fev1 / fvc)
    assert peak == pytest.approx(8, rel=0.05)
    assert middle == pytest.approx(2 / (0.5 * np.log(3)), rel=0.05)


@pytest.mark.parametrize("text", ["", "20,", "4", "many"])
def test_numbers_of_targets_that_cannot_be_are_refused(text: str) -> None:
    assert labels_of("20, 40") == (20, 40)
    with pytest.raises(UsageError, match="no numbers of targets"):
        labels_of(text)


def test_more_targets_than_recordings_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="60 targets of"):
        run_waveforms(WaveformPlan(tmp_path, 20, (60,), 1), lambda text: None)


@pytest.mark.slow
def test_it_runs_to_a_table(tmp_path: Path) -> None:
    pulses, spirograms = run_waveforms(WaveformPlan(tmp_path, 60, (16,), 1), lambda text: None)
    assert list(pulses.few[0].ways) == ["pg-ssl", "no pretraining", "phenotypes alone"]
    assert next(iter(spirograms.few[0].ways)) == "slse"
    assert len(spirograms.few[0].gains) == 4
    stored = json.loads((tmp_path / "waveforms.json").read_text(encoding="utf-8"))
    assert [one["tested"] for one in stored] == [pulses.tested, spirograms.tested]
