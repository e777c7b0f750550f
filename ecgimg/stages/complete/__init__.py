"""Generates what a recording does not show: limb leads by their laws, the rest by a linear map and what it lacks."""

from ecgimg.stages.complete.complete import complete, complete_linearly

__all__ = ("complete", "complete_linearly")
