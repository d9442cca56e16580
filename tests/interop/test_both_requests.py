"""Tests of access requests with Teleport's tsh and tctl on our cluster, and with our programs on Teleport's."""

import itertools
import json
import re

import pytest

from harness import REFERENCE_BIN, Tsh
from processes import Background, wait_for
from reference_cluster import ReferenceCluster

pytestmark = pytest.mark.skipif(not REFERENCE_BIN, reason="REFERENCE_BIN is not set")

ROLES = """
    kind: role
    version: v7
    metadata: {name: ask-base}
    spec:
      allow:
        logins: [root]
        request: {roles: [ask-dev]}
    ---
    kind: role
    version: v7
    metadata: {name: ask-dev}
    spec:
      allow:
        kubernetes_groups: ["system:masters"]
        kubernetes_labels: {'*': '*'}
"""
# Teleport's open-source edition refuses these roles.
MORE_ROLES = """
    kind: role
    version: v7
    metadata: {name: ask-search}
    spec:
      allow:
        logins: [root]
        request: {search_as_roles: [ask-dev]}
    ---
    kind: role
    version: v7
    metadata: {name: ask-reviewer}
    spec:
      allow:
        logins: [root]
        review_requests: {roles: [ask-dev]}
"""
UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}"
_names = (f"asker{number}" for number in itertools.count(1))


# Each side's programs on the other side's cluster, and on its own cluster to compare.
@pytest.fixture(params=["ours on theirs", "theirs on ours", "theirs on theirs", "ours on ours"])
def side(request):
    programs, cluster = request.param.split(" on ")
    running = request.getfixturevalue("cluster" if cluster == "ours" else "reference_cluster")
    running.create(ROLES, "-f")
    return running, programs == "theirs"


@pytest.fixture
def more_roles(side):
    cluster, _ = side
    if isinstance(cluster, ReferenceCluster):
        pytest.skip("roles for reviews and resources are refused there")
    cluster.create(MORE_ROLES, "-f")


@pytest.fixture
def person(side, tmp_path):
    cluster, theirs = side

    def make(role="ask-base"):
        user = cluster.add_user(next(_names), role)
        machine = Tsh(cluster, tmp_path / user.name, reference=theirs)
        machine.login(user)
        machine.user = user
        return machine
    return make


@pytest.fixture
def tctl(side):
    cluster, theirs = side
    return lambda *words, **more: cluster.tctl(*words, reference=theirs, **more)


def ask(machine, *words):
    out = machine("request", "create", "--nowait", *words).out
    return re.search(rf"Request ID:\s+({UUID})", out).group(1)


def wait_until_listed(run, *words):
    """Waits until a list has a request: Teleport's lists come from a cache, which follows a moment later."""
    *words, request = words
    return wait_for(lambda: request in run(*words).out, 10, f"{request} in {words}")


def active(machine):
    return json.loads(machine("status", "--format=json").out)["active"]


def test_ask_approve_use_and_drop(person, tctl):
    ann = person()
    request = ask(ann, "--roles=ask-dev", "--reason=why")
    shown = ann("request", "show", request).out
    assert "PENDING" in shown and '"why"' in shown and "ask-dev" in shown
    wait_until_listed(ann, "request", "ls", request)
    (row,) = [row for row in json.loads(ann("request", "ls", "--format=json").out)
              if row["metadata"]["name"] == request]
    assert row["spec"]["roles"] == ["ask-dev"] and row["spec"]["state"] == 1
    wait_until_listed(tctl, "requests", "ls", request)
    tctl("requests", "approve", request, "--reason=ok")
    assert "APPROVED" in tctl("requests", "get", request).out
    ann("login", f"--proxy={ann.cluster.proxy}", f"--request-id={request}")
    assert active(ann)["active_requests"] == [request]
    assert set(active(ann)["roles"]) == {"ask-base", "ask-dev"}
    ann("kube", "login", "dev-cluster")
    ann.kubectl("get", "pods")
    ann("request", "drop", request)
    assert active(ann)["roles"] == ["ask-base"]


def in_background(machine, *words):
    return Background([machine.path, *words], machine.env, machine.home / "background.log")


def test_ask_and_wait(person, tctl):
    ann = person()
    for decision in "deny", "approve":
        asking = in_background(ann, "request", "create", "--roles=ask-dev", f"--reason={decision}")
        request = asking.wait_for_output(UUID).group(0)
        tctl("requests", decision, request)
        assert (asking.process.wait(10) == 0) == (decision == "approve"), asking.output()
        assert decision == "approve" or "DENIED" in asking.output()
        asking.log.unlink()
    assert active(ann)["active_requests"] == [request]  # tsh has logged in with the approved request


def test_login_asks_and_waits(person, tctl):
    ann = person()
    login = in_background(ann, "login", f"--proxy={ann.cluster.proxy}", "--request-roles=ask-dev", "--request-reason=why")
    request = login.wait_for_output(UUID).group(0)
    tctl("requests", "approve", request)
    assert login.process.wait(10) == 0, login.output()
    assert set(active(ann)["roles"]) == {"ask-base", "ask-dev"}


def test_deny_and_delete(person, tctl):
    ann = person()
    request = ask(ann, "--roles=ask-dev")
    tctl("requests", "deny", request, "--reason=no")
    done = ann("login", f"--proxy={ann.cluster.proxy}", f"--request-id={request}", ok=False)
    assert done.code != 0 and "DENIED" in done.text
    tctl("requests", "rm", request)
    wait_for(lambda: request not in tctl("requests", "ls").out, 10, "the end of the request")


@pytest.mark.usefixtures("more_roles")
def test_review(person):
    ann, bob = person(), person("ask-reviewer")
    request = ask(ann, "--roles=ask-dev")
    wait_until_listed(bob, "request", "ls", "--reviewable", request)
    assert "APPROVED" in bob("request", "review", request, "--approve", "--reason=fine").text
    assert '"fine"' in ann("request", "show", request).out
    assert ann("request", "review", request, "--approve", ok=False).code != 0


@pytest.mark.usefixtures("more_roles")
def test_resources(person, tctl):
    ann = person("ask-search")
    cluster = ann.cluster.name
    resource = f"/{cluster}/kube_cluster/dev-cluster"
    assert resource in ann("request", "search", "--kind=kube_cluster").out
    request = ask(ann, f"--resource={resource}")
    tctl("requests", "approve", request)
    ann("login", f"--proxy={ann.cluster.proxy}", f"--request-id={request}")
    listed = ann("kube", "ls").out
    assert "dev-cluster" in listed and "prod-cluster" not in listed


def test_tctl_creates_requests_and_shows_capabilities(person, tctl):
    ann = person()
    request = tctl("requests", "create", ann.user.name, "--roles=ask-dev", "--reason=for you").out.strip()
    assert re.fullmatch(UUID, request)
    wait_until_listed(ann, "request", "ls", "--my-requests", request)
    caps = json.loads(tctl("requests", "caps", ann.user.name, "--format=json").out)
    assert caps["requestable_roles"] == ["ask-dev"]
    (row,) = json.loads(tctl("requests", "get", request, "--format=json").out)
    assert row["spec"]["request_reason"] == "for you" and row["kind"] == "access_request"
    assert tctl("requests", "create", ann.user.name, "--roles=editor", ok=False).code != 0
