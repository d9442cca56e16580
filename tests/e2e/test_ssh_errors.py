"""Tests of the errors of tsh ssh, scp and sftp before a connection to a node, and of malicious names."""

import json

import pytest

from harness import Tsh, assert_plain, program
from processes import run

USAGE = 2
NOT_LOGGED_IN = 3
NOT_FOUND = 5
CONNECTION_FAILED = 255
ESCAPE = "\x1b"


@pytest.fixture(scope="module")
def member(cluster, tmp_path_factory):
    cluster.create("""
        kind: role
        version: v7
        metadata: {name: logins}
        spec:
          allow: {logins: [root], node_labels: {'*': '*'}}
        """, "-f")
    machine = Tsh(cluster, tmp_path_factory.mktemp("member"))
    machine.login(cluster.add_user("ssh-errors", "logins"))
    return machine


@pytest.mark.parametrize("words", [["ssh", "root@web"], ["scp", "a", "root@web:b"], ["sftp", "root@web"],
                                   ["proxy", "ssh", "web:22"], ["config"], ["resolve", "web"]])
def test_not_logged_in(tsh, words):
    done = tsh(*words, ok=False)
    assert done.code == NOT_LOGGED_IN and "tsh login" in done.err and done.out == ""
    assert_plain(done.err)


@pytest.mark.parametrize("words", [
    ["ssh"], ["ssh", "--", "-oProxyCommand=x"], ["ssh", "web:22"], ["ssh", "a b"], ["ssh", "@web"], ["ssh", "web;id"],
    ["ssh", "web\nProxyCommand x"], ["ssh", "$(id)"], ["ssh", "%h"], ["ssh", "-p", "0", "web"], ["ssh", "-p", "x", "web"],
    ["ssh", "--parallel=0", "x=y", "id"], ["ssh", "-o", "A=b\nProxyCommand=x", "web"], ["ssh", "--format=json", "web"],
    ["scp", "a"], ["scp", "a", "b"], ["scp", "a:x", "b:y"], ["scp", "-P", "99999", "a", "b:c"],
    ["scp", "a", "-oProxyCommand=x:y"], ["sftp"], ["proxy", "ssh", "-oX=y"], ["proxy", "ssh", "a=b"], ["resolve"]])
def test_wrong_command_lines(member, words):
    done = member(*words, ok=False)
    assert done.code == USAGE and done.out == ""
    assert ESCAPE not in done.err
    assert_plain(done.err)


@pytest.mark.parametrize("words", [["--local"], ["--invite=bob"], ["--reason=x"], ["-J", "jump"]])
def test_unimplemented_options(member, words):
    done = member("ssh", *words, "root@web", ok=False)
    assert "not implemented" in done.err and done.code not in (0, USAGE, NOT_LOGGED_IN)


@pytest.mark.parametrize("login", ["-oProxyCommand=x", "a -oProxyCommand=x", "$(id)", "a;b", "a'b"])
def test_invalid_logins(member, login):
    done = member("ssh", f"--login={login}", "web", "id", ok=False)
    assert done.code not in (0, CONNECTION_FAILED) and "cannot be a login" in done.err


def test_unknown_option_of_ssh(member):
    done = member("ssh", "-o", "NoSuch=yes", "root@web", "id", ok=False)
    assert done.code == CONNECTION_FAILED and "nosuch" in done.err.lower()


def test_without_openssh(member, tmp_path):
    done = run([program("tsh"), "ssh", "root@web"], {**member.env, "PATH": str(tmp_path)})
    assert done.code == NOT_FOUND and "cannot start ssh" in done.err and "install" in done.err


@pytest.fixture
def hostile(cluster, member, tmp_path):
    """Adds a node whose name and label try to run a command; returns the name, and the file that the command makes."""
    mark = tmp_path / "mark"
    name = f"-oProxyCommand=touch {mark}"
    cluster.create(f"""
        kind: node
        version: v2
        sub_kind: openssh
        metadata:
          name: 11111111-2222-4333-8444-555555555555
          labels: {{sort: hostile, text: "{ESCAPE.encode('unicode_escape').decode()}[31m\\nHost *"}}
        spec:
          addr: 127.0.0.1:9
          hostname: {json.dumps(name)}
        """)
    yield name, mark
    cluster.tctl("rm", "node/11111111-2222-4333-8444-555555555555")


def test_hostile_names(member, hostile):
    name, mark = hostile
    for words in (["ls"], ["ls", "-v"], ["ls", "--format=names"], ["resolve", "sort=hostile"]):
        assert ESCAPE not in member(*words).text
    done = member("ssh", "root@sort=hostile", "id", ok=False)
    assert done.code == CONNECTION_FAILED and ESCAPE not in done.text
    done = member("ssh", "--format=json", "root@sort=hostile", "id", ok=False)
    assert json.loads(done.out)["host"] == json.loads(done.out)["id"]  # the id replaces an invalid name
    done = member("ssh", f"root@{name}", "id", ok=False)
    assert done.code == USAGE
    assert not mark.exists()
    assert name not in member("__names", "node", "").out
