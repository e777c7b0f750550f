"""The command `ecgimg train trace`: renders, trains, measures, calibrates and exports; resumes in its folder."""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np
import torch
from torch import nn

from ecgimg.networks.trace import NAME
from ecgimg.synth.signals.sources import open_source
from ecgimg.train.common.shards import rendering
from ecgimg.train.common.sheets import VALIDATION_FOLD, VALIDATION_RECIPES
from ecgimg.train.trace.calibrate import (
    PRESENCE,
    BandReading,
    calibrate,
    expected_error,
    page_db,
    read_page,
    validation_pages,
)
from ecgimg.train.trace.data import render_shards
from ecgimg.train.trace.fit import export, train

logger = logging.getLogger(__name__)


def run(data: str, out: Path, steps: int, pages: int, threads: int = 1) -> Path:
    """Trains the trace network and writes OUT/trace.onnx.

    Args:
        data: a source of signals as `ptbxl:DIR`; folds 1-8 train, fold 9 measures.
        out: folder of shards, checkpoint and network; an interrupted training resumes there.
        steps: optimizer steps.
        pages: validation pages of each recipe.
        threads: of the training; rendering takes one process more.
    """
    torch.set_num_threads(threads)
    shards = out / "shards"
    with rendering(render_shards, data, shards):
        model = train(shards, out / "checkpoint.pt", steps)
    reads = measure(model, data, pages)
    spec = calibrate(reads)
    logger.info("confidence is off by %.3f in the mean", expected_error(reads, spec))
    return export(model, spec, out / f"{NAME}.onnx")


def measure(model: nn.Module, data: str, pages: int) -> list[BandReading]:
    """Logs the SNR in dB of validation pages by recipe; returns the readings of all of them."""
    source = open_source(data, folds=[VALIDATION_FOLD])
    everything = []
    for recipe in VALIDATION_RECIPES:
        reads = [read_page(model, page) for page in validation_pages(source, recipe, pages)]
        db = np.array([page_db(read, PRESENCE) for read in reads])
        mean = 10 * np.log10(np.mean(10 ** (db / 10)))
        logger.info("%s: %d pages, mean %.1f dB, median %.1f dB", recipe, len(db), mean, np.median(db))
        everything += [one for read in reads for one in read]
    return everything
