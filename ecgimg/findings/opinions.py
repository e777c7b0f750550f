"""What the networks conclude, and what is found from both.

Probabilities lie in 0..1 and are calibrated; a threshold is the probability of the best balanced accuracy.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ecgimg.datamodel.arrays import Floats

Verdict = Literal["likely", "possible", "unlikely", "not assessable"]
"""likely: at least 50 % and the threshold; possible: at least the threshold; unlikely: below it."""

ReadBy = Literal["signal and image", "signal", "image", "nothing"]
"""What a report rests on."""


@dataclass(frozen=True)
class Influence:
    """A stretch of a lead that spoke for a finding: seconds, and the fall of the log odds when it is hidden."""

    lead: str
    start: float
    end: float
    weight: float


@dataclass(frozen=True, eq=False)
class Opinion:
    """What one network says of one statement.

    `saliency` [12, P] is the fall of the log odds when a token is hidden, NaN where a token shows nothing; token p
    covers seconds `bounds[p]` to `bounds[p + 1]`. It is None where nobody asked for it.
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


@dataclass(frozen=True, eq=False)
class Diagnosis:
    """What the signal network says of a recording; `refusal` tells why it says nothing (then `opinions` is empty).

    `quality` is the confidence of what was read, 0 to 1; `lead_seconds` how much was seen.
    """

    opinions: tuple[Opinion, ...]
    quality: float
    lead_seconds: float
    warnings: tuple[str, ...] = ()
    refusal: str = ""


@dataclass(frozen=True, eq=False)
class Screening:
    """What the image network says of a photo, without any signal.

    `ecg` and `readable` are probabilities that the picture shows an ECG, and one that can be read; `abnormal` that it
    is not normal. `saliency` [h, w] in 0..1 covers the photo, None where there is none.
    """

    ecg: float
    readable: float
    abnormal: float
    is_ecg: bool
    is_readable: bool
    is_abnormal: bool
    opinions: tuple[Opinion, ...]
    saliency: Floats | None = None


@dataclass(frozen=True, eq=False)
class Finding:
    """One statement about the page: both opinions, the probability they give together, and the verdict.

    `why` tells why a finding is not assessable. For a subclass `image` is the opinion on its diagnostic group, since
    the image network says nothing of subclasses. `influences` are the stretches that
    spoke for it most, strongest first.
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

    @property
    def key(self) -> tuple[str, str]:
        """Code and group."""
        return self.code, self.group

    @property
    def own_image(self) -> Opinion | None:
        """The image network's opinion on this very statement."""
        return self.image if self.image is not None and self.image.key == self.key else None


@dataclass(frozen=True)
class Measurement:
    """A figure taken from the signal; `value` is None where it can't be taken, and `reason` tells why."""

    name: str
    value: float | None
    unit: str
    reason: str = ""
