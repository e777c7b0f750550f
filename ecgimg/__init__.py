"""ecgimg: a photo or scan of a paper ECG in, a 12-lead recording out, and a diagnosis somebody can check."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ecgimg.nets.patchecg import PatchEcg

__version__ = "0.1.0"


def load_patchecg(threads: int = 0) -> PatchEcg:
    """The packaged diagnosis network: ``load_patchecg().predict(recording)``; ``threads`` 0 chooses.

    Raises:
        DependencyError: the weights are missing or damaged.
    """
    from ecgimg.nets.patchecg import load_patchecg as load

    return load(threads)
