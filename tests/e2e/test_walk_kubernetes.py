"""Tests of walk 1, in which a team gets access to Kubernetes, with the real programs and a stand-in for the API server
(tests/fixtures/kube_api)."""

import json
import re
import threading
import urllib.request

import pytest

from harness import Tsh, assert_plain, environment
from pages import serving
from processes import run, wait_for

MODES = {"websocket": "true", "spdy": "false"}


@pytest.fixture(params=MODES)
def mode(request):
    """Returns the environment that selects one of kubectl's two protocols for upgraded requests."""
    value = MODES[request.param]
    return {"KUBECTL_REMOTE_COMMAND_WEBSOCKETS": value, "KUBECTL_PORT_FORWARD_WEBSOCKETS": value}


def shell(cluster, command):
    return run(["sh", "-c", command], environment(cluster.directory)).ok().out


# Step 1: the cluster answers.


def test_find_says_the_version(cluster):
    out = shell(cluster, f"curl -s --cacert {cluster.ca_file} https://{cluster.proxy}/v1/webapi/find | "
                         "jq -r .server_version")
    assert re.fullmatch(r"18\.\d+\.\d+\n", out)


def test_ping_says_who_it_is(cluster):
    out = shell(cluster, f"curl -s --cacert {cluster.ca_file} https://{cluster.proxy}/webapi/ping")
    ping = json.loads(out)
    assert ping["cluster_name"] == cluster.name
    assert ping["proxy"]["ssh"]["public_addr"] == cluster.proxy
    assert ping["proxy"]["kube"]["enabled"] is True
    assert ping["proxy"]["tls_routing_enabled"] is True
    assert ping["auth"]["type"] == "local"
    assert ping["auth"]["second_factor"] == "otp"
    assert ping["auth"]["device_trust"] == {"disabled": True}
    assert ping["auto_update"]["tools_auto_update"] is False


# Step 2: a role and an invite.


def test_role_can_be_created_twice_only_by_force(cluster):
    role = "kind: role\nversion: v5\nmetadata:\n  name: twice\nspec: {}\n"
    cluster.create(role)
    again = cluster.tctl("create", cluster.directory / "resource.yaml", ok=False)
    assert again.code != 0
    assert "already exists" in again.text
    assert_plain(again.text)
    cluster.create(role, "-f")
    assert cluster.events(event="role.created", name="twice")


def test_invite_is_a_link_for_one_hour(cluster):
    text = cluster.tctl("users", "add", "invited", "--roles=member").out
    assert 'User "invited" has been created but requires a password.' in text
    assert re.search(r"valid for 1h\b", text)
    token = re.search(rf"https://{cluster.proxy}/web/invite/([0-9a-f]{{32}})", text).group(1)
    cluster.secrets.add(token)
    assert cluster.events(event="user.create", name="invited")
    assert cluster.events(event="reset_password_token.create", name="invited")


def test_user_with_unknown_role_is_refused(cluster):
    done = cluster.tctl("users", "add", "nobody", "--roles=nosuch", ok=False)
    assert done.code != 0 and "nosuch" in done.text and "not found" in done.text


# Step 3: password and second factor.


def test_invite_sets_password_and_second_factor(cluster):
    token = cluster.invite("newcomer", "member")
    client = cluster.web()
    opened = client.get(f"/webapi/users/password/token/{token}").json()
    assert (opened["tokenId"], opened["user"]) == (token, "newcomer")
    authenticator = client.scan_invite(token)  # a second visit changes nothing
    assert authenticator.account == f"{cluster.name}:newcomer@{cluster.proxy}"
    assert authenticator.parameters["issuer"] == cluster.name
    short = client.set_password(token, "too short", authenticator.code())
    assert (short.status, short.message) == (400, "password is too short, min length is 12")
    answer = client.set_password(token, "a good long password", authenticator.code())
    cluster.secrets |= {"a good long password", *authenticator.codes}
    assert (answer.status, answer.json()) == (200, {"recovery": {}})
    assert cluster.events(event="user.password_change", user="newcomer")
    assert cluster.events(event="mfa.add", user="newcomer")


