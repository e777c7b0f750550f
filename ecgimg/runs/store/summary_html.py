"""An HTML page about a store: its tables, and cards of pages with their pictures. It loads nothing from outside."""

from __future__ import annotations

import heapq
from base64 import b64encode
from collections.abc import Collection, Sequence
from html import escape
from importlib import resources

from ecgimg.runs.index import MARK, doubt
from ecgimg.runs.store.read import StoredPages
from ecgimg.runs.store.summary import Table
from ecgimg.runs.store.table import STATUS, Row

CARD_COLUMNS = ("name", "input", "page", STATUS, "reason", "warnings", "layout", "confidence", "thumbnail")


def most_doubtful(pages: StoredPages, count: int) -> list[Row]:
    """The rows of the pages that need a look first: those without a result, then by confidence."""
    found = pages.rows(("name", STATUS, "confidence"))
    names = {row["name"] for row in heapq.nsmallest(count, found, key=_doubt)}
    return sorted(chosen_rows(pages, names), key=_doubt)


def chosen_rows(pages: StoredPages, names: Collection[str]) -> list[Row]:
    """The rows of pages by name, with what a card shows."""
    return list(pages.rows(CARD_COLUMNS, names=names))


def store_html(title: str, tables: Sequence[Table], rows: Sequence[Row]) -> str:
    """The whole file.

    Args:
        title: its heading.
        tables: what stands above the pages.
        rows: pages with `CARD_COLUMNS`, in the order of their cards.
    """
    css = resources.files("ecgimg.runs").joinpath("index.css").read_text(encoding="utf-8")
    body = "".join(map(_table, tables)) + f'<div class="cards">{"".join(map(_card, rows))}</div>'
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8">{MARK}'
        f'<meta name="viewport" content="width=device-width"><title>{escape(title)}</title>'
        f"<style>{css}</style></head><body><h1>{escape(title)}</h1>{body}</body></html>\n"
    )


def _doubt(row: Row) -> tuple[int, float]:
    """As in index.html, whose rows are texts."""
    return doubt({"status": row[STATUS], "confidence": str(row["confidence"] or "")})


def _table(table: Table) -> str:
    title, names, rows = table
    head = "".join(f"<th>{escape(name)}</th>" for name in names)
    cells = ("".join(f"<td>{escape(cell)}</td>" for cell in row) for row in rows)
    return f"<h2>{escape(title)}</h2><table><tr>{head}</tr>{''.join(f'<tr>{row}</tr>' for row in cells)}</table>"


def _card(row: Row) -> str:
    status = escape(row[STATUS])
    confidence = "" if row["confidence"] is None else f" <b>{row['confidence']:.2f}</b>"
    picture = ""
    if row["thumbnail"]:
        data = b64encode(row["thumbnail"]).decode()
        picture = f'<img src="data:image/jpeg;base64,{data}" loading="lazy" alt="{escape(row["name"])}">'
    facts = [escape(row["layout"] or "")]
    facts += [
        f'<span class="why">{escape(text)}</span>' for text in (row["reason"], "; ".join(row["warnings"])) if text
    ]
    lines = "".join(f"<p>{fact}</p>" for fact in facts if fact)
    head = f'<h2><span class="tag {status}">{status}</span> {escape(row["name"])}{confidence}</h2>'
    source = f'<p class="from">{escape(row["input"])}, page {row["page"]}</p>'
    return f"<article{'' if row[STATUS] == 'ok' else ' class=look'}>{head}{picture}{lines}{source}</article>"
