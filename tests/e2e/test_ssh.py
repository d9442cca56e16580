"""Tests of tsh ssh, scp, sftp, and of OpenSSH with `tsh config`, on nodes. tests/interop runs them on nodes of
Teleport."""

import contextlib
import getpass
import json
import os
import pathlib
import shutil
import socket
import subprocess
import tempfile

import pytest

from harness import Cluster, Tsh, assert_plain, program, started
from pages import serving
from processes import Background, Terminal, free_port, run, wait_for
from terminals import TmuxShell

CONNECTION_FAILED = 255
NOT_FOUND = 5
PARTLY_DONE = 9
USAGE = 2
LOGIN = getpass.getuser()
ROLE = f"""
    kind: role
    version: v7
    metadata:
      name: shells
    spec:
      options:
        forward_agent: true
        port_forwarding: true
      allow:
        logins: [{LOGIN}]
        node_labels: {{'*': '*'}}
"""
SSH = """\
enabled: yes
labels: {env: dev, fleet: test}
"""


def add_twins(cluster):
    """Adds two nodes of the same name to the lists; no server is at their address."""
    for name in ("twin-1", "twin-2"):
        cluster.create(f"""
            kind: node
            version: v2
            sub_kind: openssh
            metadata:
              name: {name}
              labels: {{pair: "yes", fleet: test}}
            spec:
              addr: 127.0.0.1:9
              hostname: twin
            """)


def processes_with(*words):
    """Returns the command lines that have all of these words."""
    found = []
    for entry in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            line = entry.read_bytes().decode(errors="replace").split("\0")
            if all(word in line for word in words):
                found.append(line)
    return found


@pytest.fixture(scope="module")
def nodes(tmp_path_factory):
    """Starts a cluster with a node, and adds two unreachable nodes of the same name."""
    program("teleport")
    with started(Cluster(tmp_path_factory.mktemp("nodes"), ssh=SSH)) as running:
        running.create(ROLE, "-f")
        running.node, running.node_port = "localhost", None
        running.endless = "yes"
        running.takes_trees = True
        add_twins(running)
        yield running


@pytest.fixture(scope="module")
def machine(nodes, tmp_path_factory):
    program("tsh")
    found = Tsh(nodes, tmp_path_factory.mktemp("ours"))
    found.user = nodes.add_user("ssh-user", roles="shells")
    found.login(found.user)
    return found


@pytest.fixture(scope="module")
def openssh(nodes, machine):
    """Returns a function that runs OpenSSH with the output of `tsh config`."""
    path = machine.home / "ssh_config"
    path.write_text(machine("config", *([f"--port={nodes.node_port}"] if nodes.node_port else [])).out)

    def call(name, *words, stdin=""):
        return run([name, "-F", path, *words], machine.env, stdin)
    call.node = f"{LOGIN}@{nodes.node}.{nodes.name}"
    return call


@pytest.mark.parametrize("code", [0, 1, 44, 127, 255])
def test_exit_codes(nodes, machine, code):
    done = machine("ssh", f"{LOGIN}@{nodes.node}", f"exit {code}", ok=False)
    assert done.code == code
    assert done.err == ""


@pytest.mark.parametrize("options, code", [([], 0), (["-o", "ServerAliveInterval=never"], CONNECTION_FAILED),
                                           (["-o", "ProxyUseFdpass=no"], 0)])
def test_no_dialling_process_remains(nodes, machine, tmp_path, options, code):
    """The process that dials while ssh starts ends with ssh, also when ssh fails before it connects."""
    mark = f"exit 0; # {tmp_path}"
    assert machine("ssh", *options, f"{LOGIN}@{nodes.node}", mark, ok=False).code == code
    wait_for(lambda: not processes_with(str(machine.path), mark), what="the end of the dialling process")


def test_dialling_process_ends_with_ssh(nodes, machine, tmp_path):
    mark = f"echo begun; sleep 60; # {tmp_path}"
    session = Background([machine.path, "ssh", f"{LOGIN}@{nodes.node}", mark], machine.env, tmp_path / "log")
    with session:
        session.wait_for_output("begun")
        assert processes_with(str(machine.path), mark)  # a process of tsh; ssh has another path
        session.process.kill()
        wait_for(lambda: not processes_with(str(machine.path), mark), what="the end of the dialling process")


def test_streams(nodes, machine):
    done = machine("ssh", f"{LOGIN}@{nodes.node}", "cat; echo err >&2", stdin="in\n" * 50_000)
    assert (done.out, done.err) == ("in\n" * 50_000, "err\n")


def test_large_output(nodes, machine):
    done = machine("ssh", f"{LOGIN}@{nodes.node}", "head -c 20000000 /dev/zero | tr '\\0' x")
    assert len(done.out) == 20_000_000


