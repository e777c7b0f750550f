"""The agreement of a recording with the truth of its page: gain, swapped leads, intervals and risk."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from made_benches import columns_of_3x4, digitized_page

from ecgimg.bench.common.signal_metrics import to_db
from ecgimg.bench.digitize.agreement import agreement, rr_error, swapped_leads, without_ends
from ecgimg.bench.digitize.scores import samples_risk
from ecgimg.datamodel.leads import LEADS
from ecgimg.recording.recording import Recording
from ecgimg.synth.signals.sources import Simulated

FS = 500.0


def test_a_perfect_recording_agrees_in_everything() -> None:
    truth = columns_of_3x4()
    agreed = agreement(truth, Recording(truth, FS))
    assert agreed.snr > 1e6
    assert agreed.gain == pytest.approx(1)
    assert (agreed.swapped, agreed.beats_found, agreed.read) == ((), 1.0, 1.0)
    assert (agreed.r_ms, agreed.r_mv, agreed.rr_ms) == pytest.approx((0, 0, 0), abs=1e-6)
    assert sum(agreed.risk) == np.isfinite(truth).sum()


def test_a_wrong_gain_is_measured_and_no_swap() -> None:
    truth = columns_of_3x4()
    agreed = agreement(truth, Recording(2 * truth, FS))
    assert agreed.gain == pytest.approx(2, rel=1e-3)
    assert agreed.swapped == ()
    assert replace(digitized_page(0, 1.0), agreement=agreed).wrong_scale
    assert not digitized_page(0, 1.0).wrong_scale
    assert replace(digitized_page(0, 1.0), scale_right=False).wrong_scale


def test_swapped_and_turned_leads_are_named() -> None:
    truth = columns_of_3x4()
    output = truth.copy()
    i, iii = LEADS.index("I"), LEADS.index("III")
    output[[i, iii]] = truth[[iii, i]]
    output[LEADS.index("aVR")] *= -1
    swapped = swapped_leads(truth, output, FS)
    assert {"I is III", "III is I", "aVR is -aVR"} <= set(swapped)
    assert len(swapped) <= 4


def test_exchanged_columns_are_found_though_their_times_differ() -> None:
    truth = columns_of_3x4()
    output = truth.copy()
    v1, v4 = LEADS.index("V1"), LEADS.index("V4")
    output[v1, 5000 - 2500 : 5000 - 1250] = truth[v4, 3750:]
    output[v4, 3750:] = truth[v1, 2500:3750]
    assert {"V1 is V4", "V4 is V1"} <= set(swapped_leads(truth, output, FS))


def test_noise_is_no_swap() -> None:
    truth = columns_of_3x4()
    noise = np.random.default_rng(0).normal(0, 0.3, truth.shape).astype(np.float32)
    assert swapped_leads(truth, np.where(np.isfinite(truth), noise, np.nan).astype(np.float32), FS) == ()


def test_a_strip_read_badly_elsewhere_is_no_swap() -> None:
    truth = columns_of_3x4()
    v5, v6 = LEADS.index("V5"), LEADS.index("V6")
    truth[v5] = Simulated(1).get(4).mv[v5]
    truth[v6] = np.where(np.isfinite(truth[v6]), truth[v5] * 0.8, np.nan)
    output = truth.copy()
    output[v5, :3750] = -output[v5, :3750]
    assert swapped_leads(truth, output, FS) == ()


def test_an_error_in_time_is_none_in_the_gain() -> None:
    truth = columns_of_3x4()
    later = truth.copy()
    later[:, 600:] = truth[:, 593:-7]
    assert agreement(truth, Recording(later, FS)).gain == pytest.approx(1, abs=0.03)


def test_a_faster_paper_shows_in_the_intervals() -> None:
    whole = Simulated(1).get(4).mv
    stretched = np.stack([np.interp(np.arange(5000) / 1.05, np.arange(5000), row) for row in whole])
    error = rr_error(Recording(whole, FS), Recording(stretched.astype(np.float32), FS))
    assert 10 < error < 80
    assert rr_error(Recording(whole, FS), Recording(whole, FS)) == 0
    assert np.isnan(rr_error(Recording(whole, FS), Recording(np.full_like(whole, np.nan), FS)))


def test_risk_falls_where_confidence_is_right() -> None:
    truth = columns_of_3x4()
    rng = np.random.default_rng(0)
    confidence = np.where(np.isfinite(truth), rng.uniform(0.3, 0.999, truth.shape), 0).astype(np.float32)
    output = (truth + rng.normal(0, 1, truth.shape) * (1 - confidence)).astype(np.float32)
    agreed = agreement(truth, Recording(output, FS, confidence))
    points = samples_risk([replace(digitized_page(0, 1.0), agreement=agreed)])
    risks = [point.rms_mv for point in points]
    assert risks == sorted(risks)
    known = np.isfinite(truth)
    assert risks[-1] == pytest.approx(float(np.sqrt(np.mean((output - truth)[known] ** 2))), rel=0.05)
    assert risks[0] < 0.7 * risks[-1]


def test_errors_at_the_ends_of_stretches_are_told_apart() -> None:
    truth = columns_of_3x4()
    read = truth.copy()
    for k in range(12):
        first = k // 3 * 1250
        read[k, first : first + 15] += 1.0  # 30 ms at each end
        read[k, first + 1235 : first + 1250] -= 1.0
    compared = agreement(truth, Recording(read, 500.0))
    assert to_db(compared.inner_snr) > 60 > to_db(compared.snr)
    assert np.isfinite(without_ends(truth, 500.0)).sum() == 12 * (1250 - 2 * 20)