# Step 4: login and Kubernetes.


def test_login_lists_and_selects_kubernetes(cluster, tsh, make_user):
    user = make_user()
    shown = tsh.login(user)
    for text in (user.name, "member", cluster.name):
        assert text in shown.text
    assert_plain(shown.text)
    (login,) = cluster.events(event="user.login", user=user.name)
    assert (login["code"], login["success"], login["method"]) == ("T1000I", True, "local")
    names = {row["kube_cluster_name"] for row in json.loads(tsh("kube", "ls", "--format=json").out)}
    assert names == {"dev-cluster", "prod-cluster"}
    table = tsh("kube", "ls").out
    assert "env=dev" in table and "prod-cluster" in table
    assert 'Kubernetes cluster "prod-cluster"' in tsh("kube", "login", "prod-cluster").out
    assert tsh.kubectl("config", "current-context").out == f"{cluster.name}-prod-cluster\n"
    assert "default" in tsh.kubectl("get", "ns").out


def test_unknown_kubernetes_cluster(member):
    done = member("kube", "login", "nosuch", ok=False)
    assert done.code != 0 and '"nosuch"' in done.text
    assert_plain(done.text)


def test_namespaces_and_pods(member, kube):
    kube.forget_requests()
    assert re.search(r"default +Active", member.kubectl("get", "ns").out)
    assert re.search(r"web +1/1 +Running", member.kubectl("get", "pods").out)
    requests = kube.requests(path="/api/v1/namespaces/default/pods")
    assert requests
    for request in requests:
        assert request["user"] == member.user.name
        assert request["groups"] == ["system:masters", "system:authenticated"]
        assert request["authorization"] == "Bearer token-of-the-kubernetes-service"


def test_requests_are_audited(member, cluster):
    member.kubectl("get", "pod", "web", "-n", "default", "-o", "json")
    event = cluster.wait_for_events(event="kube.request", user=member.user.name, resource_name="web")[-1]
    expected = {
        "code": "T3009I", "verb": "GET", "request_path": "/api/v1/namespaces/default/pods/web", "response_code": 200,
        "resource_api_group": "v1", "resource_kind": "pods", "resource_namespace": "default",
        "kubernetes_cluster": "dev-cluster", "kubernetes_labels": {"env": "dev"}, "cluster_name": cluster.name}
    assert {key: event.get(key) for key in expected} == expected
    assert "system:masters" in event["kubernetes_groups"]


def test_forged_identity_is_refused_or_dropped(member, kube):
    kube.forget_requests()
    done = member.kubectl("get", "pods", "--as=admin", ok=False)
    assert done.code != 0 and "Error from server (Forbidden)" in done.err, done
    assert_plain(done.text)
    done = member.kubectl("get", "pods", f"--as={member.user.name}", "--as-group=nosuch", ok=False)
    assert done.code != 0
    assert not kube.requests(user="admin")
    assert not [request for request in kube.requests() if "nosuch" in request["groups"]]


def test_watch_sees_changes(member):
    name = "watched"
    with member.kubectl_background("watch", "get", "pods", "-w", "-n", "team-a") as watch:
        watch.wait_for_output(r"db +1/1 +Running")
        member.kubectl("run", name, "--image=example", "-n", "team-a")
        watch.wait_for_output(rf"{name} +0/1 +Pending[^$]*{name} +1/1 +Running")
        member.kubectl("delete", "pod", name, "-n", "team-a")


def test_followed_log_goes_on(member, kube):
    with member.kubectl_background("log", "logs", "-f", "worker") as log:
        log.wait_for_output("worker is ready")
        kube.log("default", "worker", "line that came later")
        log.wait_for_output("line that came later")


def test_upstream_ends_with_the_client(member, kube):
    kube.forget_requests()
    with member.kubectl_background("ended", "logs", "-f", "worker") as log:
        log.wait_for_output("worker is ready")
        log.stop()
    path = "/api/v1/namespaces/default/pods/worker/log"
    wait_for(lambda: kube.requests(path=path, done=True), 10, "the end of the request at the API server")


