"""Runs the tests of tests/e2e/test_ssh_targets.py with Teleport's auth service (REFERENCE_BIN), and tests Teleport's
tsh with a name that two of our nodes have."""

import getpass
import os

import pytest

# pylint: disable=wildcard-import,unused-wildcard-import,redefined-outer-name,function-redefined
from harness import REFERENCE_BIN, Cluster, Tsh, started
from reference_cluster import ReferenceNodes
from test_ssh_targets import *  # noqa: F401,F403
from test_ssh_targets import ROLES, add_nodes

pytestmark = [pytest.mark.skipif(not REFERENCE_BIN, reason="REFERENCE_BIN is not set"),
              pytest.mark.skipif(os.getuid() != 0, reason="nodes of Teleport need root")]
LOGIN = getpass.getuser()


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """Starts a cluster of Teleport in place of ours."""
    with started(ReferenceNodes(tmp_path_factory.mktemp("targets"), "real-node", {})) as running:
        running.create(ROLES, "-f")
        add_nodes(running)
        yield running


def test_requestable_nodes_are_found():
    """Replaces the imported test: Teleport's open-source edition has no access requests for resources."""


def test_teleports_tsh_shows_the_nodes_of_an_ambiguous_name(tmp_path):
    with started(Cluster(tmp_path / "cluster", ssh="enabled: yes\nlabels: {env: dev}\n")) as ours:
        ours.create(ROLES, "-f")
        add_nodes(ours)
        theirs = Tsh(ours, tmp_path / "theirs", reference=True)
        theirs.login(ours.add_user("tess", "all-nodes"))
        done = theirs("ssh", f"{LOGIN}@twin", "true", ok=False)
        assert done.code != 0 and "10.0.0.1:22" in done.text and "10.0.0.2:2022" in done.text, done.text
        assert theirs("ssh", f"{LOGIN}@env=dev", "echo", "one").out == "one\n"
