"""All failures of the package: what happened, where, and what to try. Each class has its exit code and remedy."""

from __future__ import annotations

from enum import IntEnum


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

    def __reduce__(self) -> tuple[type[EcgimgError], tuple[str], dict[str, object]]:
        """Pickles across worker processes (keyword-only arguments defeat the default)."""
        return type(self), (self.what,), {"where": self.where, "remedy": self.remedy, "args": self.args}

    def __str__(self) -> str:
        """One line: where, what, what to try."""
        return f"{f'{self.where}: ' if self.where else ''}{self.what}; {self.remedy}"


class UsageError(EcgimgError):
    """The command, an option or a layout or recipe file asks for something that can't be."""

    exit_code = ExitCode.USAGE
    remedy = "see --help"


class UnreadableInputError(EcgimgError):
    """A file is missing, empty, truncated, protected, too large or of no known kind."""

    exit_code = ExitCode.UNREADABLE_INPUT
    remedy = "open the file in an image viewer and save it again as PNG or JPEG"


class RefusedError(EcgimgError):
    """The picture was read, but no ECG that can be digitized without guessing was found in it."""

    exit_code = ExitCode.REFUSED
    remedy = "photograph the whole page from above, in even light, with the grid in focus"


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


class WorkerError(EcgimgError):
    """A worker process died or ran out of time."""

    exit_code = ExitCode.WORKER
    remedy = "run the page alone with --jobs 1, or raise --timeout"
