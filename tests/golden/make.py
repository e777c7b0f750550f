"""Makes the golden files: what the package reads on the pages of examples/.

    python tests/golden/make.py [FOLDER]

For each page the folder gets PAGE.dat (the recording as WFDB), PAGE.page.json, PAGE.report.json, PAGE.screen.json and
PAGE.report.txt (the report's text); a folder other than this one gets PAGE.csv too, which holds what PAGE.dat holds.
What differs from run to run or from machine to machine is left out: timings, versions, paths, hashes of networks.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tempfile
from html import unescape
from pathlib import Path
from typing import Any

from ecgimg.recording.record_name import record_name

FOLDER = Path(__file__).resolve().parent
EXAMPLES = FOLDER.parents[1] / "examples"
PAGES = (
    "example", "photo-3x4+1R", "scan-6x2", "scan-12x1", "atrial-fibrillation", "left-bundle-branch-block", "crumpled",
)  # fmt: skip
VARYING = ("timings", "versions", "networks", "network")
"""Fields of the JSON files that tell of the run, not of the page."""


def run(command: str, out: Path, *options: str) -> None:
    """Runs one command of ecgimg over all pages; a page that fails is an error."""
    pages = [str(EXAMPLES / f"{page}.jpg") for page in PAGES]
    subprocess.run([sys.executable, "-m", "ecgimg", command, *pages, "-o", str(out), "-q", *options], check=True)


def steady(content: Any, top: bool = True) -> Any:
    """JSON content without what varies; `seconds` of the screening is the time that it took."""
    if isinstance(content, dict):
        kept = {k: steady(v, False) for k, v in content.items() if k not in VARYING}
        if top and content["schema"] == "ecgimg/screen/1":
            del kept["seconds"]
        if "file" in kept:
            kept["file"] = Path(kept["file"]).name
        return kept
    return [steady(v, False) for v in content] if isinstance(content, list) else content


def visible_text(html: str) -> str:
    """What a reader of a report sees, without pictures, one element a line."""
    body = re.sub(r"<(style|script|svg)\b.*?</\1>", " ", html, flags=re.DOTALL)
    lines = (" ".join(unescape(part).split()) for part in re.split(r"<[^>]*>", body))
    text = "\n".join(line for line in lines if line)
    return re.sub(r"(?m)^.*(Seconds:|[Pp]ython|\d+\.\d+\.\d+|[0-9a-f]{12}).*$\n?", "", text)


def make(folder: Path) -> None:
    """Fills a folder with what the package reads now."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as work:
        digitized, reports, screens = (Path(work) / name for name in ("digitize", "diagnose", "screen"))
        run("digitize", digitized, "--format", "wfdb", "--format", "csv")
        run("diagnose", reports)
        run("screen", screens)
        for page in PAGES:
            shutil.copy(digitized / f"{record_name(page)}.dat", folder / f"{page}.dat")
            if folder != FOLDER:
                shutil.copy(digitized / f"{page}.csv", folder / f"{page}.csv")
            parts = {"page": digitized / f"{page}.json", "report": reports / f"{page}.report.json"}
            parts["screen"] = screens / f"{page}.screen.json"
            for part, path in parts.items():
                content = steady(json.loads(path.read_text(encoding="utf-8")))
                (folder / f"{page}.{part}.json").write_text(json.dumps(content, indent=1, sort_keys=True) + "\n")
            html = (reports / f"{page}.report.html").read_text(encoding="utf-8")
            (folder / f"{page}.report.txt").write_text(visible_text(html) + "\n", encoding="utf-8")


if __name__ == "__main__":
    make(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
