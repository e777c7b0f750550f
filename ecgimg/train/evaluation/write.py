"""Writes an evaluation: `evaluation.json`, its tables as CSV, and `evaluation.html`."""

from __future__ import annotations

from pathlib import Path

from ecgimg.io.files import write_atomically
from ecgimg.train.evaluation.html import evaluation_html
from ecgimg.train.evaluation.result import Evaluation
from ecgimg.train.evaluation.tables import tables_of


def write_evaluation(evaluation: Evaluation, folder: Path) -> Path:
    """Writes all files of an evaluation into a folder; the HTML file, which is the last one written.

    Raises:
        OutputError: a file can't be written.
    """
    write_atomically(folder / "evaluation.json", evaluation.to_json().encode())
    for name, text in tables_of(evaluation).items():
        write_atomically(folder / name, text.encode())
    return write_atomically(folder / "evaluation.html", evaluation_html(evaluation).encode())
