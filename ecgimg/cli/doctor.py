"""Checks that everything that digitizing needs is installed; nothing heavy is imported for it."""

from __future__ import annotations

import platform
import re
import shutil
import subprocess
from dataclasses import dataclass
from importlib import metadata

from ecgimg.errors import EcgimgError
from ecgimg.layouts import load_layouts
from ecgimg.networks.manifest import list_weights, weight_path
from ecgimg.runs.memory_limit import can_limit_memory


@dataclass(frozen=True)
class Check:
    """One check: `ok` is None where something is missing that the tool works without."""

    name: str
    ok: bool | None
    message: str


def examine() -> tuple[Check, ...]:
    """All checks: versions, the program tesseract, the limit of memory, layouts, and the hashes of the networks."""
    python = Check("python", True, platform.python_version())
    return (python, *_packages(), _tesseract(), _memory_limit(), _layouts(), *_weights())


def _packages() -> tuple[Check, ...]:
    needed = [Check("ecgimg", True, metadata.version("ecgimg"))]
    for line in metadata.requires("ecgimg") or []:
        if "extra ==" in line:
            continue
        name = re.split(r"[\s<>=!~;\[]", line, maxsplit=1)[0]
        needed.append(_package(name))
    second_opencv = _package("opencv-python")
    if second_opencv.ok:
        needed.append(Check("opencv-python", False, "stands beside opencv-python-headless and damages cv2; remove it"))
    return tuple(needed)


def _package(name: str) -> Check:
    try:
        return Check(name, True, metadata.version(name))
    except metadata.PackageNotFoundError:
        return Check(name, False, "missing; install ecgimg again")


def _tesseract() -> Check:
    path = shutil.which("tesseract")
    if path is None:
        return Check("tesseract", None, "not found; faint speeds and gains stay unread without it")
    try:
        done = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=20, check=True)
    except (OSError, subprocess.SubprocessError) as error:
        return Check("tesseract", None, f"{path} does not run ({error})")
    return Check("tesseract", True, (done.stdout or done.stderr).splitlines()[0].removeprefix("tesseract "))


def _memory_limit() -> Check:
    if can_limit_memory():
        return Check("memory limit", True, "each page at work has at most --max-memory")
    return Check("memory limit", None, "this system has none; a hostile file may take all memory until --timeout")


def _layouts() -> Check:
    try:
        return Check("layouts", True, f"{len(load_layouts())} formats")
    except EcgimgError as error:
        return Check("layouts", False, str(error))


def _weights() -> tuple[Check, ...]:
    try:
        return tuple(_weight(weight.name) for weight in list_weights())
    except EcgimgError as error:
        return (Check("weights", False, str(error)),)


def _weight(name: str) -> Check:
    try:
        return Check(
            f"network {name}", True, f"{weight_path(name).stat().st_size / 1e6:.1f} MB, hash as in the manifest"
        )
    except EcgimgError as error:
        return Check(f"network {name}", False, str(error))
