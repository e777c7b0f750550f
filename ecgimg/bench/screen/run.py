"""`ecgimg bench screen` from a folder of data to scores and JSON."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ecgimg.bench.screen.pages import read_others, read_pages
from ecgimg.bench.screen.real_pages import labelled_pages
from ecgimg.bench.screen.report import write_json
from ecgimg.bench.screen.scores import ScreenBench, beside, gather, refused_by_kind, slices
from ecgimg.datasets.ptbxl import read_ptbxl
from ecgimg.networks.runtime import open_network
from ecgimg.networks.screen import ScreenNet, load_screen
from ecgimg.synth.signals.sources import PtbxlSource


def run_screen_bench(
    data: Path, fold: int, presets: Sequence[str], pages: int, out: Path, signal: bool = False, others: int = 20,
    index: Path | None = None, weights: Path | None = None,
) -> ScreenBench:  # fmt: skip
    """Reads pages, scores them and writes OUT/bench.json; continues an earlier run.

    Args:
        data: the folder of PTB-XL.
        fold: the fold to draw.
        presets: recipes of pages.
        pages: number of pages of each recipe.
        out: folder of the rows and of the scores.
        signal: whether each page is also digitized and classified by PatchECG.
        others: number of pictures of each kind that is no ECG.
        index: an index.csv of real pages with labels.
        weights: an exported network in place of the packaged one.
    """
    net = ScreenNet(open_network(weights)) if weights else load_screen()
    reads = read_pages(net, PtbxlSource(data, (fold,)), presets, pages, out, signal)
    gathered = gather(reads, read_ptbxl(data), fold)
    bench = ScreenBench(
        slices=slices(gathered),
        beside=beside(gathered),
        others=refused_by_kind(read_others(net, others)),
        labelled=labelled_pages(net, index) if index else (),
        milliseconds=float(1000 * np.median([read.seconds for read in reads])),
    )
    write_json(bench, out / "bench.json")
    return bench
