"""Generates what a recording does not show: limb leads by their laws, the rest by a linear map."""

from ecgimg.stages.complete.complete import complete

__all__ = ("complete",)
