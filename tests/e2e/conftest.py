"""Fixtures of the end-to-end tests."""

import os

from cluster_fixtures import *  # noqa: F401,F403 pylint: disable=wildcard-import,unused-wildcard-import
from tctl_ways import *  # noqa: F401,F403 pylint: disable=wildcard-import,unused-wildcard-import


def pytest_collection_modifyitems(config, items):
    """Puts the slowest files first when several run at a time, so that no worker begins a slow file at the end."""
    if os.environ.get("PYTEST_XDIST_WORKER") or config.getoption("numprocesses", None):
        items.sort(key=lambda item: item.get_closest_marker("long") is None)
