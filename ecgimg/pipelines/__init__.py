"""The orders of steps: from a photo to a recording, a report or a screening."""
