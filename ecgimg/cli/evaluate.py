"""The command `evaluate`: what a clinical journal asks of a table of predictions."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Table = Annotated[Path, typer.Argument(metavar="PREDICTIONS", help="CSV: one row for each id and target.")]
Folder = Annotated[Path, typer.Option("-o", "--out", help="Folder for evaluation.html, evaluation.json and tables.")]
Sensitivity = Annotated[float, typer.Option(help="Preset of the rule-out threshold, on validation.")]
Specificity = Annotated[float, typer.Option(help="Preset of the rule-in threshold, on validation.")]
Prevalence = Annotated[
    float | None, typer.Option(help="Share of events where the model is to be used: re-weights decision curves.")
]
Thresholds = Annotated[str, typer.Option(help="Range of the decision curve, FROM-TO, as probabilities.")]
Cuts = Annotated[
    list[str] | None,
    typer.Option("--cut", help="NAME:A,B,...: bounds of a numeric column; several times. [age:18,40,65,80]"),
]
Draws = Annotated[int, typer.Option(min=20, help="Draws of patients for the intervals.")]
Checklist = Annotated[
    Path | None, typer.Option(help="YAML file of what you report of TRIPOD+AI, `Ethics: text` a line.")
]


def evaluate(
    predictions: Table,
    out: Folder,
    sensitivity: Sensitivity = 0.95,
    specificity: Specificity = 0.90,
    prevalence: Prevalence = None,
    thresholds: Thresholds = "0.01-0.5",
    cut: Cuts = None,
    draws: Draws = 1000,
    checklist: Checklist = None,
) -> None:
    """Evaluate predictions: discrimination, calibration, risk strata, decision curves, subgroups, TRIPOD+AI checklist.

    Thresholds are set on the validation rows and measured on the test rows. Needs the extra `evaluate`.
    """
    from ecgimg.io.yaml_file import read_yaml_mapping
    from ecgimg.train.evaluation.evaluate import evaluate as run
    from ecgimg.train.evaluation.settings import EvaluationSettings, parse_cuts, parse_range
    from ecgimg.train.evaluation.table import read_predictions
    from ecgimg.train.evaluation.write import write_evaluation

    low, high = parse_range(thresholds)
    settings = EvaluationSettings(
        sensitivity=sensitivity,
        specificity=specificity,
        prevalence=prevalence,
        decision_from=low,
        decision_to=high,
        cuts=parse_cuts(cut or ()),
        draws=draws,
    )
    items = read_yaml_mapping(checklist, str(checklist), "checklist") if checklist else {}
    evaluation = run(read_predictions(predictions), settings, {name: str(text) for name, text in items.items()})
    for warning in evaluation.warnings:
        typer.echo(warning, err=True)
    typer.echo(write_evaluation(evaluation, out))