def test_words_after_the_host_are_the_nodes(nodes, machine):
    done = machine("ssh", f"{LOGIN}@{nodes.node}", "--", "echo", "-x", "--proxy=q", "--help")
    assert done.out == "-x --proxy=q --help\n"


def test_logins(nodes, machine):
    assert machine("ssh", "-l", LOGIN, nodes.node, "id -un").out == f"{LOGIN}\n"
    assert machine("ssh", "-o", f"User={LOGIN}", nodes.node, "id -un").out == f"{LOGIN}\n"
    done = machine("ssh", f"stranger@{nodes.node}", "id", ok=False)
    assert done.code == CONNECTION_FAILED and "Permission denied" in done.err


def test_hosts(nodes, machine):
    (real,) = [row for row in json.loads(machine("ls", "--format=json").out) if row["spec"]["hostname"] == nodes.node]
    port = ["-p", str(nodes.node_port)] if nodes.node_port else []
    for words in ([f"{LOGIN}@" + real["metadata"]["name"]], [f"{LOGIN}@env=dev"], ["-l", LOGIN, "--search=env,dev"],
                  ["-l", LOGIN, '--query=labels["env"] == "dev"'], [*port, f"{LOGIN}@{nodes.node}"]):
        assert machine("ssh", *words, "echo here").out == "here\n"


def test_wrong_hosts(machine):
    done = machine("ssh", f"{LOGIN}@nosuch", "true", ok=False)
    assert done.code == CONNECTION_FAILED and "node nosuch does not exist" in done.err
    assert_plain(done.err)
    done = machine("ssh", f"{LOGIN}@env=nosuch", "true", ok=False)
    assert done.code == CONNECTION_FAILED and "no node matches" in done.err
    done = machine("ssh", f"{LOGIN}@pair=yes", ok=False)
    assert done.code == USAGE and "twin-1" in done.err and "twin-2" in done.err
    done = machine("proxy", "ssh", "nosuch:22", ok=False)
    assert done.code == NOT_FOUND and done.out == ""
    done = machine("proxy", "ssh", "twin", ok=False)
    assert done.code == NOT_FOUND
    assert "several nodes match twin" in done.err and "twin-1" in done.err and "twin-2" in done.err


@pytest.mark.parametrize("option", ["StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "HostKeyAlias=other",
                                    "ProxyCommand=touch {mark}", "KnownHostsCommand=/bin/true", "proxyjump=x"])
def test_checks_cannot_be_switched_off(nodes, machine, tmp_path, option):
    mark = tmp_path / "mark"
    done = machine("ssh", "-o", option.format(mark=mark), f"{LOGIN}@{nodes.node}", "echo through")
    assert done.out == "through\n"
    assert "has no effect" in done.err and not mark.exists()


def test_a_node_of_another_cluster_is_refused(nodes, machine, tmp_path):
    """tsh refuses a host key that the cluster's authority has not signed."""
    home = tmp_path / "tsh"
    shutil.copytree(machine.home / "tsh", home)
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", tmp_path / "ca"], check=True)
    key = (tmp_path / "ca.pub").read_text().split()[:2]
    (home / "known_hosts").write_text(f"@cert-authority localhost,{nodes.name},*.{nodes.name} {' '.join(key)}\n")
    done = run([program("tsh"), "ssh", f"{LOGIN}@{nodes.node}", "echo through"],
               {**machine.env, "TELEPORT_HOME": str(home)})
    assert done.code == CONNECTION_FAILED and done.out == ""
    assert "Host key verification failed" in done.err


def test_no_configuration_of_the_user_takes_part(nodes, machine, tmp_path):
    (tmp_path / ".ssh").mkdir()
    (tmp_path / ".ssh" / "config").write_text("Host *\n  ProxyCommand false\n  RequestTTY bogus\n")
    done = run([program("tsh"), "ssh", f"{LOGIN}@{nodes.node}", "echo through"], {**machine.env, "HOME": str(tmp_path)})
    assert done.ok().out == "through\n"


def test_many(nodes, machine, tmp_path):
    logs = tmp_path / "logs"
    done = machine("ssh", f"--log-dir={logs}", f"{LOGIN}@fleet=test", "echo out; echo err >&2", ok=False,
                   timeout=60)
    assert done.code == PARTLY_DONE
    assert f"{nodes.node} | out\n" in done.out and f"{nodes.node} | err\n" in done.err
    assert "1 of 3 nodes succeeded" in done.err
    assert (logs / f"{nodes.node}.stdout").read_text() == "out\n"
    assert (logs / f"{nodes.node}.stderr").read_text() == "err\n"
    assert (logs / "hosts.succeeded").read_text() == f"{nodes.node}\n"
    assert len((logs / "hosts.failed").read_text().splitlines()) == 2


