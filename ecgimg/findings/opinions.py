"""Opinions of the networks, and the findings that both give together.

Probabilities lie in 0..1 and are calibrated; a threshold is the probability of the best balanced accuracy.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ecgimg.datamodel.arrays import Floats
from ecgimg.errors import Refusal

Verdict = Literal["likely", "possible", "unlikely", "not assessable"]
"""likely: at least 50 % and the threshold; possible: at least 10 % and the threshold; unlikely: below one of them."""

CONTRADICTION = "the two networks contradict"
"""First words of the reason why a finding is not assessable, where the networks contradict each other."""

ReadBy = Literal["signal and image", "signal", "image", "nothing"]
"""What a report rests on."""


@dataclass(frozen=True)
class Influence:
    """A stretch of a lead that is evidence for a finding.

    `start` and `end` are seconds; `weight` is the fall of the finding's log odds when the stretch is hidden.
    """

    lead: str
    start: float
    end: float
    weight: float


@dataclass(frozen=True, eq=False)
class Opinion:
    """The opinion of one network on one statement.

    `saliency` [12, P] is the fall of the log odds when a token is hidden, NaN where a token shows nothing; token p
    covers seconds `bounds[p]` to `bounds[p + 1]`. It is None where it was not computed.
    """

    code: str
    group: str
    probability: float
    threshold: float
    saliency: Floats | None = None
    bounds: tuple[float, ...] = ()

    @property
    def key(self) -> tuple[str, str]:
        """Code and group."""
        return self.code, self.group

    @property
    def positive(self) -> bool:
        """Whether the probability reaches the threshold."""
        return self.probability >= self.threshold

    def negated(self, code: str, group: str) -> Opinion:
        """The opinion on the opposite statement."""
        return Opinion(code, group, 1 - self.probability, 1 - self.threshold)


@dataclass(frozen=True, eq=False)
class Diagnosis:
    """The opinions of the signal network on a recording.

    `opinions` is empty where the recording is not judged, and `refusal` is the reason. `quality` is the confidence of
    the recording, 0 to 1; `lead_seconds` is how much of it is known, summed over the leads.
    """

    opinions: tuple[Opinion, ...]
    quality: float
    lead_seconds: float
    warnings: tuple[str, ...] = ()
    refusal: Refusal | None = None


@dataclass(frozen=True, eq=False)
class Screening:
    """The opinions of the image network on a photo, without any signal.

    `ecg` and `readable` are probabilities that the picture shows an ECG, and one that can be read; `abnormal` that it
    is not normal. `saliency` [h, w] in 0..1 covers the photo, None where there is none. `refusal` is the reason why
    nothing but the first two counts, None where all does.
    """

    ecg: float
    readable: float
    abnormal: float
    is_ecg: bool
    is_readable: bool
    is_abnormal: bool
    opinions: tuple[Opinion, ...]
    saliency: Floats | None = None
    refusal: Refusal | None = None


@dataclass(frozen=True)
class Joining:
    """How the opinions on one statement were joined: log odds = offset + sum of weight x log odds of each opinion.

    A weight is None where the network has no opinion.
    """

    offset: float
    signal_weight: float | None
    image_weight: float | None


@dataclass(frozen=True, eq=False)
class Finding:
    """One statement about the page: both opinions, the probability they give together, and the verdict.

    `why` is the reason why a finding is not assessable. For a subclass `image` may be the opinion on its diagnostic
    group, where the image network has none on the subclass. `influences` are its strongest evidence, strongest first.
    `joining` is None where the single opinion stands as it is.
    """

    code: str
    group: str
    name: str
    verdict: Verdict
    probability: float
    threshold: float
    signal: Opinion | None
    image: Opinion | None
    why: str = ""
    influences: tuple[Influence, ...] = ()
    joining: Joining | None = None

    @property
    def key(self) -> tuple[str, str]:
        """Code and group."""
        return self.code, self.group

    @property
    def own_image(self) -> Opinion | None:
        """The image network's opinion on this very statement."""
        return self.image if self.image is not None and self.image.key == self.key else None
