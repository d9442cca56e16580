"""Tests of options and commands that scripts for Teleport's programs use, on a running cluster."""

import datetime
import json
import re

import pytest

from harness import Tsh, assert_plain, environment, program
from processes import Terminal, run, wait_for

UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
NOT_IMPLEMENTED = 1
NOT_FOUND = 5
USAGE = 2
APP_SERVER = """
kind: app_server
version: v3
metadata: {name: wiki}
spec:
  version: 18.3.0
  hostname: web-1
  host_id: 6f1ab0a4-62a2-4f3c-9a53-6a3c8d1f0d11
  app:
    kind: app
    version: v3
    metadata: {name: wiki, labels: {env: prod}}
    spec: {uri: 'http://127.0.0.1:1', public_addr: wiki.example.com}
"""


@pytest.fixture(name="machine", scope="module")
def machine_of_a_member(cluster, tmp_path_factory):
    machine = Tsh(cluster, tmp_path_factory.mktemp("options"))
    machine.user = cluster.add_user("optional", "member,access")
    machine.login(machine.user)
    return machine


def minutes_left(machine):
    until = json.loads(machine("status", "--format=json").out)["active"]["valid_until"]
    left = datetime.datetime.fromisoformat(until.replace("Z", "+00:00")) - datetime.datetime.now(datetime.timezone.utc)
    return left.total_seconds() / 60


@pytest.mark.parametrize("words", [["--ttl=7", "login"], ["--ttl", "7", "login"], ["login", "--ttl=7"]])
def test_ttl_option_before_and_after_the_command(cluster, make_user, tmp_path, words):
    user = make_user()
    machine = Tsh(cluster, tmp_path / "ttl")
    done = machine(*words, f"--proxy={cluster.proxy}", f"--user={user.name}", ok=False,
                   stdin=f"{user.password}\n{user.authenticator.code()}\n")
    if "rate limit" in done.text:
        machine.login(user, *[word for word in words if word != "login"])
    else:
        done.ok()
    assert 5 < minutes_left(machine) <= 7


def test_options_without_effect_are_accepted(machine):
    bare = machine("ls").out
    for words in (["--skip-version-check"], ["--no-skip-version-check"], ["--auth=local"], ["--bind-addr=127.0.0.1:0"],
                  ["--callback", "127.0.0.1:0"], ["--mlock=best_effort"], ["--add-keys-to-agent=no"], ["-k", "auto"],
                  ["--cert-format=standard"], ["--relay=none"], ["--piv-slot=9d"], ["-l", "root"], ["--ttl=60"],
                  ["--no-headless"]):
        assert machine(*words, "ls").out == machine("ls", *words).out == bare
    for words in (["--headless"], ["--relay=10.0.0.1"], ["--cert-format=oldssh"], ["-k", "yes"], ["-J", "host"],
                  ["--mlock=strict"]):
        done = machine(*words, "ls", ok=False)
        assert done.code == NOT_IMPLEMENTED and "not implemented" in done.err and not done.out


def test_version_of_the_client_alone(machine):
    assert "Proxy:" in machine("version").out
    assert "Proxy:" not in machine("version", "--client").out
    assert "proxyPublicAddress" not in json.loads(machine("version", "--client", "--format=json").out)
    raw = run([program("teleport"), "version", "--raw"], machine.env).ok().out
    assert re.fullmatch(r"\d+\.\d+\.\d+\n", raw)


