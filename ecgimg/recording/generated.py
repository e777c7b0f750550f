"""Which samples of a file were generated and not recorded: lines of text that any format can hold, and back.

A line is "generated, not recorded: V1 samples 0-1249, 5000-5003": a lead and first and last sample of each stretch,
from 0. Readers take every line of this form, so that generated samples stay marked wherever a file goes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import numpy as np

from ecgimg.datamodel.arrays import Bools
from ecgimg.datamodel.leads import is_lead, lead_name

WARNING = (
    "generated samples regress to the mean of many patients: what is unusual in this patient's leads is missing in "
    "them; they are not for clinical use"
)
"""What every reader of generated samples has to know (Communications Medicine 2025, s43856-025-00814-w)."""
GENERATED_LETTER = "G"
"""In drawings generated samples are dashed in a colour of their own, with this letter where they begin."""
_INTRO = "generated, not recorded:"
_LINE = re.compile(rf"{_INTRO} (?P<lead>[^:;]+?) samples (?P<runs>\d+-\d+(?:, \d+-\d+)*)")
_RUNS_OF_A_LINE = 40
"""Stretches in one line: a text of DICOM has 1024 letters at most."""


def runs_of(there: Bools) -> tuple[tuple[int, int], ...]:
    """(first, last + 1) of each run of True in [T]."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], there, [False]]).astype(np.int8)))
    return tuple(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


def generated_notes(leads: Sequence[str], generated: Bools) -> tuple[str, ...]:
    """The lines for a mask [L, T], the warning last; none where nothing was generated."""
    lines = []
    for lead, row in zip(leads, generated, strict=True):
        runs = [f"{first}-{end - 1}" for first, end in runs_of(row)]
        for k in range(0, len(runs), _RUNS_OF_A_LINE):
            lines.append(f"{_INTRO} {lead} samples {', '.join(runs[k : k + _RUNS_OF_A_LINE])}")
    return (*lines, WARNING) if lines else ()


def generated_in(notes: Iterable[str], leads: Sequence[str], length: int) -> Bools:
    """The mask [L, T] that lines of text give; a lead that is not among `leads` is left out."""
    mask = np.zeros((len(leads), length), bool)
    for match in (found for note in notes for found in _LINE.finditer(note)):
        lead = lead_name(match["lead"]) if is_lead(match["lead"]) else ""
        for run in match["runs"].split(", ") if lead in leads else ():
            first, last = map(int, run.split("-"))
            mask[leads.index(lead), first : last + 1] = True
    return mask
