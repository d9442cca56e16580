"""Tests of access requests: creating, deciding, reviewing, using and dropping them."""

import json
import re
import threading

import pytest

from harness import Tsh
from processes import wait_for
from tctl_ways import DENIED, NOT_FOUND

ROLES = """
    kind: role
    version: v7
    metadata: {name: ask-base}
    spec:
      allow:
        logins: [root]
        request:
          roles: [ask-dev, ask-two]
          search_as_roles: [ask-search]
    ---
    kind: role
    version: v7
    metadata: {name: ask-dev}
    spec:
      options: {max_session_ttl: 1h}
      allow:
        kubernetes_groups: ["system:masters"]
        kubernetes_labels: {'*': '*'}
    ---
    kind: role
    version: v7
    metadata: {name: ask-two}
    spec: {}
    ---
    kind: role
    version: v7
    metadata: {name: ask-search}
    spec:
      allow:
        kubernetes_groups: ["system:masters"]
        kubernetes_labels: {'*': '*'}
    ---
    kind: role
    version: v7
    metadata: {name: ask-careful}
    spec:
      allow:
        logins: [root]
        request:
          roles: [ask-dev]
          max_duration: 48h
          reason: {mode: required}
          suggested_reviewers: [somebody]
          annotations: {team: [red]}
          thresholds: [{approve: 2, deny: 1}]
    ---
    kind: role
    version: v7
    metadata: {name: ask-reviewer}
    spec:
      allow:
        logins: [root]
        request: {roles: [ask-dev]}
        review_requests: {roles: [ask-dev]}
    ---
    kind: role
    version: v7
    metadata: {name: ask-always}
    spec:
      options: {request_access: reason, request_prompt: 'Which ticket?'}
      allow:
        logins: [root]
        request: {roles: [ask-dev]}
"""
UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}"


@pytest.fixture(scope="module", autouse=True)
def roles(cluster):
    cluster.create(ROLES, "-f")


@pytest.fixture
def person(cluster, make_user, tmp_path):
    """Returns a function that adds a user with a role, and logs the user in on a new machine."""
    def make(role="ask-base"):
        user = make_user(role)
        machine = Tsh(cluster, tmp_path / user.name)
        machine.login(user)
        machine.user = user
        return machine
    return make


def ask(machine, *words):
    """Creates a request without waiting for the decision; returns the ID."""
    return json.loads(machine("request", "create", "--nowait", "--format=json", *words).out)["metadata"]["name"]


def status(machine):
    return json.loads(machine("status", "--format=json").out)["active"]


def test_ask_approve_use_and_give_back(cluster, person, local_tctl):
    ann = person()
    assert ann.kubectl("version", ok=False).code != 0
    request = ask(ann, "--roles=ask-dev", "--reason=to fix it")
    (event,) = cluster.wait_for_events(event="access_request.create", id=request)
    assert event["code"] == "T5000I" and event["user"] == ann.user.name and event["state"] == "PENDING"
    assert event["roles"] == ["ask-dev"] and event["reason"] == "to fix it" and event["expires"]
    pending = ann("login", f"--proxy={cluster.proxy}", f"--request-id={request}", "--request-nowait").out
    assert f"Request ID:     {request}" in pending and "Active requests:" not in pending

    local_tctl("requests", "approve", request, "--reason=go ahead", "--delegator=boss", "--annotations=a=1,a=2")
    (event,) = cluster.wait_for_events(event="access_request.update", id=request)
    assert event["code"] == "T5001I" and event["state"] == "APPROVED" and event["delegator"] == "boss"
    assert event["annotations"] == {"a": ["1", "2"]}

    done = ann("login", f"--proxy={cluster.proxy}", f"--request-id={request}")
    assert f"Active requests:    {request}" in done.out and 'reason="go ahead"' in done.err
    assert set(status(ann)["roles"]) == {"ask-base", "ask-dev"}
    assert status(ann)["active_requests"] == [request]
    ann("kube", "login", "dev-cluster")
    ann.kubectl("get", "pods")
    (used,) = [event for event in cluster.wait_for_events(event="kube.request", user=ann.user.name)][:1]
    assert used["access_requests"] == [request]

    ann("request", "drop", request)
    assert status(ann)["roles"] == ["ask-base"] and "active_requests" not in status(ann)
    assert ann.kubectl("get", "pods", ok=False).code != 0


