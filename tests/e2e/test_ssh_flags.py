"""Tests of the flags of ssh(1) through tsh ssh, and of roles that refuse them."""

import getpass
import pathlib
import re
import signal
import socket
import subprocess

import pytest

from accepting import Accepting
from harness import Cluster, Tsh, assert_plain, started
from pages import serving
from processes import Background, Terminal, free_port, run, wait_for

CONNECTION_FAILED = 255
USAGE = 2
LOGIN = getpass.getuser()
HOST = f"{LOGIN}@localhost"
CODES = [0, 1, 44, 127, 255]
TTY = "test -t 0 && echo terminal || echo none"
# Whether a role permits forwarding to the node's side, and from it.
FORWARDING = {"both": (True, True), "local": (True, False), "remote": (False, True), "none": (False, False)}


def role(name, local, remote):
    """Returns a role; agents and X11 may be forwarded with both directions of port forwarding."""
    options = {"forward_agent": local and remote, "permit_x11_forwarding": local and remote,
               "ssh_port_forwarding": {"local": {"enabled": local}, "remote": {"enabled": remote}}}
    return f"""
        kind: role
        version: v7
        metadata: {{name: {name}}}
        spec:
          options: {str(options).replace("True", "true").replace("False", "false")}
          allow: {{logins: [{LOGIN}], node_labels: {{'*': '*'}}}}
        """


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    with started(Cluster(tmp_path_factory.mktemp("cluster"), ssh="enabled: yes\n")) as running:
        for name, (local, remote) in FORWARDING.items():
            running.create(role(name, local, remote), "-f")
        yield running


@pytest.fixture(scope="module")
def people(place, tmp_path_factory):
    """Logs in a user for each role."""
    found = {}
    for name in FORWARDING:
        found[name] = Tsh(place, tmp_path_factory.mktemp(name))
        found[name].login(place.add_user(name, name))
    return found


@pytest.fixture
def person(people):
    return people["both"]


def catches(pid, number):
    """Returns whether a process has a handler for a signal (proc(5), SigCgt): earlier the signal would kill it."""
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"SigCgt:\s+(\w+)", status).group(1), 16) >> (number - 1) & 1 == 1


def on_terminal(person, *words):
    return Terminal([person.path, "ssh", *words], person.env).finish()


# Runs tsh with a reader that ends after a line.
WITH_HEAD = "{{ '{tsh}' ssh {flags} {host} 'echo one; echo two; exit {code}'; echo code=$? >&2; }} | head -1"


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("flags", ["-t", "-T", "-t -t", ""])
def test_exit_codes_on_a_terminal(person, flags, code):
    done = on_terminal(person, *flags.split(), HOST, f"echo out; exit {code}")
    assert done.code == code and done.out.startswith("out\r\n")


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("flags", ["-T", "-t -t"])
def test_exit_codes_when_nobody_reads_on(person, flags, code):
    done = run(["sh", "-c", WITH_HEAD.format(tsh=person.path, flags=flags, host=HOST, code=code)], person.env).ok()
    assert done.out.strip() == "one" and f"code={code}\n" in done.err


@pytest.mark.parametrize("code", CODES)
def test_exit_codes_on_a_terminal_when_nobody_reads_on(person, code):
    shell = WITH_HEAD.format(tsh=person.path, flags="-t", host=HOST, code=code)
    done = Terminal(["/bin/sh", "-c", shell], person.env).finish()
    lines = done.out.replace("\r", "").splitlines()  # ssh has the terminal in raw mode
    assert "one" in lines and "two" not in lines and f"code={code}" in lines


@pytest.mark.parametrize("here, flags, there", [
    (True, [], "none"), (True, ["-t"], "terminal"), (True, ["-T"], "none"), (True, ["-o", "RequestTTY=yes"], "terminal"),
    (False, [], "none"), (False, ["-t"], "none"), (False, ["-t", "-t"], "terminal"), (False, ["-tt"], "terminal"),
    (False, ["-T"], "none"), (False, ["-o", "RequestTTY=force"], "terminal")])