def test_lists_of_every_cluster(cluster, machine, tmp_path):
    """Lists combine all logins of the machine. An unreachable cluster is an error, and the others are listed."""
    header = machine("kube", "ls", "--all").out.splitlines()[0]
    assert header.split() == "Proxy Cluster Kube Cluster Name Labels".split()
    rows = json.loads(machine("kube", "ls", "-R", "--format=json").out)
    (row,) = [row for row in rows if row["kube_cluster"]["metadata"]["name"] == "dev-cluster"]
    assert (row["proxy"], row["cluster"], row["kube_cluster"]["kind"]) == (cluster.proxy, cluster.name, "kube_cluster")
    assert machine("kube", "ls", "--all", "-q").out.split()[:2] == [cluster.proxy, cluster.name]
    assert machine("ls", "-R", "--format=json").out.startswith("[")
    assert machine("ls", "--all").out.splitlines()[0].split() == "Proxy Cluster Node Name Address Labels".split()
    assert machine("ls", "--all", "--format=names", ok=False).code == USAGE

    profile = machine.home / "tsh" / f"{cluster.host}.yaml"
    gone = machine.home / "tsh" / "elsewhere.yaml"
    gone.write_text(profile.read_text().replace(cluster.host, "elsewhere"))
    done = machine("kube", "ls", "--all", ok=False)
    gone.unlink()
    assert done.code != 0 and "elsewhere" in done.err and "dev-cluster" in done.out
    nobody = Tsh(cluster, tmp_path / "nobody")
    assert "not logged in" in nobody("ls", "--all", ok=False).err


def test_rows_without_a_header(cluster, machine):
    assert machine("clusters", "-q").out.split() == [cluster.name, "online", "root"]
    names = [line.split()[0] for line in machine("kube", "ls", "-q").out.splitlines()]
    assert "dev-cluster" in names and "Kube" not in names
    assert json.loads(machine("clusters", "-q", "--format=json").out)[0]["cluster_name"] == cluster.name


def test_traits_are_shown_to_who_asks(machine):
    assert "Traits:" not in machine("status").out
    assert machine("status", "-v").out == machine("status", "--debug").out


def test_kube_logins_by_labels(cluster, machine):
    machine.kubeconfig.unlink(missing_ok=True)
    added = machine("kube", "login", "--labels=env=dev", "--query=name == \"dev-cluster\"").out
    assert "1 Kubernetes cluster " in added
    assert f"current-context: {cluster.name}-dev-cluster" not in machine.kubeconfig.read_text()
    assert machine("kube", "login", "--labels=env=nowhere", ok=False).code == NOT_FOUND
    assert machine("kube", "login", "--labels=env=nowhere", "dev-cluster", ok=False).code == NOT_FOUND
    assert machine("kube", "login", "--all", "--labels=env=dev", ok=False).code == USAGE
    machine("kube", "login", "--labels=env=dev", "--namespace=blue", "--disable-access-request", "dev-cluster")
    assert "namespace: blue" in machine.kubeconfig.read_text()
    assert f"current-context: {cluster.name}-dev-cluster" in machine.kubeconfig.read_text()


def test_second_factors_are_listed(machine):
    rows = json.loads(machine("mfa", "ls", "--format=json").out)
    assert [row["kind"] for row in rows] == ["mfa_device"] and re.fullmatch(UUID, rows[0]["id"])
    assert "totp" in rows[0] and "key" not in json.dumps(rows).lower().replace("\"kind\"", "")
    header, _, row = machine("mfa", "ls").out.splitlines()
    assert header.split() == "Name Type Added at Last used".split()
    assert rows[0]["metadata"]["Name"] in row and " TOTP " in row and " UTC" in row
    assert rows[0]["id"] in machine("mfa", "ls", "-v").out


def test_a_request_that_nobody_waits_for_is_shown(cluster, make_user, tmp_path):
    cluster.create("kind: role\nversion: v7\nmetadata: {name: may-ask}\n"
                   "spec: {allow: {request: {roles: [access]}}}", "-f")
    user = make_user("may-ask")
    machine = Tsh(cluster, tmp_path / "asks")
    shown = machine.login(user, "--request-roles=access", "--request-nowait").out
    request = re.search(rf"Request ID: +({UUID})\n", shown).group(1)
    assert request in machine("request", "ls").out and "Status:" in shown
    again = json.loads(machine("login", f"--proxy={cluster.proxy}", f"--request-id={request}", "--request-nowait",
                               "--format=json").out)
    assert again["request_id"] == request and again["active"]["username"] == user.name