def test_many_as_json_lines(nodes, machine):
    done = machine("ssh", "--format=json", "--parallel=1", f"{LOGIN}@fleet=test", "echo out; exit 3",
                   ok=False, timeout=60)
    lines = {line["host"]: line for line in map(json.loads, done.out.splitlines())}
    assert done.code == PARTLY_DONE and len(lines) == 3
    assert lines[nodes.node]["status"] == 3 and lines[nodes.node]["stdout"].startswith("out\n")
    assert {line["status"] for line in lines.values()} == {3, CONNECTION_FAILED}
    assert {line["host"] for line in lines.values()} == {nodes.node, "twin-1", "twin-2"}


def test_stdout_closed_early(nodes, machine):
    shell = f"'{program('tsh')}' ssh {LOGIN}@{nodes.node} '{nodes.endless}' | head -1"
    done = run(["sh", "-c", shell], machine.env)
    assert (len(done.out), done.err) == (2, "")
    shell = f"'{program('tsh')}' proxy ssh {nodes.node} < /dev/null | head -c 7"
    done = run(["sh", "-c", shell], machine.env)
    assert (done.out, done.err) == ("SSH-2.0", "")


def test_copies(nodes, machine, tmp_path):
    tree = tmp_path / "tree"
    (tree / "inner").mkdir(parents=True)
    (tree / "a file").write_text("spaces\n")
    (tree / "inner" / "large").write_bytes(os.urandom(5_000_000))
    there = tree
    if nodes.takes_trees:
        there = tmp_path / "there"
        machine("scp", "-r", "-p", tree, f"{LOGIN}@{nodes.node}:{there}")
        assert (there / "a file").stat().st_mtime == int((tree / "a file").stat().st_mtime)
    machine("scp", "-r", f"{LOGIN}@{nodes.node}:{there}", tmp_path / "back")
    machine("scp", tree / "a file", tree / "inner" / "large", f"{LOGIN}@{nodes.node}:{tmp_path}")
    assert (tmp_path / "a file").read_text() == "spaces\n" and (tmp_path / "large").stat().st_size == 5_000_000
    for path in ("a file", "inner/large"):
        assert (tmp_path / "back" / path).read_bytes() == (tree / path).read_bytes()
    done = machine("scp", f"{LOGIN}@{nodes.node}:/nosuch", tmp_path, ok=False)
    assert done.code == 1 and "No such file" in done.err
    done = machine("scp", "a:/x", "b:/y", ok=False)
    assert done.code == USAGE and "two nodes" in done.err
    done = machine("scp", "x", f"{LOGIN}@nosuch:/tmp", ok=False)
    assert done.code != 0 and "node nosuch does not exist" in done.err


def test_sftp_by_a_batch(nodes, machine, tmp_path):
    (tmp_path / "file").write_text("content\n")
    batch = f"put {tmp_path}/file {tmp_path}/copy\nls -1 {tmp_path}\n"
    done = machine("sftp", "-b", "-", f"{LOGIN}@{nodes.node}", stdin=batch)
    assert "copy" in done.out and (tmp_path / "copy").read_text() == "content\n"
    done = machine("sftp", "-b", "-", f"{LOGIN}@{nodes.node}", stdin="get /nosuch\nput x\n", ok=False)
    assert done.code == 1


@pytest.fixture
def page():
    """Starts a web server, which the test must reach only through the node."""
    with serving("the page") as port:
        yield port


@contextlib.contextmanager
def forwarding(machine, node, tmp_path, port, *words):
    with Background([program("tsh"), "ssh", "-N", *words, f"{LOGIN}@{node}"], machine.env, tmp_path / "log") as ssh:
        def listens():
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
                return True
            assert ssh.process.poll() is None, ssh.output()
            return False
        wait_for(listens, what="the forwarded port")
        yield
        ssh.stop()


def test_forwarding_to_the_node(nodes, machine, tmp_path, page):
    port = free_port()
    with forwarding(machine, nodes.node, tmp_path, port, "-L", f"{port}:127.0.0.1:{page}"):
        assert run(["curl", "-s", f"http://127.0.0.1:{port}/"], machine.env).out == "the page"


def test_socks(nodes, machine, tmp_path, page):
    port = free_port()
    with forwarding(machine, nodes.node, tmp_path, port, "-D", str(port)):
        words = ["curl", "-s", "--socks5-hostname", f"127.0.0.1:{port}", f"http://127.0.0.1:{page}/"]
        assert run(words, machine.env).out == "the page"


def test_forwarding_that_fails_is_a_failure(nodes, machine, page):
    done = machine("ssh", "-N", "-L", f"127.0.0.1:{page}:127.0.0.1:{page}", f"{LOGIN}@{nodes.node}", ok=False)
    assert done.code == CONNECTION_FAILED and "in use" in done.err


