"""Fixtures of the end-to-end tests."""

from cluster_fixtures import *  # noqa: F401,F403 pylint: disable=wildcard-import,unused-wildcard-import
from tctl_ways import *  # noqa: F401,F403 pylint: disable=wildcard-import,unused-wildcard-import
