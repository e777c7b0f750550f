"""Fixtures of the web server's tests."""

from web_doubles import readings  # noqa: F401
