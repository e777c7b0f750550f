"""The summary of a store, its page of pictures, and what a marked sample proves."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import binom

from ecgimg.errors import UsageError
from ecgimg.runs.store.read import StoredPages
from ecgimg.runs.store.sample import draw_sample, interval, prove
from ecgimg.runs.store.summary import as_text, summarise, tables
from ecgimg.runs.store.summary_html import most_doubtful, store_html


def test_counts(store: str) -> None:
    found = summarise(StoredPages(store))
    assert found.statuses == {"ok": 30, "refused": 2, "failed": 1}
    assert found.layouts == {"12x1": 30}
    assert found.speeds == {(25.0, "assumed"): 30}
    assert [n for _, n in found.reasons.most_common()] == [2, 1]
    assert (len(found.confidences), len(found.seconds)) == (30, 33)
    text = as_text(tables(found))
    assert "| ok | 30 | 90.9% |" in text
    assert "| 0.5 | 0.8 | 30 | 100.0% |" in text
    assert "| 10 | pulse | 30 | 100.0% |" in text


def test_reasons_do_not_depend_on_the_file(store: str) -> None:
    found = summarise(StoredPages(store))
    (failed,) = [reason for status, reason in found.reasons if status == "failed"]
    assert failed.startswith("FILE after the start: unexpected ZeroDivisionError")


def test_the_html_has_pages_in_doubt_first_and_asks_nobody(store: str) -> None:
    pages = StoredPages(store)
    rows = most_doubtful(pages, 5)
    assert [row["status"] for row in rows] == ["failed", "refused", "refused", "ok", "ok"]
    html = store_html("33 pages <b>", tables(summarise(pages)), rows)
    assert html.count("data:image/jpeg;base64,") == 2
    assert html.count("<article") == 5
    assert "http" not in html
    assert "33 pages &lt;b&gt;" in html


def test_a_sample_is_drawn_once_and_proves_what_its_marks_do(store: str, tmp_path: Path) -> None:
    pages = StoredPages(store)
    path, html = draw_sample(pages, 20, tmp_path, seed=3)
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len({row["name"] for row in rows}) == 20
    assert {row["mark"] for row in rows} == {""}
    assert html.read_text().count("<article") == 20
    with pytest.raises(UsageError, match="is there already"):
        draw_sample(pages, 20, tmp_path, seed=3)
    again, _ = draw_sample(pages, 20, tmp_path / "again", seed=3)
    assert again.read_bytes() == path.read_bytes()
    with pytest.raises(UsageError, match="20 of 20 pages are not marked"):
        prove(pages, path)
    mark(path, rows, ["wrong"] + ["Right "] * 19)
    found = prove(pages, path)
    assert (found.right, found.marked, found.pages) == (19, 20, 30)
    assert str(found) == "19 of 20 pages are right: 95.0%, 95% interval 75.1% to 99.9% of the 30 pages read"


def test_a_sample_of_another_store_proves_nothing(store: str, tmp_path: Path) -> None:
    path = tmp_path / "sample.csv"
    path.write_text("name,mark\nstranger,right\n")
    with pytest.raises(UsageError, match="1 pages were not read"):
        prove(StoredPages(store), path)


def mark(path: Path, rows: list[dict[str, str]], marks: list[str]) -> None:
    with path.open("w", newline="") as file:
        table = csv.DictWriter(file, rows[0])
        table.writeheader()
        table.writerows({**row, "mark": one} for row, one in zip(rows, marks, strict=True))


@pytest.mark.parametrize("share", [0.5, 0.9, 0.99, 1.0])
def test_the_interval_holds_the_true_share_as_often_as_it_should(share: float) -> None:
    n = 50
    covered = [low <= share <= high for low, high in (interval(k, n) for k in range(n + 1))]
    assert float(np.dot(binom.pmf(np.arange(n + 1), n, share), covered)) >= 0.95
