"""A sample of a store for checking by eye, and what its marks prove about all pages.

A simple random sample of the pages that were read is drawn. A person looks at each and writes `right` or `wrong` into
the column `mark`. The share of right pages among all has the exact binomial interval (Clopper and Pearson 1934).
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.stats import beta

from ecgimg.errors import UnreadableInputError, UsageError
from ecgimg.io.csv_cells import from_cell, to_cell
from ecgimg.io.files import open_regular, write_atomically
from ecgimg.runs.store.read import StoredPages
from ecgimg.runs.store.summary_html import chosen_rows, store_html

SAMPLE_CSV, SAMPLE_HTML = "sample.csv", "sample.html"
COLUMNS = ("name", "input", "page", "layout", "confidence", "mark")
MARKS = ("right", "wrong")
LEVEL = 0.95
"""Probability that the interval holds the true share."""
_WHERE = "sample"


@dataclass(frozen=True)
class Proof:
    """What marks prove: `right` of `marked` pages, out of `pages` that were read; the interval is of all of these."""

    right: int
    marked: int
    pages: int
    low: float
    high: float

    def __str__(self) -> str:
        share = f"{self.right} of {self.marked} pages are right: {self.right / self.marked:.1%}"
        return f"{share}, {LEVEL:.0%} interval {self.low:.1%} to {self.high:.1%} of the {self.pages:,} pages read"


def draw_sample(pages: StoredPages, count: int, out: Path, seed: int) -> tuple[Path, Path]:
    """Writes sample.csv, with an empty column for marks, and sample.html with the pictures, in the same order.

    Raises:
        UsageError: no page was read, or a sample with marks is there already.
        OutputError: the files can't be written.
    """
    names = sorted(row["name"] for row in pages.rows(("name",), "status == 'ok'"))
    if not names:
        raise UsageError(f"no page of {pages.place} was read", where=_WHERE, remedy="sample a store that has pages")
    if (out / SAMPLE_CSV).exists():
        remedy = "give another folder with -o, or remove it"
        raise UsageError(f"{out / SAMPLE_CSV} is there already", where=_WHERE, remedy=remedy)
    chosen = np.random.default_rng(seed).choice(len(names), min(count, len(names)), replace=False)
    place = {names[k]: at for at, k in enumerate(chosen)}
    rows = sorted(chosen_rows(pages, place), key=lambda row: place[row["name"]])
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(COLUMNS)
    for row in rows:
        table.writerow([to_cell(str(row[name])) for name in COLUMNS[:-1]] + [""])
    title = f"{len(rows)} of {len(names):,} pages: write right or wrong into {SAMPLE_CSV}"
    html = write_atomically(out / SAMPLE_HTML, store_html(title, (), rows).encode())
    return write_atomically(out / SAMPLE_CSV, text.getvalue().encode()), html


def prove(pages: StoredPages, marks: Path) -> Proof:
    """What the marks in a sample prove about the pages that were read.

    Raises:
        UnreadableInputError: the file can't be read, or has no such columns.
        UsageError: a page is not marked, stands twice, or was not read in this store.
    """
    found = _read_marks(marks)
    names = {row["name"] for row in pages.rows(("name",), "status == 'ok'")}
    strange = [name for name in found if name not in names]
    if strange:
        what = f"{marks}: {len(strange)} pages were not read in {pages.place}, such as {strange[0]}"
        raise UsageError(what, where=_WHERE, remedy="give the sample of this store")
    right = sum(mark == MARKS[0] for mark in found.values())
    low, high = interval(right, len(found))
    return Proof(right, len(found), len(names), low, high)


def interval(right: int, marked: int) -> tuple[float, float]:
    """The exact binomial interval of a share (Clopper and Pearson 1934)."""
    tail = (1 - LEVEL) / 2
    low = 0.0 if right == 0 else float(beta.ppf(tail, right, marked - right + 1))
    high = 1.0 if right == marked else float(beta.ppf(1 - tail, right + 1, marked - right))
    return low, high


def _read_marks(path: Path) -> dict[str, str]:
    try:
        with io.TextIOWrapper(open_regular(path), encoding="utf-8-sig", newline="") as file:
            rows = [(from_cell(row["name"]), row["mark"].strip().lower()) for row in csv.DictReader(file)]
    except (OSError, UnicodeDecodeError, csv.Error, KeyError, AttributeError, TypeError) as error:
        what = f"{path} is no table with the columns name and mark ({error})"
        raise UnreadableInputError(what, where=_WHERE, remedy="give the sample.csv of --sample") from error
    open_ones = [name for name, mark in rows if mark not in MARKS]
    if open_ones or not rows:
        what = f"{path}: {len(open_ones)} of {len(rows)} pages are not marked right or wrong"
        raise UsageError(what, where=_WHERE, remedy="mark every page: what is left out would spoil the sample")
    if len(dict(rows)) < len(rows):
        raise UsageError(f"{path}: a page stands twice", where=_WHERE, remedy="keep one row of each page")
    return dict(rows)
