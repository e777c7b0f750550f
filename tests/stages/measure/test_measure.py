"""Figures of simulated hearts, and what there is instead where something can't be measured."""

from __future__ import annotations

import numpy as np
import pytest
from made_reports import masked_recording

from ecgimg.datamodel.arrays import Floats
from ecgimg.findings.measurements import Measurements, Missing
from ecgimg.recording.recording import Recording
from ecgimg.stages.measure.measure import find_beats, measure, seen_seconds
from ecgimg.synth.signals.simulator import Heart, simulate

FS = 500.0


def signals(heart: Heart | None = None, seconds: float = 10.0) -> Floats:
    return simulate(heart or Heart(rate=70), np.random.default_rng(0), seconds)


@pytest.fixture(scope="module")
def normal() -> Measurements:
    return measure(Recording(signals(), FS))


def reasons(measured: Measurements) -> dict[str, Missing | None]:
    return {one.name: one.reason for one in measured.figures}


def test_every_figure_of_a_whole_recording_has_an_uncertainty(normal: Measurements) -> None:
    assert all(one.value is not None and one.uncertainty is not None for one in normal.figures)
    assert normal.figure("heart rate").value == pytest.approx(70, abs=2)
    assert 5 < (normal.figure("PR interval").uncertainty or 0) < 15


def test_intervals_hang_together(normal: Measurements) -> None:
    values = {one.name: one.value or 0.0 for one in normal.figures}
    assert 80 < values["P duration"] < values["PR interval"] < 200
    assert 70 < values["QRS duration"] < 120
    assert values["QTc Bazett"] > values["QTc Fridericia"] > values["QT interval"]  # above 60/min


@pytest.mark.parametrize("rate", [42.0, 75.0, 130.0])
@pytest.mark.parametrize("layout", [0, 1, 5])
def test_the_heart_rate_does_not_depend_on_the_layout(rate: float, layout: int) -> None:
    measured = measure(masked_recording(Heart(rate=rate), layout))
    assert measured.figure("heart rate").value == pytest.approx(rate, rel=0.04)
    assert (measured.figure("RR variation").value or 0) < 6


