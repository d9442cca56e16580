"""Tests that removals, resets and repeated wrong logins end a user's access, and that invalid links change nothing."""

import concurrent.futures
import json
import pathlib
import time

import pytest

from certs import make_key, public_key
from cluster_fixtures import MEMBER
from endpoints import ALL_ENDPOINTS, grpc_on_auth, log_in
from grpc_client import GrpcClient, GrpcError
from harness import Tsh, assert_plain
from processes import wait_for
from protobuf import field

pytestmark = pytest.mark.long

EXPIRED = "access denied: client credentials have expired, please relogin."
LOCKED_OUT = "too many incorrect attempts, please try again later"
PASSWORD = "correct horse battery"
DENIED_CODE = 7


def renew(cluster, user, identity):
    """Requests a new certificate with the old one; returns the message of the refusal, or None."""
    request = field(2, user.name) + field(23, public_key(identity[1]))
    try:
        with GrpcClient(cluster.auth_port, identity) as client:
            assert client.call("/proto.AuthService/GenerateUserCerts", request)
    except GrpcError as error:
        assert error.code == DENIED_CODE
        return error.message
    return None


def accept(cluster, name, token):
    """Accepts an invite or reset; returns a user who can log in."""
    client = cluster.web()
    authenticator = client.scan_invite(token)
    answer = client.set_password(token, PASSWORD, authenticator.code())
    assert answer.status == 200, answer.body
    cluster.secrets |= {PASSWORD, *authenticator.codes}
    return type("User", (), {"name": name, "password": PASSWORD, "authenticator": authenticator})


def test_removed_user_loses_all_access(cluster, kube, make_user, tmp_path, local_tctl):
    user = make_user()
    identity = log_in(cluster, user, tmp_path, "before")
    machine = Tsh(cluster, tmp_path / "machine")
    machine.login(user)
    machine("kube", "login", "dev-cluster")
    machine.kubectl("get", "ns")
    assert renew(cluster, user, identity) is None
    local_tctl("users", "rm", user.name)
    kube.forget_requests()
    for name, endpoint in ALL_ENDPOINTS.items():
        access = endpoint(cluster, identity)
        assert not access.granted and f'user "{user.name}" not found' in access.text, name
        assert_plain(access.text)
    assert f'user "{user.name}" not found' in renew(cluster, user, identity)
    done = machine.kubectl("get", "ns", ok=False)
    assert done.code != 0 and "not found" in done.text
    done = machine("kube", "ls", ok=False)
    assert done.code == 4
    assert_plain(done.text)
    assert not kube.requests()


def test_a_new_user_of_the_name_renews_no_old_certificate(cluster, make_user, tmp_path, local_tctl):
    user = make_user()
    identity = log_in(cluster, user, tmp_path, "before")
    local_tctl("users", "rm", user.name)
    cluster.invite(user.name, "member")
    assert renew(cluster, user, identity) == EXPIRED


def test_reset_ends_renewals(cluster, make_user, tmp_path, local_tctl):
    user = make_user()
    identity = log_in(cluster, user, tmp_path, "before")
    machine = Tsh(cluster, tmp_path / "machine")
    machine.login(user)
    assert renew(cluster, user, identity) is None
    link = local_tctl("users", "reset", user.name).out
    assert grpc_on_auth(cluster, identity).granted  # the certificate stays valid, as on a Teleport cluster
    assert renew(cluster, user, identity) == EXPIRED
    machine("kube", "login", "dev-cluster")
    done = machine.kubectl("get", "ns", ok=False)
    assert done.code != 0 and "relogin" in done.text, done  # a certificate for kubectl is a renewal
    again = accept(cluster, user.name, link.split("/web/reset/")[1][:32])
    assert renew(cluster, again, log_in(cluster, again, tmp_path, "after")) is None
    assert renew(cluster, user, identity) == EXPIRED


def test_locked_user_renews_nothing(cluster, make_user, tmp_path, local_tctl):
    user = make_user()
    identity = log_in(cluster, user, tmp_path, "before")
    local_tctl("lock", f"--user={user.name}", "--message=on leave")
    assert "on leave" in renew(cluster, user, identity)