def test_applications_and_databases_are_listed(tctl):
    tctl("create", "-f", stdin=APP_SERVER)
    try:
        header, _, *rows = tctl("apps", "ls").out.splitlines()
        assert header.split() == "Host Name Type Public Address URI Labels Version".split()
        assert any(re.search(r"web-1 +wiki +HTTP +wiki.example.com +http://127.0.0.1:1 +env=prod +18", row)
                   for row in rows)
        assert [row["spec"]["app"]["metadata"]["name"] for row in tctl.json("apps", "ls", "env=prod")] == ["wiki"]
        assert tctl.json("apps", "ls", "env=dev") == []
    finally:
        tctl("rm", "app_server/wiki")
    assert tctl.json("db", "ls") == [] and tctl("db", "ls").out.startswith("Host Name Protocol URI  Labels Version\n")


def test_other_names_of_commands(local_tctl):
    local_tctl("users", "add", "passing", "--roles=access")
    assert local_tctl("users", "del", "passing").out
    assert local_tctl("bot", "ls").out == local_tctl("bots", "ls").out
    assert local_tctl("alerts", "list").out == local_tctl("alert", "ls").out
    assert local_tctl("bots", "instance", "list").out == local_tctl("bots", "instances", "ls").out


def test_tables_have_no_trailing_spaces(local_tctl):
    for words in (["get", "roles", "--format=text"], ["users", "ls"], ["tokens", "ls"], ["alerts", "ls"]):
        out = local_tctl(*words).out
        assert out and all(line == line.rstrip() for line in out.splitlines())


@pytest.mark.parametrize("words", [["version"], ["get", "roles"], ["get", "roles", "--format=text"], ["help"], ["man"],
                                   ["users", "ls", "--format=json"], ["completion", "bash"]])
def test_a_result_that_cannot_be_written_says_why(cluster, tmp_path, words):
    whole = [str(program("tctl")), "-c", str(cluster.config), *words]
    for redirection, why in (("/dev/full", "No space left on device"), ("&-", "standard output is closed")):
        done = run(["sh", "-c", f'"$@" >{redirection}', "sh", *whole], environment(tmp_path))
        assert done.code == 1 and f"cannot write the result: {why}" in done.err, done
        assert_plain(done.err)


def test_the_process_writes_its_number(new_cluster, tmp_path):
    cluster = new_cluster()
    pid_file = tmp_path / "teleport.pid"
    cluster.start("--skip-version-check", "--no-debug-service", f"--pid-file={pid_file}")
    assert wait_for(pid_file.exists) and pid_file.read_text() == f"{cluster.pid}\n"
    cluster.stop()
    assert not pid_file.exists()


@pytest.mark.parametrize("option", ["--fips", "--permit-user-env", "--diag-addr=127.0.0.1:3000",
                                    "--advertise-ip=10.0.0.1", "-l 127.0.0.1", "--insecure-no-tls", "--app-name=x"])
def test_start_refuses_unimplemented_options(tmp_path, option):
    data = tmp_path / "data"
    done = run([program("teleport"), "start", f"--data-dir={data}", *option.split()], {"PATH": "/bin"})
    assert done.code == NOT_IMPLEMENTED and "not implemented" in done.err and not data.exists()


def test_tables_wrap_on_a_terminal_alone(cluster, tmp_path):
    """Continued lines of the last column begin under its heading."""
    words = [program("tctl"), "-c", cluster.config, "get", "roles", "--format=text"]
    env = environment(tmp_path)
    piped = run(words, env).ok().out.splitlines()
    assert max(map(len, piped)) > 160 and len(piped) == len({line.split()[0] for line in piped})
    shown = Terminal(["/bin/sh", "-c", 'stty cols 160 && exec "$@"', "sh", *words], env).finish().ok().out.splitlines()
    assert max(map(len, shown)) <= 160 and len(shown) > len(piped)
    begins = shown[0].index("Access to resources")
    continued = [line for line in shown if line.startswith(" ")]
    assert continued and all(not line[:begins].strip() and line[begins] != " " for line in continued)
