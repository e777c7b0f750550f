"""House door 2: synth shares words and layouts with the rest, and nothing that reads pages."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import ecgimg.synth

ALLOWED = {"types", "leads", "layouts", "errors", "io.recordings", "io.ptbxl"}


def test_synth_imports_only_what_the_house_allows() -> None:
    folder = Path(next(iter(ecgimg.synth.__path__)))
    used = set()
    for path in folder.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and node.level == 0 and (node.module or "").startswith("ecgimg"):
                used.add((node.module or "").removeprefix("ecgimg."))
    assert used
    assert used <= ALLOWED


def test_pages_are_drawn_without_torch() -> None:
    heavy = ("torch", "timm", "albumentations", "onnxruntime", "typer", "matplotlib")
    code = f"import sys; import ecgimg.synth.dataset; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
