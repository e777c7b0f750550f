"""Constants of the completion, with their reasons."""

from __future__ import annotations

from dataclasses import dataclass

from ecgimg.datamodel.constants import constant


@dataclass(frozen=True)
class CompleteConstants:
    """Constants of the completion."""

    min_explained: float = constant(
        0.02,
        unit="share of a lead's variance",
        why="where what is seen explains less, a lead stays unknown: a flat line would look like a signal",
    )
    min_whole_share: float = constant(
        0.9, unit="share of the time", why="a lead that is seen so long counts as whole, as the network learned it"
    )
    before_s: float = constant(0.35, unit="s", why="a beat begins so long before its QRS complex: P wave and PR")
    after_s: float = constant(0.6, unit="s", why="a beat ends so long after its QRS complex: ST and T wave")
    fade_s: float = constant(0.08, unit="s", why="a beat's correction fades over this time, so that no step is made")


COMPLETE = CompleteConstants()
