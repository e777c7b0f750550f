"""Puts a user's corrections into effect: on the leads and columns of a layout, and on the curves of the rows."""
