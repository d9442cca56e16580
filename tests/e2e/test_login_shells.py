"""Tests of every login shell and its start files: the node's session begins before the shell, and the shell behaves as
with a plain sshd."""

import getpass
import json
import os
import re
import subprocess
import textwrap

import pytest

from harness import Tsh, assert_plain, environment, program, started
from login_shells import NAMES, OTHERS, SHELLS, Person, ShellNode, recording
from nodes import Agent
from processes import run, wait_for

LOGIN = getpass.getuser()
REFUSED = 255
PROMPT = r"[%$#>] ?(\x1b\[[?0-9]*[a-z])*$"  # some shells then send escape sequences
ROLE = """
kind: role
version: v7
metadata: {{name: {name}}}
spec:
  options: {options}
  allow: {{logins: {logins}, node_labels: {{'*': '*'}}}}
"""
# A program that runs in place of the shell, and tries to reach terminals and processes outside of the session.
ATTACK = """\
#!/bin/sh
for terminal in /dev/pts/* /proc/$PPID/fd/* /proc/[0-9]*/fd/[0-2]; do
  (test -t 1 && echo unrec''orded > $terminal) 2>/dev/null </dev/null
done
kill -STOP $PPID 2>/dev/null
kill -KILL $PPID 2>/dev/null
(sleep 5 >/dev/null 2>&1 </dev/null) &
(exec 0<&- 1>&- 2>&-; sleep 0.1)
echo the attack is over
exit 9
"""


@pytest.fixture(scope="module")
def node(tmp_path_factory):
    made = ShellNode(tmp_path_factory.mktemp("node"))
    logins = json.dumps([*SHELLS, *OTHERS, "app", *NAMES, LOGIN])
    with started(made.cluster) as cluster:
        for name, options in (("shells", "{record_session: {default: strict}}"),
                              ("nofiles", "{ssh_file_copy: false, record_session: {default: strict}}")):
            cluster.create(ROLE.format(name=name, options=options, logins=logins), "-f")
        yield made
    made.clean()


@pytest.fixture(scope="module")
def person(node, tmp_path_factory):
    return Person(node.cluster, tmp_path_factory.mktemp("person"), "dana", "shells")


@pytest.fixture(scope="module")
def fileless(node, tmp_path_factory):
    return Person(node.cluster, tmp_path_factory.mktemp("fileless"), "finn", "nofiles")


@pytest.mark.parametrize("shell", SHELLS)
def test_a_command(node, person, shell):
    done = person("ssh", f"{shell}@localhost", "echo $HOME $SHELL; exit 44")
    path = SHELLS[shell][0].format(home=node.home(shell))
    assert (done.code, done.out, done.err) == (44, f"{node.home(shell)} {path}\n", "")
    told = person.tells(shell, "exec", "session.end")
    assert told["exec"]["command"] == "echo $HOME $SHELL; exit 44" and told["exec"]["exitCode"] == "44"
    assert told["session.end"]["interactive"] is False


@pytest.mark.parametrize("shell", SHELLS)
def test_a_person(node, person, shell):
    terminal = person.terminal(shell)
    assert terminal.wait_for(PROMPT), terminal.seen
    terminal.type("echo sho''wn; exit 7\n")
    assert terminal.finish().code == 7, terminal.seen
    told = person.tells(shell, "session.end")
    assert told["session.end"]["interactive"] is True
    assert "shown" in recording(node.cluster, told["session.start"]["sid"])


@pytest.mark.parametrize("shell", SHELLS)
def test_files(node, person, shell, tmp_path):
    (tmp_path / "file").write_text(shell)
    person("scp", tmp_path / "file", f"{shell}@localhost:copy").ok()
    copy = node.home(shell) / "copy"
    assert (copy.read_text(), copy.stat().st_uid) == (shell, node.uids[shell])
    assert node.cluster.wait_for_events(event="sftp", login=shell, path="copy")
    assert node.cluster.wait_for_events(event="subsystem", login=shell, code="T3001I")


