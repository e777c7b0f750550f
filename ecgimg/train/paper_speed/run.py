"""The command `ecgimg train tempo`: fits the model of the paper speed on folds 1-8 and measures it on fold 9."""

from __future__ import annotations

import logging
from pathlib import Path

from ecgimg.networks.paper_speed import NAME, SPEEDS
from ecgimg.synth.signals.sources import open_source
from ecgimg.train.common.sheets import VALIDATION_FOLD
from ecgimg.train.paper_speed.data import gather, most_likely
from ecgimg.train.paper_speed.fit import fit, write_paper_speed

logger = logging.getLogger(__name__)

LIMITS = (0.0, 2.0, 4.0, 6.0)
"""Log odds at which the share of pages above is logged."""


def run(data: str, out: Path, count: int) -> Path:
    """Fits the model, logs its shares of right and wrong on fold 9, and writes OUT/tempo.json.

    Args:
        data: a source of signals as `ptbxl:DIR`.
        out: folder of the model.
        count: recordings of each set, drawn at both speeds.
    """
    model = fit(*gather(open_source(data), count, 1))
    features, fast = gather(open_source(data, folds=[VALIDATION_FOLD]), count, VALIDATION_FOLD)
    odds = model.offset + features @ model.weights
    for limit in LIMITS:
        right, wrong = float((odds[fast] > limit).mean()), float((odds[~fast] > limit).mean())
        logger.info(
            "log odds above %g: %.1f %% of %d at 50 mm/s, %.2f %% of %d at 25 mm/s",
            limit, 100 * right, fast.sum(), 100 * wrong, (~fast).sum(),
        )  # fmt: skip
    validation = open_source(data, folds=[VALIDATION_FOLD])
    for speed in SPEEDS:
        found = most_likely(model, validation, speed, count, VALIDATION_FOLD)
        share = 100 * float((found == speed).mean())
        logger.info("at %g mm/s: %.1f %% of %d pages are most like this speed of four", speed, share, len(found))
    return write_paper_speed(model, out / f"{NAME}.json")
