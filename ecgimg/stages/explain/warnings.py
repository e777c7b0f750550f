"""The warning on ink that nothing explains."""

from __future__ import annotations

from ecgimg.datamodel.ink import ExplainedInk, InkStretch


def ink_warnings(explained: ExplainedInk) -> tuple[str, ...]:
    """One warning with the letter, length and place on the photo of each stretch; none where all ink is explained."""
    if not explained.unexplained:
        return ()
    places = map(_place, explained.letters, explained.unexplained)
    return (
        f"ink that looks like a curve was not read: {'; '.join(places)}; see the letters in the overlay, and if it is "
        "a curve describe the page's layout in a YAML file",
    )


def _place(letter: str, stretch: InkStretch) -> str:
    x0, y0, x1, y1 = stretch.box
    return f"{letter}, {stretch.length_mm:.0f} mm at x {x0} to {x1}, y {y0} to {y1} of the picture"
