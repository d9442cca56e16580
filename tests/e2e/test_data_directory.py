"""Tests of configurations, token files and logs as on real hosts, and of the rule of one process per data directory."""

import contextlib
import re
import signal
import sqlite3
import subprocess

import pytest

from harness import Cluster, environment, program, started
from nodes import Agent
from processes import Background, run, wait_for

TOKEN = "1fd2a6c04c3b11ee8c990242ac120002"
ODD = """\
  advertise_ip: ""
  diag_addr: ""
  shutdown_delay: 0s
  ciphersuites: []
  join_params: {method: ""}
"""
ODD_PROXY = """\
  https_keypairs: []
  https_keypairs_reload_interval: 0s
  acme: {enabled: "no"}
  proxy_protocol: "off"
  trust_x_forwarded_for: false
"""
ODD_AUTH = """\
  authentication: {passwordless: no, headless: no}
"""


class FieldCluster(Cluster):
    """A cluster with a teleport.yaml as Teleport and administrators write it."""

    def __init__(self, directory):
        super().__init__(directory)
        self.name = "field.test"

    def write_config(self, extra=""):
        super().write_config(extra)
        token_file = self.directory / "token"
        token_file.write_bytes(f"  {TOKEN} \r\n\r\n".encode())
        text = self.config.read_text()
        text = text.replace("    severity: DEBUG\n", f"    severity: DEBUG\n    output: {self.log}\n{ODD}")
        text = text.replace("  proxy_listener_mode: multiplex\n",
                            f"  proxy_listener_mode: multiplex\n  tokens: ['node:{token_file}']\n{ODD_AUTH}")
        self.config.write_text(text.replace("ssh_service:", f"{ODD_PROXY}ssh_service:", 1))


@pytest.fixture(scope="module")
def field(tmp_path_factory):
    with started(FieldCluster(tmp_path_factory.mktemp("field"))) as running:
        yield running


def pin(cluster):
    return re.search(r"sha256:\w+", cluster.tctl("status").out).group(0)


def joining(cluster, token):
    return ["teleport", "start", "--roles=node", f"--token={token}", f"--proxy={cluster.proxy}",
            f"--ca-pin={pin(cluster)}"]


@pytest.fixture(scope="module")
def agent(field, tmp_path_factory):
    """Starts a node that joins with a token file from Windows."""
    folder = tmp_path_factory.mktemp("agent")
    (folder / "token").write_bytes(f"\r\n {TOKEN}\t\r\n".encode())
    running = Agent(field, folder, "field-node").start(joining(field, folder / "token"))
    yield running
    running.kill()


def test_keys_that_are_off_start(field):
    assert field.alive()
    assert "cluster is ready" in field.log.read_text()


def test_token_files_of_editors_and_windows(agent):
    assert "joined the cluster" in agent.log.read_text()


def log_line(field):
    """Makes the cluster write to its log; returns the new lines."""
    before = field.log.read_text() if field.log.exists() else ""
    field.web().get("/nosuch")
    field._program.process.send_signal(signal.SIGUSR1)  # pylint: disable=protected-access
    return wait_for(lambda: field.log.exists() and field.log.read_text()[len(before):], what="a line of the log")


@pytest.mark.parametrize("number", [signal.SIGUSR1, signal.SIGHUP])
def test_logrotate(field, number):
    old = field.directory / f"teleport.log.{int(number)}"
    field.log.rename(old)
    size = old.stat().st_size
    field._program.process.send_signal(number)  # pylint: disable=protected-access
    wait_for(lambda: field.log.exists() and f'signal="{number.name}"' in field.log.read_text(), what="a new log")
    assert field.log.stat().st_mode & 0o777 == 0o600
    assert old.stat().st_size == size
    assert field.alive() and field.web().get("/webapi/ping").status == 200
    old.write_text("")


def test_a_full_disk_under_the_log_stops_nothing(field):
    kept = field.directory / "kept.log"
    field.log.rename(kept)
    field.log.symlink_to("/dev/full")
    for number in (signal.SIGUSR1, signal.SIGHUP, signal.SIGUSR1):
        field._program.process.send_signal(number)  # pylint: disable=protected-access
    wait_for(lambda: field.web().get("/webapi/ping").status == 200)
    field.tctl("status")
    assert field.alive()
    kept.replace(field.log)
    assert re.search(r"^\d+ lines of the log could not be written$", log_line(field), re.M)


