"""Assertions of the shared tests are shown as those of the test files."""

import pytest

pytest.register_assert_rewrite("networks.base")
