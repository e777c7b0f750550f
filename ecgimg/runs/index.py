"""index.html of a folder of results: a card a page with its picture, what needs a look first.

A pure function of the rows of summary.csv. The page has no script and loads nothing but the pictures beside it.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from html import escape
from importlib import resources
from pathlib import Path
from urllib.parse import quote

from ecgimg.io.remote import is_uri
from ecgimg.runs.file_names import (
    OVERLAY,
    OVERLAY_THUMBNAIL,
    PAGE_JSON,
    REPORT_HTML,
    REPORT_THUMBNAIL,
    SCREEN_JSON,
    SCREEN_OVERLAY,
    SCREEN_THUMBNAIL,
    file_name,
)

Row = dict[str, str]
MARK = '<meta name="generator" content="ecgimg">'
"""Shows that a file is an index, which a run may replace."""
MARK_WITHIN_BYTES = 500
LOW_CONFIDENCE = 0.8
"""Pages that are less certain are marked."""
_STATUSES = ("failed", "refused", "ok")
_FILES = {
    "digitize": ("Digitized", OVERLAY_THUMBNAIL, OVERLAY, PAGE_JSON),
    "diagnose": ("Diagnosed", REPORT_THUMBNAIL, REPORT_HTML, REPORT_HTML),
    "screen": ("Screened", SCREEN_THUMBNAIL, SCREEN_OVERLAY, SCREEN_JSON),
}
"""Of each command: a title, the picture of a page, what the picture leads to, and what the name leads to."""
_FINDINGS = ("likely", "possible")


def index_html(rows: Sequence[Row], out: Path) -> str:
    """The whole file: a section a command, in it the pages that are most in doubt first.

    Args:
        rows: of summary.csv.
        out: the folder of the results, from which links to the inputs start.
    """
    sections = "".join(_section(command, [row for row in rows if row["command"] == command], out) for command in _FILES)
    css = resources.files("ecgimg.runs").joinpath("index.css").read_text(encoding="utf-8")
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8">{MARK}'
        '<meta name="viewport" content="width=device-width"><title>ECG pages</title>'
        f"<style>{css}</style></head><body>{sections}</body></html>\n"
    )


def may_be_replaced(path: Path) -> bool:
    """Whether an index may be written: there is no file, or it is an index."""
    try:
        with path.open("rb") as file:
            return MARK.encode() in file.read(MARK_WITHIN_BYTES)
    except FileNotFoundError:
        return True
    except OSError:
        return False


def doubt(row: Row) -> tuple[int, float]:
    """Sorts rows: without a result first, then by confidence; a page that the image alone was read on has none."""
    return _STATUSES.index(row["status"]) if row["status"] in _STATUSES else 0, _confidence(row)


def _confidence(row: Row) -> float:
    """The confidence of a page, 0 to 1; `ecgimg screen` traces nothing and has the probability that it is readable."""
    try:
        return float(row["confidence"] or row.get("readable") or 0)
    except ValueError:
        return 0.0


def _section(command: str, rows: Sequence[Row], out: Path) -> str:
    if not rows:
        return ""
    count = Counter(row["status"] for row in rows)
    counts = ", ".join(f"{count[status]} {status}" for status in reversed(_STATUSES) if count[status])
    cards = "".join(_card(command, row, out) for row in sorted(rows, key=doubt))
    title = _FILES[command][0]
    return f'<h1>{title}: {len(rows)} page{"s" * (len(rows) != 1)}, {counts}</h1><div class="cards">{cards}</div>'


def _card(command: str, row: Row, out: Path) -> str:
    is_sure = row["status"] == "ok" and _confidence(row) >= LOW_CONFIDENCE and not row["warnings"]
    facts = [row["layout"], _scales(row)]
    lines = [" &middot; ".join(escape(fact) for fact in facts if fact)]
    lines += [f"{escape(name)}: <b>{escape(row[name])}</b>" for name in _FINDINGS if row.get(name)]
    lines += [f'<span class="why">{escape(row[name])}</span>' for name in ("reason", "warnings") if row[name]]
    text = "".join(f"<p>{line}</p>" for line in lines if line)
    tag = f'<span class="tag {escape(row["status"])}">{escape(row["status"])}</span>'
    confidence = f"<b>{_confidence(row):.2f}</b>" if row["status"] == "ok" else ""
    head = f"<h2>{tag} {_title(command, row)} {confidence}</h2>"
    place = escape(os.path.basename(row["input"]))
    page = f", page {escape(row['page'])}" if row["page"] != "1" else ""
    source = f'<p class="from">{_source(row["input"], place, out)}{page}</p>'
    return f"<article{'' if is_sure else ' class=look'}>{head}{_picture(command, row)}{text}{source}</article>"


def _source(place: str, text: str, out: Path) -> str:
    """The input's name with a link to it; a URI has none, which may be anything that a list holds."""
    return text if is_uri(place) else f'<a href="{_link(os.path.relpath(place, out))}">{text}</a>'


def _title(command: str, row: Row) -> str:
    name = escape(row["name"])
    if not _has_files(command, row):
        return name
    return f'<a href="{_link(file_name(row["name"], _FILES[command][3]))}">{name}</a>'


def _picture(command: str, row: Row) -> str:
    if not _has_files(command, row):
        return ""
    _, picture, target, _ = _FILES[command]
    image = f'<img src="{_link(file_name(row["name"], picture))}" loading="lazy" alt="{escape(row["name"])}">'
    return f'<a href="{_link(file_name(row["name"], target))}">{image}</a>'


def _has_files(command: str, row: Row) -> bool:
    """Whether a page has files of its command; `ecgimg diagnose` gives a page that is refused a report too."""
    return row["status"] == "ok" or (command == "diagnose" and row["status"] == "refused")


def _scales(row: Row) -> str:
    scales = ((row["paper_speed"], "mm/s", row["paper_speed_from"]), (row["gain"], "mm/mV", row["gain_from"]))
    return ", ".join(f"{value} {unit} ({source})" for value, unit, source in scales if value)


def _link(path: str) -> str:
    """A relative link; a name with a colon is no scheme."""
    text = quote(Path(path).as_posix(), safe="/")
    return escape(text if text.startswith(("../", "/")) else f"./{text}")
