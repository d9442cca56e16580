"""Tests of the kubeconfig of the Kubernetes service: the service serves the contexts that kubectl can use, and leaves
others out with a warning."""

import base64
import json
import re
import types

import pytest

from cluster_fixtures import MEMBER
from endpoints import log_in
from harness import Cluster, Tsh, started
from kube_endpoint import ask
from kube_stand_in import TOKEN, KubeStandIn
from processes import run

LEFT_OUT = 'a context of the kubeconfig is left out context="{}"'


def with_line_breaks(pem):
    text = base64.b64encode(pem.encode()).decode()
    return "\n".join(text[at:at + 64] for at in range(0, len(text), 64)) + "\r\n"


def contexts(stand_in):
    """Returns contexts by name, each with its cluster (None for a missing one) and its user."""
    server = f"https://127.0.0.1:{stand_in.port}"
    good, pem = {"server": server, "certificate-authority": "authority.pem"}, stand_in.cert.read_text()
    token = {"token": TOKEN}

    def plugin(version):
        return {"exec": {"apiVersion": f"client.authentication.k8s.io/{version}", "command": "true",
                         "interactiveMode": "Never"}}
    return {
        "plain": (good, token),
        "relative-token": (good, {"tokenFile": "tokens/token"}),
        "data-with-breaks": ({"server": server, "certificate-authority-data": with_line_breaks(pem)}, token),
        "no-cluster": (None, token),
        "no-file": (good, {"client-certificate": "gone.pem", "client-key": "gone.key"}),
        "no-authority": ({"server": server, "certificate-authority": "gone.pem"}, token),
        "no-base64": ({"server": server, "certificate-authority-data": "%%%"}, token),
        "no-certificate": ({"server": server, "certificate-authority-data": "aGVsbG8="}, token),
        "no-key": (good, {"client-certificate": "authority.pem"}),
        "old-plugin": (good, plugin("v1alpha1")),
        "provider": (good, {"auth-provider": {"name": "gcp"}}),
    }


# Names that a Kubernetes cluster must not have, as in Teleport.
NAMES = ("arn:aws:eks:us-east-1:123456789012:cluster/x", "kubernetes-admin@kubernetes", "with space", "../x")


def kubeconfig_of(known, names):
    return {"apiVersion": "v1", "kind": "Config",
            "clusters": [{"name": name, "cluster": known[name][0]} for name in names if known[name][0]],
            "users": [{"name": name, "user": known[name][1]} for name in names],
            "contexts": [{"name": name, "context": {"cluster": name, "user": name}} for name in names]}


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """Makes a stand-in and a kubeconfig with all these contexts."""
    directory = tmp_path_factory.mktemp("kubeconfig")
    stand_in = KubeStandIn(directory, ["unused"])
    known = contexts(stand_in)
    (directory / "authority.pem").write_text(stand_in.cert.read_text())
    (directory / "tokens").mkdir()
    (directory / "tokens/token").write_text(f" \t{TOKEN} \r\n\n")
    whole = kubeconfig_of(known, known)
    whole["contexts"] += [{"name": name, "context": {"cluster": "plain", "user": "plain"}} for name in NAMES]
    stand_in.kubeconfig.write_text(json.dumps(whole))
    yield types.SimpleNamespace(kube=stand_in, directory=directory, contexts=known)
    stand_in.stop()


@pytest.fixture(scope="module")
def member(world):
    with started(Cluster(world.directory / "cluster", world.kube, {"env": "dev"})) as cluster:
        cluster.create(MEMBER, "-f")
        machine = Tsh(cluster, world.directory / "member")
        machine.user = cluster.add_user("alice")
        machine.login(machine.user)
        machine("kube", "login", "--all")
        yield machine


def test_contexts_usable_by_kubectl_are_served(world, member):
    """kubectl with a file of one context shows whether the context is usable."""
    served = {row["kube_cluster_name"] for row in json.loads(member("kube", "ls", "--format=json").out)}
    alone = world.directory / "alone"
    for name in world.contexts:
        alone.write_text(json.dumps(kubeconfig_of(world.contexts, [name])))
        direct = run(["kubectl", f"--kubeconfig={alone}", f"--context={name}", "get", "--raw", "/version"], member.env, "", 30)
        assert (name in served) == (direct.code == 0), (name, direct)
        if name in served:
            assert "gitVersion" in member.kubectl(f"--context={member.cluster.name}-{name}", "get", "--raw", "/version").out
    assert not served & set(NAMES)


def test_what_is_left_out_is_named(world, member):
    log = member.cluster.log.read_text()
    served = {"plain", "relative-token", "data-with-breaks"}
    for name in {*world.contexts, *NAMES}:
        assert (LEFT_OUT.format(name) in log) == (name not in served), name
    line = next(line for line in log.splitlines() if LEFT_OUT.format(NAMES[0]) in line)
    assert re.search(r"kubeconfig:\d+: context", line) and "kubectl config rename-context" in line


def test_a_token_that_cannot_be_read_is_no_404(world, member):
    """A controller would take 404 as a deleted object. The error does not tell users the path of the file."""
    token = world.directory / "tokens/token"
    context = f"--context={member.cluster.name}-relative-token"
    for broken in (token.unlink, lambda: token.write_text(" \n"), lambda: (token.unlink(), token.mkdir())):
        broken()
        done = member.kubectl(context, "get", "pods", "-v=8", ok=False)
        assert done.code != 0 and "token file of Kubernetes cluster" in done.text, done
        assert re.search(r"50[0-9] ", done.text) and " 404 " not in done.text
        assert str(world.directory) not in done.text.replace(str(member.home), "")
    assert f'error="cannot read {token}: Is a directory"' in member.cluster.log.read_text()


def test_a_cluster_that_is_not_there_is_no_404(world, member):
    identity = log_in(member.cluster, member.user, world.directory, "certificate")
    answer = ask(member.cluster, identity, "GET", "/api/v1/pods", kube_cluster="gone")
    assert answer.status == 503 and answer.json()["reason"] == "ServiceUnavailable", answer
    assert 'kubernetes cluster "gone" not found' in answer.json()["message"]
