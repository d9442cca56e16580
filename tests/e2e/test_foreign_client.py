"""Tests that SSH clients other than OpenSSH reach nodes through tsh proxy ssh."""

import asyncio
import ctypes.util
import getpass
import pathlib
import shlex
import subprocess
import sys

import pytest

from harness import Cluster, Tsh, started
from processes import run
from test_ssh import ROLE

LOGIN = getpass.getuser()
CODES = [0, 44, 255]


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    with started(Cluster(tmp_path_factory.mktemp("cluster"), ssh="enabled: yes\n")) as running:
        running.create(ROLE, "-f")
        yield running


@pytest.fixture(scope="module")
def person(place, tmp_path_factory):
    """Returns a logged-in machine, with the proxy command to the node and the paths of the login's files."""
    machine = Tsh(place, tmp_path_factory.mktemp("person"))
    machine.login(place.add_user("foreigner", "shells"))
    machine.proxy_command = [str(machine.path), "proxy", "ssh", f"--proxy={place.proxy}", f"{LOGIN}@localhost:0"]
    keys = machine.home / "tsh" / "keys" / place.host
    machine.key = keys / "foreigner"
    machine.certificate = next((keys / "foreigner-ssh").glob("*-cert.pub"))
    machine.known_hosts = machine.home / "tsh" / "known_hosts"
    return machine


@pytest.fixture
def libssh(person):
    if ctypes.util.find_library("ssh") is None:
        pytest.skip("no libssh: ./dev deps")
    script = pathlib.Path(__file__).parent / "libssh.py"

    def call(command):
        words = [sys.executable, script, shlex.join(person.proxy_command), LOGIN, "localhost", person.key,
                 person.certificate, command]
        return run(words, person.env)
    return call


@pytest.mark.parametrize("code", CODES)
def test_libssh(libssh, code):
    done = libssh(f"echo out; exit {code}")
    assert (done.out, done.code, done.err) == ("out\n", code, "")


def test_much_by_libssh(libssh):
    assert len(libssh("head -c 5000000 /dev/zero | tr '\\0' x").ok().out) == 5_000_000


@pytest.fixture
def asyncssh():
    return pytest.importorskip("asyncssh", reason="no asyncssh: ./dev deps")


def ask(asyncssh, person, command, known_hosts=None, **more):
    """Runs one command by asyncssh, which checks the node's certificate."""
    async def ask_node():
        async with asyncssh.connect(
                "localhost", username=LOGIN, client_keys=[(str(person.key), str(person.certificate))], config=None,
                known_hosts=str(known_hosts or person.known_hosts), agent_path=None, env=None,
                proxy_command=person.proxy_command, **more) as node:
            return await node.run(command)
    return asyncio.run(ask_node())


@pytest.fixture(autouse=True)
def environment_of_the_person(person, monkeypatch):
    """Sets the person's environment in this process, which starts the proxy command."""
    for name in ("TELEPORT_HOME", "SSL_CERT_FILE", "HOME"):
        monkeypatch.setenv(name, person.env[name])


@pytest.mark.parametrize("code", CODES)
def test_asyncssh(asyncssh, person, code):
    done = ask(asyncssh, person, f"echo out; exit {code}")
    assert (done.stdout, done.exit_status) == ("out\n", code)


def test_asyncssh_knows_the_node_by_its_certificate(asyncssh, person, tmp_path):
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", tmp_path / "ca"], check=True)
    other = tmp_path / "known_hosts"
    other.write_text(f"@cert-authority * {(tmp_path / 'ca.pub').read_text()}")
    with pytest.raises(asyncssh.HostKeyNotVerifiable):
        ask(asyncssh, person, "true", known_hosts=other)
