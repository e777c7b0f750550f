"""Plots of scores with their intervals."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ecgimg.datamodel.arrays import Doubles
from ecgimg.train.common.classifier_metrics import Interval

DPI = 110
"""Resolution of a picture."""
COLOUR = "#0f5f63"


def draw_without_display() -> None:
    """Chooses the backend of matplotlib that needs no display; before the first figure."""
    import matplotlib as mpl

    mpl.use("Agg")


def interval_plot(rows: Sequence[tuple[str, Interval]], label: str, path: Path) -> Path:
    """Scores with their intervals as a PNG file, one a row; those that are NaN are left out."""
    from matplotlib import pyplot as plt

    known = [(name, score) for name, score in rows if not np.isnan(score.value)]
    figure, axes = plt.subplots(figsize=(9, max(3.0, 0.22 * len(known) + 1)), layout="constrained")
    places = np.arange(len(known))
    values, reach = values_and_reach([score for _, score in known])
    axes.errorbar(values, places, xerr=reach, fmt="o", ms=4, capsize=2, color=COLOUR)
    axes.axvline(0, color="0.6", lw=0.8)
    axes.set_yticks(places, [name for name, _ in known], fontsize="small")
    axes.invert_yaxis()
    axes.grid(alpha=0.3)
    axes.set_xlabel(f"{label} (95 % interval)")
    return save_figure(figure, path)


def values_and_reach(scores: Sequence[Interval]) -> tuple[Doubles, Doubles]:
    """Values [N] of scores, and how far their intervals reach below and above [2, N]."""
    values = np.array([score.value for score in scores], np.float64)
    bounds = np.array([[s.low for s in scores], [s.high for s in scores]], np.float64).reshape(2, -1)
    return values, np.abs(bounds - values)


def save_figure(figure: Any, path: Path) -> Path:
    """Writes a figure as a picture and closes it."""
    from matplotlib import pyplot as plt

    figure.savefig(path, dpi=DPI)
    plt.close(figure)
    return path
