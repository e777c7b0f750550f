"""Whether a ventricle is paced: spikes of a few milliseconds right before the QRS complexes, in several leads."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

import numpy as np
from scipy.ndimage import median_filter

from ecgimg.datamodel.arrays import Floats
from ecgimg.findings.measurements import LeadBeat
from ecgimg.recording.recording import Recording
from ecgimg.stages.measure.constants import MEASURE


def is_paced(recording: Recording, beats: Sequence[LeadBeat]) -> bool:
    """Whether the leads show spikes before most QRS complexes; False where the rate is too low for a spike to show."""
    if recording.fs < MEASURE.min_spike_rate_hz:
        return False
    leads = groupby(beats, key=lambda beat: beat.lead)
    spikes = [_spike_mv(recording.lead(lead), recording.fs, list(own)) for lead, own in leads]
    heights = sorted((height for height in spikes if height is not None), reverse=True)
    if not heights:
        return False
    return heights[min(MEASURE.spike_leads, len(heights)) - 1] >= MEASURE.min_spike_mv


def _spike_mv(signal: Floats, fs: float, beats: Sequence[LeadBeat]) -> float | None:
    """Median over a lead's beats of the highest spike around their QRS onset, above the noise of the lead.

    None with fewer than two beats.
    """
    filled = np.where(np.isfinite(signal), signal, np.float32(np.nanmedian(signal)))
    spikes = np.abs(filled - median_filter(filled, 2 * round(MEASURE.spike_s * fs / 2) + 1))
    noise_mv = MEASURE.spike_noise_shares * float(np.percentile(spikes, MEASURE.spike_noise_percentile))
    heights = []
    for beat in beats:
        if beat.qrs.onset is None:
            continue
        first = round((beat.qrs.onset - MEASURE.spike_before_s) * fs)
        if first >= 0:
            heights.append(float(spikes[first : round((beat.qrs.onset + MEASURE.spike_after_s) * fs) + 1].max()))
    return float(np.median(heights)) - noise_mv if len(heights) > 1 else None
