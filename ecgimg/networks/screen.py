"""Screening: what a photographed page says at a glance, without tracing it.

The first look, at the whole picture, tells whether it is an ECG page, whether it is readable, how it lies and where its
curves are. A look at the curves alone, upright and as large as the frame allows, finds their box more exactly, and must
show an ECG too; the mean of three more, with a little more or less room around it, gives the findings.

Input: picture [B, 1, 448, 640], the page's ink in 0..1: coloured grids faded and light evened out by `ink_picture`,
fitted into the frame by `frame_view` (never cropped to the frame's shape, never mirrored), what grid is left taken off
and traces made equally dark by `even_ink`.
Outputs: logits [B, 6 + F] of is-ECG, readable, 4 quarter turns and the F findings in the order of the specification;
quad [B, 8], corners of the box around the curves as shares of the frame, from the one at the top left clockwise; and
maps [B, F, h, w], class activation maps, whose mean is a finding's logit without its bias. The network is
train/screen.py; findings, calibration, thresholds and the gate's limits travel in the ONNX metadata.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ecgimg.datamodel.arrays import Floats, Pixels
from ecgimg.findings.opinions import Opinion
from ecgimg.networks.outputs import Output
from ecgimg.networks.runtime import Network, load_network

NAME = "screen"
HEIGHT, WIDTH = 448, 640
"""The network's frame in pixels: about the shape of A4 lying on its side."""
LOOK_SIDE = 1280
"""Longest side in pixels at which a picture is looked at."""
WHITE_SHARE = 0.03
"""Reach of the local white, as a share of the longest side: wider than a QRS complex, narrower than a shadow."""
MARGINS = (0.0, 0.02, 0.045)
"""Room left around the curves in the looks whose mean gives the findings, as shares of their box."""
EVEN_SIDE = 35
"""Side in frame pixels of the neighbourhood whose mean ink is taken off: 14 mm of most pages."""
EVEN_SHARES = (0.86, 0.99)
"""Shares of a frame that are paler than its grid's usual ink, and than its traces."""
EVEN_POWER = 0.65
"""Power that brings faint traces nearer to dark ones: print and separators are darker than a thin trace."""
EVEN_LEAST = 12
"""Contrast in 1/255 under which ink is not made any darker."""
MARGIN = 0.01
"""Rim left free around a page in the frame, as a share of its sides."""
FIRST = 6
"""Logits before those of the findings."""
ABNORMAL = "ABNORMAL"
"""The finding that says normal or abnormal: its probability is 1 - that of a normal ECG."""


@dataclass(frozen=True)
class Classification:
    """What the network says about a picture.

    `is_ecg` and `readable` are probabilities; `is_page` and `is_readable` say whether they pass the gate's limits.
    `turn` is the number of quarter turns clockwise by which the page lay in the picture; it was turned back.
    """

    is_ecg: float
    readable: float
    is_page: bool
    is_readable: bool
    turn: int
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
class Ink:
    """A picture made ready: `bright` [h, w] uint8 of `ink_picture`, and the way there from the pixels that were given.

    `to_bright` [3, 3] takes pixels of the original to pixels of `bright`.
    """

    bright: Pixels
    to_bright: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Frame:
    """A picture as the network sees it: `ink` [HEIGHT, WIDTH] float32 in 0..1, and where it came from.

    `to_frame` [3, 3] takes pixels of the original to pixels of the frame.
    """

    ink: Floats
    to_frame: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class RawOutput:
    """Raw outputs for one view: logits [6 + F], corners [4, 2] in frame pixels, maps [F, h, w]."""

    logits: Floats
    quad: Floats
    maps: Floats

    @property
    def turn(self) -> int:
        """Quarter turns clockwise by which the page most likely lies."""
        return int(np.argmax(self.logits[2:FIRST]))

    @property
    def turn_share(self) -> float:
        """Probability of that turn."""
        return float(softmax(self.logits[2:FIRST]).max())


@dataclass(frozen=True, eq=False)
class Localisation:
    """The look at the whole picture, one at the curves, how the page lies, and the corners [4, 2] of the curves' box.

    The corners are pixels of the original, from the reading's top left clockwise.
    """

    whole: RawOutput
    near: RawOutput
    turn: int
    corners: NDArray[np.float64]

    @property
    def is_ecg(self) -> float:
        """Logit that the picture is an ECG page: both looks must say so."""
        return float(min(self.whole.logits[0], self.near.logits[0]))

    @property
    def readable(self) -> float:
        """Logit that it can be read."""
        return float(self.whole.logits[1])


