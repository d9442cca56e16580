"""Fixtures of the end-to-end tests."""

import os
import threading

import pytest

from cluster_fixtures import *  # noqa: F401,F403 pylint: disable=wildcard-import,unused-wildcard-import
from processes import wait_for
from tctl_ways import *  # noqa: F401,F403 pylint: disable=wildcard-import,unused-wildcard-import


def pytest_collection_modifyitems(config, items):
    """Puts the slowest files first when several run at a time, so that no worker begins a slow file at the end."""
    if os.environ.get("PYTEST_XDIST_WORKER") or config.getoption("numprocesses", None):
        items.sort(key=lambda item: item.get_closest_marker("long") is None)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_setup(item):
    """Notes the threads that run before the first test of a module."""
    if not hasattr(item.module, "threads_before"):
        item.module.threads_before = set(threading.enumerate())
    yield


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_teardown(item, nextitem):
    """Checks that the threads of a module end with it: a thread that remains may use other tests' descriptors."""
    yield
    if nextitem is not None and nextitem.module is item.module:
        return

    def remaining():
        return set(threading.enumerate()) - item.module.threads_before

    wait_for(lambda: not remaining(), 20, f"the end of {remaining()}")
