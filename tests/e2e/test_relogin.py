"""Tests of tsh commands with an expired login: on a terminal tsh asks for a login and continues; scripts get exit
code 3."""

import base64
import getpass
import json
import shutil
import time

import pytest

from certs import make_key, public_key
from cluster_fixtures import MEMBER
from harness import Cluster, Tsh, assert_plain, environment, started
from kube_stand_in import KubeStandIn
from processes import Terminal, free_port, run
from terminals import TmuxShell
from test_recordings import role

NOT_LOGGED_IN = 3
DENIED = 4
INTERRUPTED = 130
LOGIN = getpass.getuser()
WHY = "the login at localhost has expired; log in to continue"

GOING_ON = [
    ("ssh {login}@localhost echo 4''2", "42"),
    ("scp {file} {login}@localhost:{file}.there", "file"),
    ("kubectl get namespaces", "default"),
]
ASKING = ["ssh localhost", "scp file localhost:", "sftp localhost", "ls", "clusters", "kube ls", "kube login dev-cluster",
          "kubectl get pods", "recordings ls", "play 11111111-2222-4333-8444-555555555555", "request ls",
          "request show 11111111-2222-4333-8444-555555555555", "request search --kind=kube_cluster", "request create --roles=x",
          "request review --approve 11111111-2222-4333-8444-555555555555"]
NEVER_ASKING = ["config", "env", "resolve localhost", "proxy ssh localhost", "request drop",
                "kube credentials --kube-cluster=dev-cluster", "--no-relogin ls", "ls --no-relogin",
                "ssh --no-relogin localhost id", "scp --no-relogin file localhost:"]


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """Starts a separate cluster, because a cluster counts logins by address, and all tests have the same address."""
    kube = KubeStandIn(tmp_path_factory.mktemp("kube"), ["dev-cluster"])
    with started(Cluster(tmp_path_factory.mktemp("cluster"), kube, {"env": "dev"}, ssh="enabled: yes\n")) as running:
        running.create(role("shells"), "-f")
        running.create(MEMBER, "-f")
        yield running
    kube.stop()


@pytest.fixture(scope="module")
def over(place, tmp_path_factory):
    """Logs a user in for a second and waits; returns a directory with certificate, key and an identity file."""
    directory, user = tmp_path_factory.mktemp("over"), place.add_user("gone", "shells")
    key = make_key(directory / "over.key")
    key.chmod(0o600)
    ssh_key = run(["ssh-keygen", "-y", "-f", key], environment(directory)).ok().out.encode()
    answer = place.web().login_finish(user.name, user.password, user.authenticator.code(), public_key(key), ttl=10**9,
                                      ssh_pub_key=base64.b64encode(ssh_key).decode()).json()
    ssh_cert, tls_cert = (base64.b64decode(answer[name]).decode() for name in ("cert", "tls_cert"))
    (directory / "over.crt").write_text(tls_cert)
    (directory / "identity").write_text(key.read_text() + ssh_cert + tls_cert)
    time.sleep(2)
    return directory


def log_in_for_a_second(place, directory, name, over):
    """Returns a machine of a user whose login has expired."""
    machine = Tsh(place, directory)
    machine.user = place.add_user(name, "shells,member")
    machine.login(machine.user)
    machine("kube", "login", "dev-cluster")
    keys = machine.home / "tsh" / "keys" / "localhost"
    for kind in ("crt", "key"):
        shutil.copy(over / f"over.{kind}", keys / f"{name}.{kind}")
    return machine


@pytest.fixture(scope="module")
def late(place, over, tmp_path_factory):
    """Returns a machine with an expired login, for tests that do not log in again."""
    return log_in_for_a_second(place, tmp_path_factory.mktemp("late"), "late", over)


@pytest.fixture
def person(place, over, tmp_path, name):
    """Returns a machine with an expired login, for a test that logs in again and needs an unused code."""
    return log_in_for_a_second(place, tmp_path, name, over)


def answer(terminal, person, why=WHY):
    assert terminal.wait_for(why), terminal.seen
    assert terminal.answer(f"Password of {person.user.name}: ", person.user.password), terminal.seen
    assert terminal.answer("Code of your authenticator app: ", person.user.authenticator.code), terminal.seen


def on_terminal(person, *words):
    terminal = Terminal([person.path, *words], {**person.env, "TERM": "dumb"})
    answer(terminal, person)
    return terminal.finish()


@pytest.mark.parametrize("words,seen", GOING_ON, ids=[row[0].split()[0] for row in GOING_ON])
def test_commands_continue(person, tmp_path, words, seen):
    (tmp_path / "file").write_text("x")
    words = words.format(login=LOGIN, file=tmp_path / "file").split()
    terminal = Terminal([person.path, *words], {**person.env, "TERM": "dumb"})
    answer(terminal, person)
    done = terminal.finish()
    assert done.code == 0 and seen in done.out[done.out.index("Code of"):], done
    assert_plain(done.out)
    assert person.user.password not in done.out
    status = json.loads(person("status", "--format=json").out)["active"]
    assert (status["username"], status["cluster"]) == (person.user.name, person.cluster.name)


