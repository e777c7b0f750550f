"""PTB-XL+ (PhysioNet `ptb-xl-plus` 1.0.1, CC BY 4.0): tables of features that other programs measured on PTB-XL.

Strodthoff et al. 2023 (doi:10.1038/s41597-023-02153-8). The values are in ms, mV and degrees as they stand; the factors
that the feature descriptions list are not applied. An empty cell is missing.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from ecgimg.errors import UnreadableInputError

TABLES: dict[str, str] = {"12SL": "12sl_features.csv", "Uni-G": "unig_features.csv", "ECGdeli": "ecgdeli_features.csv"}
COLUMNS: dict[str, tuple[str, ...]] = {
    "heart rate": ("HR__Global", "HR_Ventr_Global"),
    "P duration": ("P_Dur_Global",),
    "PR interval": ("PR_Int_Global",),
    "QRS duration": ("QRS_Dur_Global",),
    "QT interval": ("QT_Int_Global",),
    "QTc Bazett": ("QT_IntBazett_Global",),
    "QTc Fridericia": ("QT_IntFridericia_Global",),
    "QTc Framingham": ("QT_IntFramingham_Global",),
    "QTc Hodges": ("QT_IntHodge_Global",),
    "P axis": ("P_AxisFront_Global",),
    "QRS axis": ("R_AxisFrontal_Global", "QRS_AxisFront_Global"),
    "T axis": ("T_AxisFront_Global",),
}
"""Columns of each figure; the first that a table has is read."""
MISSING = -3276.0
"""This value and lower ones stand for missing."""


@dataclass(frozen=True)
class FeatureTable:
    """One program's figures by record and name; a figure that is missing is left out."""

    source: str
    figures: dict[int, dict[str, float]]


def read_feature_tables(root: Path | str) -> tuple[FeatureTable, ...]:
    """The tables in a folder of PTB-XL+, or in its `features`; UnreadableInputError where there is none."""
    folder = Path(root) / "features" if (Path(root) / "features").is_dir() else Path(root)
    found = {source: folder / name for source, name in TABLES.items() if (folder / name).is_file()}
    if not found:
        remedy = f"give the folder that holds {' or '.join(TABLES.values())}"
        raise UnreadableInputError(f"{root} has no feature table", where="PTB-XL+", remedy=remedy)
    return tuple(FeatureTable(source, _read(path)) for source, path in found.items())


def _read(path: Path) -> dict[int, dict[str, float]]:
    try:
        with path.open(newline="", encoding="utf-8") as file:
            return {int(float(row["ecg_id"])): _figures(row) for row in csv.DictReader(file)}
    except (KeyError, ValueError) as error:
        raise UnreadableInputError(f"{path} is no feature table ({error})", where="PTB-XL+") from error


def _figures(row: dict[str, str]) -> dict[str, float]:
    out = {}
    for name, columns in COLUMNS.items():
        text = next((row[column] for column in columns if row.get(column)), "")
        value = float(text) if text else float("nan")
        if value > MISSING:  # not NaN either
            out[name] = value
    return out
