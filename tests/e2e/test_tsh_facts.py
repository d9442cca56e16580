"""Compares tsh with a table of the results of Teleport 18.3's tsh on its own cluster: the keys of JSON, the columns
of tables, and success or failure. Texts and exit codes may differ."""

import json
import re

import pytest
from harness import Tsh
from processes import run

# Command; keys of the answer (or of the first item of a list), or of the named member of the answer.
KEYS = [
    ("clusters -f json", {"cluster_name", "status", "cluster_type", "labels", "selected"}, None),
    ("env -f json", {"KUBECONFIG", "TELEPORT_CLUSTER", "TELEPORT_KUBE_CLUSTER", "TELEPORT_PROXY"}, None),
    ("kube ls -f json", {"kube_cluster_name", "labels", "selected"}, None),
    ("status -f json", {"active", "profiles", "environment"}, None),
    ("status -f json", {"profile_url", "username", "cluster", "roles", "traits", "logins", "kubernetes_enabled",
                        "kubernetes_cluster", "kubernetes_groups", "valid_until", "extensions"}, "active"),
    ("version -f json", {"version", "gitref", "runtime", "proxyPublicAddress"}, None),
]
COLUMNS = [
    ("clusters", "Cluster Name|Status|Cluster Type|Labels|Selected"),
    ("kube ls", "Kube Cluster Name|Labels|Selected"),
    ("kube ls -v", "Kube Cluster Name|Labels|Selected"),
    ("ls", "Node Name|Address|Labels"),
    ("ls --search=nothing", "Node Name|Address|Labels"),
    ("ls -v", "Node Name|Node ID|Address|Labels"),
]
STATUS = ["Profile URL:", "Logged in as:", "Cluster:", "Roles:", "Logins:", "Kubernetes:", "Kubernetes cluster:",
          "Kubernetes groups:", "Valid until:", "Extensions:"]


@pytest.fixture(scope="module")
def member(cluster, tmp_path_factory):
    """Returns a machine where a user with logins and a selected Kubernetes cluster is logged in, to show all fields."""
    machine = Tsh(cluster, tmp_path_factory.mktemp("facts"))
    user = cluster.add_user("shown")
    cluster.tctl("users", "update", "shown", "--set-logins=root")
    cluster.create("kind: role\nversion: v7\nmetadata: {name: nodes}\n"
                   "spec: {allow: {logins: ['{{internal.logins}}'], node_labels: {'*': '*'}}}", "-f")
    cluster.tctl("users", "update", "shown", "--set-roles=member,nodes")
    machine.login(user)
    machine("kube", "login", "dev-cluster")
    return machine


@pytest.mark.parametrize("words,keys,member_of", KEYS, ids=[f"{row[0]} {row[2] or ''}".strip() for row in KEYS])
def test_keys(member, words, keys, member_of):
    answer = json.loads(member(*words.split()).out)
    first = answer[0] if isinstance(answer, list) else answer
    assert keys <= set(first[member_of] if member_of else first)


@pytest.mark.parametrize("words,columns", COLUMNS, ids=[row[0] for row in COLUMNS])
def test_columns(member, words, columns):
    header, dashes = member(*words.split()).out.splitlines()[:2]
    assert re.split(" {2,}| (?=[A-Z])", header.strip()) == re.split(" {2,}| (?=[A-Z])", columns.replace("|", " "))
    assert [len(dash) >= len(column) for dash, column in zip(dashes.split(), columns.split("|"), strict=True)]


def test_status_lines(member):
    lines = [line.removeprefix("> ").strip() for line in member("status").out.splitlines()]
    begun = [label for line in lines for label in STATUS if line.startswith(label)]
    assert begun == STATUS


def test_environment_can_be_sourced(member):
    out = member("env").out
    assert [f"export TELEPORT_PROXY={member.cluster.proxy}", f"export TELEPORT_CLUSTER={member.cluster.name}",
            "export TELEPORT_KUBE_CLUSTER=dev-cluster"] == out.splitlines()[:3]
    assert re.search(r"(?m)^export KUBECONFIG=\S+dev-cluster-kubeconfig$", out)


def test_quiet_list_has_no_header(member):
    assert member("kube", "ls", "-q").out.splitlines()[0].split()[0] == "dev-cluster"


def test_version(member):
    ours, proxy = member("version").out.splitlines()
    assert ours.startswith("Teleport v18.3.0 ")
    assert proxy == f"Proxy: {member.cluster.proxy}"


@pytest.mark.parametrize("words", ["ls --query=labels[", "kube login nosuch"])
def test_refused(member, words):
    done = member(*words.split(), ok=False)
    assert done.code != 0 and done.err and not done.out


def test_not_logged_in(tsh):
    done = tsh("ls", ok=False)
    assert done.code != 0 and done.err and not done.out


def test_no_nodes_are_an_empty_list(member):
    assert json.loads(member("ls", "-f", "json").out) == []
    assert member("ls", "-f", "names").out == ""


def test_no_configuration_of_openssl_takes_part(member, tmp_path):
    """Teleport's tsh does not read it either, because it does not use OpenSSL."""
    configuration = tmp_path / "openssl.cnf"
    configuration.write_text("openssl_conf = all\n[all]\nssl_conf = ssl\n[ssl]\nsystem_default = tls\n"
                             "[tls]\nMaxProtocol = TLSv1.1\n")
    done = run([member.path, "clusters"], {**member.env, "OPENSSL_CONF": str(configuration)}).ok()
    assert "online" in done.out
