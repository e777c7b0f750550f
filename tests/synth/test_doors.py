"""Pages are drawn without what trains and reads them; import-linter keeps the rest (tests/test_doors.py)."""

from __future__ import annotations

import subprocess
import sys


def test_pages_are_drawn_without_torch() -> None:
    heavy = ("torch", "timm", "albumentations", "onnxruntime", "typer", "matplotlib")
    code = f"import sys; import ecgimg.synth.dataset; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
