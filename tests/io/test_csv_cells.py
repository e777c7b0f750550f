"""Cells that no spreadsheet computes, and that come back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecgimg.io.csv_cells import from_cell, to_cell
from ecgimg.text import printable


@pytest.mark.parametrize(
    "name", ["=cmd|' /C calc'!A0", "+1+cmd", "-2+3", "@SUM(A1)", " =1", "--1", "-", "＝1", "'=1", "=\x1b[2J"]
)
def test_formulas_become_text(name: str) -> None:
    assert to_cell(name) == "'" + printable(name)


@pytest.mark.parametrize("name", ["\t=1", "\r=1", "\n=1"])
def test_a_tab_or_a_new_line_is_no_way_round(name: str) -> None:
    assert to_cell(name)[0] == "\\"


@pytest.mark.parametrize("text", ["-0.35", "+5", "1e-3", ".5", "", "page-1", "a=b", "O'Neil", "'quoted'"])
def test_numbers_and_names_stay(text: str) -> None:
    assert to_cell(text) == text


@given(st.text(max_size=6) | st.text(alphabet="'=+-@1 .e", max_size=6))
def test_a_cell_comes_back(text: str) -> None:
    cell = to_cell(text)
    assert from_cell(cell) == printable(text)
    assert cell[:1] not in tuple("=@\t\r")
