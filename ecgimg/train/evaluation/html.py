"""An evaluation as one self-contained HTML file: no script, nothing loaded from anywhere, and it prints on A4."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from importlib import resources

from ecgimg.train.evaluation.figures import figures_of, forest_figure
from ecgimg.train.evaluation.result import Evaluation, OperatingPoint, Reclassification, TargetEvaluation
from ecgimg.train.evaluation.sentences import DASH, answers_of, number, percent, range_of, ranged, scored, whole_percent
from ecgimg.train.evaluation.settings import EvaluationSettings

TITLE = "Evaluation of predictions"
READING = (
    "Brackets hold 95 % intervals, from {draws} draws of whole patients; those of shares are Wilson's, with the "
    "patients as n. Thresholds were set on the validation split and not changed. A part with fewer than {least} "
    "events, or fewer than {least} others, has no figure."
)
NET_RECLASSIFICATION = (
    "Net reclassification rewards predictions that are too extreme: read it with calibration and decision curve."
)


def evaluation_html(evaluation: Evaluation) -> str:
    """The whole file."""
    css = resources.files("ecgimg.train.evaluation").joinpath("evaluation.css").read_text(encoding="utf-8")
    settings = evaluation.settings
    reading = READING.format(draws=settings.draws, least=settings.min_cases)
    targets = "".join(_target(one, settings) for one in evaluation.targets)
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{TITLE}</title><style>{css}</style></head><body><main><h1>{TITLE}</h1>"
        f'<p class="soft">{reading}</p>{_notes(evaluation.warnings)}{_overview(evaluation)}{targets}'
        f"{_checklist(evaluation)}</main></body></html>\n"
    )


def _overview(evaluation: Evaluation) -> str:
    rows = []
    for one in evaluation.targets:
        counts, main = one.counts, one.scores[0]
        events = DASH if counts.events is None else str(counts.events)
        slope = next((score for score in one.scores if score.name == "calibration_slope"), None)
        cells = (one.task, one.split, str(counts.records), events, f"{main.label} {scored(main)}")
        rows.append((one.target, *cells, scored(slope) if slope else DASH))
    head = ("Target", "Task", "Measured on", "n", "Events", "Main score", "Calibration slope")
    return _table("", head, rows)


def _target(one: TargetEvaluation, settings: EvaluationSettings) -> str:
    answers = "".join(f"<li>{escape(answer)}</li>" for answer in answers_of(one, settings))
    figures = "".join(f"<figure><figcaption>{c}</figcaption>{svg}</figure>" for c, svg in figures_of(one))
    return (
        f'<section class="target"><h2>{escape(one.target)}</h2><ul class="answer">{answers}</ul>{_notes(one.notes)}'
        f'<div class="figures">{figures}</div>{"".join(_tables(one, settings))}</section>'
    )


def _tables(one: TargetEvaluation, settings: EvaluationSettings) -> Iterator[str]:
    """The tables of a target, each with its heading."""
    yield _table("Scores", ("Score", "Value (95 % interval)", "n", "Events"), [
        (score.label, scored(score), str(score.n), _count(score.events)) for score in one.scores
    ])  # fmt: skip
    if one.strata:
        yield _strata(one, settings)
    if one.operating_points:
        yield _operating_points(one.operating_points, settings)
    if one.reclassification:
        yield _reclassification(one.reclassification)
    if one.survival:
        yield _survival(one)
    if one.subgroups:
        yield _subgroups(one)


def _strata(one: TargetEvaluation, settings: EvaluationSettings) -> str:
    head = ["Stratum", "Prediction", "n", "Events", "Observed risk", "Likelihood ratio"]
    if settings.prevalence is not None:
        head.append(f"Risk at a prevalence of {percent(settings.prevalence)}")
    rows = []
    for stratum in one.strata:
        part = f"{stratum.n} ({percent(stratum.n / one.counts.records)})"
        row = [stratum.name, range_of(stratum), part, str(stratum.events), ranged(stratum.risk, percent)]
        ratio = stratum.likelihood_ratio
        row.append(ranged(ratio) if ratio or not stratum.n else "infinite")
        rows.append([*row, percent(stratum.risk_at_prevalence)][: len(head)])
    return _table("Risk strata", head, rows)


def _operating_points(points: Sequence[OperatingPoint], settings: EvaluationSettings) -> str:
    head = ("Threshold", "at", "Sensitivity", "Specificity", "Positive predictive value", "Negative predictive value")
    rows = [
        (point.name, number(point.threshold), *(
            ranged(score.interval, percent)
            for score in (point.sensitivity, point.specificity, point.positive_value, point.negative_value)
        ))
        for point in points
    ]  # fmt: skip
    sensitivity, specificity = whole_percent(settings.sensitivity), whole_percent(settings.specificity)
    presets = f"sensitivity {sensitivity} for rule-out, specificity {specificity} for rule-in"
    return _table(f"Thresholds, preset on validation: {presets}", head, rows)


def _reclassification(compared: Reclassification) -> str:
    rows = [(score.label, scored(score), str(score.n), _count(score.events)) for score in compared.scores]
    text = _table("Against the baseline", ("Score", "Value (95 % interval)", "n", "Events"), rows)
    for title, moves in (("with the event", compared.events), ("without the event", compared.others)):
        if moves:
            head = (f"Baseline, {title}", *(f"Model: {name}" for name in compared.strata))
            lines = [(name, *map(str, row)) for name, row in zip(compared.strata, moves, strict=True)]
            text += _table("", head, lines)
    return f'{text}<p class="soft">{NET_RECLASSIFICATION}</p>'


def _survival(one: TargetEvaluation) -> str:
    survival = one.survival
    if survival is None:
        return ""
    rows = [
        (
            curve.stratum,
            str(curve.n),
            str(curve.events),
            ranged(curve.hazard_ratio) if curve.hazard_ratio else "reference",
        )
        for curve in survival.curves
    ]
    test = f"log-rank {number(survival.log_rank)}, p {'< 0.001' if survival.p < 0.001 else number(survival.p)}"
    return _table(f"Strata by quantiles of validation ({test})", ("Stratum", "n", "Events", "Hazard ratio"), rows)


def _subgroups(one: TargetEvaluation) -> str:
    labels = [score.label for score in one.subgroups[0].scores]
    rows = [
        (f"{group.column}: {group.value}", str(group.scores[0].n), _count(group.scores[0].events), *(
            [scored(score) for score in group.scores] if group.scores[0].interval else [group.scores[0].reason]
        ))
        for group in one.subgroups
    ]  # fmt: skip
    forest = forest_figure(one)
    return f"<h3>Subgroups</h3><figure>{forest}</figure>" + _table("", ("Subgroup", "n", "Events", *labels), rows)


def _checklist(evaluation: Evaluation) -> str:
    done = sum(item.is_filled for item in evaluation.checklist)
    rows = "".join(
        f'<tr><th>{item.number}</th><td class="word">{escape(item.name)}</td><td class="word">{escape(item.asks)}</td>'
        f'<td class="word{"" if item.is_filled else " open"}">{escape(item.text)}</td></tr>'
        for item in evaluation.checklist
    )
    head = "".join(f'<th class="word">{name}</th>' for name in ("Item", "", "What has to be reported", "Reported"))
    return (
        f'<section class="list"><h2>TRIPOD+AI checklist</h2><p class="soft">{done} of {len(evaluation.checklist)} '
        "items have a text; the authors answer for all of them. Items after Collins et al., BMJ 2024;385:e078378.</p>"
        f'<div class="table"><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div></section>'
    )


def _table(title: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table; a row that is shorter than the head ends in a cell that is as wide as what is missing."""
    names = "".join(f"<th>{escape(name)}</th>" for name in head)
    body = "".join(_row(row, len(head)) for row in rows)
    heading = f"<h3>{escape(title)}</h3>" if title else ""
    return f'{heading}<div class="table"><table><thead><tr>{names}</tr></thead><tbody>{body}</tbody></table></div>'


def _row(row: Sequence[str], width: int) -> str:
    span = f' colspan="{width - len(row) + 1}"' if len(row) < width else ""
    first, *middle, last = map(escape, row)
    cells = "".join(f"<td>{cell}</td>" for cell in middle)
    return f"<tr><th>{first}</th>{cells}<td{span}>{last}</td></tr>"


def _notes(notes: Sequence[str]) -> str:
    items = "".join(f"<li>{escape(note)}</li>" for note in notes)
    return f'<ul class="notes">{items}</ul>' if notes else ""


def _count(events: int | None) -> str:
    return DASH if events is None else str(events)
