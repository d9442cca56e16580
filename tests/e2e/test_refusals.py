"""Tests that every endpoint refuses forbidden calls, with a row for each case."""

import concurrent.futures
import json
import re
import time

import pytest

from authenticator import Authenticator
from certs import make_self_signed, public_key, sign, split_pem
from endpoints import ALL_ENDPOINTS, AUTH_ENDPOINTS, admin_identity, ended, grpc_by_proxy, grpc_on_auth, kubernetes, log_in
from grpc_client import GrpcClient
from harness import Tsh, assert_plain
from processes import wait_for
from protobuf import field

EXPIRED = "access denied: client credentials have expired, please relogin."
INVALID = "access denied: invalid client certificate"
CHAIN = "access denied: intermediaries are not supported"
DENIED = "access denied"


@pytest.fixture(scope="module")
def papers(cluster, member, tmp_path_factory):
    """Makes valid and invalid certificates; returns (certificate, key) by name."""
    directory = tmp_path_factory.mktemp("papers")
    user = cluster.add_user("papers")
    found = {"nothing": None, "good": log_in(cluster, user, directory, "good"),
             "expired": log_in(cluster, user, directory, "expired", ttl_seconds=1)}
    member.kubectl("get", "ns")  # stores a certificate for Kubernetes
    kube_files = [path for path in (member.home / "tsh" / "keys").glob(f"*/{member.user.name}-kube/*/dev-cluster.*")
                  if path.suffix in (".cred", ".crt", ".pem")]
    blocks = split_pem("".join(path.read_text() for path in kube_files))
    key_file, cert_file = directory / "kube.key", directory / "kube.crt"
    key_file.write_text(next(text for label, text in blocks if label.endswith("PRIVATE KEY")))
    cert_file.write_text(next(text for label, text in blocks if label == "CERTIFICATE"))
    found["kube"] = cert_file, key_file
    found["admin"] = admin_identity(cluster, directory)
    found["self-signed"] = make_self_signed(directory, "self-signed")
    authority = make_self_signed(directory, cluster.name)  # the name of the real authority
    subject = (f"/L=-teleport-internal-join/street={cluster.name}/postalCode=null/O=member/CN=papers"
               f"/1.3.9999.1.7={cluster.name}")
    found["foreign"] = sign(directory, "foreign", authority, subject)
    chain = directory / "chain.crt"
    chain.write_text(found["good"][0].read_text() + authority[0].read_text())
    found["chain"] = chain, found["good"][1]
    # An attacker can send a stolen certificate without its key, after a certificate of their own.
    borrowed = directory / "borrowed.crt"
    borrowed.write_text(found["self-signed"][0].read_text() + found["good"][0].read_text())
    found["borrowed"] = borrowed, found["self-signed"][1]
    borrowed_admin = directory / "borrowed-admin.crt"
    borrowed_admin.write_text(found["self-signed"][0].read_text() + found["admin"][0].read_text())
    found["borrowed admin"] = borrowed_admin, found["self-signed"][1]
    foreign_chain = directory / "foreign-chain.crt"
    foreign_chain.write_text(found["foreign"][0].read_text() + authority[0].read_text())
    found["foreign chain"] = foreign_chain, found["foreign"][1]
    wait_for(lambda: ended(found["expired"][0]), 10, "the end of the short certificate")
    return found


@pytest.mark.parametrize("endpoint", ALL_ENDPOINTS)
def test_good_certificate_opens(cluster, papers, endpoint):
    access = ALL_ENDPOINTS[endpoint](cluster, papers["good"])
    assert access.granted, access


@pytest.mark.parametrize("paper,said", [
    ("nothing", DENIED), ("expired", EXPIRED), ("self-signed", INVALID), ("foreign", INVALID), ("chain", CHAIN),
    ("foreign chain", CHAIN), ("borrowed", CHAIN), ("borrowed admin", CHAIN),
])
@pytest.mark.parametrize("endpoint", ALL_ENDPOINTS)
def test_bad_certificate_is_refused(cluster, papers, kube, endpoint, paper, said):
    kube.forget_requests()
    access = ALL_ENDPOINTS[endpoint](cluster, papers[paper])
    assert not access.granted, access
    assert said in access.text
    assert_plain(access.text)
    assert not kube.requests()


@pytest.mark.parametrize("endpoint", AUTH_ENDPOINTS)
def test_certificate_for_kubernetes_is_for_kubernetes_only(cluster, papers, endpoint):
    access = AUTH_ENDPOINTS[endpoint](cluster, papers["kube"])
    assert not access.granted and INVALID in access.text, access


