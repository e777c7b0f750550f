"""`ecgimg bench patchecg` from a folder of data to tables, JSON and plots."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from ecgimg.bench.patchecg.report import write_json, write_plots
from ecgimg.bench.patchecg.scores import PatchBench, Predictor, bench_patchecg, load_fold
from ecgimg.datamodel.arrays import Floats
from ecgimg.errors import UsageError
from ecgimg.networks.patchecg import PatchEcg, load_patchecg
from ecgimg.networks.runtime import open_network
from ecgimg.train.patchecg.masks import LAYOUTS


def run_patchecg(
    data: Path,
    fold: int,
    layouts: str,
    out: Path,
    weights: Path | None = None,
    trained: Path | None = None,
    hook: Callable[[str, int, int], None] | None = None,
) -> PatchBench:
    """Bench the packaged network, or ``weights``, on one fold and write JSON and plots into ``out``.

    ``trained`` is the folder of an `ecgimg train patchecg`, whose two baselines run beside the network.
    """
    numbers = parse_layouts(layouts)
    net = PatchEcg(open_network(weights)) if weights is not None else load_patchecg()
    records = load_fold(data, fold, [(o.code, o.group) for o in net.outputs])
    baselines = {} if trained is None else load_baselines(trained)
    bench = bench_patchecg(net, records, numbers, baselines, hook=hook)
    out.mkdir(parents=True, exist_ok=True)
    write_json(bench, out / f"patchecg_fold{fold}.json")
    write_plots(bench, out)
    return bench


def parse_layouts(text: str) -> Sequence[int]:
    """Layout numbers of "all", or of a list such as "0,3,6"; UsageError for anything else."""
    if text == "all":
        return range(len(LAYOUTS))
    names = text.split(",")
    if not all(name.isdecimal() and int(name) < len(LAYOUTS) for name in names):
        raise UsageError(f"layouts {text!r} are neither 'all' nor numbers of 0-{len(LAYOUTS) - 1}", where="--layouts")
    return sorted({int(name) for name in names})


def load_baselines(folder: Path) -> dict[str, Predictor]:
    """Both baselines of a training folder; UsageError when one has not been trained there."""
    from ecgimg.train.patchecg.fit import BASELINES, load_trained
    from ecgimg.train.patchecg.model import logits_of

    def predictor(name: str) -> Predictor:
        model = load_trained(name, folder)

        def predict(signals: Floats) -> Floats:
            seen = np.isfinite(signals)
            return logits_of(model, np.where(seen, signals, np.float32(0)), seen)

        return predict

    missing = [name for name in BASELINES if not any(folder.glob(f"{name}.leg*.pt"))]
    if missing:
        raise UsageError(
            f"{folder} has no {', '.join(missing)}", where="--trained", remedy="run ecgimg train patchecg first"
        )
    return {name: predictor(name) for name in BASELINES}
