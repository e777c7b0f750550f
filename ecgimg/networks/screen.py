"""The screening network: a photographed page -> is it an ECG, is it readable, how it lies, and its findings, untraced.

What it is: a residual CNN with class activation maps, a gate, and the corners of the box around the curves;
4.0 M parameters.

    input   picture [B, 1, 448, 640]: a page's ink in 0..1, fitted into the frame (`ecgimg.networks.screen_input`)
    output  logits [B, 6 + F] of is-ECG, readable, 4 quarter turns, and the F findings in the order of the specification
            quad [B, 8]: corners of the box around the curves as shares of the frame, from its top left clockwise
            maps [B, F, h, w]: class activation maps, whose mean is a finding's logit without its bias

`predict` runs it on five frames of a page: the whole picture, which decides whether it is readable and how it lies; the
curves alone, upright and as large as the frame allows, which gives their box more exactly and must show an ECG too; and
the curves with three margins, whose mean gives the findings. `check` stops after the first two.

Size: 8.1 MB (`weights/screen.onnx`); findings, calibration, thresholds and the gate's limits are in its metadata.
Source: a small ResNet of timm (arXiv 1512.03385) with class activation maps (arXiv 1512.04150). Trained by
`ecgimg/train/screen/` on pages that `ecgimg.synth` draws of PTB-XL.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ecgimg.datamodel.arrays import Doubles, Floats, Pixels
from ecgimg.datamodel.probability import sigmoid, softmax
from ecgimg.findings.opinions import Opinion
from ecgimg.findings.statements import ABNORMAL
from ecgimg.networks.outputs import Output
from ecgimg.networks.runtime import Network, load_network
from ecgimg.networks.screen_input import HEIGHT, WIDTH, Frame, Ink, fit_frame, picture_corners, prepare, widened

NAME = "screen"
MARGINS = (0.0, 0.02, 0.045)
"""Margins around the curves of the frames whose mean gives the findings, as shares of the curves' box."""
FIRST = 6
"""Logits before those of the findings."""


@dataclass(frozen=True)
class Classification:
    """The gate's answer and the findings of a picture.

    `is_ecg` and `readable` are probabilities; `is_page` and `is_readable` are True where they pass the gate's limits.
    `quarter_turns` is the number of quarter turns clockwise by which the page lies in the picture.
    """

    is_ecg: float
    readable: float
    is_page: bool
    is_readable: bool
    quarter_turns: int
    findings: tuple[Opinion, ...]

    @property
    def passed(self) -> bool:
        """Whether the gate lets the picture through."""
        return self.is_page and self.is_readable

    @property
    def abnormal(self) -> float:
        """Probability that the ECG is not normal."""
        return self.probability(ABNORMAL, "screening")

    def group(self, group: str) -> tuple[Opinion, ...]:
        """Findings of one group: screening, superclass, subclass or rhythm."""
        return tuple(f for f in self.findings if f.group == group)

    def probability(self, code: str, group: str | None = None) -> float:
        """Probability of one code; KeyError when the network has no such finding."""
        for finding in self.findings:
            if finding.code == code and group in (None, finding.group):
                return finding.probability
        raise KeyError(f"no finding {code!r}")


@dataclass(frozen=True, eq=False)
class RawOutput:
    """Output of the network for one frame: logits [6 + F], corners [4, 2] in frame pixels, maps [F, h, w]."""

    logits: Floats
    quad: Floats
    maps: Floats

    @property
    def quarter_turns(self) -> int:
        """Quarter turns clockwise by which the page most likely lies."""
        return int(np.argmax(self.logits[2:FIRST]))

    @property
    def turn_probability(self) -> float:
        """Probability of those quarter turns."""
        return float(softmax(self.logits[2:FIRST]).max())


@dataclass(frozen=True, eq=False)
class Localisation:
    """Where and how a page lies: outputs for the whole picture and for the curves alone, quarter turns, and corners.

    `corners` [4, 2] of the box around the curves are pixels of the original, from the upright page's top left
    clockwise.
    """

    whole: RawOutput
    near: RawOutput
    quarter_turns: int
    corners: Doubles

    @property
    def is_ecg(self) -> float:
        """Logit that the picture is an ECG page: the lower one of both outputs."""
        return float(min(self.whole.logits[0], self.near.logits[0]))

    @property
    def readable(self) -> float:
        """Logit that it can be read."""
        return float(self.whole.logits[1])


