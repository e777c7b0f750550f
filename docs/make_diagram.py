"""Draws docs/images/walk.svg: the walk of a photo through the package.

python docs/make_diagram.py
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

PICTURE = Path(__file__).with_name("images") / "walk.svg"
WIDTH, HEIGHT = 1160, 330
BOX_WIDTH, BOX_HEIGHT = 104, 44
BLUE, RED, GREEN, GREY = "#2b6cb0", "#c53030", "#2f855a", "#4a5568"
STYLE = f"""text {{ font-family: sans-serif; font-size: 13px; fill: #1a202c; text-anchor: middle }}
.step {{ font-size: 12px; font-style: italic; fill: {GREY} }} .area {{ font-size: 12px; fill: {GREY} }}
rect {{ fill: #ffffff; stroke-width: 2 }}
path {{ fill: none; stroke: {GREY}; stroke-width: 1.6; marker-end: url(#tip) }}
.side {{ stroke: {GREEN}; stroke-dasharray: 5 3 }} .room {{ fill: #f7fafc; stroke: #cbd5e0; stroke-width: 1 }}"""


@dataclass(frozen=True)
class Box:
    """One object of the walk: its middle in px and its colour."""

    name: str
    x: float
    y: float
    colour: str

    def svg(self) -> str:
        """The box with its name."""
        left, top = self.x - BOX_WIDTH / 2, self.y - BOX_HEIGHT / 2
        size = f'width="{BOX_WIDTH}" height="{BOX_HEIGHT}" rx="6"'
        frame = f'<rect x="{left:g}" y="{top:g}" {size} stroke="{self.colour}"/>'
        return f"{frame}\n{_text(self.name, self.x, self.y + 5)}"


PHOTO = Box("Photo", 80, 220, BLUE)
SHEET = Box("Sheet", 224, 220, BLUE)
UPRIGHT = Box("UprightSheet", 368, 220, BLUE)
TRACES = Box("Traces", 512, 220, BLUE)
MATCH = Box("LayoutMatch", 656, 220, BLUE)
RECORDING = Box("Recording", 800, 220, RED)
DIAGNOSIS = Box("Diagnosis", 948, 186, GREEN)
MEASUREMENTS = Box("Measurements", 948, 254, GREEN)
FINDINGS = Box("Findings", 1092, 186, GREEN)
REPORT = Box("Report", 1092, 280, GREEN)
SCREENING = Box("image network", 368, 66, GREEN)
BOXES = (PHOTO, SHEET, UPRIGHT, TRACES, MATCH, RECORDING, DIAGNOSIS, MEASUREMENTS, FINDINGS, REPORT, SCREENING)
ACROSS = (
    (PHOTO, SHEET, "straighten"),
    (SHEET, UPRIGHT, "landmarks"),
    (UPRIGHT, TRACES, "trace"),
    (TRACES, MATCH, "layout"),
    (MATCH, RECORDING, "assemble"),
)


def walk_svg() -> str:
    """The drawing as SVG text."""
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">',
        "<title>The walk of a photo through the package, from the photo to the report</title>",
        f"<style>{STYLE}</style>",
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        f'<polygon points="0,0 8,4 0,8" fill="{GREY}"/></marker></defs>',
        _room(14, 134, 716, "pixels and millimetres"),
        _room(742, 134, 404, "millivolts and seconds"),
        *(_arrow(one, other, name) for one, other, name in ACROSS),
        *_right_of_the_recording(),
        *_image_network(),
        *(box.svg() for box in BOXES),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _right_of_the_recording() -> list[str]:
    start, end = RECORDING.x + BOX_WIDTH / 2, DIAGNOSIS.x - BOX_WIDTH / 2
    return [
        _path(f"M{start:g} 210 L{end:g} {DIAGNOSIS.y:g}"),
        _path(f"M{start:g} 230 L{end:g} {MEASUREMENTS.y:g}"),
        _text("diagnose", 862, 180, "step"),
        _text("measure", 862, 264, "step"),
        _arrow(DIAGNOSIS, FINDINGS, "combine"),
        _path(f"M{MEASUREMENTS.x + BOX_WIDTH / 2:g} 260 L{REPORT.x - BOX_WIDTH / 2:g} {REPORT.y:g}"),
        _path(f"M{FINDINGS.x:g} {FINDINGS.y + BOX_HEIGHT / 2:g} L{REPORT.x:g} {REPORT.y - BOX_HEIGHT / 2:g}"),
    ]


def _image_network() -> list[str]:
    left, right = SCREENING.x - BOX_WIDTH / 2, SCREENING.x + BOX_WIDTH / 2
    return [
        _path(f"M{PHOTO.x:g} {PHOTO.y - BOX_HEIGHT / 2:g} C{PHOTO.x:g} 90 160 66 {left:g} 66", "side"),
        _text("photo", 62, 120, "step"),
        _path("M330 88 C300 130 200 130 154 176", "side"),
        _text("gate, ECG box", 340, 130, "step"),
        _path(f"M{right:g} 66 C760 66 1092 66 {FINDINGS.x:g} {FINDINGS.y - BOX_HEIGHT / 2:g}", "side"),
        _text("opinion (screen)", 720, 60, "step"),
    ]


def _arrow(one: Box, other: Box, name: str) -> str:
    start, end = one.x + BOX_WIDTH / 2, other.x - BOX_WIDTH / 2
    middle = (start + end) / 2
    return f"{_path(f'M{start:g} {one.y:g} L{end:g} {other.y:g}')}\n{_text(name, middle, one.y - 30, 'step')}"


def _room(x: float, y: float, width: float, name: str) -> str:
    frame = f'<rect class="room" x="{x:g}" y="{y:g}" width="{width:g}" height="186" rx="8"/>'
    return f"{frame}\n{_text(name, x + width / 2, y + 178, 'area')}"


def _path(d: str, kind: str = "") -> str:
    return f'<path d="{d}"{f" class={chr(34)}{kind}{chr(34)}" if kind else ""}/>'


def _text(text: str, x: float, y: float, kind: str = "") -> str:
    return f'<text x="{x:g}" y="{y:g}"{f" class={chr(34)}{kind}{chr(34)}" if kind else ""}>{text}</text>'


if __name__ == "__main__":
    PICTURE.parent.mkdir(exist_ok=True)
    PICTURE.write_text(walk_svg(), encoding="utf-8")