@pytest.mark.parametrize("shell", SHELLS)
def test_start_files_that_run_something_else(node, person, shell):
    """The session has its events, and the recording has all output that the user sees."""
    node.write(shell, "attack", ATTACK, 0o755)
    written = node.write_start_files(shell, f"exec {node.home(shell)}/attack\n")
    try:
        terminal = person.terminal(shell)
        done = terminal.finish()
        assert done.code == 9 and "the attack is over" in done.out
        told = person.tells(shell, "session.end")
        kept = recording(node.cluster, told["session.start"]["sid"])
        assert "the attack is over" in kept
        assert done.out.count("unrecorded") <= kept.count("unrecorded")
        # Only some shells read the files for a command.
        person("ssh", f"{shell}@localhost", "exit 9")
        assert person.tells(shell, "exec", "session.end")["exec"]["command"] == "exit 9"
    finally:
        for path in written:
            path.unlink()


def test_start_files_that_test_for_a_session(node, person):
    """Start files that replace the shell outside of a session do not do so on a node."""
    for shell, text in (("fish", "if not set -q TELEPORT_SESSION; exec /bin/bash; end\n"),
                        ("tcsh", "if (! $?TELEPORT_SESSION) exec /bin/bash\n")):
        written = node.write_start_files(shell, text)
        try:
            person("ssh", f"{shell}@localhost", "echo in").ok()
            assert person.tells(shell, "exec", "session.end")["exec"]["command"] == "echo in"
        finally:
            for path in written:
                path.unlink()


def test_no_files_where_roles_forbid_them(node, fileless, tmp_path):
    written = node.write_start_files("fish", "exec /usr/lib/openssh/sftp-server\n")
    try:
        (tmp_path / "file").write_text("x")
        # sshd drops the stderr of a subsystem.
        assert fileless("scp", tmp_path / "file", "fish@localhost:no").code != 0
        old = fileless("ssh", "fish@localhost", "scp -t no")
        assert old.code == REFUSED and "ssh_file_copy" in old.err
        assert not (node.home("fish") / "no").exists()
        # The audit log has the user's command, also when start files run another.
        fileless("ssh", "fish@localhost", "true")
        assert fileless.tells("fish", "exec", "session.end")["exec"]["command"] == "true"
    finally:
        for path in written:
            path.unlink()
    assert not node.cluster.events(event="subsystem", user="finn")


@pytest.mark.parametrize("login, command, stdin, code, text", [
    ("rbash", "echo $((6 * 7))", "", 0, "42\n"),
    ("rbash", "cd /", "", 1, "restricted"),
    ("nologin", "id", "", 1, "This account is currently not available.\n"),
    ("missing", "id", "", REFUSED, "cannot start the login shell /no/such/shell: No such file or directory\n"),
    ("menu", "any thing", "b\n", 0, "menu: args=2: -c any thing\nchose b\n"),
    ("python", "print(6 * 7)", "", 0, "42\n"),
    ("gitsh", "id", "", 128, "unrecognized command 'id'"),
])
def test_shells_that_are_no_sh(person, login, command, stdin, code, text):
    done = person("ssh", f"{login}@localhost", command, stdin=stdin)
    assert done.code == code and text in done.text, done
    told = person.tells(login, "exec", "session.end")
    assert (told["exec"]["command"], told["exec"]["exitCode"]) == (command, str(code))


@pytest.mark.parametrize("login, typed, code, text", [
    ("rbash", "cd /; exit 3\n", 3, "restricted"),
    ("nologin", "", 1, "not available"),
    ("missing", "", REFUSED, "cannot start the login shell"),
    ("menu", "c\n", 0, "menu: args=0"),
    ("python", "print(6 * 7); exit(3)\n", 3, "42"),
])
def test_people_at_shells_that_are_no_sh(node, person, login, typed, code, text):
    terminal = person.terminal(login)
    if typed:
        assert terminal.wait_for(r"[$>:] ?")
        terminal.type(typed)
    done = terminal.finish()
    assert done.code == code and text in done.out, done
    told = person.tells(login, "session.end")
    assert text in recording(node.cluster, told["session.start"]["sid"])