@dataclass(frozen=True, eq=False)
class Prediction:
    """A classification, and what it rests on: logits [6 + F], frame of the curves, activation maps [F, h, w]."""

    classification: Classification
    logits: Floats
    frame: Frame
    maps: Floats

    def saliency(self, code: str, shape: tuple[int, int], step: int = 1) -> Floats:
        """Evidence for a finding over the picture: 0 to 1, 1 where there is most.

        Args:
            code: the finding's.
            shape: height and width of the picture.
            step: the map has a point every so many pixels: [ceil(H / step), ceil(W / step)].

        Raises:
            KeyError: there is no such finding.
        """
        codes = [f.code for f in self.classification.findings]
        if code not in codes:
            raise KeyError(f"no finding {code!r}")
        small = np.clip(self.maps[codes.index(code)], 0, None)
        wide = cv2.resize(small / max(float(small.max()), 1e-6), (WIDTH, HEIGHT), interpolation=cv2.INTER_LINEAR)
        to_map = np.diag([1 / step, 1 / step, 1.0]) @ np.linalg.inv(self.frame.to_frame)
        size = (-(-shape[1] // step), -(-shape[0] // step))
        return np.asarray(cv2.warpPerspective(wide, to_map, size, flags=cv2.INTER_LINEAR), np.float32)

    @property
    def corners(self) -> Floats:
        """Corners [4, 2] of the classified frame in the picture, from the upright page's top left clockwise."""
        return np.asarray(self.frame.to_original(picture_corners((HEIGHT, WIDTH))), np.float32)


class ScreenNet:
    """The network with its specification; one object serves any number of pictures."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self.outputs = tuple(Output(**row) for row in network.spec["findings"])
        self._slope = np.array([o.slope for o in self.outputs], np.float32)
        self._offset = np.array([o.offset for o in self.outputs], np.float32)

    @property
    def spec(self) -> Mapping[str, Any]:
        """The specification stored in the ONNX file."""
        return self._network.spec

    def predict(self, pixels: Pixels, quad: NDArray[np.floating] | None = None) -> Prediction:
        """The classification of a picture, and what it rests on.

        Args:
            pixels: RGB [H, W, 3], a photo or a straightened sheet.
            quad: corners [4, 2] of the page in these pixels, where they are known, clockwise from the one at the top
                left of the picture; the whole picture by default.
        """
        ink = prepare(pixels)
        localisation = self.locate(ink, picture_corners(pixels.shape) if quad is None else quad)
        output, frame = self.classify(ink, localisation)
        return Prediction(self._classification(localisation, output.logits), output.logits, frame, output.maps)

    def locate(self, ink: Ink, quad: NDArray[np.floating]) -> Localisation:
        """Whether and how an ECG page lies within corners [4, 2] of a picture, and where its curves are."""
        frame = fit_frame(ink, np.asarray(quad, np.float64))
        whole = self.run(frame.ink[None])
        quarter_turns = whole.quarter_turns if self._is_sure(whole) else 0
        corners = np.roll(frame.to_original(whole.quad), -quarter_turns, axis=0)
        frame = fit_frame(ink, widened(corners, MARGINS[1]))
        near = self.run(frame.ink[None])
        if near.quarter_turns == 2 and self._is_sure(near):
            quarter_turns, corners = (quarter_turns + 2) % 4, np.roll(corners, -2, axis=0)
            frame = fit_frame(ink, widened(corners, MARGINS[1]))
            near = self.run(frame.ink[None])
        return Localisation(whole, near, quarter_turns, frame.to_original(near.quad))

    def classify(self, ink: Ink, localisation: Localisation) -> tuple[RawOutput, Frame]:
        """The mean output for the curves with three margins, which gives the findings, and the middle frame."""
        frames = [fit_frame(ink, widened(localisation.corners, margin)) for margin in MARGINS]
        return self.run(np.stack([frame.ink for frame in frames])), frames[1]

    def check(self, pixels: Pixels) -> Classification:
        """Whether a picture is an ECG page, by its first two frames alone, at less than half of the cost."""
        localisation = self.locate(prepare(pixels), picture_corners(pixels.shape))
        return self._classification(localisation, localisation.near.logits)

    def run(self, frames: Floats) -> RawOutput:
        """Mean output for frames [N, HEIGHT, WIDTH] of one page."""
        logits, quad, maps = (out.mean(axis=0) for out in self._network.run(picture=frames[:, None]))
        return RawOutput(logits, quad.reshape(4, 2) * np.array([WIDTH, HEIGHT], np.float32), maps)

    def calibrated(self, logits: Floats) -> Floats:
        """Probabilities [..., F] of the findings' logits [..., F]."""
        return np.asarray(sigmoid(logits * self._slope + self._offset), np.float32)

    def _classification(self, localisation: Localisation, logits: Floats) -> Classification:
        """Calibrated answers of the gate, which come from a localisation, and of the findings, from logits [6 + F]."""
        is_ecg, readable = (float(sigmoid(logit)) for logit in (localisation.is_ecg, localisation.readable))
        probabilities = self.calibrated(logits[FIRST:])
        findings = tuple(
            Opinion(o.code, o.group, float(p), o.threshold) for o, p in zip(self.outputs, probabilities, strict=True)
        )
        passed = is_ecg >= float(self.spec["ecg_limit"]), readable >= float(self.spec["readable_limit"])
        return Classification(is_ecg, readable, *passed, localisation.quarter_turns, findings)

    def _is_sure(self, output: RawOutput) -> bool:
        return output.turn_probability >= float(self.spec["turn_limit"])


def load_screen(threads: int = 0) -> ScreenNet:
    """The packaged network; `threads` 0 chooses. DependencyError when the weights are missing or damaged."""
    return ScreenNet(load_network(NAME, threads))
