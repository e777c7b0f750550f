"""Feature tables in the form of PTB-XL+."""

from __future__ import annotations

from pathlib import Path

import pytest

from ecgimg.datasets.ptbxl_plus import read_feature_tables
from ecgimg.errors import UnreadableInputError


def test_figures_are_read_by_record_and_name(tmp_path: Path) -> None:
    (tmp_path / "features").mkdir()
    (tmp_path / "features" / "12sl_features.csv").write_text(
        "ecg_id,PR_Int_Global,QT_Int_Global,R_AxisFrontal_Global\n7,162.0,,-3276\n8.0,,400,75\n"
    )
    (table,) = read_feature_tables(tmp_path)
    assert table.source == "12SL"
    assert table.figures == {7: {"PR interval": 162.0}, 8: {"QT interval": 400.0, "QRS axis": 75.0}}


def test_a_folder_without_tables_and_a_table_of_another_form(tmp_path: Path) -> None:
    with pytest.raises(UnreadableInputError, match="no feature table"):
        read_feature_tables(tmp_path)
    (tmp_path / "unig_features.csv").write_text("id,PR\n1,2\n")
    with pytest.raises(UnreadableInputError, match=r"unig_features\.csv"):
        read_feature_tables(tmp_path)
