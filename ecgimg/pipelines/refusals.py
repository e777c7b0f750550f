"""What was seen of a page that is refused: its rows of curves, its lead names, and whether it is mirrored."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ecgimg.datamodel.constants import constant
from ecgimg.datamodel.leads import LEADS
from ecgimg.datamodel.page import UprightSheet
from ecgimg.errors import Cause, RefusedError
from ecgimg.stages.landmarks.find import find_landmarks


@dataclass(frozen=True)
class RefusalConstants:
    """When a refused page counts as mirrored."""

    min_mirrored_names: int = constant(
        5, unit="count", why="lead names that prove a page; its mirror image must show as many"
    )
    sure_name: float = constant(0.9, unit="probability", why="only sure names count: mirrored ones are read with doubt")
    mirrored_factor: float = constant(
        1.5,
        unit="factor",
        why="a mirrored page shows more names in its mirror image, by at least this factor",
        measured="3 mirrored pages show 3, 6, 6 names, mirrored back 11, 12, 13; 2 others 11, 13, mirrored 4, 5",
    )


REFUSALS = RefusalConstants()
_CAUSES_OF_MIRRORED = (Cause.GIVEN_LAYOUT, Cause.UNKNOWN_LAYOUT, Cause.UNCERTAIN_LAYOUT, Cause.CUT_OFF)


def with_what_was_seen(error: RefusedError, page: UprightSheet) -> RefusedError:
    """A refusal with the rows and lead names that were found, and with the cause MIRRORED where the page is."""
    refusal = error.refusal
    named = {name.lead for name in page.names}
    leads = tuple(lead for lead in LEADS if lead in named)
    cause = Cause.MIRRORED if refusal.cause in _CAUSES_OF_MIRRORED and is_mirrored(page) else refusal.cause
    return RefusedError.of(replace(refusal, cause=cause, rows=len(page.baselines), leads=leads))


def is_mirrored(page: UprightSheet) -> bool:
    """Whether the mirror image of a page shows clearly more lead names than the page."""
    pixels = np.ascontiguousarray(page.sheet.pixels[:, ::-1])
    mirrored = _n_sure_names(find_landmarks(replace(page.sheet, pixels=pixels)))
    return mirrored >= max(REFUSALS.min_mirrored_names, REFUSALS.mirrored_factor * _n_sure_names(page))


def _n_sure_names(page: UprightSheet) -> int:
    return sum(name.confidence >= REFUSALS.sure_name for name in page.names)