def test_exec_gives_output_and_exit_code(member, mode, cluster):
    before = len(cluster.events(event="exec", user=member.user.name))
    done = member.kubectl("exec", "web", "--", "sh", "-c", "echo to stdout; echo to stderr >&2; exit 44", ok=False,
                          **mode)
    assert (done.code, done.out) == (44, "to stdout\n")
    assert "to stderr" in done.err
    event = cluster.wait_for_events(before + 1, event="exec", user=member.user.name)[-1]
    assert event["kubernetes_cluster"] == "dev-cluster"
    assert cluster.wait_for_events(event="session.end", user=member.user.name)


def test_exec_passes_stdin(member, mode):
    text = "".join(f"line {number}\n" for number in range(20_000))
    done = member.kubectl("exec", "-i", "web", "--", "cat", stdin=text, **mode)
    assert done.out == text


def test_port_forward(member, mode, cluster):
    with serving("served") as port, member.kubectl_background("forward", "port-forward", "pod/web", f":{port}",
                                                              **mode) as forward:
        local = forward.wait_for_output(rf"Forwarding from 127.0.0.1:(\d+) -> {port}").group(1)
        for _ in range(3):
            with urllib.request.urlopen(f"http://127.0.0.1:{local}/", timeout=10) as answer:
                assert answer.read() == b"served"
    assert cluster.wait_for_events(event="port", user=member.user.name)


def test_copy_in_and_out(member, mode, tmp_path):
    data = bytes(range(256)) * 8192
    (tmp_path / "in").write_bytes(data)
    member.kubectl("cp", "in", "web:copied", cwd=tmp_path, **mode)
    member.kubectl("cp", "web:copied", "out", cwd=tmp_path, **mode)
    assert (tmp_path / "out").read_bytes() == data


def test_large_answers_and_parallel_requests(member, kube):
    for number in range(5):
        kube.log("kube-system", "dns", f"{number} " + "x" * 1_000_000)
    done = member.kubectl("logs", "dns", "-n", "kube-system")
    assert len(done.out) > 5_000_000
    results = []
    threads = [threading.Thread(target=lambda: results.append(member.kubectl("get", "pods", ok=False).code))
               for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [0] * 8


# Groups that the API server decides about (step 8).


def test_forbidden_of_the_api_server_is_passed_on(cluster, kube, tmp_path):
    cluster.create("""
        kind: role
        version: v5
        metadata:
          name: dev2
        spec:
          allow:
            kubernetes_groups: ['{{internal.kubernetes_groups}}', developer]
            kubernetes_labels:
              '*': '*'
    """, "-f")
    machine = Tsh(cluster, tmp_path / "developer")
    machine.login(cluster.add_user("developer-alice", "dev2"))
    machine("kube", "login", "dev-cluster")
    done = machine.kubectl("get", "pods", ok=False)
    assert done.code == 1
    assert done.err == ('Error from server (Forbidden): pods is forbidden: User "developer-alice" cannot list resource '
                        '"pods" in API group "" in the namespace "default"\n')
    assert kube.requests(user="developer-alice")[-1]["groups"] == ["developer", "system:authenticated"]
    assert machine.kubectl("auth", "can-i", "list", "pods", ok=False).out.startswith("no")
    kube.allow("developer", ["get", "list"], ["pods"], ["default"])
    assert "web" in machine.kubectl("get", "pods").out
    assert machine.kubectl("get", "pods", "-n", "team-a", ok=False).code == 1


def test_logout_ends_access(cluster, tsh, make_user):
    tsh.login(make_user())
    tsh("kube", "login", "dev-cluster")
    tsh.kubectl("get", "ns")
    tsh("logout")
    done = tsh.kubectl("get", "ns", ok=False)
    assert done.code != 0
    assert tsh("status", ok=False).code != 0
