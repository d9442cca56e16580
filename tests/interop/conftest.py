"""The fixtures of the end-to-end tests, for tests with Teleport's own programs."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "e2e"))

from cluster_fixtures import *  # noqa: E402,F401,F403 pylint: disable=wildcard-import,wrong-import-position
