"""The figures of a target as inline SVG, by matplotlib; text stays text."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Sequence
from html import escape

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ecgimg.datamodel.arrays import Doubles
from ecgimg.train.common.classifier_metrics import Interval
from ecgimg.train.evaluation.result import Stratum, TargetEvaluation
from ecgimg.train.evaluation.table import Task

MODEL, BASELINE, SOFT = "#0f5f63", "#b35c00", "#6b7680"
STRATUM_COLOURS = {"low": "#2f7d4f", "intermediate": "#b98500", "high": "#a8321c"}
SIZE_INCH = (4.2, 3.5)
STYLE = {
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.sans-serif": ["Inter", "Helvetica Neue", "Segoe UI", "DejaVu Sans", "Arial"],
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.alpha": 0.25,
    "legend.frameon": False,
    "legend.fontsize": 8,
}


def figures_of(one: TargetEvaluation) -> list[tuple[str, str]]:
    """(caption, SVG) of each figure that a target has."""
    drawn: list[tuple[bool, str, Callable[[Axes], None]]] = [
        (bool(one.roc), "ROC curve", lambda axes: _roc(axes, one)),
        (bool(one.calibration), "Calibration: observed against predicted", lambda axes: _calibration(axes, one)),
        (bool(one.strata), "Observed risk by stratum", lambda axes: _strata(axes, one.strata)),
        (bool(one.decision), "Decision curve: net benefit", lambda axes: _decision(axes, one)),
        (one.survival is not None, "Kaplan-Meier estimate by stratum", lambda axes: _survival(axes, one)),
    ]
    return [(caption, _svg(draw, f"{one.target} {caption}")) for is_there, caption, draw in drawn if is_there]


def forest_figure(one: TargetEvaluation) -> str:
    """The first score of each subgroup with its interval, beside that of all records; empty without subgroups."""
    rows = [("all", one.scores[0])] + [(f"{group.column}: {group.value}", group.scores[0]) for group in one.subgroups]
    known = [(name, score.interval, score.n) for name, score in rows if score.interval]
    if len(known) < 2:
        return ""

    def draw(axes: Axes) -> None:
        bounds = [found for _, found, _ in known]
        values, reach = _values_and_reach(bounds)
        places = np.arange(len(known))
        axes.errorbar(values, places, xerr=reach, fmt="o", ms=4, capsize=2, color=MODEL)
        axes.axvline(values[0], color=SOFT, lw=0.8, ls="--")
        axes.set_yticks(places, [f"{name} (n = {n})" for name, _, n in known])
        axes.invert_yaxis()
        axes.set_xlabel(f"{one.scores[0].label} (95 % interval)")

    return _svg(draw, f"{one.target} subgroups", (8.4, 0.24 * len(known) + 0.9))


def _roc(axes: Axes, one: TargetEvaluation) -> None:
    x, y = np.array(one.roc).T
    axes.plot([0, 1], [0, 1], color=SOFT, lw=0.8, ls="--")
    axes.plot(x, y, color=MODEL, lw=1.6)
    for point in one.operating_points:
        sensitivity, specificity = point.sensitivity.interval, point.specificity.interval
        if sensitivity and specificity:
            axes.plot(1 - specificity.value, sensitivity.value, "o", ms=5, color=MODEL)
            place = (1 - specificity.value, sensitivity.value)
            axes.annotate(point.name, place, xytext=(7, -9), textcoords="offset points", fontsize=8)
    axes.set(xlabel="1 - specificity", ylabel="Sensitivity", xlim=(-0.01, 1.01), ylim=(-0.01, 1.01))


def _calibration(axes: Axes, one: TargetEvaluation) -> None:
    predicted = np.array([group.predicted for group in one.calibration])
    observed, reach = _values_and_reach([group.observed for group in one.calibration])
    ends = [min(predicted.min(), observed.min()), max(predicted.max(), observed.max())]
    if one.task == Task.BINARY:
        ends = [0.0, 1.0]
    axes.plot(ends, ends, color=SOFT, lw=0.8, ls="--", label="ideal")
    axes.errorbar(predicted, observed, yerr=reach, fmt="o-", ms=4, lw=1, capsize=2, color=MODEL, label="observed")
    words = ("risk", "share of events") if one.task == Task.BINARY else ("value", "mean value")
    axes.set(xlabel=f"Mean predicted {words[0]}", ylabel=f"Observed {words[1]}")
    axes.legend(loc="upper left")


def _strata(axes: Axes, strata: Sequence[Stratum]) -> None:
    risks, reach = _values_and_reach([stratum.risk for stratum in strata])
    places = np.arange(len(strata))
    colours = [STRATUM_COLOURS[stratum.name] for stratum in strata]
    axes.bar(places, np.nan_to_num(risks), width=0.6, color=colours, alpha=0.85)
    axes.errorbar(places, risks, yerr=reach, fmt="none", capsize=4, color="#222", lw=1)
    axes.set_xticks(places, [f"{stratum.name}\n{stratum.events} of {stratum.n}" for stratum in strata])
    axes.yaxis.set_major_formatter(mpl.ticker.PercentFormatter(1, decimals=0))
    axes.set_ylabel("Observed risk")
    axes.set_ylim(0, None)
    axes.grid(visible=False, axis="x")


def _decision(axes: Axes, one: TargetEvaluation) -> None:
    at = np.array([point.threshold for point in one.decision])
    model = np.array([(p.model.value, p.model.low, p.model.high) for p in one.decision]).T
    axes.fill_between(at, model[1], model[2], color=MODEL, alpha=0.15, lw=0)
    axes.plot(at, model[0], color=MODEL, lw=1.6, label="model")
    baseline = [point.baseline.value if point.baseline else np.nan for point in one.decision]
    if np.isfinite(baseline).any():
        axes.plot(at, baseline, color=BASELINE, lw=1.3, label="baseline")
    axes.plot(at, [point.treat_all for point in one.decision], color=SOFT, lw=1.1, ls="--", label="treat all")
    axes.axhline(0, color="#222", lw=1, label="treat none")
    top = max(float(np.nanmax(model[2])), one.decision[0].treat_all, 1e-3)
    axes.set(xlabel="Threshold probability", ylabel="Net benefit", ylim=(-0.15 * top, 1.1 * top))
    axes.xaxis.set_major_formatter(mpl.ticker.PercentFormatter(1, decimals=0))
    axes.legend(loc="upper right")


def _survival(axes: Axes, one: TargetEvaluation) -> None:
    for curve in one.survival.curves if one.survival else ():
        colour = STRATUM_COLOURS[curve.stratum]
        axes.fill_between(curve.times, curve.low, curve.high, step="post", color=colour, alpha=0.13, lw=0)
        label = f"{curve.stratum} ({curve.events} of {curve.n})"
        axes.step(curve.times, curve.survival, where="post", color=colour, lw=1.5, label=label)
    axes.set(xlabel="Time, in the table's unit", ylabel="Share without the event", ylim=(0, 1.02), xlim=(0, None))
    axes.legend(loc="lower left")


def _values_and_reach(found: Sequence[Interval | None]) -> tuple[Doubles, Doubles]:
    """Values [N], and how far their intervals reach below and above [2, N], not drawn where not known."""
    triples = [(one.value, one.low, one.high) if one else (np.nan,) * 3 for one in found]
    values, *bounds = np.array(triples).T
    return values, np.nan_to_num(np.abs(np.array(bounds) - values))


def _svg(draw: Callable[[Axes], None], name: str, size: tuple[float, float] = SIZE_INCH) -> str:
    """A figure as an SVG element; the same figure is the same text."""
    text = io.StringIO()
    with mpl.rc_context({**STYLE, "svg.hashsalt": name}):
        figure = Figure(figsize=size, layout="constrained")
        draw(figure.add_subplot())
        figure.savefig(text, format="svg", transparent=True, metadata={"Date": None})
    body = re.sub(r"<metadata>.*?</metadata>", "", text.getvalue()[text.getvalue().index("<svg") :], flags=re.DOTALL)
    body = re.sub(r' id="[a-z]+[A-Za-z0-9.]*_\d+"', "", body)  # names that each figure would repeat
    return body.replace("<svg ", f'<svg role="img" aria-label="{escape(name)}" ', 1)