@pytest.mark.parametrize("words", ASKING)
def test_terminals_get_a_prompt(late, words):
    terminal = Terminal([late.path, *words.split()], late.env)
    assert terminal.wait_for(f"{WHY}\\s*Password of late: "), terminal.seen
    terminal.type("\x03")
    assert terminal.finish().code == INTERRUPTED


@pytest.mark.parametrize("words", [words for words in ASKING if not words.startswith("kubectl")])
def test_scripts_get_an_error(late, words):
    """Scripts have no terminal, or a terminal only for stdin or stderr."""
    done = late(*words.split(), ok=False)
    assert done.code == NOT_LOGGED_IN and "has expired" in done.err and not done.out
    for shell in (f"{late.path} {words} 2>&1 | cat; exit ${{PIPESTATUS[0]}}", f"true | {late.path} {words}"):
        done = Terminal(["/bin/bash", "-c", shell], late.env).finish()
        assert done.code == NOT_LOGGED_IN and "has expired" in done.out and "Password" not in done.out


@pytest.mark.parametrize("words", NEVER_ASKING)
def test_commands_that_never_prompt(late, words):
    done = Terminal([late.path, *words.split()], late.env).finish()
    assert done.code == NOT_LOGGED_IN and "Password" not in done.out


@pytest.mark.parametrize("words", ["config view", "--context=other get pods", "--kubeconfig=other get pods"])
def test_kubectl_without_the_login(late, words):
    assert "Password" not in Terminal([late.path, "kubectl", *words.split()], late.env).finish().out


def test_an_identity_file_is_no_login(late, over):
    words = ["-i", over / "identity", f"--proxy={late.cluster.proxy}", "ls"]
    done = Terminal([late.path, *words], late.env).finish()
    assert done.code == NOT_LOGGED_IN and "Password" not in done.out, done


def test_a_wrong_password(late):
    terminal = Terminal([late.path, "ls"], late.env)
    assert terminal.answer("Password of late: ", "wrong")
    done = terminal.finish()
    assert done.code == DENIED
    assert_plain(done.out)
    assert late("ls", ok=False).code == NOT_LOGGED_IN


def test_stdout_has_the_answer_alone(person, tmp_path):
    terminal = Terminal(["/bin/sh", "-c", f"{person.path} ls --format=json >{tmp_path / 'out'}"], person.env)
    answer(terminal, person)
    assert terminal.finish().code == 0
    assert json.loads((tmp_path / "out").read_text())[0]["spec"]["hostname"] == "localhost"


def test_a_first_login(place, tmp_path, name):
    """A command with --proxy and --user asks for a login when there is none."""
    new = Tsh(place, tmp_path)
    done = Terminal([new.path, "ls"], new.env).finish()
    assert done.code == NOT_LOGGED_IN and "tsh login" in done.out and "Password" not in done.out
    new.user = place.add_user(name, "shells")
    terminal = Terminal([new.path, f"--proxy={place.proxy}", f"--user={name}", "ls"], new.env)
    answer(terminal, new, "there is no login at localhost; log in to continue")
    assert terminal.finish().code == 0
    assert "localhost" in new("ls").out


def test_another_proxy_of_the_same_host_is_another_login(place, new_cluster, tmp_path):
    """Profiles are named after the host, without the port."""
    machine = Tsh(place, tmp_path)
    machine.login(place.add_user("two-proxies", "shells"))
    shown = machine("status").out
    assert machine("login", f"--proxy={place.proxy}").out == shown  # the existing login stays
    other = new_cluster()
    other.start()
    there = Tsh(other, tmp_path)  # the same home with the authority of the other proxy
    for proxy, said in ((f"localhost:{free_port()}", "refused"), (other.proxy, "the input ended before the answer")):
        done = there("login", f"--proxy={proxy}", ok=False)
        assert done.code != 0 and said in done.err and not done.out, done
        assert machine("status").out == shown
    other.stop()


def test_in_tmux(person, tmp_path):
    shell = TmuxShell({**person.env, "TERM": "xterm"}, tmp_path)
    try:
        shell.type(f"{person.path} ssh {LOGIN}@localhost\n")
        shell.wait_for(f"Password of {person.user.name}:")
        shell.type(f"{person.user.password}\n")
        shell.wait_for("Code of your")
        code = person.user.authenticator.code()
        shell.type(f"{code}\n")
        shell.wait_for(r"app:\s+\S[^\n]*[#$]")
        shell.type("echo in''side $TELEPORT_SESSION; exit\n")
        shell.wait_for(r"inside [0-9a-f-]{36}")
        assert person.user.password not in shell.screen() and code not in shell.screen()
    finally:
        shell.close()
