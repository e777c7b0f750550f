"""Formulas, ranks and axes on made median beats."""

from __future__ import annotations

import numpy as np
import pytest

from ecgimg.datamodel.leads import LIMB_LEADS, PRECORDIAL_LEADS
from ecgimg.findings.measurements import Measurement, MedianBeat, MedianTime, Missing, Shape
from ecgimg.stages.measure.axes import DEGREES, LENGTHS, axis_figures, progression_figure
from ecgimg.stages.measure.constants import MEASURE
from ecgimg.stages.measure.intervals import corrected, interval_figures, page_end, page_ends
from ecgimg.stages.measure.qtc import FORMULAS
from ecgimg.stages.measure.reasons import Reasons
from ecgimg.stages.measure.rhythm import rhythm_figures


def median(lead: str, shape: Shape | None = None, **ends: float) -> MedianBeat:
    times = {name: MedianTime(ms, 2.0) for name, ms in ends.items()}
    return MedianBeat(lead, 9, 0.01, 1.0, 0.5, shape or Shape(), **times)


def test_formulas_agree_at_60_and_differ_as_published() -> None:
    assert {name: formula(400, 1.0) for name, formula in FORMULAS.items()} == dict.fromkeys(FORMULAS, 400)
    at_100 = {name: round(formula(400, 0.6)) for name, formula in FORMULAS.items()}
    assert at_100 == {"Bazett": 516, "Fridericia": 474, "Framingham": 462, "Hodges": 470}


def test_an_onset_of_twelve_leads_is_the_third_earliest_and_an_end_the_third_latest() -> None:
    leads = (*LIMB_LEADS, *PRECORDIAL_LEADS)
    beats = [median(lead, qrs_onset=-50.0 + k, qrs_end=50.0 + k) for k, lead in enumerate(leads)]
    onset, end = page_end(beats, "qrs_onset"), page_end(beats, "qrs_end")
    assert onset is not None
    assert end is not None
    assert (onset.ms, end.ms) == (pytest.approx(-48), pytest.approx(59))
    alone = page_end(beats[:1], "qrs_onset")
    assert alone is not None
    assert alone.ms == -50
    assert alone.uncertainty > 2 * onset.uncertainty
    assert page_end(beats, "t_end") is None


def test_qtc_carries_the_uncertainty_of_qt_and_the_reasons() -> None:
    bazett = corrected(Measurement("QT interval", 400.0, "ms", 10.0), 0.64, None)[0]
    assert (bazett.value, bazett.uncertainty) == (500.0, 12.5)
    assert corrected(Measurement("QT interval", 400.0, "ms", 10.0), None, None)[0].reason is Missing.TOO_FEW_BEATS
    missing = Measurement("QT interval", None, "ms", reason=Missing.WAVE_UNSEEN)
    assert corrected(missing, 0.64, None)[0].reason is Missing.WAVE_UNSEEN


def test_a_wave_that_no_lead_shows_has_a_reason() -> None:
    beats = [median("II", qrs_onset=-40.0)]
    figures = {one.name: one for one in interval_figures(page_ends(beats, Reasons()), beats, 0.8, Reasons())}
    assert figures["QRS duration"].reason is Missing.WAVE_UNSEEN
    assert figures["QT dispersion"].reason is Missing.LEAD_UNSEEN


def limb_beats(degrees: float, size_mv: float, *names: str) -> list[MedianBeat]:
    """Limb leads of a frontal vector."""
    heights = {n: size_mv * LENGTHS[n] * np.cos(np.deg2rad(degrees - DEGREES[n])) for n in names}
    return [median(n, Shape(r=max(h, 0.0), s=min(h, 0.0))) for n, h in heights.items()]


@pytest.mark.parametrize("degrees", [-150.0, -60.0, 0.0, 45.0, 100.0, 170.0])
@pytest.mark.parametrize("names", [LIMB_LEADS, ("I", "aVF"), ("aVL", "III", "aVR")])
def test_the_axis_is_that_of_the_vector(degrees: float, names: tuple[str, ...]) -> None:
    axis = axis_figures(limb_beats(degrees, 1.0, *names), Reasons())[1]
    assert axis.value == pytest.approx(degrees, abs=1)
    assert (axis.uncertainty or 0) > 0


def test_a_small_vector_has_no_axis_and_one_lead_none() -> None:
    assert axis_figures(limb_beats(30, 0.03, *LIMB_LEADS), Reasons())[1].reason is Missing.TOO_SMALL
    assert axis_figures(limb_beats(30, 1.0, "I"), Reasons())[1].reason is Missing.LEAD_UNSEEN
    assert axis_figures([], Reasons(p=Missing.NO_P))[0].reason is Missing.NO_P


def test_r_progression_is_the_first_lead_with_more_r_than_s() -> None:
    nets = dict(zip(PRECORDIAL_LEADS, (-1.0, -0.8, -0.2, 0.4, 1.0, 0.8), strict=True))
    beats = [median(lead, Shape(r=max(net, 0.0), s=min(net, 0.0))) for lead, net in nets.items()]
    assert progression_figure(beats, None).value == 4
    assert progression_figure([b for b in beats if b.lead != "V2"], None).reason is Missing.LEAD_UNSEEN
    negative = [median(lead, Shape(r=0.1, s=-0.5)) for lead in PRECORDIAL_LEADS]
    assert progression_figure(negative, None).value == 7


def test_the_rate_is_of_the_median_interval() -> None:
    times = np.array([0.0, 1.0, 2.0, 2.5, 3.5, 4.5])
    rate, variation = rhythm_figures(times, 5.0)
    assert rate.value == 60
    assert variation.value == 25
    assert rhythm_figures(times, 2.0)[0].reason is Missing.TOO_FEW_BEATS
    assert rhythm_figures(times[: MEASURE.min_beats - 1], 5.0)[0].reason is Missing.TOO_FEW_BEATS


def test_a_measurement_has_a_value_or_a_reason() -> None:
    for bad in ({"value": None}, {"value": 1.0, "reason": Missing.NO_P}):
        with pytest.raises(ValueError, match="not both"):
            Measurement(name="x", unit="ms", **bad)  # type: ignore[arg-type]
