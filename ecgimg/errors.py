"""All failures of the package: what happened, where, and what to try. Each class has its exit code and remedy."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Any

from ecgimg.text import printable


class ExitCode(IntEnum):
    """Exit codes of the command `ecgimg`."""

    OK = 0
    USAGE = 2
    UNREADABLE_INPUT = 3
    REFUSED = 4
    OUTPUT = 5
    DEPENDENCY = 6
    WORKER = 7
    SOME_FAILED = 8
    ALL_FAILED = 9
    INTERRUPTED = 130


class EcgimgError(Exception):
    """Base of all errors that a user sees as one line.

    Args:
        what: what happened, in words for the user.
        where: the step or file it happened in.
        remedy: what to try; the class's own remedy by default.
    """

    exit_code: ExitCode = ExitCode.ALL_FAILED
    remedy: str = "run again with --verbose and report the traceback"

    def __init__(self, what: str, *, where: str = "", remedy: str | None = None) -> None:
        super().__init__(what, where, remedy)
        self.what = what
        self.where = where
        if remedy is not None:
            self.remedy = remedy

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickles across worker processes (keyword-only arguments defeat the default)."""
        return type(self), (self.what,), {"where": self.where, "remedy": self.remedy, "args": self.args}

    def __str__(self) -> str:
        """One line: where, what, what to try."""
        return printable(f"{f'{self.where}: ' if self.where else ''}{self.what}; {self.remedy}")


class UsageError(EcgimgError):
    """The command, an option or a layout or recipe file asks for something that can't be."""

    exit_code = ExitCode.USAGE
    remedy = "see --help"


class UnreadableInputError(EcgimgError):
    """A file is missing, empty, truncated, protected, too large or of no known kind."""

    exit_code = ExitCode.UNREADABLE_INPUT
    remedy = "open the file in an image viewer and save it again as PNG or JPEG"


class Cause(StrEnum):
    """Why a picture or its signal was refused: what was seen, and what to try; see `docs/troubleshooting.md`."""

    seen: str
    """What was seen, in words for the user."""
    remedy: str
    """What to try."""

    def __new__(cls, name: str, seen: str, remedy: str) -> Cause:
        """A member whose value is `name`."""
        cause = str.__new__(cls, name)
        cause._value_, cause.seen, cause.remedy = name, seen, remedy
        return cause

    NOT_AN_ECG = (
        "not an ECG",
        "no ECG page is seen in the picture",
        "give a photo or scan of one whole page, with nothing else in it",
    )
    TOO_BLURRED = (
        "too blurred",
        "the page is too blurred, coarse, pale or hidden to be read",
        "take the picture again: near, sharp and in even light",
    )
    NO_GRID = (
        "no grid",
        "no ECG grid is seen, nor lead names in columns or calibration pulses that would show the scale",
        "take the picture nearer, with the grid in focus",
    )
    SMALL_GRID = (
        "small grid",
        "only a small piece of an ECG grid is seen",
        "photograph the whole page from above, without shadows and folds",
    )
    LARGE_GRID = (
        "large grid",
        "what looks like an ECG grid is larger than any page",
        "photograph one page alone, on a plain ground",
    )
    NO_CURVES = (
        "no curves",
        "a grid is seen, but no ECG curves on it",
        "take the picture again: near, sharp and in even light",
    )
    FAINT_CURVES = (
        "faint curves",
        "the curves are too faint or too interrupted to be followed",
        "scan the page, or photograph it nearer and in brighter light",
    )
    MIRRORED = (
        "mirrored",
        "the picture is mirrored: the lead names can be read in its mirror image",
        "flip the picture from left to right",
    )
    STRIP = (
        "strip",
        "a strip is seen, but its beats are too unlike or too few to be sure of one lead",
        "take a longer or sharper picture of it, or give its layout with --layout",
    )
    CUT_OFF = (
        "cut off",
        "the page is cut off: a part of its curves is outside of the picture",
        "photograph the whole page, with its margins",
    )
    SEVERAL_ECGS = (
        "several ECGs",
        "the picture shows more than one ECG",
        "cut the picture so that it shows one ECG",
    )
    IMPOSSIBLE_LEADS = (
        "impossible leads",
        "the limb leads can't be what they are named: their curves contradict each other",
        "check the page's lead names, and give its layout with --layout",
    )
    GIVEN_LAYOUT = (
        "given layout",
        "the layout that was given does not fit the curves on the page",
        "leave out --layout, or choose another one of `ecgimg layouts list`",
    )
    UNKNOWN_LAYOUT = (
        "unknown layout",
        "the rows of curves fit no layout that is known",
        "describe the page's layout in a YAML file and give it with --layout (see `ecgimg layouts show`)",
    )
    UNCERTAIN_LAYOUT = (
        "uncertain layout",
        "it is not certain which leads the rows show",
        "name the page's layout with --layout (see `ecgimg layouts list`)",
    )
    LOW_CONFIDENCE = (
        "low confidence",
        "what was read is too doubtful to be judged",
        "take the picture again: near, sharp, from above and in even light",
    )
    LITTLE_SIGNAL = (
        "little signal",
        "too little of the leads is known for a diagnosis",
        "give a picture that shows more of the page",
    )
    FLAT_SIGNAL = (
        "flat signal",
        "all leads are flat",
        "check that the leads hold a signal, and that its unit is mV and not V",
    )
    WRONG_UNIT = (
        "wrong unit",
        "the leads are higher than any heart makes them",
        "give millivolts: microvolts are 1000 times as high, and raw counts have no unit",
    )

    @property
    def sentence(self) -> str:
        """What was seen, and what to try."""
        return f"{self.seen}; {self.remedy}"


