"""The digitizer's benchmark: drawn pages, their agreement with the truth, and the scores of many."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from ecgimg.bench.digitize.agreement import Agreement, agreement, rr_error, swapped_leads
from ecgimg.bench.digitize.pages import DrawnPlan, PageScore, bench_drawn, page_score
from ecgimg.bench.digitize.report import markdown, write_all
from ecgimg.bench.digitize.scores import pages_risk, samples_risk, score_pages
from ecgimg.cli.app import app
from ecgimg.datamodel.arrays import Floats
from ecgimg.datamodel.leads import LEADS
from ecgimg.errors import UsageError
from ecgimg.recording.recording import Recording
from ecgimg.synth.signals.sources import Simulated

FS = 500.0
GOOD = Agreement(100.0, 1.0, (), 10, 1.0, 2.0, 0.0, 0.01, 3.0, 1.0)


def page(number: int, snr: float | None, found: str | None = "3x4", confidence: float = 0.95) -> PageScore:
    agreed = replace(GOOD, snr=snr) if snr is not None else None
    return PageScore("scan", number, f"scan-{number}", "3x4", found, confidence, True, agreed, True, ("bent paper",))


def printed(seed: int = 4) -> Floats:
    """A page of 3x4 without a strip: every lead for 2.5 s."""
    whole = Simulated(1).get(seed).mv
    shown = np.full_like(whole, np.nan)
    for k in range(12):
        first = k // 3 * 1250
        shown[k, first : first + 1250] = whole[k, first : first + 1250]
    return shown


def test_a_perfect_recording_agrees_in_everything() -> None:
    truth = printed()
    agreed = agreement(truth, Recording(truth, FS))
    assert agreed.snr > 1e6
    assert agreed.gain == pytest.approx(1)
    assert (agreed.swapped, agreed.beats_found, agreed.read) == ((), 1.0, 1.0)
    assert (agreed.r_ms, agreed.r_mv, agreed.rr_ms) == pytest.approx((0, 0, 0), abs=1e-6)
    assert sum(agreed.risk) == np.isfinite(truth).sum()


def test_a_wrong_gain_is_measured_and_no_swap() -> None:
    truth = printed()
    agreed = agreement(truth, Recording(2 * truth, FS))
    assert agreed.gain == pytest.approx(2, rel=1e-3)
    assert agreed.swapped == ()
    assert replace(page(0, 1.0), agreement=agreed).wrong_scale
    assert not page(0, 1.0).wrong_scale
    assert replace(page(0, 1.0), scale_right=False).wrong_scale


def test_swapped_and_turned_leads_are_named() -> None:
    truth = printed()
    output = truth.copy()
    i, iii = LEADS.index("I"), LEADS.index("III")
    output[[i, iii]] = truth[[iii, i]]
    output[LEADS.index("aVR")] *= -1
    told = swapped_leads(truth, output, FS)
    assert {"I is III", "III is I", "aVR is -aVR"} <= set(told)
    assert len(told) <= 4


def test_exchanged_columns_are_found_though_their_times_differ() -> None:
    truth = printed()
    output = truth.copy()
    v1, v4 = LEADS.index("V1"), LEADS.index("V4")
    output[v1, 5000 - 2500 : 5000 - 1250] = truth[v4, 3750:]
    output[v4, 3750:] = truth[v1, 2500:3750]
    assert {"V1 is V4", "V4 is V1"} <= set(swapped_leads(truth, output, FS))


def test_noise_is_no_swap() -> None:
    truth = printed()
    noise = np.random.default_rng(0).normal(0, 0.3, truth.shape).astype(np.float32)
    assert swapped_leads(truth, np.where(np.isfinite(truth), noise, np.nan).astype(np.float32), FS) == ()


def test_a_faster_paper_shows_in_the_intervals() -> None:
    whole = Simulated(1).get(4).mv
    stretched = np.stack([np.interp(np.arange(5000) / 1.05, np.arange(5000), row) for row in whole])
    error = rr_error(Recording(whole, FS), Recording(stretched.astype(np.float32), FS))
    assert 10 < error < 80
    assert rr_error(Recording(whole, FS), Recording(whole, FS)) == 0
    assert np.isnan(rr_error(Recording(whole, FS), Recording(np.full_like(whole, np.nan), FS)))


def test_risk_falls_where_confidence_is_right() -> None:
    truth = printed()
    rng = np.random.default_rng(0)
    confidence = np.where(np.isfinite(truth), rng.uniform(0.3, 0.999, truth.shape), 0).astype(np.float32)
    output = (truth + rng.normal(0, 1, truth.shape) * (1 - confidence)).astype(np.float32)
    agreed = agreement(truth, Recording(output, FS, confidence))
    points = samples_risk([replace(page(0, 1.0), agreement=agreed)])
    risks = [point.rms_mv for point in points]
    assert risks == sorted(risks)
    known = np.isfinite(truth)
    assert risks[-1] == pytest.approx(float(np.sqrt(np.mean((output - truth)[known] ** 2))), rel=0.05)
    assert risks[0] < 0.7 * risks[-1]


def test_slices_tell_means_shares_and_intervals() -> None:
    rows = [page(0, 1000.0), page(1, 10.0), page(2, None, None), page(3, 100.0, "6x2")]
    bench = score_pages(rows)
    (whole,), (layout,), (bent,) = bench.groups, bench.layouts, bench.slices
    assert (whole.name, layout.name, bent.name) == ("scan", "scan, 3x4", "scan, bent paper")
    assert whole.pages == whole.truths == 4
    assert whole.mean_db.value == pytest.approx(24.43, abs=0.01)
    assert whole.mean_db.low < whole.mean_db.value < whole.mean_db.high
    assert whole.median_db.value == pytest.approx(15)
    assert (whole.refused, whole.failed.value) == (0.25, 0.25)
    assert whole.wrong_layout == pytest.approx(1 / 3)
    assert (whole.sure, whole.sure_wrong) == (3, 0)


def test_pages_without_a_truth_count_for_layouts_and_refusals_only() -> None:
    rows = [replace(page(k, None), has_truth=False, found=found) for k, found in enumerate(["3x4", "6x2", None])]
    (whole,) = score_pages(rows).groups
    assert (whole.pages, whole.truths) == (3, 0)
    assert whole.refused == pytest.approx(1 / 3)
    assert whole.wrong_layout == 0.5
    assert np.isnan(whole.mean_db.value)
    unknown = score_pages([replace(row, layout="") for row in rows]).groups[0]
    assert np.isnan(unknown.wrong_layout)


def test_the_most_confident_pages_come_first_and_refused_ones_last() -> None:
    rows = [page(0, 1000.0, confidence=0.99), page(1, 10.0, confidence=0.6), page(2, None, None, 0.0)]
    points = {point.coverage: point.mean_db for point in pages_risk(rows)}
    assert points[0.5] == pytest.approx(10 * np.log10(505))
    assert points[1.0] == pytest.approx(10 * np.log10(1010 / 3), abs=0.01)


def test_results_are_written_and_sure_mistakes_are_listed(tmp_path: Path) -> None:
    wrong = replace(page(1, 2.0), agreement=replace(GOOD, snr=2.0, gain=2.0, swapped=("V1 is V2",)))
    counted = replace(page(0, 100.0), agreement=replace(GOOD, risk=(1,) * 64, squares=(0.1,) * 64))
    bench = score_pages([counted, wrong, page(2, None, None), page(3, 50.0, "6x2")])
    text = write_all(bench, tmp_path).read_text()
    assert text == markdown(bench)
    assert "| scan-1 | 3x4 | 0.95 | 3.0 | 2.00 | wrong | V1 is V2 |" in text
    assert "| scan-3 | 3x4 | 6x2 | 0.95 |" in text
    assert "1 of 3 (33.3%)" in text
    data = json.loads((tmp_path / "digitize.json").read_text())
    assert [row["db"] for row in data["pages"]][:2] == pytest.approx([20, 3.0103])
    pictures = {"digitize_layouts.png", "digitize_slices.png", "digitize_risk.png"}
    assert pictures <= {path.name for path in tmp_path.iterdir()}
    widths = {line.count("|") for line in text.splitlines() if line.startswith("| scan")}
    assert widths <= {5, 7, 8, 10}


def test_drawn_pages_go_through_the_whole_chain_and_are_kept(tmp_path: Path) -> None:
    options = ["bench", "digitize", "-o", str(tmp_path / "out"), "--presets", "clean", "-n", "2"]
    done = CliRunner().invoke(app, options)
    assert done.exit_code == 0, done.output
    assert done.stdout.startswith("| pages of | pages |")
    rows = (tmp_path / "out/pages.jsonl").read_text().splitlines()
    scores = [page_score(json.loads(row)) for row in rows]
    assert [score.layout for score in scores] == ["12x1", "12x1-cabrera"]
    assert all(score.found is not None or score.reason for score in scores)
    assert any(score.right_layout and score.db > 5 for score in scores)

    plan = DrawnPlan("sim", 9, str(tmp_path / "out"))
    again = bench_drawn(plan, ("clean",), 2, 1, lambda *step: pytest.fail("nothing is left to do"))
    assert [(row.page, row.snr) for row in again] == [(row.page, row.snr) for row in scores]
    with pytest.raises(UsageError, match="another benchmark"):
        bench_drawn(replace(plan, fold=8), ("clean",), 2, 1, lambda *step: None)


def test_an_unknown_preset_or_source_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="nonsense"):
        bench_drawn(DrawnPlan("sim", 9, str(tmp_path)), ("nonsense",), 1, 1, lambda *step: None)
    with pytest.raises(UsageError, match="signal source"):
        bench_drawn(DrawnPlan("nothing", 9, str(tmp_path)), ("clean",), 1, 1, lambda *step: None)


def test_a_strip_read_badly_elsewhere_is_no_swap() -> None:
    truth = printed()
    v5, v6 = LEADS.index("V5"), LEADS.index("V6")
    truth[v5] = Simulated(1).get(4).mv[v5]
    truth[v6] = np.where(np.isfinite(truth[v6]), truth[v5] * 0.8, np.nan)
    output = truth.copy()
    output[v5, :3750] = -output[v5, :3750]
    assert swapped_leads(truth, output, FS) == ()


def test_an_error_in_time_is_none_in_the_gain() -> None:
    truth = printed()
    later = truth.copy()
    later[:, 600:] = truth[:, 593:-7]
    assert agreement(truth, Recording(later, FS)).gain == pytest.approx(1, abs=0.03)
