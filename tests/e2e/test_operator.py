"""Tests of teleport-operator with a real API server and our cluster: what becomes of custom resources."""

import base64
import json
import subprocess
import time

import pytest

from harness import program
from operators import GROUP, NAMESPACE, custom, role, started_place
from processes import run, wait_for


@pytest.fixture(scope="module")
def place(tmp_path_factory, real_kube):
    with started_place(tmp_path_factory.mktemp("operator"), real_kube) as made:
        yield made
        check_log(made)


def check_log(place):
    for secret in ("s3cret-of-the-connector", "a-token-that-is-secret"):
        assert secret not in place.operator.output()


def test_a_role_is_created_changed_and_deleted_with_its_custom_resource(place):
    place.apply(role("plain", labels={"team": "a"}, annotations={"description": "readers"}))
    place.all_true("teleportrolev7", "plain")
    stored = place.stored("role/plain")
    assert stored["version"] == "v7" and stored["spec"]["allow"]["logins"] == ["reader"]
    assert stored["metadata"]["labels"] == {"team": "a", "teleport.dev/origin": "kubernetes"}
    assert stored["metadata"]["description"] == "readers"
    assert place.get("teleportrolev7", "plain")["metadata"]["finalizers"] == [f"{GROUP}/deletion"]

    place.apply(role("plain", logins=["writer"]))
    begin = time.monotonic()
    wait_for(lambda: place.stored("role/plain")["spec"]["allow"]["logins"] == ["writer"], 10, "the change")
    assert time.monotonic() - begin < 2
    events = json.loads(place.kubectl("get", "events", "-n", NAMESPACE, "-o", "json"))["items"]
    told = {(one["involvedObject"]["name"], one["reason"], one["type"]) for one in events}
    assert ("plain", "Updated", "Normal") in told
    place.delete("teleportrolev7", "plain")
    assert place.stored("role/plain") is None


def test_kinds_of_the_examples_are_kept(place):
    place.apply(custom("TeleportUser", "kim", {"roles": ["access"]}, "v2"),
                custom("TeleportBotV1", "robot", {"roles": ["access"]}),
                custom("TeleportProvisionToken", "a-token-that-is-secret",
                       {"roles": ["Node"], "join_method": "token"}, "v2"))
    for kind, name in (("teleportuser", "kim"), ("teleportbotv1", "robot"),
                       ("teleportprovisiontoken", "a-token-that-is-secret")):
        place.all_true(kind, name)
    assert place.stored("user/kim")["spec"]["roles"] == ["access"]
    assert place.stored("bot/robot")["spec"]["roles"] == ["access"]
    assert place.stored("token/a-token-that-is-secret")
    metrics = subprocess.run(["curl", "-s", place.operator.metrics_url], capture_output=True, text=True, check=True).stdout
    assert 'controller_runtime_reconcile_total{controller="teleportuser",result="success"}' in metrics
    assert 'leader_election_master_status{name="431e83f4.teleport.dev"} 1' in metrics
    assert "a-token-that-is-secret" not in metrics + place.operator.output()
    place.delete("teleportuser", "kim")
    place.delete("teleportbotv1", "robot")
    place.delete("teleportprovisiontoken", "a-token-that-is-secret")
    assert place.stored("user/kim") is None and place.stored("bot/robot") is None


def test_drift_is_put_right_within_seconds(place):
    place.apply(role("drifting"))
    place.all_true("teleportrolev7", "drifting")
    place.cluster.create("{kind: role, version: v7, metadata: {name: drifting}, spec: {allow: {logins: [root]}}}", "-f")
    wait_for(lambda: place.stored("role/drifting")["spec"]["allow"]["logins"] == ["root"]
             or "kubernetes" in str(place.stored("role/drifting")), 5, "the change by hand")
    # A write by hand takes the origin away: the role is no longer the operator's, and it says so.
    wait_for(lambda: place.conditions("teleportrolev7", "drifting")["TeleportResourceOwned"]
             == ("False", "OriginLabelNotMatching"), 10, "the loss")
    place.cluster.tctl("rm", "role/drifting")
    wait_for(lambda: place.stored("role/drifting"), 5, "the role again")
    assert place.stored("role/drifting")["spec"]["allow"]["logins"] == ["reader"]
    place.cluster.create("{kind: role, version: v7, metadata: {name: drifting, labels: {teleport.dev/origin: kubernetes}}, "
                         "spec: {allow: {logins: [root]}}}", "-f")
    wait_for(lambda: place.stored("role/drifting")["spec"]["allow"]["logins"] == ["reader"], 5, "the role as it was")
    place.delete("teleportrolev7", "drifting")


