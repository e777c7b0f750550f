"""Text of others, such as names of files, in lines that people and programs read."""

from __future__ import annotations

import unicodedata

_UNSEEN = frozenset(("Cc", "Cs", "Zl", "Zp"))
"""Categories of Unicode: control characters, halves of a pair (bytes that are not UTF-8), ends of lines."""
_DIRECTIONS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""They change the order in which a line is shown, so that `gpj.exe` can look like `exe.jpg`."""


def printable(text: str) -> str:
    """One line of a text, with `\\x1b` and the like in place of what a terminal would obey."""
    if text.isprintable():
        return text
    return "".join(_escaped(letter) if _is_unseen(letter) else letter for letter in text)


def shortened(text: str, letters: int = 80) -> str:
    """A text of at most so many letters; its end is left out where it has more."""
    return text if len(text) <= letters else f"{text[: letters - 3]}..."


def _is_unseen(letter: str) -> bool:
    return letter in _DIRECTIONS or unicodedata.category(letter) in _UNSEEN


def _escaped(letter: str) -> str:
    return letter.encode("unicode_escape", "backslashreplace").decode("ascii")
