"""The scores of each task, by scikit-learn, SciPy, statsmodels and lifelines."""

from __future__ import annotations

import numpy as np
import statsmodels.api as sm
from lifelines.utils import concordance_index
from numpy.typing import NDArray
from scipy import stats
from sklearn import metrics as sk

from ecgimg.datamodel.arrays import Doubles
from ecgimg.datamodel.probability import log_odds
from ecgimg.train.evaluation.sample import Metric, Sample
from ecgimg.train.evaluation.table import Task

LEAST_PROBABILITY = 1e-6
"""Probabilities nearer to 0 or 1 count as this one in log odds, which would be infinite."""


def clipped_log_odds(probability: Doubles) -> Doubles:
    """Log odds [N] of probabilities; those of 0 and 1 are finite."""
    return np.asarray(log_odds(np.clip(probability, LEAST_PROBABILITY, 1 - LEAST_PROBABILITY)))


def auroc(sample: Sample) -> float:
    """Area under the ROC curve, from the ranks (Mann and Whitney): 20 times as fast as building the curve."""
    events, others = int(sample.is_event.sum()), int((~sample.is_event).sum())
    if not events or not others:
        return float("nan")
    above = stats.rankdata(sample.predicted)[sample.is_event].sum() - events * (events + 1) / 2
    return float(above / (events * others))


def brier(sample: Sample) -> float:
    """Mean squared difference of probability and outcome."""
    return float(np.square(sample.predicted - sample.truth).mean())


def calibration_intercept(sample: Sample) -> float:
    """Intercept of a logistic model whose offset is the predicted log odds (slope 1); 0 is right on average."""
    if not _has_both(sample):
        return float("nan")
    design = np.ones((len(sample), 1))
    model = sm.GLM(sample.truth, design, sm.families.Binomial(), offset=clipped_log_odds(sample.predicted))
    return float(model.fit().params[0])


def calibration_slope(sample: Sample) -> float:
    """Slope of a logistic model on the predicted log odds; below 1 the predictions are too extreme."""
    odds = clipped_log_odds(sample.predicted)
    if not _has_both(sample) or np.ptp(odds) == 0:
        return float("nan")
    return float(sm.GLM(sample.truth, sm.add_constant(odds), sm.families.Binomial()).fit().params[1])


def scaled_brier(sample: Sample) -> float:
    """1 - Brier / (prevalence * (1 - prevalence)): 1 is perfect, 0 as good as the prevalence for everyone."""
    share = sample.truth.mean()
    return float(1 - brier(sample) / (share * (1 - share)))


def group_of(predicted: Doubles, groups: int) -> NDArray[np.int64]:
    """[N] number of the group of equal count that a prediction is in; equal predictions are in the same group."""
    edges = np.unique(np.quantile(predicted, np.arange(1, groups) / groups))
    return np.asarray(np.searchsorted(edges, predicted, side="left"), np.int64)


def calibration_error(sample: Sample, groups: int = 10) -> float:
    """Expected calibration error over groups of equal count: the mean of |observed - predicted| by count."""
    member = group_of(sample.predicted, groups)
    gap = np.bincount(member, sample.truth - sample.predicted)
    return float(np.abs(gap).sum() / len(sample))


def weighted_kappa(sample: Sample) -> float:
    """Cohen's kappa with quadratic weights of the level nearest to the expected one."""
    nearest = np.clip(np.rint(sample.predicted), 0, None).astype(int)
    return float(sk.cohen_kappa_score(sample.truth.astype(int), nearest, weights="quadratic"))


def linear_slope(sample: Sample) -> float:
    """Slope of the truth on the prediction by least squares; below 1 the predictions are too extreme."""
    if np.ptp(sample.predicted) == 0:
        return float("nan")
    return float(sm.OLS(sample.truth, sm.add_constant(sample.predicted)).fit().params[1])


def concordance(sample: Sample) -> float:
    """Harrell's C: the share of comparable pairs in which who has the event earlier has the higher hazard."""
    try:
        return float(concordance_index(sample.time, -sample.predicted, sample.truth))
    except ZeroDivisionError:  # no comparable pair in a draw
        return float("nan")


AUROC = Metric("auroc", "AUROC", auroc)
OBSERVED_TO_EXPECTED = Metric(
    "observed_to_expected", "Observed / expected events", lambda s: float(s.truth.sum() / s.predicted.sum())
)
KAPPA = Metric("weighted_kappa", "Weighted kappa (quadratic)", weighted_kappa)
ABSOLUTE_ERROR = Metric("mae", "Mean absolute error", lambda s: float(np.abs(s.predicted - s.truth).mean()))
MEAN_ERROR = Metric("mean_error", "Mean error (predicted - true)", lambda s: float((s.predicted - s.truth).mean()))
CONCORDANCE = Metric("c_index", "C-index", concordance)

BINARY = (
    AUROC,
    Metric("average_precision", "Average precision", lambda s: float(sk.average_precision_score(s.truth, s.predicted))),
    Metric("calibration_intercept", "Calibration intercept", calibration_intercept),
    Metric("calibration_slope", "Calibration slope", calibration_slope),
    OBSERVED_TO_EXPECTED,
    Metric("brier", "Brier score", brier),
    Metric("brier_scaled", "Scaled Brier score", scaled_brier),
)
ORDINAL = (
    KAPPA,
    ABSOLUTE_ERROR,
    Metric("spearman", "Spearman correlation", lambda s: float(stats.spearmanr(s.truth, s.predicted).statistic)),
    Metric("exact", "Level right", lambda s: float((np.rint(s.predicted) == s.truth).mean())),
)
REGRESSION = (
    ABSOLUTE_ERROR,
    MEAN_ERROR,
    Metric("r2", "R squared", lambda s: float(sk.r2_score(s.truth, s.predicted))),
    Metric("pearson", "Pearson correlation", lambda s: float(stats.pearsonr(s.truth, s.predicted).statistic)),
    Metric("calibration_slope", "Calibration slope", linear_slope),
)


def metrics_of(task: Task, bins: int) -> tuple[Metric, ...]:
    """All scores of a task; `bins` are the groups of the calibration error."""
    error = Metric("calibration_error", f"Calibration error ({bins} groups)", lambda s: calibration_error(s, bins))
    own = {
        Task.BINARY: (*BINARY, error),
        Task.ORDINAL: ORDINAL,
        Task.REGRESSION: REGRESSION,
        Task.SURVIVAL: (CONCORDANCE,),
    }
    return own[task]


def main_metrics_of(task: Task) -> tuple[Metric, ...]:
    """The scores of a subgroup; the first one is drawn."""
    return {
        Task.BINARY: (AUROC, OBSERVED_TO_EXPECTED),
        Task.ORDINAL: (KAPPA, ABSOLUTE_ERROR),
        Task.REGRESSION: (ABSOLUTE_ERROR, MEAN_ERROR),
        Task.SURVIVAL: (CONCORDANCE,),
    }[task]


def _has_both(sample: Sample) -> bool:
    return bool(0 < sample.truth.sum() < len(sample))