def test_columns_that_follow_one_another_give_the_intervals_of_the_whole(normal: Measurements) -> None:
    mask = np.full((12, 5000), False)
    for k in range(12):
        mask[k, 1250 * (k // 3) : 1250 * (k // 3) + 1250] = True
    mask[1] = True
    columns = measure(Recording(np.where(mask, signals(), np.float32(np.nan)), FS))
    for name in ("PR interval", "QRS duration", "QT interval"):
        one, whole = columns.figure(name), normal.figure(name)
        assert one.value is not None
        assert whole.value is not None
        assert abs(one.value - whole.value) < 2 * (one.uncertainty or 0)


def test_a_lead_that_is_wider_makes_the_page_no_wider_alone(normal: Measurements) -> None:
    ends = sorted(beat.t_end.ms for beat in normal.medians if beat.t_end is not None)
    starts = sorted(beat.qrs_onset.ms for beat in normal.medians if beat.qrs_onset is not None)
    assert len(ends) == len(starts) == 12
    assert normal.figure("QT interval").value == pytest.approx(ends[-3] - starts[2], abs=1)


def test_fibrillation_has_no_p_and_no_pr() -> None:
    found = reasons(measure(Recording(signals(Heart(rhythm="af", rate=95)), FS)))
    assert {name for name, reason in found.items() if reason is Missing.NO_P} == {"P duration", "PR interval", "P axis"}
    assert found["QRS duration"] is None


def test_an_irregular_heart_beats_irregularly() -> None:
    spread = measure(masked_recording(Heart(rhythm="af", rate=95))).figure("RR variation")
    assert (spread.value or 0) > 10


def test_three_beats_give_no_rate_and_no_corrected_qt() -> None:
    measured = measure(Recording(signals(seconds=2.5), FS))
    assert len(measured.times) == 3
    found = reasons(measured)
    assert found["heart rate"] is found["QTc Bazett"] is Missing.TOO_FEW_BEATS
    assert "3 in 2.5 s" in measured.figure("heart rate").why


def test_one_beat_gives_nothing() -> None:
    measured = measure(Recording(signals(Heart(rate=45), 1.3), FS))
    assert len(measured.times) == 1
    assert set(reasons(measured).values()) == {Missing.TOO_FEW_BEATS}


@pytest.mark.parametrize("value", [0.0, np.nan])
def test_flat_and_empty_leads_are_not_seen(value: float) -> None:
    measured = measure(Recording(np.full((12, 5000), value, np.float32), FS))
    assert (measured.times, measured.beats, measured.medians) == ((), (), ())
    found = reasons(measured)
    assert found.pop("heart rate") is found.pop("RR variation") is Missing.TOO_FEW_BEATS
    assert set(found.values()) == {Missing.LEAD_UNSEEN}


def test_noise_has_no_beats() -> None:
    noise = np.random.default_rng(1).normal(0, 0.1, (12, 5000)).astype(np.float32)
    assert set(reasons(measure(Recording(noise, FS))).values()) == {Missing.TOO_FEW_BEATS}


@pytest.mark.parametrize("hz", [3.5, 5.0])
def test_ventricular_fibrillation_has_no_beats(hz: float) -> None:
    rng, seconds = np.random.default_rng(7), np.arange(5000) / FS
    drift = np.interp(seconds, np.arange(0, 11, 0.5), rng.normal(0, 0.8, 22))
    phase = np.cumsum(2 * np.pi * (hz + drift) / FS)
    sizes = [np.interp(seconds, np.arange(0, 11, 0.7), rng.uniform(0.15, 0.6, 16)) for _ in range(12)]
    leads = [size * np.sin(phase + rng.uniform(0, 2 * np.pi)) + rng.normal(0, 0.01, 5000) for size in sizes]
    measured = measure(Recording(np.array(leads, np.float32), FS))
    assert set(reasons(measured).values()) == {Missing.TOO_FEW_BEATS}
    assert (measured.beats, measured.medians) == ((), ())


def test_noise_of_30_db_changes_nothing(normal: Measurements) -> None:
    clean = signals()
    noise = np.random.default_rng(2).normal(0, float(clean.std()) * 10**-1.5, clean.shape)
    noisy = measure(Recording((clean + noise).astype(np.float32), FS))
    for one, other in zip(noisy.figures, normal.figures, strict=True):
        assert one.value is not None
        assert other.value is not None
        assert abs(one.value - other.value) <= 2 * (one.uncertainty or 0)


def test_one_lead_is_less_sure_and_has_no_axis(normal: Measurements) -> None:
    one = signals()
    one[:1] = one[2:] = np.nan
    measured = measure(Recording(one, FS))
    assert (measured.figure("PR interval").uncertainty or 0) > 1.5 * (normal.figure("PR interval").uncertainty or 0)
    found = reasons(measured)
    assert found["QRS axis"] is found["QT dispersion"] is found["R transition"] is Missing.LEAD_UNSEEN


def test_a_lead_that_is_upside_down_contradicts_the_others() -> None:
    turned = signals()
    turned[0] *= -1
    measured = measure(Recording(turned, FS))
    assert measured.figure("QRS axis").reason is Missing.CONTRADICTION
    assert measured.figure("QT interval").value is not None


def test_a_paced_heart_has_no_pr_and_no_corrected_qt(normal: Measurements) -> None:
    paced = signals()
    for time in normal.times:
        paced[:, round((time - 0.06) * FS) : round((time - 0.06) * FS) + 2] += 1.0
    found = reasons(measure(Recording(paced, FS)))
    paced_names = {name for name, reason in found.items() if reason is Missing.PACED}
    assert paced_names == {"P duration", "PR interval", "P axis", *(name for name in found if name.startswith("QTc"))}


def test_a_low_confidence_makes_the_intervals_less_sure(normal: Measurements) -> None:
    doubtful = measure(Recording(signals(), FS, np.full((12, 5000), 0.3, np.float32)))
    for name in ("PR interval", "QT interval"):
        assert (doubtful.figure(name).uncertainty or 0) > (normal.figure(name).uncertainty or 0)


def test_beats_lie_on_the_qrs_complexes() -> None:
    clean = signals(Heart(rate=60, noise=0.0, wander=0.0))
    beats = find_beats(Recording(clean, FS))
    lead = np.abs(clean[1] - np.median(clean[1]))
    assert len(beats) == 10
    for beat in beats:
        first = max(0, round(FS * (beat - 0.2)))
        peak = first + int(np.argmax(lead[first : round(FS * (beat + 0.2))]))
        assert abs(beat - peak / FS) < 0.05


def test_time_is_counted_where_any_lead_is_seen() -> None:
    part = np.full((12, 5000), np.nan, np.float32)
    part[0, :1000] = part[5, 500:2000] = 0
    assert seen_seconds(Recording(part, FS)) == pytest.approx(4.0)
