"""Gradient boosting on an encoder's features: scikit-learn grows the trees, and ONNX has them as one node.

features [B, width] -> logits [B, K], as heads give them
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from ecgimg.datamodel.arrays import Doubles, Floats
from ecgimg.networks.finetuned import ModelTarget
from ecgimg.train.common.export import deployable
from ecgimg.train.finetune.cohort import Cohort
from ecgimg.train.finetune.fit import Choice, Fitted, TreeSettings, best_of, logits_of
from ecgimg.train.finetune.losses import masked_loss
from ecgimg.train.finetune.model import FinetuneModel
from ecgimg.train.finetune.recipe import BoostRecipe

logger = logging.getLogger(__name__)
SUBSAMPLE = 0.7
"""Share of the recordings that a tree sees."""


@dataclass(frozen=True, eq=False)
class Trees:
    """All trees as a list of nodes [M], and the logits [K] that they are added to.

    A node is known by `tree` and by `number` in its tree, which begins with the root 0. Its feature is compared with
    its threshold: `yes` is the node where the feature is not greater, `no` the other. A leaf has feature -1, and adds
    `value` to the logit `output`.
    """

    tree: NDArray[np.int64]
    number: NDArray[np.int64]
    feature: NDArray[np.int64]
    threshold: Floats
    yes: NDArray[np.int64]
    no: NDArray[np.int64]
    output: NDArray[np.int64]
    value: Floats
    base: Floats

    def logits(self, features: Floats) -> Floats:
        """Features [B, width] to logits [B, K]."""
        roots = np.flatnonzero(self.number == 0)
        at, rows = np.tile(roots, (len(features), 1)), np.arange(len(features))[:, None]
        while (self.feature[at] >= 0).any():
            goes = features[rows, np.maximum(self.feature[at], 0)] <= self.threshold[at]
            step = np.where(goes, self.yes[at], self.no[at])
            at = np.where(self.feature[at] >= 0, roots + step, at)
        out = np.tile(self.base.astype(np.float64), (len(features), 1))
        for column, ends in enumerate(at.T):
            out[:, self.output[roots[column]]] += self.value[ends]
        return out.astype(np.float32)

    @property
    def attributes(self) -> dict[str, Any]:
        """The attributes of ONNX's TreeEnsembleRegressor."""
        leaf = self.feature < 0
        return {
            "nodes_treeids_i": self.tree.tolist(), "nodes_nodeids_i": self.number.tolist(),
            "nodes_featureids_i": np.maximum(self.feature, 0).tolist(),
            "nodes_modes_s": ["LEAF" if one else "BRANCH_LEQ" for one in leaf],
            "nodes_values_f": self.threshold.tolist(),
            "nodes_truenodeids_i": self.yes.tolist(), "nodes_falsenodeids_i": self.no.tolist(),
            "target_treeids_i": self.tree[leaf].tolist(), "target_nodeids_i": self.number[leaf].tolist(),
            "target_ids_i": self.output[leaf].tolist(), "target_weights_f": self.value[leaf].tolist(),
            "n_targets_i": len(self.base), "base_values_f": self.base.tolist(),
        }  # fmt: skip


class _Ensemble(torch.autograd.Function):
    """Trees as one step, which torch computes by numpy and exports as one node."""

    @staticmethod
    def forward(ctx: Any, features: Tensor, trees: Trees) -> Tensor:
        return torch.from_numpy(trees.logits(features.numpy()))

    @staticmethod
    def symbolic(g: Any, features: Any, trees: Trees) -> Any:
        logits = g.op("ai.onnx.ml::TreeEnsembleRegressor", features, **trees.attributes)
        return logits.setType(features.type().with_sizes([None, len(trees.base)]))


class BoostedTrees(nn.Module):
    """Trees in the place of a head."""

    def __init__(self, trees: Trees) -> None:
        super().__init__()
        self.trees = trees

    def forward(self, features: Tensor) -> Tensor:
        """[B, width] to [B, K]."""
        logits: Tensor = _Ensemble.apply(features.detach().float(), self.trees)  # type: ignore[no-untyped-call]
        return logits


