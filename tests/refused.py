"""Expects a refusal with its cause and its details."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from ecgimg.errors import Cause, RefusedError


@contextmanager
def refused(cause: Cause, details: str = "") -> Iterator[None]:
    """Passes where the block raises a refusal of this cause whose details match a pattern."""
    with pytest.raises(RefusedError) as caught:
        yield
    assert caught.value.refusal.cause is cause
    assert re.search(details, caught.value.refusal.details), caught.value.refusal.details
