"""The real pages of `ecgimg bench screen`: the pages of an index file with labels, read by the image network."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ecgimg.bench.screen.pages import read_image
from ecgimg.errors import EcgimgError, UnreadableInputError
from ecgimg.findings.statements import ABNORMAL
from ecgimg.networks.screen import ScreenNet


@dataclass(frozen=True)
class LabelledPage:
    """A real page with its labels: the gate's decision, the probability of an abnormal ECG, and the findings."""

    image: str
    labels: str
    is_ecg: float
    admitted: bool
    abnormal: float
    found: tuple[str, ...]


def labelled_pages(net: ScreenNet, index: Path) -> tuple[LabelledPage, ...]:
    """The pages of an index.csv with the columns image and labels; pictures that can't be opened are left out.

    Raises:
        UnreadableInputError: the index can't be read.
    """
    try:
        with open(index, newline="", encoding="utf-8") as file:
            rows = [(row["image"], row["labels"] or "") for row in csv.DictReader(file)]
    except (OSError, KeyError, ValueError) as error:
        remedy = "give a CSV with the columns image and labels"
        raise UnreadableInputError(f"{index}: {error}", where="bench screen", remedy=remedy) from error
    out = []
    for image, labels in rows:
        try:
            is_ecg, logits, admitted = read_image(net, index.parent / image)
        except EcgimgError:
            continue
        probabilities = net.calibrated(np.asarray(logits, np.float32))
        pairs = list(zip(net.outputs, probabilities, strict=True))
        found = tuple(a.code for a, p in pairs if p >= a.threshold and a.group != "screening")
        abnormal = next(float(p) for a, p in pairs if a.code == ABNORMAL)
        out.append(LabelledPage(image, labels, is_ecg, admitted, abnormal, found))
    return tuple(out)