def test_certificate_for_kubernetes_opens_kubernetes(cluster, papers):
    access = kubernetes(cluster, papers["kube"])
    assert access.granted, access


def test_system_identity_is_no_kubernetes_user(cluster, papers, kube):
    kube.forget_requests()
    access = kubernetes(cluster, papers["admin"])
    assert not access.granted and DENIED in access.text, access
    assert not kube.requests()


@pytest.mark.parametrize("endpoint", (grpc_on_auth, grpc_by_proxy))
@pytest.mark.parametrize("version,accepted", [
    ("18.3.0", True), ("17.0.0-aa", True), ("17.0.0", True), ("19.0.0", True), ("16.9.9", False), ("1.0.0", False),
    ("17.0.0-a", False), ("junk", False), ("18", False),
])
def test_versions_of_clients(cluster, papers, endpoint, version, accepted):
    access = endpoint(cluster, papers["good"], version=version)
    assert access.granted == accepted, access
    if not accepted:
        assert access.text == "client version is unsupported"


@pytest.mark.parametrize("endpoint", ALL_ENDPOINTS)
def test_lock_closes_every_endpoint_until_its_removal(cluster, endpoint, tmp_path):
    user = cluster.add_user(f"locked-{endpoint.replace('_', '-')}")
    identity = log_in(cluster, user, tmp_path, "locked")
    assert ALL_ENDPOINTS[endpoint](cluster, identity).granted
    cluster.create(f"""
        kind: lock
        version: v2
        metadata:
          name: lock-{endpoint}
        spec:
          target:
            user: {user.name}
          message: on leave
    """)
    access = ALL_ENDPOINTS[endpoint](cluster, identity)
    assert not access.granted
    assert f'lock targeting User:"{user.name}" is in force' in access.text and "on leave" in access.text
    answer = cluster.web().login_finish(user.name, user.password, user.authenticator.code(), public_key(identity[1]))
    assert answer.status == 403 and "is in force" in answer.message
    cluster.tctl("rm", f"lock/lock-{endpoint}")
    assert ALL_ENDPOINTS[endpoint](cluster, identity).granted


def test_lock_ends_what_is_running(cluster, member, kube, tmp_path):
    """A lock ends a watch that began before."""
    machine = Tsh(cluster, tmp_path / "watcher")
    user = cluster.add_user("watcher")
    machine.login(user)
    machine("kube", "login", "dev-cluster")
    kube.forget_requests()
    with machine.kubectl_background("watch", "get", "pods", "-w", "-n", "kube-system") as watch:
        watch.wait_for_output("dns")
        wait_for(lambda: kube.requests(user="watcher", done=False), 10, "the watch at the API server")
        cluster.create(f"""
            kind: lock
            version: v2
            metadata:
              name: lock-watcher
            spec:
              target:
                user: {user.name}
        """)
        wait_for(lambda: not kube.requests(user="watcher", done=False), 10, "the end of the watch")
        kube.forget_requests()
    done = machine.kubectl("get", "pods", ok=False)
    assert done.code != 0 and "is in force" in done.text, done
    assert not kube.requests(user="watcher")


# Local login.


def test_wrong_password(cluster, make_user, tmp_path):
    user = make_user()
    answer = cluster.web().login_begin(user.name, "wrong password")
    assert (answer.status, answer.message) == (403, "invalid credentials")
    unknown = cluster.web().login_begin("nobody-of-that-name", "wrong password")
    assert (unknown.status, unknown.body) == (answer.status, answer.body)
    key = log_in(cluster, user, tmp_path, "key")[1]
    finish = cluster.web().login_finish(user.name, "wrong password", user.authenticator.code(), public_key(key))
    assert (finish.status, finish.message) == (403, "invalid username, password or second factor")
    (failure,) = [event for event in cluster.events(event="user.login", user=user.name, code="T1000W")][:1]
    assert failure["success"] is False


def test_used_code_is_refused(cluster, make_user, tmp_path):
    user = make_user()
    key = log_in(cluster, user, tmp_path, "first")[1]
    used = user.authenticator.codes[-1]
    answer = cluster.web().login_finish(user.name, user.password, used, public_key(key))
    assert (answer.status, answer.message) == (403, "invalid username, password or second factor")


def test_code_of_the_enrolment_is_used(cluster, make_user, tmp_path):
    user = make_user()
    _, key = make_self_signed(tmp_path, "key")
    used = user.authenticator.codes[-1]
    answer = cluster.web().login_finish(user.name, user.password, used, public_key(key))
    assert answer.status == 403


def test_codes_out_of_their_time(cluster, make_user, tmp_path):
    user = make_user()
    _, key = make_self_signed(tmp_path, "key")
    for offset in (-3600, -90, 90):
        code = user.authenticator.code_at(time.time() + offset)
        answer = cluster.web().login_finish(user.name, user.password, code, public_key(key))
        assert answer.status == 403, offset


