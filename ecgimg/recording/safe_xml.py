"""XML files that may be hostile: no entities, no DTD, no file larger than an ECG is."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError

from ecgimg.errors import missing_package
from ecgimg.recording.channels import damaged

MAX_BYTES = 200_000_000
"""Largest XML file that is read; ten seconds of 12 leads have under 1 MB."""
MAX_TAGS = 2_000_000
"""Most tags; a day's annotations have fewer, and so many take some seconds."""


def read_xml(path: Path) -> Element:
    """The root of a file.

    Raises:
        DependencyError: the package defusedxml is not installed.
        UnreadableInputError: too large, not well-formed, or with entities or a DTD.
    """
    try:
        from defusedxml.common import DefusedXmlException
        from defusedxml.ElementTree import fromstring
    except ImportError as error:
        raise missing_package("reading XML", "defusedxml", "interchange", where="recording") from error
    if path.stat().st_size > MAX_BYTES:
        raise damaged(f"an XML file of {path.stat().st_size} bytes")
    content = path.read_bytes()
    if content.count(b"<") > MAX_TAGS:
        raise damaged(f"an XML file of more than {MAX_TAGS} tags")
    try:
        root: Element = fromstring(content, forbid_dtd=False)
    except DefusedXmlException as error:
        raise damaged("an XML file with entities, which may be an attack") from error
    except (ParseError, ValueError, LookupError) as error:
        raise damaged(f"no well-formed XML ({error})") from error
    return root


def local_name(element: Element) -> str:
    """The name of an element without its namespace."""
    return re.sub(r"^\{.*\}", "", str(element.tag))