def test_a_role_that_is_not_the_operators_is_neither_written_nor_deleted(place):
    place.cluster.create("{kind: role, version: v7, metadata: {name: manual}, spec: {allow: {logins: [root]}}}", "-f")
    place.apply(role("manual"))
    wait_for(lambda: place.conditions("teleportrolev7", "manual").get("TeleportResourceOwned")
             == ("False", "OriginLabelNotMatching"), 10, "the condition")
    assert place.conditions("teleportrolev7", "manual")["SuccessfullyReconciled"] == ("True", "NoError")
    place.delete("teleportrolev7", "manual")
    assert place.stored("role/manual")["spec"]["allow"]["logins"] == ["root"]
    place.cluster.tctl("rm", "role/manual")


def test_ignored_and_kept_custom_resources(place):
    place.apply(role("ignored", annotations={"teleport.dev/ignore": "true"}), role("kept", annotations={"teleport.dev/keep": "1"}))
    place.all_true("teleportrolev7", "kept")
    assert not place.conditions("teleportrolev7", "ignored") and place.stored("role/ignored") is None
    place.delete("teleportrolev7", "ignored", "kept")
    assert place.stored("role/kept")
    place.cluster.tctl("rm", "role/kept")


def test_what_the_cluster_refuses_is_said(place):
    place.apply(custom("TeleportUser", "lost", {"roles": ["nosuch"]}, "v2"))
    wait_for(lambda: place.condition("teleportuser", "lost")["reason"] == "TeleportError", 10, "the condition")
    assert "nosuch" in place.condition("teleportuser", "lost")["message"]
    place.cluster.create("{kind: role, version: v7, metadata: {name: nosuch}, spec: {}}", "-f")
    wait_for(lambda: place.condition("teleportuser", "lost")["status"] == "True", 20, "the user after its role has come")
    place.delete("teleportuser", "lost")
    place.cluster.tctl("rm", "role/nosuch")


def test_a_role_in_use_names_its_user_and_goes_after_the_user_lets_go(place):
    place.apply(role("held"))
    place.all_true("teleportrolev7", "held")
    place.cluster.add_user("holder", roles="held")
    place.kubectl("delete", "teleportrolev7", "held", "-n", NAMESPACE, "--wait=false")
    wait_for(lambda: place.condition("teleportrolev7", "held")["status"] == "False", 10, "the condition")
    assert "holder" in place.condition("teleportrolev7", "held")["message"]
    assert "holder" in place.operator.output() and place.stored("role/held")
    place.cluster.tctl("users", "update", "holder", "--set-roles=access")
    begin = time.monotonic()
    wait_for(lambda: place.stored("role/held") is None, 10, "the end of the role")
    assert time.monotonic() - begin < 2
    place.cluster.tctl("users", "rm", "holder")


@pytest.mark.parametrize("obj", [
    custom("TeleportRoleV7", "operator", {"allow": {"logins": ["root"]}}),
    custom("TeleportRoleV7", "bot-operator", {"allow": {"logins": ["root"]}}),
    custom("TeleportUser", "bot-operator", {"roles": ["editor"]}, "v2"),
    custom("TeleportBotV1", "operator", {"roles": ["editor"]}),
    custom("TeleportProvisionToken", "operator-bot", {"roles": ["Node"], "join_method": "token"}, "v2"),
], ids=lambda one: one["kind"] + "-" + one["metadata"]["name"])
def test_the_operators_own_access_is_not_changed(place, obj):
    kind, name = obj["kind"].lower(), obj["metadata"]["name"]
    place.apply(obj)
    wait_for(lambda: place.condition(kind, name)["reason"] == "OperatorRefused", 10, "the refusal")
    assert "finalizers" not in place.get(kind, name)["metadata"]
    place.delete(kind, name)
    assert place.stored("role/operator") and place.stored("token/operator-bot")
    assert "editor" not in place.stored("bot/operator")["spec"]["roles"]