def test_terminals(person, here, flags, there):
    call = on_terminal if here else lambda who, *words: who("ssh", *words)
    assert call(person, *flags, HOST, TTY).out.splitlines()[0] == there


def test_a_shell_without_a_terminal(person):
    """With -T on a terminal, the shell reads lines and shows no prompt."""
    terminal = Terminal([person.path, "ssh", "-T", HOST], person.env)
    terminal.type("test -t 0 || echo n''one; exit 44\n")
    done = terminal.finish()
    assert done.code == 44 and "none\r\n" in done.out and "# " not in done.out


@pytest.mark.parametrize("words, out", [
    (["-l", LOGIN, "localhost", "id -un"], f"{LOGIN}\n"),
    ([f"-l{LOGIN}", "localhost", "id -un"], f"{LOGIN}\n"),
    (["-p", "22", HOST, "echo there"], "there\n"),
    (["-o", "Port=22", HOST, "echo there"], "there\n"),
    (["-o", "SetEnv=LC_SPECIAL=5", HOST, "echo $LC_SPECIAL"], "5\n"),
    (["-o", "SetEnv LC_SPECIAL=5", HOST, "echo $LC_SPECIAL"], "5\n"),
    (["-o", "SetEnv=LD_PRELOAD=x", HOST, "echo =$LD_PRELOAD="], "==\n"),
    (["-o", "Compression=yes", "-o", "LogLevel=QUIET", HOST, "echo there"], "there\n"),
    (["--", HOST, "echo", "-t", "-l", "x"], "-t -l x\n"),
    ([HOST, "--", "echo", "--", "-N"], "-- -N\n"),
    ([HOST, "echo", "-N", "$HOME"], None)])
def test_words(person, words, out):
    done = person("ssh", *words)
    assert done.err == "" and (out is None or done.out == out)


@pytest.mark.parametrize("words, said", [
    (["-o", "Port=x"], "-o Port takes a number"), (["-o", "NoEquals"], "no argument"),
    (["-p", "65536"], "65535"), (["-W", "x:1"], '"-W"'), (["-F", "x"], '"-F"'), (["-E", "x"], '"-E"'),
    *(([flag], f'"{flag}"') for flag in ("-q", "-n", "-4", "-6", "-C", "-g", "-s", "-M"))])
def test_invalid_flags(person, words, said):
    done = person("ssh", *words, HOST, "echo in", ok=False)
    assert done.code in (USAGE, CONNECTION_FAILED) and done.out == "" and said in done.err
    assert len(done.err.splitlines()) <= 2
    assert_plain(done.err)


@pytest.fixture(scope="module")
def agent(tmp_path_factory):
    """Starts an ssh-agent with a key; returns its environment, and the text of the public key as KEY."""
    directory = tmp_path_factory.mktemp("agent")
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "of-the-agent", "-f", directory / "key"],
                   check=True)
    with Background(["ssh-agent", "-D", "-a", directory / "socket"], {}, directory / "log"):
        wait_for((directory / "socket").exists, what="the agent")
        env = {"SSH_AUTH_SOCK": str(directory / "socket")}
        run(["ssh-add", "-q", directory / "key"], env).ok()
        yield {**env, "KEY": (directory / "key.pub").read_text()}


@pytest.mark.parametrize("who, flags, shown", [
    ("both", ["-A"], True), ("both", ["-o", "ForwardAgent=yes"], True), ("both", [], False),
    ("both", ["-o", "ForwardAgent=no"], False), ("both", ["-t", "-t", "-A"], True), ("none", ["-A"], False),
    ("none", ["-o", "ForwardAgent=yes"], False)])
def test_the_agent_is_forwarded_where_roles_say_so(people, agent, who, flags, shown):
    person = people[who]
    done = run([person.path, "ssh", *flags, HOST, "ssh-add -L"], {**person.env, **agent})
    assert (agent["KEY"].split()[1] in done.out) == shown, done
    assert (done.code == 0) == shown


@pytest.fixture(scope="module")
def page():
    with serving("the page") as port:
        yield port


