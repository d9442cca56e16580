"""Fixtures of end-to-end tests: a cluster that the tests of a run share unless they stop it, and its users."""

import itertools
import os
import shutil

import pytest

from harness import Cluster, Tsh, program, started
from kube_stand_in import KubeStandIn
from real_kubernetes import RealKubernetes, missing_tools

TOOLS = ("kubectl", "curl", "jq", "openssl", "zbarimg", "oathtool", "sqlite3")
MEMBER = """
    kind: role
    version: v5
    metadata:
      name: member
    spec:
      allow:
        kubernetes_groups: ["system:masters"]
        kubernetes_labels:
          '*': '*'
"""


@pytest.fixture(scope="session", autouse=True)
def tools():
    """Ends the run when a program that the tests need is missing."""
    missing = [tool for tool in TOOLS if shutil.which(tool) is None]
    if missing:
        pytest.exit(f"the end-to-end tests need {', '.join(missing)}: ./dev deps", 2)


@pytest.fixture(scope="session")
def kube(tmp_path_factory):
    """Starts the stand-in for the Kubernetes API server behind the cluster."""
    stand_in = KubeStandIn(tmp_path_factory.mktemp("kube"), ["dev-cluster", "prod-cluster"])
    yield stand_in
    stand_in.stop()


@pytest.fixture(scope="session")
def real_kube(tmp_path_factory):
    """Starts a real API server, for tests that a stand-in cannot support."""
    if missing := missing_tools():
        reason = f"a real Kubernetes needs {', '.join(missing)}: ./dev deps kubernetes"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    server = RealKubernetes(tmp_path_factory.mktemp("real-kube"), ["dev-cluster"])
    yield server
    server.stop()


@pytest.fixture(scope="session")
def cluster(tmp_path_factory, kube):
    """Starts a cluster with the role `member`."""
    program("teleport")
    with started(Cluster(tmp_path_factory.mktemp("cluster"), kube, {"env": "dev"})) as running:
        program("tctl")
        running.create(MEMBER, "-f")
        yield running


@pytest.fixture
def new_cluster(tmp_path):
    """Returns a function that makes clusters which a test may stop; all are stopped at the end."""
    made = []

    def make(**options):
        made.append(Cluster(tmp_path / f"cluster{len(made)}", **options))
        return made[-1]

    yield make
    for running in made:
        running.cleanup()


_names = (f"user{number}" for number in itertools.count(1))


@pytest.fixture
def make_user(cluster):
    """Returns a function that adds a user with password and authenticator."""
    return lambda roles="member": cluster.add_user(next(_names), roles)


@pytest.fixture
def tsh(cluster, tmp_path):
    """Returns a tsh on a separate machine, without a login."""
    program("tsh")
    return Tsh(cluster, tmp_path / "machine")


@pytest.fixture(scope="module")
def member(cluster, tmp_path_factory):
    """Returns a machine where a user with the role `member` is logged in and has chosen the Kubernetes cluster."""
    program("tsh")
    machine = Tsh(cluster, tmp_path_factory.mktemp("member"))
    machine.user = cluster.add_user(next(_names))
    machine.login(machine.user)
    machine("kube", "login", "dev-cluster")
    return machine