def test_five_wrong_codes_lock_out(cluster, make_user, tmp_path):
    user = make_user()
    _, key = make_self_signed(tmp_path, "key")
    valid = user.authenticator.code()
    wrong = f"{(int(valid) + 123_457) % 1_000_000:06}"
    client = cluster.web()
    messages = []
    for _ in range(6):
        answer = client.login_finish(user.name, user.password, wrong, public_key(key))
        assert answer.status == 403
        messages.append(answer.message)
    locked_out = "too many incorrect attempts, please try again later"
    assert messages[-1] == locked_out and messages[0] != locked_out
    right = client.login_finish(user.name, user.password, valid, public_key(key))
    assert (right.status, right.message) == (403, locked_out)
    assert client.login_begin(user.name, user.password).status == 403
    shown = json.loads(cluster.tctl("get", f"user/{user.name}", "--format=json").out)[0]
    assert shown["spec"]["status"]["is_locked"] is True


def test_missing_code(cluster, make_user, tmp_path):
    user = make_user()
    _, key = make_self_signed(tmp_path, "key")
    answer = cluster.web().login_finish(user.name, user.password, "", public_key(key))
    assert (answer.status, answer.message) == (403, "missing second factor")


def test_parallel_logins_with_one_code(cluster, make_user, tmp_path):
    """One of several simultaneous logins with the same code succeeds."""
    user = make_user()
    _, key = make_self_signed(tmp_path, "key")
    code, pem = user.authenticator.code(), public_key(key)
    clients = [cluster.web() for _ in range(4)]
    with concurrent.futures.ThreadPoolExecutor(len(clients)) as pool:
        answers = list(pool.map(lambda client: client.login_finish(user.name, user.password, code, pem), clients))
    assert sorted(answer.status for answer in answers) == [200, 403, 403, 403]


# Invites.


def test_invite_works_once(cluster):
    token = cluster.invite("once", "member")
    client = cluster.web()
    authenticator = client.scan_invite(token)
    assert client.set_password(token, "a long password", authenticator.code()).status == 200
    again = client.set_password(token, "another password", authenticator.code())
    assert (again.status, again.message) == (403, "bad or expired token")
    assert client.get(f"/webapi/users/password/token/{token}").status == 403


@pytest.mark.parametrize("token", ["0" * 32, "x", "..%2f..%2fresources", "%00"])
def test_unknown_invite(cluster, token):
    answer = cluster.web().get(f"/webapi/users/password/token/{token}")
    assert answer.status in (403, 404)
    assert_plain(answer.body.decode())
    answer = cluster.web().set_password(token, "a long password", "123456")
    assert (answer.status, answer.message) == (403, "bad or expired token")


def test_invite_with_the_qr_code_of_another(cluster):
    other = cluster.web().scan_invite(cluster.invite("another", "member"))
    token = cluster.invite("rescanned", "member")
    client = cluster.web()
    own = client.scan_invite(token)
    answer = client.set_password(token, "a long password", other.code())
    assert answer.status == 403
    assert "invalid one time token" in answer.message
    assert client.scan_invite(token).parameters == own.parameters  # a scanned QR code stays valid
    challenge = client.request("POST", f"/webapi/mfa/token/{token}/registerchallenge", {"deviceType": "totp"})
    assert Authenticator.scan(challenge.json()["totp"]["qrCode"]).parameters == own.parameters


def test_reset_makes_the_old_password_void(cluster, make_user, papers):
    user = make_user()
    assert cluster.web().login_begin(user.name, user.password).status == 200
    with GrpcClient(cluster.auth_port, papers["admin"]) as client:
        answer = client.call("/proto.AuthService/CreateResetPasswordToken",
                             field(1, user.name) + field(3, "password"))
    token = re.search(rb"/web/reset/([0-9a-f]{32})", answer).group(1).decode()
    cluster.secrets.add(token)
    assert cluster.web().login_begin(user.name, user.password).status == 403
    client = cluster.web()
    authenticator = client.scan_invite(token)
    assert client.set_password(token, "another long password", authenticator.code()).status == 200
    assert client.login_begin(user.name, "another long password").status == 200


def test_requests_are_limited_by_address(cluster):
    client = cluster.web(source="127.0.9.9")
    statuses = [client.login_begin("nobody", "x" * 12).status for _ in range(45)]
    assert statuses[0] == 403 and statuses[-1] == 429
    assert client.get("/webapi/ping").status == 200
    assert cluster.web().login_begin("nobody", "x" * 12).status == 403