def listens(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.mark.parametrize("who", FORWARDING)
@pytest.mark.parametrize("flag", ["-L", "-D", "-R"])
def test_ports_are_forwarded_where_roles_say_so(people, page, tmp_path, who, flag):
    """ssh requests a remote port at once, and a local port at the first connection. A role with one direction permits
    none: a certificate has no permission for one direction, and sshd obeys the certificate."""
    person, port, allowed = people[who], free_port(), all(FORWARDING[who])
    target = str(port) if flag == "-D" else f"127.0.0.1:{port}:127.0.0.1:{page}"
    with Background([person.path, "ssh", "-N", flag, target, HOST], person.env, tmp_path / "log") as ssh:
        if flag == "-R" and not allowed:
            assert ssh.wait() == CONNECTION_FAILED
            assert "remote port forwarding failed" in ssh.output()
            return
        wait_for(lambda: listens(port) or ssh.process.poll() is not None, what="the port")
        way = ["--socks5-hostname", f"127.0.0.1:{port}"] if flag == "-D" else []
        done = run(["curl", "-s", *way, f"http://127.0.0.1:{page if flag == '-D' else port}/"], person.env)
        assert done.out == ("the page" if allowed else ""), ssh.output()
        if not allowed:
            ssh.wait_for_output("administratively prohibited")
        assert ssh.process.poll() is None


def test_a_session_without_a_command_ends_with_ctrl_c(person):
    """With -N, tsh runs until Ctrl-C on the terminal."""
    port = free_port()
    terminal = Terminal([person.path, "ssh", "-N", "-D", str(port), HOST], person.env)
    wait_for(lambda: listens(port), what="the port")
    wait_for(lambda: catches(terminal.pid, signal.SIGINT), what="ssh's handler for Ctrl-C")
    terminal.type("\x03")
    done = terminal.finish()
    assert done.code == CONNECTION_FAILED and "tsh: " not in done.out
    assert_plain(done.out)


# A program that connects to the display of the session.
X11_CLIENT = """
import os, socket, struct, subprocess
display = os.environ["DISPLAY"]
name = b"MIT-MAGIC-COOKIE-1"
listed = subprocess.run(["xauth", "list", display], capture_output=True, text=True).stdout.split()
head = struct.pack("<cxHHHHxx", b"l", 11, 0, len(name), 16) + name + bytes(2)
with socket.create_connection(("localhost", 6000 + int(display.split(":")[1].split(".")[0]))) as client:
    client.sendall(head + bytes.fromhex(listed[-1]))
    print(client.recv(100).decode())
"""


@pytest.fixture
def display():
    """Starts a stand-in for an X server, which answers X11 clients with a greeting."""
    def serve(client):
        with client:
            if client.recv(1000)[:4] == b"l\0\x0b\0":
                client.sendall(b"hello X11")

    with Accepting(serve) as server:
        yield f"127.0.0.1:{server.port - 6000}"


@pytest.mark.parametrize("flag", ["-X", "-Y"])
def test_x11_is_forwarded_where_roles_say_so(people, display, flag):
    for who, shown in (("both", "hello X11\n"), ("none", "")):
        env = {**people[who].env, "DISPLAY": display}
        done = run([people[who].path, "ssh", flag, HOST, "python3 -"], env, stdin=X11_CLIENT)
        assert done.out == shown
        assert ("X11 forwarding request failed" in done.err) == (not shown)
    assert people["both"]("ssh", HOST, "echo =$DISPLAY=").out == "==\n"


def test_ctrl_c_ends_without_noise(person):
    terminal = Terminal([person.path, "ssh", "-N", "-o", "LogLevel=VERBOSE", HOST], person.env)
    assert terminal.wait_for("Authenticated to"), terminal.seen
    wait_for(lambda: catches(terminal.pid, signal.SIGINT), what="ssh's handler for Ctrl-C")
    terminal.type("\x03")
    done = terminal.finish()
    assert done.code == 255
    assert "Broken pipe" not in done.out
