"""Fixtures of the end-to-end tests."""

from cluster_fixtures import *  # noqa: F401,F403 pylint: disable=wildcard-import,unused-wildcard-import
from tctl_ways import *  # noqa: F401,F403 pylint: disable=wildcard-import,unused-wildcard-import


def pytest_collection_modifyitems(items):
    """Puts the files that take longest first, so that no worker begins one when the others are done."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)