@pytest.mark.parametrize("login", ["rbash", "nologin", "missing", "menu", "gitsh"])
def test_restricting_shells_copy_no_files(node, person, login, tmp_path):
    (tmp_path / "file").write_text("x")
    assert person("scp", tmp_path / "file", f"{login}@localhost:no", stdin="\n").code != 0
    assert not (node.home(login) / "no").exists()


def test_git(node, person, tmp_path):
    repository = node.home("gitsh") / "repo.git"
    subprocess.run(["git", "init", "-q", "--bare", repository], check=True)
    subprocess.run(["chown", "-R", str(node.uids["gitsh"]), repository], check=True)
    env = {**person.env, "GIT_SSH_COMMAND": " ".join([*person.words, "ssh"]), "GIT_SSH_VARIANT": "simple"}
    clone = tmp_path / "clone"
    run(["git", "clone", "-q", "gitsh@localhost:repo.git", clone], env).ok()
    made = ["git", "-C", clone, "-c", "user.name=d", "-c", "user.email=d@example.com"]
    run([*made, "commit", "-q", "--allow-empty", "-m", "one"], env).ok()
    run([*made, "push", "-q", "origin", "HEAD:main"], env).ok()
    assert node.cluster.wait_for_events(event="exec", login="gitsh", command="git-receive-pack 'repo.git'")


def test_a_shell_is_a_login_shell_and_its_entry_the_systems(node, person):
    terminal = person.terminal("app")
    assert terminal.wait_for(r"\$ ?$")
    terminal.type("echo $0 $LD_PRELOAD. $SSH_TTY. $(tty). $SHLVL $(getent passwd app)\n")
    found = terminal.wait_for(r"-bash \. (\S+)\. (\S+)\. 1 (\S+ \S+)")
    assert found, terminal.seen
    assert found.group(1) == found.group(2)  # the session's terminal
    assert found.group(3).strip() == f"app:x:{node.uids['app']}:{node.uids['app']}:of tests:{node.home('app')}:/bin/bash"
    terminal.type("exit\n")
    terminal.finish()


def test_descriptors_and_ids(node, person):
    uid = node.uids["app"]
    done = person("ssh", "app@localhost", "id -u; id -g; id -G; ls /proc/self/fd; umask; ps -o sid= -p $$; echo $$").ok()
    lines = done.out.split()
    assert lines[:3] == [str(uid)] * 3
    assert lines[3:7] == ["0", "1", "2", "3"]  # ls opens descriptor 3
    assert lines[7] == "0022" and lines[8] == lines[9]


@pytest.fixture(scope="module")
def openssh(node, tmp_path_factory):
    """Returns a function that runs OpenSSH with the output of `tsh config`."""
    somebody = Tsh(node.cluster, tmp_path_factory.mktemp("openssh"))
    somebody.login(node.cluster.add_user('DOMAIN\\o"l%ga', "shells"))
    path = somebody.home / "ssh_config"
    path.write_text(somebody("config").out)
    assert somebody("ssh", "app@localhost", "echo in").out == "in\n"
    return lambda *words: run(["ssh", "-F", path, *words], somebody.env)


@pytest.mark.parametrize("login", NAMES)
def test_logins_with_special_characters(node, person, login, tmp_path):
    """tsh ssh, scp and sftp quote characters that ssh's configuration would interpret."""
    here, back = tmp_path / "here", tmp_path / "back"
    here.write_text("copied\n")
    assert person("ssh", f"{login}@localhost", "id -u").ok().out == f"{node.uids[login]}\n"
    person("scp", here, f"{login}@localhost:there").ok()
    assert os.stat(node.home(login) / "there").st_uid == node.uids[login]
    person("sftp", "-b", "-", f"{login}@localhost", stdin=f"get there {back}\n").ok()
    assert back.read_text() == "copied\n"
    assert node.cluster.wait_for_events(event="session.end", login=login)


