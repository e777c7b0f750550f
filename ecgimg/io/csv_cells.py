"""Text in CSV files, which a spreadsheet must not take for a formula.

A spreadsheet computes a cell that begins with `=`, `+`, `-` or `@`, and such a formula can start a program. Names of
files come from anywhere, so such a cell gets an apostrophe in front (OWASP, CSV injection). Numbers stay as they are.
"""

from __future__ import annotations

import re

from ecgimg.text import printable

_NUMBER = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?")
_FORMULA = re.compile(r"'*\s*[=+\-@\uff1d\uff0b\uff0d\uff20]")
"""The last four are the wide forms, which spreadsheets of East Asia take for the same."""


def to_cell(text: str) -> str:
    """A text as a cell: one printable line, with an apostrophe where it would be a formula."""
    line = printable(text)
    return f"'{line}" if _FORMULA.match(line) and not _NUMBER.fullmatch(line) else line


def from_cell(cell: str) -> str:
    """The line that `to_cell` made a cell of."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell
