"""Plots of scores with their intervals."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ecgimg.train.common.classifier_metrics import Interval


def interval_plot(rows: Sequence[tuple[str, Interval]], label: str, path: Path) -> Path:
    """Scores with their intervals as a PNG file, one a row; those that are NaN are left out."""
    from matplotlib import pyplot as plt

    kept = [(name, score) for name, score in rows if not np.isnan(score.value)]
    figure, axes = plt.subplots(figsize=(9, max(3.0, 0.22 * len(kept) + 1)), layout="constrained")
    place = np.arange(len(kept))
    values = np.array([score.value for _, score in kept])
    reach: Any = np.abs(np.array([[s.low for _, s in kept], [s.high for _, s in kept]]).reshape(2, -1) - values)
    axes.errorbar(values, place, xerr=reach, fmt="o", ms=4, capsize=2, color="#0f5f63")
    axes.axvline(0, color="0.6", lw=0.8)
    axes.set_yticks(place, [name for name, _ in kept], fontsize="small")
    axes.invert_yaxis()
    axes.grid(alpha=0.3)
    axes.set_xlabel(f"{label} (95 % interval)")
    figure.savefig(path, dpi=110)
    plt.close(figure)
    return path
