"""ecgimg: a photo or scan of a paper ECG in, a 12-lead recording out, and a diagnosis somebody can check."""

from __future__ import annotations

__version__ = "0.1.0"