# Wrong codes.


def test_hundred_wrong_codes_lock_one_user(new_cluster, tmp_path):
    (clock, *_) = [*pathlib.Path("/usr/lib").glob("*/faketime/libfaketime.so.1")] or pytest.skip("no faketime")
    running = new_cluster().start()
    running.create(MEMBER, "-f")
    hasty, other = running.add_user("hasty"), running.add_user("other")
    pem = public_key(make_key(tmp_path / "key"))

    def guess(number):
        # From many addresses, because the cluster accepts only 20 requests of one address at once.
        return running.web(source=f"127.1.{number % 10}.1").login_finish("hasty", hasty.password, f"{number:05}x", pem)

    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        guesses = [pool.submit(guess, number) for number in range(100)]
        log_in(running, other, tmp_path, "meanwhile")
        answers = [done.result() for done in guesses]
    assert {answer.status for answer in answers} == {403}
    assert [answer.message for answer in answers].count(LOCKED_OUT) >= 94
    right = running.web().login_finish("hasty", hasty.password, hasty.authenticator.code(), pem)
    assert (right.status, right.message) == (403, LOCKED_OUT)
    status = json.loads(running.tctl("get", "user/hasty", "--format=json").out)[0]["spec"]["status"]
    assert status["is_locked"] is True
    log_in(running, other, tmp_path, "afterwards")
    running.stop()

    # The lock lasts 30 minutes of the calendar clock; the monotonic clock stays unchanged. The address sanitizer, if
    # built in, would refuse a library before its own.
    running.wrapper = ["env", f"LD_PRELOAD={clock}", "FAKETIME=+31m", "FAKETIME_DONT_FAKE_MONOTONIC=1",
                       "ASAN_OPTIONS=detect_leaks=0:verify_asan_link_order=0"]
    running.start()
    later = hasty.authenticator.code_at(time.time() + 31 * 60)
    answer = running.web().login_finish("hasty", hasty.password, later, pem)
    assert answer.status == 200, answer.body
    running.secrets.add(later)
    running.stop()


# Links.


@pytest.fixture
def dead_link(request, cluster, new_cluster, local_tctl, name):
    """Makes a user and a link that is invalid in this cluster; returns the link's token."""
    if request.param == "used":
        token = cluster.invite(name, "member")
        accept(cluster, name, token)
        return token
    local_tctl("users", "add", name, "--roles=member")
    if request.param == "expired":
        out = local_tctl("users", "reset", name, "--ttl=1s").out
        token = out.split("/web/reset/")[1][:32]
        wait_for(lambda: cluster.web().get(f"/webapi/users/password/token/{token}").status == 403, 10, "a dead link")
        return token
    if request.param == "replaced":
        token = local_tctl("users", "reset", name).out.split("/web/reset/")[1][:32]
        local_tctl("users", "reset", name)
        return token
    if request.param == "removed":
        token = local_tctl("users", "reset", name).out.split("/web/reset/")[1][:32]
        local_tctl("users", "rm", name)
        return token
    other = new_cluster().start()
    other.create(MEMBER, "-f")
    return other.invite(name, "member")


@pytest.mark.parametrize("dead_link", ["used", "expired", "replaced", "removed", "foreign"], indirect=True)
def test_dead_link_changes_nothing(cluster, dead_link, local_tctl, name):
    def everything():
        users = [user for user in local_tctl.json("get", "users") if user["metadata"]["name"] == name]
        return users, local_tctl.json("tokens", "ls"), len(cluster.events(event="user.password_change"))

    before = everything()
    client = cluster.web()
    for answer in (client.get(f"/webapi/users/password/token/{dead_link}"),
                   client.request("POST", f"/webapi/mfa/token/{dead_link}/registerchallenge", {"deviceType": "totp"}),
                   client.set_password(dead_link, "another long password", "123456")):
        assert (answer.status, answer.message) == (403, "bad or expired token")
    assert everything() == before
    assert client.login_begin(name, "another long password").status == 403
