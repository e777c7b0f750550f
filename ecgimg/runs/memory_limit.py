"""The memory that a worker may use, limited by the system.

Linux counts what a process may write to (RLIMIT_DATA): heaps, arrays and stacks, but neither the code of libraries nor
weights that are mapped from a file. Above the limit an allocation fails at once, which becomes a `MemoryError` or ends
the worker, long before the machine swaps. Other systems have no such limit.
"""

from __future__ import annotations

import sys

GIGABYTE = 10**9


def can_limit_memory() -> bool:
    """Whether this system limits the memory of a process."""
    return sys.platform == "linux"


def limit_memory(gigabytes: float) -> None:
    """Limits this process and those that it starts; nothing happens where the system can't."""
    if sys.platform != "linux":
        return
    import resource

    hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
    limit = int(gigabytes * GIGABYTE)
    if hard != resource.RLIM_INFINITY:
        limit = min(limit, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
