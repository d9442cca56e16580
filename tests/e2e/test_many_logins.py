"""Tests of users with more logins than OpenSSH reads from a certificate."""

import getpass

import pytest

from harness import Cluster, Tsh, started
from processes import run
from test_ssh import SSH

LOGIN = getpass.getuser()
DENIED = 255


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    cluster = Cluster(tmp_path_factory.mktemp("cluster"), ssh=SSH)
    with started(cluster) as running:
        yield running


def person(place, directory, count):
    """Returns a logged-in user with the given number of logins; the last is the login of the test's own user."""
    name = f"has-{count}"
    logins = ", ".join([*(f"login{number}" for number in range(count - 1)), LOGIN])
    place.create(f"kind: role\nversion: v7\nmetadata: {{name: {name}}}\n"
                 f"spec: {{allow: {{logins: [{logins}], node_labels: {{'*': '*'}}}}}}\n", "-f")
    machine = Tsh(place, directory)
    machine.login(place.add_user(name, name))
    return machine


@pytest.mark.parametrize("count", [255, 256, 300])
def test_ssh_and_scp(place, tmp_path, count):
    machine = person(place, tmp_path, count)
    assert machine("ssh", f"{LOGIN}@localhost", "echo in").out == "in\n"
    (tmp_path / "file").write_text("content\n")
    machine("scp", tmp_path / "file", f"{LOGIN}@localhost:{tmp_path}/copy")
    assert (tmp_path / "copy").read_text() == "content\n"
    assert machine("ssh", f"{LOGIN}@env=dev", "echo in").out == "in\n"
    done = machine("ssh", "nobody-there@localhost", "true", ok=False)
    assert done.code == DENIED and "access denied" in done.err.lower() or "Permission denied" in done.err


def test_openssh_is_told(place, tmp_path):
    machine = person(place, tmp_path, 301)
    config = tmp_path / "ssh_config"
    config.write_text(machine("config").out)
    done = run(["ssh", "-F", config, f"{LOGIN}@localhost.{place.name}", "true"], machine.env)
    assert done.code == DENIED and "your certificate has more than 255 logins" in done.err
    assert "use tsh ssh" in done.err