def boost(encoder: nn.Module, cohort: Cohort, targets: Sequence[ModelTarget], recipe: BoostRecipe) -> Fitted:
    """Grows trees for all targets on the features of train; validation chooses among the recipe's settings.

    Features are those of the encoder as it is exported: with rounded weights, so that no split falls otherwise later.
    """
    encoder = deployable(encoder)
    train, held = (logits_of(encoder, cohort, cohort.indices(part)) for part in ("train", "validation"))
    truths = cohort.truths.at(cohort.indices("train"))
    held_truths = cohort.truths.at(cohort.indices("validation"))
    values, events = (torch.from_numpy(v).float() for v in (held_truths.values, held_truths.events))
    tried = []
    for settings in (TreeSettings(*one) for one in product(recipe.trees, recipe.depths, recipe.rates)):
        for seed in recipe.seeds:
            model = BoostedTrees(grown(train, truths.values, targets, settings, seed))
            loss = float(masked_loss(model(torch.from_numpy(held)), values, events, targets))
            logger.info("%s, seed %d: validation loss %.4f", settings, seed, loss)
            tried.append((Choice(settings, seed, loss, settings.trees), model))
    fitted = best_of(tried)
    return Fitted(FinetuneModel(encoder, fitted.model).eval(), fitted.settings, fitted.choices)


def grown(
    features: Floats, values: Doubles, targets: Sequence[ModelTarget], settings: TreeSettings, seed: int
) -> Trees:
    """Trees for targets [N, targets], NaN where unknown, of features [N, width]."""
    base: list[float] = []
    parts: list[tuple[Any, int]] = []
    for k, target in enumerate(targets):
        known = np.isfinite(values[:, k])
        for wanted in _columns(values[known, k], target):
            model, start = _fitted(features[known], wanted, target.task == "regression", settings, seed)
            parts += [(one.tree_, len(base)) for one in model]
            base.append(start)
    return _joined(parts, base, settings.rate)


def _columns(values: Doubles, target: ModelTarget) -> Iterator[Doubles]:
    """What each logit of a target learns: a deviation from the mean, a class, or whether a level is reached."""
    if target.task == "regression":
        yield (values - target.offset) / target.slope
    elif target.task == "ordinal":
        yield from ((values > level).astype(np.float64) for level in range(target.count))
    else:
        yield values


def _fitted(
    features: Floats, wanted: Doubles, is_value: bool, settings: TreeSettings, seed: int
) -> tuple[Sequence[Any], float]:
    """The trees of one logit, and what they are added to; one without a split where all recordings are of one class."""
    from sklearn.ensemble import GradientBoostingClassifier, GradientBoostingRegressor
    from sklearn.tree import DecisionTreeRegressor

    if not is_value and len(np.unique(wanted)) < 2:
        share = (wanted.sum() + 0.5) / (len(wanted) + 1)
        return (DecisionTreeRegressor().fit(features, np.zeros(len(wanted))),), float(np.log(share / (1 - share)))
    kind = GradientBoostingRegressor if is_value else GradientBoostingClassifier
    model = kind(
        n_estimators=settings.trees, max_depth=settings.depth, learning_rate=settings.rate, subsample=SUBSAMPLE,
        max_features="sqrt", random_state=seed,
    )  # fmt: skip
    model.fit(features, wanted)
    trees = model.estimators_[:, 0]
    first = features[:1]
    whole = model.predict(first) if is_value else model.decision_function(first)
    return trees, float(whole[0] - settings.rate * sum(float(one.predict(first)[0]) for one in trees))


def _joined(parts: Sequence[tuple[Any, int]], base: Sequence[float], rate: float) -> Trees:
    """scikit-learn's trees, each with its output, as one list of nodes."""
    counts = [tree.node_count for tree, _ in parts]

    def joined(name: str) -> NDArray[Any]:
        return np.concatenate([np.asarray(getattr(tree, name)).reshape(-1) for tree, _ in parts])

    feature = joined("feature").astype(np.int64)
    is_leaf = feature < 0
    return Trees(
        tree=np.repeat(np.arange(len(parts)), counts),
        number=np.concatenate([np.arange(count) for count in counts]),
        feature=np.where(is_leaf, -1, feature),
        threshold=np.where(is_leaf, 0, rounded_down(joined("threshold"))).astype(np.float32),
        yes=np.where(is_leaf, 0, joined("children_left")).astype(np.int64),
        no=np.where(is_leaf, 0, joined("children_right")).astype(np.int64),
        output=np.repeat(np.array([output for _, output in parts], np.int64), counts),
        value=(rate * joined("value")).astype(np.float32),
        base=np.array(base, np.float32),
    )


def rounded_down(values: Doubles) -> Floats:
    """The greatest single numbers that are not above doubles: a single number is below both or above both."""
    near = values.astype(np.float32)
    return np.where(near > values, np.nextafter(near, np.float32(-np.inf)), near).astype(np.float32)
