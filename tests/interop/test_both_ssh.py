"""The tests of SSH with our tsh and OpenSSH, on a node of Teleport (REFERENCE_BIN)."""

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
    """In place of ours."""
    labels = {"env": "dev", "fleet": "test"}
    with started(ReferenceNodes(tmp_path_factory.mktemp("nodes"), "real-node", labels)) as running:
        running.create(ROLE, "-f")
        add_twins(running)
        running.endless = "seq 9"  # nothing tells a node of Teleport that nobody reads any more
        running.takes_trees = False  # it has no path of a file that does not exist, which OpenSSH asks for
        yield running


def test_config_is_that_of_teleport(nodes, machine, tmp_path):
    theirs = Tsh(nodes, tmp_path, reference=True)
    theirs.env["TELEPORT_HOME"] = machine.env["TELEPORT_HOME"]
    keywords = re.compile(r"^(?:# |Host |    \w+).*$", re.M)

    def shape(text):
        return [re.sub(r"(ProxyCommand).*", r"\1", line) for line in keywords.findall(text)]
    assert shape(machine("config").out) == shape(theirs("config").out)