@dataclass(frozen=True)
class Refusal:
    """Why there is no result.

    `details` is the evidence in the digitizer's words. `rows` and `leads` are the rows of curves and the lead names
    that were found, 0 and none where nothing was looked for.
    """

    cause: Cause
    details: str = ""
    rows: int = 0
    leads: tuple[str, ...] = ()

    def __str__(self) -> str:
        """One sentence: what was seen, and what to try."""
        return self.cause.sentence


class RefusedError(EcgimgError):
    """The picture was read, but no ECG that can be digitized without guessing was found in it.

    Args:
        cause: what was seen, and what to try.
        details: the evidence in the words of the step.
        where: the step or recording, the first word of the details.
    """

    exit_code = ExitCode.REFUSED
    remedy = "what was seen and what to try depends on the cause"

    def __init__(self, cause: Cause, details: str = "", *, where: str = "") -> None:
        super().__init__(cause.seen, remedy=cause.remedy)
        self.refusal = Refusal(cause, f"{where}: {details}" if where and details else details)

    @classmethod
    def of(cls, refusal: Refusal) -> RefusedError:
        """The error of a refusal that is known."""
        error = cls(refusal.cause)
        error.refusal = refusal
        return error

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickles across worker processes."""
        return RefusedError.of, (self.refusal,)


class OutputError(EcgimgError):
    """Results can't be written."""

    exit_code = ExitCode.OUTPUT
    remedy = "choose another output folder with -o, or free space on the disk"


class DependencyError(EcgimgError):
    """Weights, an optional package or an external program is missing or damaged."""

    exit_code = ExitCode.DEPENDENCY
    remedy = "install the package again (pip install --force-reinstall ecgimg)"


def missing_package(purpose: str, package: str, extra: str, *, where: str = "") -> DependencyError:
    """The failure of a purpose ("reading WFDB") whose optional package is not installed; `extra` brings it."""
    what, remedy = f"{purpose} needs the package {package}", f"pip install 'ecgimg[{extra}]'"
    return DependencyError(what, where=where, remedy=remedy)


_PACKAGES = {"sklearn": "scikit-learn"}
"""Packages of the extras whose modules have another name."""


def missing_module(error: ModuleNotFoundError) -> DependencyError:
    """The failure of an import: a package of an extra that is not installed, or a broken install."""
    module = (error.name or "").partition(".")[0]
    package = _PACKAGES.get(module, module)
    extra = _extra_of(package)
    if extra:
        return missing_package("this command", package, extra)
    return DependencyError(f"the package {package} is missing")


def _extra_of(package: str) -> str:
    """The extra of ecgimg that brings a package; empty where none does."""
    from importlib import metadata

    for line in metadata.requires("ecgimg") or []:
        match = re.match(r"([\w.-]+).*;.*extra == ['\"](\w+)['\"]", line)
        if match and match[1].replace("-", "_") == package.replace("-", "_"):
            return match[2]
    return ""


class WorkerError(EcgimgError):
    """A worker process died or ran out of time."""

    exit_code = ExitCode.WORKER
    remedy = "run the page alone with --jobs 1, or raise --timeout"


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an error is what Python or a library raises where no more memory is given."""
    text = str(error).lower()
    return isinstance(error, MemoryError) or any(words in text for words in _NO_MEMORY)


_NO_MEMORY = ("out of memory", "insufficient memory", "bad_alloc", "bad allocation", "failed to allocate")
"""Pillow's, OpenCV's and ONNX Runtime's words."""
