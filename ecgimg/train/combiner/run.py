"""The command `ecgimg train combiner`: fits the combiner on pages that `ecgimg bench chain` wrote."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ecgimg.datasets.ptbxl import read_ptbxl
from ecgimg.networks.patchecg import load_patchecg
from ecgimg.train.combiner.data import combiner_data, read_page_set
from ecgimg.train.combiner.fit import fit_combiner, write_combiner


def run(data: Path, rows: Sequence[Path], out: Path) -> Path:
    """Fits the combiner on all pages and writes OUT/combiner.json.

    Args:
        data: the folder of PTB-XL, which has the labels.
        rows: files OUT/pages.jsonl of `ecgimg bench chain`.
        out: folder of the weights.

    Raises:
        UnreadableInputError: the data, a file of pages, or one that stands beside it is missing.
        DependencyError: a network is missing.
    """
    sets = [read_page_set(path) for path in rows]
    pages = [page for one in sets for page in one.pages]
    combiner = fit_combiner(combiner_data(pages, load_patchecg(), read_ptbxl(data)))
    return write_combiner(combiner, out / "combiner.json", [one.title for one in sets])
