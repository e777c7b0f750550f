"""The warnings of a recording: assumed scales, leads that could not be followed, and misread stretches."""

from __future__ import annotations

import numpy as np

from ecgimg.datamodel.arrays import Floats
from ecgimg.datamodel.leads import UNNAMED_LEAD
from ecgimg.datamodel.page import LayoutMatch, Scale, Sheet, Source
from ecgimg.stages.assemble.constants import ASSEMBLE
from ecgimg.stages.assemble.lead_laws import CorrectedReadings

_ORIGINS: dict[Source, str] = {
    "given": "given",
    "text": "printed",
    "pulse": "the calibration pulse shows",
    "signal": "the curves are long",
    "beats": "the beats look",
    "assumed": "usual",
}
_SIGNS: dict[Source, str] = {
    "text": "the printed text shows",
    "pulse": "the calibration pulse shows",
    "signal": "the curves are as long as at",
    "beats": "the beats look as at",
}


def scale_warnings(sheet: Sheet, match: LayoutMatch) -> tuple[str, ...]:
    """Warnings about a stretched picture, a page without a grid, and scales that the page contradicts or lacks."""
    warnings = []
    if sheet.stretch != 1:
        warnings.append(
            f"the picture is stretched: its grid's squares are {sheet.stretch:.2f} times as high as wide; "
            "heights and times are those of square ones"
        )
    if not sheet.has_grid:
        warnings.append("no grid is seen: the page's edges and its pulses or columns tell its shape and scale")
    for scale, unit in ((match.paper_speed, "mm/s"), (match.gain, "mm/mV")):
        warnings += contradiction_warnings(scale, unit)
        if scale.source == "assumed":
            warnings.append(f"{scale.value:g} {unit} is assumed: neither text nor a calibration pulse tells it")
        elif scale.source == "beats":
            warnings.append(f"only the beats' shape and distance tell that the paper ran at {scale.value:g} {unit}")
    if match.chest_gain is not None:
        warnings.append(f"the chest leads are printed at {match.chest_gain.value:g} mm/mV, the others at another gain")
    return tuple(warnings)


def contradiction_warnings(scale: Scale, unit: str) -> tuple[str, ...]:
    """The warning about a scale that its page contradicts: the value that is used, and each sign of another one."""
    if not scale.contradictions:
        return ()
    others = ", ".join(f"{_SIGNS[other.source]} {other.value:g} {unit}" for other in scale.contradictions)
    return (f"{scale.value:g} {unit} is used as {_ORIGINS[scale.source]}, but {others}: check this scale",)


def lead_warnings(leads: tuple[str, ...], match: LayoutMatch, signals: Floats, confidence: Floats) -> tuple[str, ...]:
    """Warnings about printed leads that are unknown or doubtful; signals and confidence are [L, T]."""
    warnings = []
    printed = {cell.lead for cell in match.cells}
    for row, lead in enumerate(leads):
        known = np.isfinite(signals[row])
        if lead in printed and not known.any():
            warnings.append(f"lead {lead} could not be followed")
        elif known.any() and confidence[row][known].mean() < ASSEMBLE.min_lead_confidence:
            warnings.append(f"lead {lead} is doubtful")
    unnamed = [lead for lead in leads if lead.startswith(UNNAMED_LEAD)]
    if unnamed:
        warnings.append(f"the page names no lead for {', '.join(unnamed)}: it is not judged")
    return tuple(warnings)


def corrected_warnings(leads: tuple[str, ...], agreed: CorrectedReadings) -> tuple[str, ...]:
    """Warnings about leads that were misread for long by the evidence of the others; `leads` are the readings'."""
    seconds = dict.fromkeys(leads, 0.0)
    for lead, corrected in zip(leads, agreed.corrected, strict=True):
        seconds[lead] += float(corrected.sum()) / ASSEMBLE.fs_hz
    return tuple(
        f"lead {lead} disagrees with the leads printed with it for {length:.1f} s and was weighed against them there"
        for lead, length in seconds.items()
        if length >= ASSEMBLE.min_corrected_s
    )
