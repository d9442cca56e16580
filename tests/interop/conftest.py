"""Fixtures of the tests with Teleport's own programs: those of the end-to-end tests, and a cluster of Teleport."""

import pathlib
import sys

import pytest

sys.path[:0] = [str(pathlib.Path(__file__).parent.parent / "e2e"), str(pathlib.Path(__file__).parent)]

# pylint: disable=wildcard-import,wrong-import-position
from cluster_fixtures import *  # noqa: E402,F401,F403
from cluster_fixtures import MEMBER  # noqa: E402
from harness import started  # noqa: E402
from reference_cluster import ReferenceCluster  # noqa: E402


@pytest.fixture(scope="session")
def reference_cluster(tmp_path_factory, kube):
    """Starts a cluster of the reference with the same role `member` and the same Kubernetes clusters as ours."""
    with started(ReferenceCluster(tmp_path_factory.mktemp("reference-cluster"), kube, {"env": "dev"})) as running:
        running.create(MEMBER, "-f")
        yield running
