"""The waves of a beat."""

from __future__ import annotations

from typing import Literal

WaveKind = Literal["P", "QRS", "T"]
WAVE_KINDS: tuple[WaveKind, ...] = ("P", "QRS", "T")
