"""Tests of the reference's tsh (REFERENCE_BIN) with a node of ours."""

import getpass
import json

import pytest

from harness import REFERENCE_BIN, Cluster, Tsh, started

pytestmark = pytest.mark.skipif(not REFERENCE_BIN, reason="REFERENCE_BIN is not set")

SSH = """\
enabled: yes
labels: {environment: dev}
commands:
- {name: kernel, command: [uname, -s], period: 1m0s}
"""
ROLE = f"""
kind: role
version: v7
metadata: {{name: dev}}
spec:
  allow:
    logins: [{getpass.getuser()}, guest]
    node_labels: {{environment: dev}}
  deny:
    logins: [guest]
"""


@pytest.fixture(scope="module")
def node(tmp_path_factory):
    with started(Cluster(tmp_path_factory.mktemp("cluster"), ssh=SSH)) as running:
        running.create(ROLE, "-f")
        yield running


@pytest.fixture(scope="module")
def theirs(node, tmp_path_factory):
    machine = Tsh(node, tmp_path_factory.mktemp("theirs"), reference=True)
    machine.user = node.add_user("dan", "dev")
    machine.login(machine.user)
    return machine


def test_tsh_lists_the_node(theirs):
    nodes = json.loads(theirs("ls", "--format=json").out)
    assert [node["spec"]["hostname"] for node in nodes] == ["localhost"]
    assert nodes[0]["spec"]["cmd_labels"]["kernel"]["result"] == "Linux"


@pytest.mark.parametrize("code", [0, 1, 44, 127])
def test_tsh_runs_a_command(theirs, code):
    done = theirs("ssh", f"{getpass.getuser()}@localhost", f"echo out; echo err >&2; exit {code}", ok=False)
    assert (done.out, done.code) == ("out\n", code), done.text
    assert "err" in done.err


def test_tsh_finds_a_node_by_label(theirs):
    assert theirs("ssh", f"{getpass.getuser()}@environment=dev", "echo", "hi").out == "hi\n"


def test_tsh_copies_files(theirs, tmp_path):
    source = tmp_path / "source"
    source.write_bytes(bytes(range(256)) * 4096)
    theirs("scp", source, f"{getpass.getuser()}@localhost:{tmp_path / 'there'}")
    assert (tmp_path / "there").read_bytes() == source.read_bytes()
    theirs("scp", f"{getpass.getuser()}@localhost:{tmp_path / 'there'}", tmp_path / "back")
    assert (tmp_path / "back").read_bytes() == source.read_bytes()


def test_a_denied_login_is_an_error(theirs):
    done = theirs("ssh", "guest@localhost", "true", ok=False)
    assert done.code != 0 and "denied" in done.text
