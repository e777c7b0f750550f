"""Files by URI through fsspec: s3://, gs://, https://, zip:// and others, listed and fetched into a local copy.

Credentials, endpoints and proxies are those of the environment and of fsspec's own configuration. The package fsspec
is only imported where a URI is given.
"""

from __future__ import annotations

import glob
import os
import re
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

from ecgimg.errors import UnreadableInputError, missing_package
from ecgimg.io.files import write_atomically

_WHERE = "load"
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")
_WEB = ("http", "https")


def is_uri(text: str) -> bool:
    """Whether a text is a URI that is no path of this machine."""
    return _SCHEME.match(text) is not None


def open_uri(uri: str) -> tuple[Any, str]:
    """The fsspec file system of a URI, and the path in it.

    Raises:
        DependencyError: the package for its scheme is not installed.
        UnreadableInputError: there is no such scheme, or its place can't be opened.
    """
    scheme = uri.partition("://")[0]
    try:
        from fsspec.core import url_to_fs

        found: tuple[Any, str] = url_to_fs(uri)
        return found
    except ImportError as error:
        package = (error.name or "fsspec").partition(".")[0]
        raise missing_package(f"{scheme}://", package, "cloud", where=_WHERE) from error
    except Exception as error:  # fsspec and the libraries below it raise anything
        raise _unreadable(uri, error) from error


def list_uri(uri: str) -> tuple[list[str], bool]:
    """The URIs of the files below a folder, of a glob, or the one of a file, sorted; and whether it was a folder.

    An archive alone (`zip:///scans.zip`) is a folder. The web has no folders: there a URI is a file.

    Raises:
        DependencyError, UnreadableInputError: as `open_uri`.
    """
    uri = _whole_archive(uri)
    scheme = uri.partition("://")[0]
    if scheme in _WEB:
        return [uri], False
    fs, path = open_uri(uri)
    try:
        is_folder = fs.isdir(path) or not path.strip("/")
        if is_folder:
            names = fs.find(path)
        elif glob.has_magic(path):
            names = [name for name in fs.glob(path) if not fs.isdir(name)]
        else:
            return [uri], False
    except Exception as error:
        raise _unreadable(uri, error) from error
    rest = uri.partition("::")[2]
    return [f"{scheme}://{name}{f'::{rest}' if rest else ''}" for name in sorted(names)], is_folder


def fetch(uri: str, path: Path) -> Path:
    """Copies a file to a path of this machine, whole or not at all; a copy that is there is taken.

    Raises:
        DependencyError, UnreadableInputError: as `open_uri`, or the file can't be read.
        OutputError: the copy can't be written.
    """
    if path.is_file():
        return path
    fs, inside = open_uri(uri)
    try:
        data = fs.cat_file(inside)
    except Exception as error:
        raise _unreadable(uri, error) from error
    return write_atomically(path, data)


def uri_name(uri: str) -> str:
    """The name of the file that a URI leads to, with its suffix."""
    first = uri.partition("::")[0]
    path = unquote(urlsplit(first).path) if first.partition("://")[0] in _WEB else first.partition("://")[2]
    return PurePosixPath(path).name or "page"


def local_path(uri: str) -> str | None:
    """The path of a file:// URI, None for another."""
    return unquote(urlsplit(uri).path) if uri.startswith("file://") else None


def _whole_archive(uri: str) -> str:
    if uri.startswith("zip://") and "::" not in uri and os.path.isfile(uri.removeprefix("zip://")):
        return f"zip://::file://{os.path.abspath(uri.removeprefix('zip://'))}"
    return uri


def _unreadable(uri: str, error: Exception) -> UnreadableInputError:
    text = " ".join(str(error).split()) or type(error).__name__
    return UnreadableInputError(
        f"{uri}: {text}", where=_WHERE, remedy="check the URI, the credentials and the network, and run again"
    )