def test_a_shell_on_a_terminal(nodes, machine):
    terminal = Terminal([str(program("tsh")), "ssh", f"{LOGIN}@{nodes.node}"], {**machine.env, "TERM": "xterm"})
    terminal.wait_for(r"[#$] ?")
    terminal.type("test -t 0 && echo it is a $((6 * 7)) terminal; exit 44\n")
    done = terminal.finish()
    assert "it is a 42 terminal" in done.out and done.code == 44


def test_a_shell_inside_tmux(nodes, machine, tmp_path):
    shell = TmuxShell({**machine.env, "TERM": "xterm"}, tmp_path)
    try:
        shell.wait_for(r"\$ ")
        shell.type(f"{program('tsh')} ssh {LOGIN}@{nodes.node}; echo code=$?\n")
        shell.wait_for(r"# ")
        shell.type("echo $((6 * 7)) $TERM; exit 3\n")
        shell.wait_for(r"42 \w+")
        shell.wait_for(r"code=3")
    finally:
        shell.close()


def test_openssh_with_our_config(openssh, tmp_path):
    assert openssh("ssh", openssh.node, "echo through; exit 7").code == 7
    (tmp_path / "file").write_text("content\n")
    openssh("scp", tmp_path / "file", f"{openssh.node}:{tmp_path}/copy")  # on a node of Teleport the exit code is 1
    assert (tmp_path / "copy").read_text() == "content\n"
    batch = openssh("sftp", "-b", "-", openssh.node, stdin=f"ls -1 {tmp_path}\n")
    assert batch.code == 0 and "copy" in batch.out


@pytest.fixture
def master(machine):
    """Returns options with which calls share a connection. The directory is new, because its path must be short."""
    with tempfile.TemporaryDirectory(prefix="ssh") as directory:
        yield ["-o", "ControlMaster=auto", "-o", f"ControlPath={directory}/socket", "-o", "ControlPersist=30"]
        ended = run(["ssh", "-F", "none", "-S", f"{directory}/socket", "-O", "exit", "any"], machine.env)
        assert "Exit request sent" in ended.err


def test_openssh_master(openssh, master):
    assert openssh("ssh", *master, openssh.node, "echo one").out == "one\n"
    assert openssh("ssh", *master, openssh.node, "echo two").out == "two\n"


def test_our_ssh_with_a_master(nodes, machine, master):
    assert machine("ssh", *master, f"{LOGIN}@{nodes.node}", "echo one").out == "one\n"
    assert machine("ssh", *master, f"{LOGIN}@{nodes.node}", "echo two").out == "two\n"


def test_inside_a_connection_upgrade(nodes, machine, tmp_path):
    """A load balancer that ends TLS needs the connection upgrade."""
    upgraded = Tsh(nodes, tmp_path)
    upgraded.env["TELEPORT_TLS_ROUTING_CONN_UPGRADE"] = "yes"
    upgraded.login(machine.user)
    assert "tls_routing_conn_upgrade_required: true" in (tmp_path / "tsh" / "localhost.yaml").read_text()
    assert upgraded("ssh", f"{LOGIN}@{nodes.node}", "cat", stdin="x" * 1_000_000).out == "x" * 1_000_000


def test_by_an_identity_file(nodes, machine, tmp_path):
    identity = tmp_path / "identity"
    nodes.tctl("auth", "sign", f"--user={machine.user.name}", f"--out={identity}", "--format=file")
    env = {**machine.env, "TELEPORT_HOME": str(tmp_path / "nothing"), "HOME": str(tmp_path)}
    words = [program("tsh"), "-i", identity, f"--proxy={nodes.proxy}"]
    assert run([*words, "ssh", f"{LOGIN}@{nodes.node}", "echo through"], env).ok().out == "through\n"
    (tmp_path / "file").write_text("content\n")
    run([*words, "scp", tmp_path / "file", f"{LOGIN}@{nodes.node}:{tmp_path}/copy"], env).ok()
    assert (tmp_path / "copy").read_text() == "content\n"


def test_resolve(nodes, machine):
    assert nodes.node in machine("resolve", nodes.node).out
    assert json.loads(machine("resolve", nodes.node, "--format=json").out)["spec"]["hostname"] == nodes.node
    assert machine("resolve", "-q", nodes.node).text == ""
    done = machine("resolve", "-q", "nosuch", ok=False)
    assert done.code == NOT_FOUND
    done = machine("resolve", "twin", ok=False)
    assert done.code == NOT_FOUND and "twin-2" in done.err


def test_completion_has_the_nodes(nodes, machine):
    machine("ls")
    for typed, found in ((nodes.node[:3], nodes.node), (f"{LOGIN}@{nodes.node[:3]}", f"{LOGIN}@{nodes.node}")):
        assert machine("__names", "node", typed).out == f"{found}\tseen just now\n"