@pytest.mark.parametrize("login", NAMES)
def test_logins_that_sshds_log_escapes(node, openssh, login):
    done = openssh("-l", login, f"localhost.{node.cluster.name}", "echo in; id -u")
    assert (done.code, done.out) == (0, f"in\n{node.uids[login]}\n"), done
    for kind in ("session.start", "exec", "session.end"):
        assert node.cluster.wait_for_events(event=kind, login=login)


@pytest.mark.parametrize("name", ["h\u00e9ctor", "\u0438\u0432\u0430\u043d.\u043f\u0435\u0442\u0440\u043e\u0432",
                                  "\u65e5\u672c\u8a9e\u30e6\u30fc\u30b6\u30fc", "\U0001f600", "DOMAIN\\jdoe", "long" * 375],
                         ids=["latin", "cyrillic", "japanese", "emoji", "domain", "long"])
def test_users_whose_names_sshds_log_escapes(node, name, tmp_path):
    somebody = Person(node.cluster, tmp_path, name, "shells")
    assert somebody("ssh", "app@localhost", "echo in").ok().out == "in\n"
    assert somebody.tells("app", "exec", "session.end")


THIEF = textwrap.dedent(r"""
    import ctypes, glob, os, signal, sys
    libc = ctypes.CDLL(None, use_errno=True)
    own, taken = {os.getpid(), os.getppid()}, []
    others = []
    for entry in glob.glob("/proc/[0-9]*"):
        pid = int(entry[6:])
        try:
            if os.stat(entry).st_uid == os.getuid() and pid not in own: others.append(pid)
            elif os.stat(entry).st_uid == 0:
                name = open(entry + "/cmdline").read()
                if "app" in name or "ssh-session" in name: others.append(pid)
        except OSError: pass
    def reach(path):
        try:
            fd = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
            os.write(fd, b"sto" + b"len\r\n")
            os.close(fd)
            taken.append(path)
        except OSError: pass
    stopped = []
    for pid in others:
        try:
            os.kill(pid, signal.SIGSTOP)
            stopped.append(pid)
        except OSError: pass
    for pid in others:
        for number in range(12): reach(f"/proc/{pid}/fd/{number}")
        try:
            handle = os.pidfd_open(pid)
            for number in range(12):
                fd = libc.syscall(438, handle, number, 0)  # pidfd_getfd
                if fd >= 0 and os.isatty(fd): os.write(fd, b"sto" + b"len\r\n")
        except OSError: pass
    for path in glob.glob("/dev/pts/[0-9]*"): reach(path)
    for pid in stopped: os.kill(pid, signal.SIGCONT)
    print("reached", len(stopped), len(taken))
    """)


def test_another_session_of_the_login_cannot_write_unrecorded(node, person):
    """The other session may stop processes and write to the session's terminal, but not to the user's own terminal."""
    path = node.write("app", "thief.py", THIEF)
    terminal = person.terminal("app")
    assert terminal.wait_for(r"\$ ?$")
    terminal.type("echo si''d=$TELEPORT_SESSION=\n")
    session = terminal.wait_for(r"sid=(\S+)=").group(1)
    done = person("ssh", "app@localhost", f"python3 {path}").ok()
    assert re.match(r"reached [1-9]", done.out), done
    terminal.type("echo go''ne; exit 5\n")
    ended = terminal.finish()
    assert ended.code == 5 and "gone" in ended.out
    kept = recording(node.cluster, session)
    assert "gone" in kept and ended.out.count("stolen") <= kept.count("stolen")


def test_the_session_ends_with_sshds_process(node, person):
    terminal = person.terminal("app")
    assert terminal.wait_for(r"\$ ?$")
    terminal.type("trap '' HUP TERM; echo pi''d=$$= si''d=$TELEPORT_SESSION=\n")
    shell, session = terminal.wait_for(r"pid=(\d+)= sid=(\S+)=").groups()
    own = subprocess.run(["pgrep", "-u", str(node.uids["app"])], capture_output=True, text=True, check=True).stdout
    others = [pid for pid in own.split() if pid != shell]
    assert others  # sshd's process is one of the others
    subprocess.run(["kill", "-9", *others], check=True)
    assert terminal.finish().code != 0
    assert node.cluster.wait_for_events(event="session.end", sid=session)
    wait_for(lambda: subprocess.run(["kill", "-0", shell], capture_output=True, check=False).returncode != 0,
             what="the end of the shell")
    recording(node.cluster, session)


