"""Constants of the measurements, with their reasons."""

from __future__ import annotations

from dataclasses import dataclass

from ecgimg.datamodel.constants import constant

SHARED_AND_LEAD = "standard deviations of its error, the part that all leads share and the part of each lead"
ON_LUDB = (
    "LUDB, cross-validated: deviations of a lead's ends 9 (QRS), 14 (P), 20 ms (T), of intervals from twelve leads "
    "6 (PR), 8 (QRS), 10 ms (QT)"
)


@dataclass(frozen=True)
class MeasureConstants:
    """Constants of the measurements."""

    min_lead_s: float = constant(1.0, unit="s", why="in a shorter stretch of a lead no waves are looked for")
    min_lead_span_mv: float = constant(0.05, unit="mV", why="a lead with a smaller span is flat: it shows no heart")
    max_beat_distance_s: float = constant(
        0.12, unit="s", why="a lead's QRS complex this near to a beat's time is of this beat"
    )
    refractory_s: float = constant(0.24, unit="s", why="shortest interval of two beats: 250 beats/min")
    min_qrs_probability: float = constant(
        0.5, unit="probability", why="mean over the leads seen at a time from which there is a QRS complex"
    )
    min_qrs_evidence: float = constant(
        0.75,
        unit="probability",
        why="mean probability of irregular QRS complexes over the leads that are seen, from which they are beats and "
        "no ventricular fibrillation or artefact",
        measured="24 drawn records of ventricular fibrillation: 0.47 to 0.72, one of them regular by chance; 248 of "
        "fold 9, over half with 1AVB, LNGQT or fibrillation: at least 0.78, but one of 0.61; 44 photo pages: at least "
        "0.89, but that of the same record",
    )
    min_beats: int = constant(4, unit="count", why="with fewer beats the RR intervals have no median and no variation")
    min_rhythm_s: float = constant(3.0, unit="s", why="shorter recordings give no heart rate")
    min_interval_beats: int = constant(2, unit="count", why="intervals of a single beat can't be checked on another")
    max_pr_s: float = constant(0.6, unit="s", why="a P wave earlier than this is not the one that a beat follows")
    p_time_s: float = constant(0.3, unit="s", why="a lead that is seen this long before a beat shows its P wave")
    max_t_onset_s: float = constant(0.5, unit="s", why="a T wave begins within this time of the end of its QRS complex")
    min_lead_share: float = constant(
        0.5, unit="share", why="an end that fewer of a lead's beats show is not one of its median beat"
    )
    min_p_regular: float = constant(
        0.15,
        unit="probability",
        why="mean probability of the P waves of all beats and leads, 0 where one has none, from which a regular rhythm "
        "has P waves: long PR hides them in T waves, and fibrillation is not regular",
        measured="fold 9: seven records of 1AVB lie between 0.15 and 0.4; five of regular flutter are below 0.01",
    )
    min_p_irregular: float = constant(
        0.45,
        unit="probability",
        why="the same for an irregular rhythm, in which fibrillation is likely",
        measured="at most 0.33 in 45 records of fibrillation or flutter of fold 9, 0.40 in 18 of LUDB, and at least "
        "0.64 in 30 of sinus rhythm",
    )
    max_regular_rr: float = constant(
        0.08, unit="share", why="RR intervals of a regular rhythm have at most this standard deviation over mean"
    )
    edge_rank_share: float = constant(
        2 / 11,
        unit="share",
        why="an onset of the page is at this quantile of the leads', an end at 1 less it: the third of twelve leads, "
        "and between the leads' extreme and their middle where there are fewer",
        measured="the extremes of 12 leads widen QRS by 27 ms (LUDB)",
    )
    level_s: float = constant(0.02, unit="s", why="the mean over this time before the QRS onset is the level of 0 mV")
    min_deflection_mv: float = constant(0.03, unit="mV", why="a smaller deflection of QRS is no wave of its own")
    min_deflection_share: float = constant(
        0.03, unit="share", why="a deflection smaller than this share of QRS is no wave of its own"
    )
    st_half_window_s: float = constant(0.006, unit="s", why="ST levels are means over twice this time")
    max_horizontal_st_mv: float = constant(
        0.05, unit="mV", why="ST levels within this from J to J+80 ms are horizontal, as in FeatureDB"
    )
    before_s: float = constant(0.45, unit="s", why="the median beat begins this long before the beat's time")
    after_s: float = constant(0.7, unit="s", why="the median beat ends this long after the beat's time")
    min_axis_deviations: float = constant(
        3.0, unit="standard deviations", why="a smaller frontal vector has no direction"
    )
    min_spike_rate_hz: float = constant(
        200.0, unit="Hz", why="at a lower rate a pacemaker's spike of some milliseconds does not show"
    )
    spike_s: float = constant(0.012, unit="s", why="what a median over this time removes is a spike")
    spike_before_s: float = constant(0.08, unit="s", why="spikes are looked for from this long before the QRS onset")
    spike_after_s: float = constant(0.01, unit="s", why="and until this long after it, since a spike may be its onset")
    spike_leads: int = constant(3, unit="count", why="so many leads show the spike, or all where there are fewer")
    spike_noise_percentile: float = constant(
        75.0, unit="percentile", why="spikes at this percentile of a lead are its noise: pacing is rare in time"
    )
    spike_noise_shares: float = constant(4.0, unit="count", why="so many times its noise a lead reaches by chance")
    min_spike_mv: float = constant(
        0.2,
        unit="mV",
        why="height of a pacemaker's spike; bipolar pacing has lower ones, which are not told from the QRS",
        measured="LUDB: 7 of 10 records that are paced, of those missed two are bipolar; none of 114 others",
    )
    least_confidence: float = constant(
        0.2, unit="share", why="errors of a lead grow with 1 / its digitizing confidence, and no further than this"
    )
    min_dispersion_leads: int = constant(3, unit="count", why="with fewer leads a dispersion of QT means nothing")
    amplitude_error_mv: float = constant(0.02, unit="mV", why="least standard deviation of an amplitude")
    p_onset_errors: tuple[float, float] = constant(
        (4.5, 17.0), unit="ms", why=f"P onset: {SHARED_AND_LEAD}", measured=ON_LUDB
    )
    p_end_errors: tuple[float, float] = constant(
        (4.0, 16.0), unit="ms", why=f"P end: {SHARED_AND_LEAD}", measured=ON_LUDB
    )
    qrs_onset_errors: tuple[float, float] = constant(
        (3.0, 12.0), unit="ms", why=f"QRS onset: {SHARED_AND_LEAD}", measured=ON_LUDB
    )
    qrs_end_errors: tuple[float, float] = constant(
        (6.0, 12.0), unit="ms", why=f"QRS end: {SHARED_AND_LEAD}", measured=ON_LUDB
    )
    t_end_errors: tuple[float, float] = constant(
        (7.0, 24.0), unit="ms", why=f"T end: {SHARED_AND_LEAD}", measured=ON_LUDB
    )
    max_axis_residual: float = constant(
        0.5,
        unit="share",
        why="where a limb lead differs from what the others predict by more of the vector's length, one is reversed",
    )


MEASURE = MeasureConstants()
