"""Runs the tests of tests/e2e/test_ssh.py, with our tsh and OpenSSH, on a node of Teleport (REFERENCE_BIN)."""

import os
import re

import pytest

# pylint: disable=wildcard-import,unused-wildcard-import,redefined-outer-name
from harness import REFERENCE_BIN, Tsh, started
from reference_cluster import ReferenceNodes
from test_ssh import *  # noqa: F401,F403
from test_ssh import ROLE, add_twins

pytestmark = [pytest.mark.skipif(not REFERENCE_BIN, reason="REFERENCE_BIN is not set"),
              pytest.mark.skipif(os.getuid() != 0, reason="nodes of Teleport need root")]


@pytest.fixture(scope="module")
def nodes(tmp_path_factory):
    """Starts a node of Teleport in place of ours."""
    labels = {"env": "dev", "fleet": "test"}
    with started(ReferenceNodes(tmp_path_factory.mktemp("nodes"), "real-node", labels)) as running:
        running.create(ROLE, "-f")
        add_twins(running)
        running.endless = "seq 9"  # a node of Teleport does not notice that no one reads the output any more
        running.takes_trees = False  # its SFTP server does not resolve the path of a missing file, which OpenSSH needs
        yield running


def test_tsh_config_equals_teleports(nodes, machine, tmp_path):
    theirs = Tsh(nodes, tmp_path, reference=True)
    theirs.env["TELEPORT_HOME"] = machine.env["TELEPORT_HOME"]
    keywords = re.compile(r"^(?:# |Host |    \w+).*$", re.M)

    def shape(text):
        return [re.sub(r"(ProxyCommand).*", r"\1", line) for line in keywords.findall(text)]
    assert shape(machine("config").out) == shape(theirs("config").out)
