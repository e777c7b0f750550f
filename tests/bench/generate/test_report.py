"""The tables of the benchmark of the generator."""

from __future__ import annotations

from ecgimg.bench.generate.report import GenerateBench, markdown
from ecgimg.bench.generate.scores import Closeness, FoundScore, Learned, RateScore
from ecgimg.train.common.classifier_metrics import Interval

BENCH = GenerateBench(
    n=20,
    seconds=0.5,
    rates=(RateScore("statements", 20, Interval(3.21, 2.0, 4.0), 2.5, 1),),
    found=(FoundScore("PatchECG", "AFIB", 12, 0.6, 0.8, 0.1, 0.05),),
    closeness=Closeness(0.7, 0.8, 0.6, 0.75, 9.1, 9.0, 4.2, 4.0),
    learned=Learned(5, 0.71, 0.8, 0.82),
)


def test_every_score_has_its_place() -> None:
    text = markdown(BENCH)
    assert "| statements | 20 | 3.2 (2.0 to 4.0) | 2.5 | 1 |" in text
    assert "One recording takes 0.50 s." in text
    assert "| PatchECG | AFIB | 12 | 60.0% | 80.0% | 75.0% | 10.0% | 5.0% |" in text
    assert "| precision, k = 3 | 0.70 | 0.80 |" in text
    assert "| the lowest | 4.20 | 4.00 |" in text
    assert "| mean AUROC on other real records | 0.710 | 0.800 | 0.820 |" in text
