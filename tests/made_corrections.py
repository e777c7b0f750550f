"""Corrections made by hand: of a page with a hash of zeros, each change an hour after the one before."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from ecgimg.corrections import Corrections

START = datetime(2026, 1, 31, 12, tzinfo=UTC)
PAGE = {"sha256": "0" * 64, "page": 1, "width": 400, "height": 300}


def content(*changes: dict[str, Any], page: dict[str, Any] | None = None) -> dict[str, Any]:
    """The JSON content of corrections; changes get their ids and times."""
    made = [
        {"id": f"c{k}", "time": (START + timedelta(hours=k)).isoformat(), **change} for k, change in enumerate(changes)
    ]
    return {"schema": "ecgimg/corrections/1", "page": page or PAGE, "changes": made}


def corrections(*changes: dict[str, Any], page: dict[str, Any] | None = None) -> Corrections:
    """Corrections with these changes."""
    return Corrections.model_validate(content(*changes, page=page))