def test_two_custom_resources_for_one_role(place):
    place.apply(role("twice"))
    place.all_true("teleportrolev7", "twice")
    place.apply(custom("TeleportRoleV6", "twice", {"allow": {"logins": ["root"]}}))
    wait_for(lambda: place.condition("teleportrolev6", "twice", "TeleportResourceOwned")["reason"] == "OtherCustomResource",
             10, "the refusal")
    assert place.stored("role/twice")["spec"]["allow"]["logins"] == ["reader"]
    place.delete("teleportrolev7", "twice")
    wait_for(lambda: (place.stored("role/twice") or {}).get("version") == "v6", 10, "the other's role")
    place.delete("teleportrolev6", "twice")


def test_client_secrets_come_from_secrets_that_allow_it(place):
    def connector(name):
        return custom("TeleportGithubConnector", name, {
            "client_id": "id", "client_secret": "secret://gh/secret", "redirect_url": "https://x/callback",
            "teams_to_roles": [{"organization": "o", "team": "t", "roles": ["access"]}]}, "v3")

    secret = base64.b64encode(b"s3cret-of-the-connector").decode()
    body = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "gh"}, "data": {"secret": secret}}
    place.apply(body, connector("one"))
    wait_for(lambda: place.condition("teleportgithubconnector", "one")["reason"] == "MutationError", 10, "the refusal")
    assert "allow-lookup-from-cr" in place.condition("teleportgithubconnector", "one")["message"]
    body["metadata"]["annotations"] = {f"{GROUP}/allow-lookup-from-cr": "one"}
    place.apply(body)
    place.all_true("teleportgithubconnector", "one")
    done = place.cluster.tctl("get", "github/one", "--format=json", "--with-secrets")
    assert "s3cret-of-the-connector" in done.out
    place.apply(connector("two"))
    wait_for(lambda: place.condition("teleportgithubconnector", "two")["reason"] == "MutationError", 10, "the refusal")
    for name in ("one", "two"):
        assert "s3cret" not in json.dumps(place.get("teleportgithubconnector", name))
    place.delete("teleportgithubconnector", "one", "two")
    place.kubectl("delete", "secret", "gh", "-n", NAMESPACE)


def test_a_missing_definition_stops_no_other_kind(place):
    place.kubectl("delete", "crd", f"teleportappsv3.{GROUP}", "--timeout=20s")
    place.operator.stop()
    place.operator = place.start(program("teleport-operator"), name="without-apps")
    place.apply(role("other"))
    place.all_true("teleportrolev7", "other")
    assert "teleportappsv3" in place.operator.output()
    place.delete("teleportrolev7", "other")
    place.kubectl("apply", "--server-side", "-f", "-", stdin=run([program("teleport-operator"), "crds"], {}).ok().out)


def test_what_was_removed_by_force_while_the_operator_was_off_stays(place):
    place.apply(role("forced"))
    place.all_true("teleportrolev7", "forced")
    place.operator.stop()
    place.kubectl("patch", "teleportrolev7", "forced", "-n", NAMESPACE, "--type=merge", "-p", '{"metadata":{"finalizers":null}}')
    place.kubectl("delete", "teleportrolev7", "forced", "-n", NAMESPACE)
    place.operator = place.start(program("teleport-operator"), name="again")
    place.apply(role("mark"))
    place.all_true("teleportrolev7", "mark")
    assert place.stored("role/forced")
    place.delete("teleportrolev7", "mark")
    place.cluster.tctl("rm", "role/forced")


def test_a_second_operator_waits_for_the_lease(place):
    wait_for(lambda: "the operator leads" in place.operator.output(), 30, "the first to lead")
    second = place.start(program("teleport-operator"), name="second")
    place.apply(role("led"))
    place.all_true("teleportrolev7", "led")
    assert "the operator leads" not in second.output()
    place.operator.stop()
    wait_for(lambda: "the operator leads" in second.output(), 30, "the second to lead")
    place.apply(role("led", logins=["second"]))
    wait_for(lambda: place.stored("role/led")["spec"]["allow"]["logins"] == ["second"], 20, "the change")
    place.delete("teleportrolev7", "led")
    place.operator = second