@dataclass(frozen=True, eq=False)
class Prediction:
    """A reading with what it rests on: logits [6 + F], the curves' view, and activation maps [F, h, w] by finding."""

    reading: Classification
    logits: Floats
    view: Frame
    maps: Floats

    def heat(self, code: str, shape: tuple[int, int], step: int = 1) -> Floats:
        """What speaks for a finding, laid over the picture that was read: 0 to 1, 1 where most does.

        Args:
            code: the finding's.
            shape: height and width of the picture.
            step: the map has a point every so many pixels: [ceil(H / step), ceil(W / step)].

        Raises:
            KeyError: there is no such finding.
        """
        codes = [f.code for f in self.reading.findings]
        if code not in codes:
            raise KeyError(f"no finding {code!r}")
        small = np.clip(self.maps[codes.index(code)], 0, None)
        wide = cv2.resize(small / max(float(small.max()), 1e-6), (WIDTH, HEIGHT), interpolation=cv2.INTER_LINEAR)
        back = np.diag([1 / step, 1 / step, 1.0]) @ np.linalg.inv(self.view.to_frame)
        size = (-(-shape[1] // step), -(-shape[0] // step))
        return np.asarray(cv2.warpPerspective(wide, back, size, flags=cv2.INTER_LINEAR), np.float32)

    @property
    def corners(self) -> Floats:
        """Corners [4, 2] in the picture of what was judged, from the reading's top left clockwise."""
        frame = picture_corners((HEIGHT, WIDTH))[None]
        return np.asarray(cv2.perspectiveTransform(frame, np.linalg.inv(self.view.to_frame))[0], np.float32)


class ScreenNet:
    """The network with its specification; one object serves any number of pictures."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self.answers = tuple(Output(**row) for row in network.spec["findings"])
        self._slope = np.array([a.slope for a in self.answers], np.float32)
        self._offset = np.array([a.offset for a in self.answers], np.float32)

    @property
    def spec(self) -> Mapping[str, Any]:
        """The specification stored in the ONNX file."""
        return self._network.spec

    def read(self, pixels: Pixels, quad: NDArray[np.floating] | None = None) -> Classification:
        """The reading of RGB pixels [H, W, 3], a photo or a straightened sheet; see `see`."""
        return self.predict(pixels, quad).reading

    def predict(self, pixels: Pixels, quad: NDArray[np.floating] | None = None) -> Prediction:
        """The reading, and what it rests on.

        Args:
            pixels: RGB [H, W, 3].
            quad: corners [4, 2] of the page in these pixels, where they are known, clockwise from the one at the top
                left of the picture; the whole picture by default.
        """
        picture = prepare(pixels)
        looks = self.locate(picture, picture_corners(pixels.shape) if quad is None else quad)
        findings, view = self.classify(picture, looks)
        return Prediction(self.reading(looks, findings.logits), findings.logits, view, findings.maps)

    def locate(self, picture: Ink, quad: NDArray[np.floating]) -> Localisation:
        """Whether and how an ECG page lies within corners [4, 2] of a picture, and where its curves are."""
        view = frame_view(picture, np.asarray(quad, np.float64))
        whole = self.run(view.ink[None])
        turn = whole.turn if self._is_sure(whole) else 0
        corners = np.roll(_back(whole.quad, view), -turn, axis=0)
        view = frame_view(picture, widened(corners, MARGINS[1]))
        near = self.run(view.ink[None])
        if near.turn == 2 and self._is_sure(near):
            turn, corners = (turn + 2) % 4, np.roll(corners, -2, axis=0)
            view = frame_view(picture, widened(corners, MARGINS[1]))
            near = self.run(view.ink[None])
        return Localisation(whole, near, turn, _back(near.quad, view))

    def classify(self, picture: Ink, looks: Localisation) -> tuple[RawOutput, Frame]:
        """The mean of the looks at the curves alone, which gives the findings, and the view of the middle one."""
        views = [frame_view(picture, widened(looks.corners, rim)) for rim in MARGINS]
        return self.run(np.stack([view.ink for view in views])), views[1]

    def _is_sure(self, look: RawOutput) -> bool:
        return look.turn_share >= float(self.spec["turn_limit"])

    def check(self, pixels: Pixels) -> Classification:
        """The reading of the first two looks alone: whether a picture is an ECG page, at less than half of the cost."""
        looks = self.locate(prepare(pixels), picture_corners(pixels.shape))
        return self.reading(looks, looks.near.logits)

    def reading(self, looks: Localisation, logits: Floats) -> Classification:
        """What the looks that find a page mean, and logits [6 + F] of those that judge it."""
        is_ecg, readable = (float(1 / (1 + np.exp(-logit))) for logit in (looks.is_ecg, looks.readable))
        probabilities = self.calibrated(logits[FIRST:])
        findings = tuple(
            Opinion(a.code, a.group, float(p), a.threshold) for a, p in zip(self.answers, probabilities, strict=True)
        )
        passed = is_ecg >= float(self.spec["ecg_limit"]), readable >= float(self.spec["readable_limit"])
        return Classification(is_ecg, readable, *passed, looks.turn, findings)

    def explain(self, pixels: Pixels, code: str) -> Floats:
        """What speaks for a finding, over the picture: [H, W] in 0..1; KeyError where there is no such finding."""
        return self.predict(pixels).heat(code, (pixels.shape[0], pixels.shape[1]))

    def run(self, inks: Floats) -> RawOutput:
        """Raw outputs for frames [N, HEIGHT, WIDTH] of one page: their means."""
        logits, quad, maps = (out.mean(axis=0) for out in self._network.run(picture=inks[:, None]))
        return RawOutput(logits, quad.reshape(4, 2) * np.array([WIDTH, HEIGHT], np.float32), maps)

    def calibrated(self, logits: Floats) -> Floats:
        """Probabilities [..., F] of the findings' logits [..., F]."""
        return np.asarray(1 / (1 + np.exp(-(logits * self._slope + self._offset))), np.float32)


def load_screen(threads: int = 0) -> ScreenNet:
    """The packaged network; ``threads`` 0 chooses. DependencyError when the weights are missing or damaged."""
    return ScreenNet(load_network(NAME, threads))


def prepare(pixels: Pixels) -> Ink:
    """RGB pixels [H, W, 3] shrunk to what the network needs, as ink on white."""
    shrink = min(1.0, LOOK_SIDE / max(pixels.shape[:2]))
    width, height = (max(1, round(n * shrink)) for n in pixels.shape[1::-1])
    small = np.asarray(cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
    return Ink(ink_picture(small), resized(width / pixels.shape[1], height / pixels.shape[0]))


def resized(fx: float, fy: float) -> NDArray[np.float64]:
    """The map [3, 3] of pixel centres from a picture to one that is fx times as wide and fy times as high."""
    return np.array([[fx, 0, 0.5 * fx - 0.5], [0, fy, 0.5 * fy - 0.5], [0, 0, 1]])


def picture_corners(shape: tuple[int, ...]) -> NDArray[np.float64]:
    """Corners [4, 2] of a picture [H, W, ...] from top left clockwise."""
    h, w = shape[:2]
    return np.array([[-0.5, -0.5], [w - 0.5, -0.5], [w - 0.5, h - 0.5], [-0.5, h - 0.5]])


def ink_picture(rgb: Pixels, colour: float = 1.0) -> Pixels:
    """Brightness [H, W] of each pixel against the white around it: 255 is paper, 0 black ink, in any light.

    Args:
        rgb: pixels [H, W, 3].
        colour: 1 takes the brightest channel, in which a coloured grid is faint; 0 takes the channels' mean, as if the
            picture were grey.
    """
    h, w = rgb.shape[:2]
    reach = max(3, round(WHITE_SHARE * max(h, w) / 4)) | 1
    small = cv2.resize(rgb, (max(1, w // 4), max(1, h // 4)), interpolation=cv2.INTER_AREA)
    white = cv2.dilate(small, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach)))
    white = cv2.resize(cv2.blur(white, (reach, reach)), (w, h), interpolation=cv2.INTER_LINEAR)
    ratio = cv2.divide(rgb, np.maximum(white, 16), scale=255)
    bright = ratio.max(axis=2)
    if colour >= 1:
        return np.asarray(bright, np.uint8)
    return np.asarray(
        cv2.addWeighted(bright, colour, cv2.transform(ratio, np.full((1, 3), 1 / 3)), 1 - colour, 0), np.uint8
    )


def frame_view(picture: Ink, quad: NDArray[np.floating]) -> Frame:
    """The page with corners `quad` [4, 2] in the original, fitted into the frame; what is outside is paper."""
    corners = cv2.perspectiveTransform(np.asarray(quad, np.float64)[None], picture.to_bright)[0]
    ink, to_frame = frame_ink(picture.bright, corners)
    return Frame(ink, to_frame @ picture.to_bright)


def frame_ink(bright: Pixels, quad: NDArray[np.floating]) -> tuple[Floats, NDArray[np.float64]]:
    """The part with corners `quad` [4, 2] of an `ink_picture` [h, w], fitted into the frame.

    Returns:
        ink [HEIGHT, WIDTH] in 0..1, and the homography [3, 3] from the picture to the frame.
    """
    to_frame = fit_quad(quad)
    seen = warp_ink(bright, to_frame, frame_scale(to_frame, quad))
    return np.asarray(even_ink(255 - seen), np.float32) / np.float32(255), to_frame


def even_ink(ink: Pixels) -> Pixels:
    """Ink [H, W] 0..255 of a frame with its even tint and most of its grid taken off, and traces equally dark.

    What is left of the grid covers a sixth of a page, traces and print a few hundredths: its level is taken for 0 and
    that of the darkest hundredth for 200. Paper without ink stays empty.
    """
    detail = cv2.subtract(ink, cv2.blur(ink, (EVEN_SIDE, EVEN_SIDE)))
    filled = np.cumsum(np.bincount(detail.ravel(), minlength=256)) / detail.size
    low, high = (int(np.searchsorted(filled, share)) for share in EVEN_SHARES)
    high = max(high, low + EVEN_LEAST)
    share = np.clip((np.arange(256) - low) / (high - low), 0, None) ** EVEN_POWER
    table = np.minimum(200 * share, 255)
    return np.asarray(cv2.LUT(detail, table.astype(np.uint8)), np.uint8)


def warp_ink(bright: Pixels, to_frame: NDArray[np.float64], scale: float) -> Pixels:
    """The frame [HEIGHT, WIDTH] of a picture under a homography that shrinks by about `scale`; paper outside.

    Averaged down first, because warping samples points: a trace thinner than a pixel must not break.
    """
    shrink = min(1.0, 1.15 * scale)
    if shrink < 1:
        width, height = (max(1, round(n * shrink)) for n in bright.shape[1::-1])
        to_frame = to_frame @ np.linalg.inv(resized(width / bright.shape[1], height / bright.shape[0]))
        bright = np.asarray(cv2.resize(bright, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
    return np.asarray(
        cv2.warpPerspective(bright, to_frame, (WIDTH, HEIGHT), flags=cv2.INTER_LINEAR, borderValue=255), np.uint8
    )


def fit_quad(quad: NDArray[np.floating]) -> NDArray[np.float64]:
    """The homography [3, 3] that lays a page with corners [4, 2] into the frame, as large as fits, in its shape."""
    top, right, low, left = (float(np.linalg.norm(quad[(k + 1) % 4] - quad[k])) for k in range(4))
    width, height = max((top + low) / 2, 1.0), max((left + right) / 2, 1.0)
    scale = (1 - 2 * MARGIN) * min(WIDTH / width, HEIGHT / height)
    half = 0.5 * scale * np.array([[-width, -height], [width, -height], [width, height], [-width, height]])
    goal = half + np.array([WIDTH / 2 - 0.5, HEIGHT / 2 - 0.5])
    return np.asarray(
        cv2.getPerspectiveTransform(np.asarray(quad, np.float32), np.asarray(goal, np.float32)), np.float64
    )


def frame_scale(to_frame: NDArray[np.float64], quad: NDArray[np.floating]) -> float:
    """Frame pixels a picture pixel, in the mean over the page."""
    flat = np.asarray(quad, np.float32)
    corners = cv2.perspectiveTransform(flat[None], to_frame)[0]
    return float(np.sqrt(cv2.contourArea(corners) / max(cv2.contourArea(flat), 1.0)))


def widened(quad: NDArray[np.floating], rim: float) -> NDArray[np.float64]:
    """Corners [4, 2] moved outwards by a share of the sides, in the quad's own perspective."""
    unit = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float32)
    goal = unit[None].astype(np.float64) * (1 + 2 * rim) - rim
    return np.asarray(
        cv2.perspectiveTransform(goal, cv2.getPerspectiveTransform(unit, np.asarray(quad, np.float32)))[0]
    )


def _back(quad: Floats, view: Frame) -> NDArray[np.float64]:
    """Corners [4, 2] of a frame as pixels of the original."""
    return np.asarray(cv2.perspectiveTransform(quad[None].astype(np.float64), np.linalg.inv(view.to_frame))[0])


def softmax(logits: Floats) -> Floats:
    """Probabilities of logits [K]."""
    shifted = np.exp(logits - logits.max())
    return np.asarray(shifted / shifted.sum(), np.float32)