INTRUDER = textwrap.dedent(r"""
    import array, os, socket, struct
    path = f"/run/teleport-ssh-{os.environ['SSH_TELEPORT_HOST_UUID']}/session.sock"
    def access(kind, fields, fds=()):
        endpoint = socket.socket(socket.AF_UNIX)
        endpoint.settimeout(5)
        endpoint.connect(path)
        body = bytes([kind]) + b"".join(text + b"\0" for text in fields)
        rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", fds))] if fds else []
        try:
            endpoint.sendmsg([struct.pack(">I", len(body)) + body], rights)
            return endpoint.recv(100)
        except OSError: return b""
    answers = [access(1, [b"root", b"0", b"/bin/sh", b"AAAA"]), access(2, [b"command", b"id", b"/", b"18"], [0, 1, 2]),
               access(2, [b"shell", b"", b"/", b"18"], [0] * 200), access(11, [b"x" * 300000]),
               access(1, [b'{"connection": "x", "command": "id", "terminal": false}'])]
    assert not any(answers), answers
    print(sum(len(access(2, [b"shell", b"", b"/", b"18"])) for _ in range(2000)))
    """)


def test_programs_of_a_user_cannot_use_the_session_socket(node, person):
    path = node.write("app", "intruder.py", INTRUDER)
    before = len(node.cluster.events(event="session.start"))
    assert person("ssh", "app@localhost", f"python3 {path}").ok().out == "0\n"
    assert len(node.cluster.events(event="session.start")) == before + 1
    assert person("ssh", "app@localhost", "echo in").ok().out == "in\n"


def test_no_command_line_says_how_to_forge_a_session(person):
    lines = "for file in /proc/[0-9]*/cmdline; do tr '\\0' ' ' < $file; echo; done 2>/dev/null"
    seen = person("ssh", "app@localhost", lines).out
    assert "ssh-session" in seen and not re.search(r"ssh-session '?/", seen)


@pytest.fixture
def rootless(node):
    """Starts a node whose agent runs as one of the users."""
    agent = Agent(node.cluster, node.homes / "rootless", "rootless", wrapper=[
        *node.wrapper, "setpriv", f"--reuid={node.uids['app']}", f"--regid={node.uids['app']}", "--clear-groups"])
    agent.directory.chmod(0o755)
    (agent.directory / "data").mkdir()
    os.chown(agent.directory / "data", node.uids["app"], node.uids["app"])
    yield agent.start()
    agent.stop()


def test_an_agent_that_is_not_root_cannot_be_strict(node, person, rootless, tmp_path):
    node.cluster.create(ROLE.format(name="loose", options="{}", logins='["app"]'), "-f")
    loose = Person(node.cluster, tmp_path, "lola", "loose")
    assert loose("ssh", "app@rootless", "id -u").ok().out == f"{node.uids['app']}\n"
    terminal = loose.terminal("app", host="rootless")
    assert terminal.wait_for(PROMPT), terminal.seen
    terminal.type("echo sho''wn; exit 7\n")
    assert terminal.finish().code == 7
    assert "shown" in recording(node.cluster, loose.tells("app", "session.end")["session.start"]["sid"])
    done = person("ssh", "app@rootless", "id -u")
    assert done.code == REFUSED and done.out == "" and "does not run as root" in done.err


def test_a_node_whose_sshd_does_not_load_our_library_does_not_start(node, tmp_path):
    agent = Agent(node.cluster, tmp_path)
    data = agent.directory / "data"
    data.mkdir()
    hide = f'mount -t tmpfs -o noexec none {data} && exec "$@"'
    done = run(["unshare", "--mount", "sh", "-c", hide, "sh", program("teleport"), *agent.pasted_command()[1:],
                f"--data-dir={data}"], environment(tmp_path), timeout=60)
    assert done.code != 0 and "does not load" in done.err and "noexec" in done.err, done
    assert_plain(done.err)