def test_a_second_node_on_the_same_directory_is_refused(field, agent):
    words = joining(field, TOKEN)
    identity = (agent.directory / "data" / "agent_identity").read_bytes()
    done = run([program("teleport"), *words[1:], f"--data-dir={agent.directory / 'data'}", "--nodename=other"],
               environment(agent.directory), "", 30)
    pid = agent._program.process.pid  # pylint: disable=protected-access
    assert done.code not in (0, -9), done
    assert f"the data directory {agent.directory / 'data'} is in use by process {pid}" in done.err, done
    assert len(done.err.splitlines()) == 2 and "--data-dir" in done.err, done
    assert (agent.directory / "data" / "agent_identity").read_bytes() == identity
    assert "field-node" in field.tctl("nodes", "ls").out


def test_a_second_cluster_on_the_same_directory_is_refused(field, tmp_path):
    path = tmp_path / "other.yaml"
    text = field.config.read_text().replace(f"output: {field.log}", "output: stderr")
    path.write_text(re.sub(r"(listen_addr: 127\.0\.0\.1):\d+", r"\1:0", text))
    admin = (field.data_dir / "admin_identity").read_bytes()
    done = run([program("teleport"), "start", "-c", path], environment(tmp_path), "", 30)
    assert done.code not in (0, -9) and f"is in use by process {field.pid}" in done.err, done
    assert (field.data_dir / "admin_identity").read_bytes() == admin
    assert field.name in field.tctl("status").out


def test_a_start_waits_for_the_one_before_it_to_stop(agent):
    """systemctl restart and scripts start the new process while the old one stops."""
    words = [*agent._program.words]  # pylint: disable=protected-access
    log = agent.directory / "second.log"
    with Background(words, environment(agent.directory), log) as second:
        agent._program.process.send_signal(signal.SIGTERM)  # pylint: disable=protected-access
        second.wait_for_output("agent is ready")
        agent.stop()
        assert second.stop() == 0
    agent.start([word for word in joining(agent.cluster, TOKEN) if not word.startswith("--token")])


def test_a_node_with_the_state_of_another_cluster_names_its_directory(field, cluster, agent, tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    for name in ("agent_identity", "host_uuid"):
        (data / name).write_bytes((agent.directory / "data" / name).read_bytes())
    for way in (f"--proxy={cluster.proxy}", f"--auth-server=127.0.0.1:{cluster.auth_port}"):
        done = run([program("teleport"), "start", "--roles=node", way, f"--data-dir={data}"], environment(tmp_path))
        assert done.code != 0 and str(data) in done.err and field.name in done.err, done
        assert "log in again" not in done.err and "tsh login" not in done.err, done


def test_state_that_cannot_be_written_is_named(tmp_path):
    backend = tmp_path / "data" / "backend"
    path = tmp_path / "teleport.yaml"
    path.write_text(f"teleport: {{data_dir: {tmp_path}/data}}\nauth_service: {{listen_addr: '127.0.0.1:0'}}\n"
                    "proxy_service: {web_listen_addr: '127.0.0.1:0'}\nssh_service: {enabled: no}\n")
    backend.mkdir(parents=True)
    with contextlib.closing(sqlite3.connect(backend / "state.sqlite")) as database:
        database.execute("create table old (name text)")
    # File modes do not stop root, but a read-only mount does.
    mount = "mount --bind $0 $0 && mount -o remount,ro,bind $0 && exec \"$@\""
    words = ["unshare", "--mount", "sh", "-c", mount, str(backend), program("teleport"), "start", "-c", path]
    if subprocess.run(["unshare", "--mount", "true"], check=False, capture_output=True).returncode != 0:
        pytest.skip("this test makes a mount, which root may")
    done = run(words, environment(tmp_path), "", 30)
    assert done.code != 0 and str(backend / "state.sqlite") in done.err, done
