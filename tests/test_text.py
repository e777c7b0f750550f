"""Names of others in lines of ours."""

from __future__ import annotations

import os

import pytest

from ecgimg.errors import UnreadableInputError
from ecgimg.text import printable, shortened


@pytest.mark.parametrize("text", ["plain", "Müller 心電図 ♥", "WhatsApp Image 10.22.33\u202fPM", "👩\u200d⚕️", ""])
def test_names_that_people_write_stay(text: str) -> None:
    assert printable(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\x1b[2Jb", r"a\x1b[2Jb"),
        ("a\nb\tc\r", r"a\nb\tc\r"),
        ("\u202egpj.exe", r"\u202egpj.exe"),
        ("a\u2028b\x9b1m", r"a\u2028b\x9b1m"),
        (os.fsdecode(b"M\xfcller"), r"M\udcfcller"),
    ],
)
def test_what_a_terminal_would_obey_is_escaped(text: str, shown: str) -> None:
    assert printable(text) == shown
    assert shown in str(UnreadableInputError(text, where="load"))
    shown.encode("utf-8")


def test_long_texts_are_shortened() -> None:
    assert shortened("x" * 80) == "x" * 80
    assert shortened("x" * 81) == "x" * 77 + "..."