def test_a_waiting_command_logs_in_after_the_approval(cluster, person, local_tctl):
    ann = person()
    done = []
    waiting = threading.Thread(target=lambda: done.append(ann("request", "create", "--roles=ask-dev", ok=False)))
    waiting.start()

    def pending():
        rows = local_tctl.json("requests", "ls")
        return [row for row in rows if row["spec"]["user"] == ann.user.name]
    (row,) = wait_for(pending, 10, "the request")
    local_tctl("requests", "approve", row["metadata"]["name"])
    waiting.join()
    assert done[0].code == 0, done[0].text
    assert row["metadata"]["name"] in done[0].out and "Waiting for request approval" in done[0].err
    assert "ask-dev" in status(ann)["roles"]
    assert cluster.alive()


def test_a_denied_request_stays_denied(person, local_tctl):
    ann = person()
    request = ask(ann, "--roles=ask-dev")
    local_tctl("requests", "deny", request, "--reason=not today")
    done = ann("login", f"--request-id={request}", ok=False)
    assert done.code == DENIED and 'set to DENIED, reason="not today"' in done.err
    assert local_tctl("requests", "approve", request, ok=False).code != 0
    assert local_tctl("requests", "get", request).out.count("DENIED") == 1


def test_forbidden_requests_are_refused(person, local_tctl):
    ann = person()
    for words, text in ((["--roles=editor"], "can not request role"),
                        (["--roles=ask-dev", "--max-duration=340h"], "longer than"),
                        (["--roles=ask-dev", "--session-ttl=3h"], "longer than"),
                        (["--roles=ask-dev", "--request-ttl=2h"], "longer than"),
                        (["--resource=/walk.test/kube_cluster/none"], "not found"),
                        (["--resource=dev"], "not a resource"),
                        ([], "neither roles nor resources")):
        done = ann("request", "create", "--nowait", *words, ok=False)
        assert done.code != 0 and text in done.err, done.text
    careful = person("ask-careful")
    assert "reason must be specified" in careful("request", "create", "--nowait", "--roles=ask-dev", ok=False).err
    assert local_tctl("requests", "create", "nobody-at-all", ok=False).code == NOT_FOUND


def test_requests_of_other_users_cannot_be_used(person, local_tctl):
    ann, abe = person(), person()
    request = ask(ann, "--roles=ask-dev")
    local_tctl("requests", "approve", request)
    assert abe("login", f"--request-id={request}", ok=False).code == NOT_FOUND
    assert request not in abe("request", "ls").out
    assert abe("request", "show", request, ok=False).code == NOT_FOUND
    # A user who may see the request cannot use it either.
    reviewer = person("ask-reviewer")
    assert request in reviewer("request", "ls").out
    assert reviewer("login", f"--request-id={request}", ok=False).code == NOT_FOUND


def test_two_reviewers_decide(cluster, person):
    ann = person("ask-careful")
    bob, eve = person("ask-reviewer"), person("ask-reviewer")
    request = ask(ann, "--roles=ask-dev", "--reason=x", "--max-duration=24h")
    (event,) = cluster.wait_for_events(event="access_request.create", id=request)
    assert event["annotations"] == {"team": ["red"]}
    assert ann("request", "review", request, "--approve", ok=False).code == DENIED
    assert "PENDING" in bob("request", "review", request, "--approve", "--reason=one").out
    assert bob("request", "review", request, "--approve", ok=False).code != 0
    assert request not in bob("request", "ls", "--reviewable").out
    assert request in eve("request", "ls", "--reviewable").out
    assert "APPROVED" in eve("request", "review", request, "--approve").out
    first, second = cluster.wait_for_events(2, event="access_request.review", id=request)
    assert [first["state"], second["state"]] == ["PENDING", "APPROVED"]
    assert first["reviewer"] == bob.user.name and first["proposed_state"] == "APPROVED" and first["code"] == "T5002I"
    shown = ann("request", "show", request).out
    assert "Approvals:" in shown and '"one"' in shown
    assert "ask-dev" in ann("login", f"--request-id={request}").out


def test_nobody_reviews_their_own(person, local_tctl):
    bob = person("ask-reviewer")
    request = ask(bob, "--roles=ask-dev")
    assert bob("request", "review", request, "--approve", ok=False).code == DENIED
    done = local_tctl("requests", "review", request, f"--author={bob.user.name}", "--approve", ok=False)
    assert done.code == DENIED


def test_one_denial_is_enough(person):
    ann, bob = person("ask-careful"), person("ask-reviewer")
    request = ask(ann, "--roles=ask-dev", "--reason=x")
    assert "DENIED" in bob("request", "review", request, "--deny").out
    assert ann("login", f"--request-id={request}", ok=False).code == DENIED


def test_pending_requests_expire(person, local_tctl):
    ann = person()
    request = ask(ann, "--roles=ask-dev", "--request-ttl=2s")
    assert request in local_tctl("requests", "ls").out
    wait_for(lambda: request not in local_tctl("requests", "ls").out, 10, "the end of the request")
    assert local_tctl("requests", "approve", request, ok=False).code == NOT_FOUND
    wanted = {"event": "access_request.expire", "code": "T5005I", "id": request}
    (event,) = wait_for(lambda: ann.cluster.events(**wanted), 20, "the event of the request's end")
    assert {"expires", "expiry"} <= set(event)


def test_certificates_end_with_the_access(person, local_tctl):
    ann = person()
    request = ask(ann, "--roles=ask-two", "--session-ttl=5m")
    local_tctl("requests", "approve", request)
    out = ann("login", f"--request-id={request}").out
    assert re.search(r"valid for [1-5]m", out), out


def test_a_lock_ends_the_use_of_a_request(person, local_tctl):
    ann = person()
    request = ask(ann, "--roles=ask-dev")
    local_tctl("requests", "approve", request)
    ann("login", f"--request-id={request}")
    ann("kube", "login", "dev-cluster")
    ann.kubectl("get", "pods")
    local_tctl("lock", f"--access-request={request}", "--message=enough")
    assert ann.kubectl("get", "pods", ok=False).code != 0


def test_a_resource_request_reaches_only_its_resources(cluster, person, local_tctl):
    ann = person()
    assert "dev-cluster" not in ann("kube", "ls").out
    found = ann("request", "search", "--kind=kube_cluster")
    assert f"/{cluster.name}/kube_cluster/dev-cluster" in found.out and "tsh request create --resource" in found.out
    assert cluster.wait_for_events(event="access_request.search", user=ann.user.name)
    request = ask(ann, f"--resource=/{cluster.name}/kube_cluster/dev-cluster")
    local_tctl("requests", "approve", request)
    ann("login", f"--request-id={request}")
    listed = ann("kube", "ls").out
    assert "dev-cluster" in listed and "prod-cluster" not in listed
    ann("kube", "login", "dev-cluster")
    ann.kubectl("get", "pods")
    assert ann("kube", "login", "prod-cluster", ok=False).code == NOT_FOUND
    assert status(ann)["allowed_resources"][0]["name"] == "dev-cluster"


def test_logins_that_must_request_roles(cluster, make_user, tmp_path, local_tctl):
    user = make_user("ask-always")
    machine = Tsh(cluster, tmp_path / "always")
    done = machine.login(user, ok=False)
    assert done.code != 0 and "--request-reason must be specified: Which ticket?" in done.err
    assert machine("status", ok=False).code != 0
    machine.login(user, "--request-reason=ticket 1", "--request-nowait")
    (row,) = [row for row in local_tctl.json("requests", "ls") if row["spec"]["user"] == user.name]
    assert row["spec"]["roles"] == ["ask-dev"] and row["spec"]["request_reason"] == "ticket 1"


def test_lists_of_tctl(person, tctl):
    ann = person()
    request = ask(ann, "--roles=ask-dev,ask-two", "--reason=a \"reason\"")
    lines = tctl("requests", "ls").out.splitlines()
    assert lines[0].split("  ")[0].startswith("Token") and "Resolve Reason" in lines[0]
    (line,) = [line for line in lines if request in line]
    assert re.search(rf"{UUID} {ann.user.name} +roles=ask-dev,ask-two .* UTC +1h0m0s +1h0m0s +PENDING "
                     r'+"a \\"reason\\""', line), line
    assert f"Token:             {request}" in tctl("requests", "get", request).out
    (row,) = tctl.json("requests", "get", request)
    assert row["kind"] == "access_request" and row["version"] == "v3" and row["spec"]["state"] == 1
    (row,) = tctl.json("get", f"access_request/{request}")
    assert row["metadata"]["name"] == request
    assert request in tctl("get", "access_requests").out
    caps = tctl("requests", "caps", ann.user.name).out
    assert re.search(r"Requestable Roles: +ask-dev,ask-two", caps)
    made = tctl("requests", "create", ann.user.name, "--roles=ask-dev").out.strip()
    assert re.fullmatch(UUID, made)
    assert tctl.json("requests", "create", ann.user.name, "--dry-run")["spec"]["dry_run"] is True
    tctl("requests", "approve", f"{made},{request}", "--roles=ask-dev")
    assert "tctl lock --access-request" in tctl("requests", "rm", made, ok=False).err
    tctl("requests", "rm", "--force", made)
    tctl("rm", f"access_request/{request}")
    assert tctl("requests", "get", request, ok=False).code == NOT_FOUND
