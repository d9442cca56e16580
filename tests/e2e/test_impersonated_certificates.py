"""Tests of impersonation: an impersonated certificate cannot use access requests of its user, and refusals do not tell
which users exist."""

import pytest

from certs import make_key, public_key
from endpoints import admin_identity, log_in
from grpc_client import GrpcClient, GrpcError
from harness import assert_plain
from protobuf import field, fields

PERMISSION_DENIED = 7
ROLES = """
kind: role
version: v7
metadata: {name: impersonator}
spec: {allow: {logins: [x], impersonate: {users: [helped], roles: [asks-editor]}, request: {roles: [access]}}}
---
kind: role
version: v7
metadata: {name: asks-editor}
spec: {allow: {logins: [x], request: {roles: [editor]}}}
---
kind: role
version: v7
metadata: {name: nobodys-business}
spec: {allow: {logins: [x]}}
"""


@pytest.fixture(scope="module")
def people(cluster, tmp_path_factory):
    """Returns certificates and keys of an impersonator, of the user `helped` and of others, by name."""
    directory = tmp_path_factory.mktemp("people")
    cluster.create(ROLES, "-f")
    found = {name: log_in(cluster, cluster.add_user(name, role), directory, name)
             for name, role in (("impersonator-x", "impersonator"), ("helped", "asks-editor"),
                                ("plain-x", "nobodys-business"), ("other-x", "nobodys-business"))}
    found["admin"] = admin_identity(cluster, directory)
    found["key"] = make_key(directory / "new.key")
    found["directory"] = directory
    return found


def certificate(cluster, people, caller, user, requests=(), name=None):
    """Requests a certificate for a user; returns the paths of certificate and key."""
    request = field(2, user) + field(3, field(1, 4102444800)) + b"".join(field(6, request) for request in requests)
    with GrpcClient(cluster.auth_port, caller) as client:
        answer = client.call("/proto.AuthService/GenerateUserCerts", request + field(23, public_key(people["key"])))
    path = people["directory"] / f"{name or user}-issued.crt"
    path.write_bytes(fields(answer)[2][0])
    return path, people["key"]


def approved_request(cluster, people, user, role):
    spec = field(1, user) + field(2, role) + field(6, "for work")
    request = field(1, "access_request") + field(3, "v3") + field(4, field(1, "x")) + field(5, spec)
    with GrpcClient(cluster.auth_port, people[user]) as client:
        answer = client.call("/proto.AuthService/CreateAccessRequestV2", request)
    identifier = fields(fields(answer)[4][0])[1][0].decode()
    cluster.tctl("requests", "approve", identifier)
    return identifier


def test_impersonated_certificate_takes_no_access_request(cluster, people):
    identifier = approved_request(cluster, people, "helped", "editor")
    impersonated = certificate(cluster, people, people["impersonator-x"], "helped", name="impersonated")
    with pytest.raises(GrpcError) as refusal:
        certificate(cluster, people, impersonated, "helped", [identifier])
    assert refusal.value.code == PERMISSION_DENIED
    assert_plain(refusal.value.message)
    certificate(cluster, people, people["helped"], "helped", [identifier])  # the user's own does
    certificate(cluster, people, impersonated, "helped", name="renewed")


def test_requested_roles_do_not_permit_impersonation(cluster, people):
    identifier = approved_request(cluster, people, "impersonator-x", "access")
    elevated = certificate(cluster, people, people["impersonator-x"], "impersonator-x", [identifier], name="elevated")
    with pytest.raises(GrpcError) as refusal:
        certificate(cluster, people, elevated, "helped")
    assert refusal.value.code == PERMISSION_DENIED


@pytest.mark.parametrize("caller", ["impersonator-x", "plain-x"])
def test_refusals_do_not_tell_who_there_is(cluster, people, caller):
    """The refusal is the same for unknown users and for users with other roles."""
    answers = set()
    for user in ("no-such-user", "other-x", "../x", "impersonator-x" if caller == "plain-x" else "plain-x"):
        with pytest.raises(GrpcError) as refusal:
            certificate(cluster, people, people[caller], user)
        answers.add((refusal.value.code, refusal.value.message))
    assert len(answers) == 1, answers
    assert "nobodys-business" not in str(answers) and answers.pop()[0] == PERMISSION_DENIED


def test_rehearsed_searches_are_recorded(cluster, people, tmp_path):
    cluster.create("""
        kind: role
        version: v7
        metadata: {name: searcher}
        spec: {allow: {logins: [x], request: {search_as_roles: [access]}}}
    """, "-f")
    identity = log_in(cluster, cluster.add_user("searcher-x", "searcher"), tmp_path, "searcher")
    service = "/sallyport.v1.RehearsalService"
    search = field(1, "node") + field(3, 10) + field(11, 1)
    with GrpcClient(cluster.auth_port, identity) as client:
        rehearsal = fields(client.call(f"{service}/Begin"))[1][0]
        try:
            client.call(f"{service}/Call", field(1, rehearsal) + field(2, "/proto.AuthService/ListResources")
                        + field(3, search))
        except GrpcError:
            return  # a refused search has no event
    (event,) = cluster.wait_for_events(event="access_request.search", user="searcher-x")
    assert event["search_as_roles"] == ["access"]


def test_removed_tokens_and_instances_are_recorded(cluster, people):
    cluster.tctl("tokens", "add", "--type=node", "--value=shortone")
    assert "shortone" not in cluster.tctl("tokens", "ls").out
    cluster.tctl("tokens", "rm", "shortone")
    (event,) = cluster.events(event="join_token.delete", name="*" * 8)
    assert event["user"] and event["success"] is True
    cluster.tctl("tokens", "add", "--type=node", "--value=a-longer-token-0123456789")
    cluster.tctl("tokens", "rm", "a-longer-token-0123456789")
    assert [event for event in cluster.events(event="join_token.delete") if event["name"].endswith("*23456789")
            or event["name"].endswith("3456789")]
    assert not [event for event in cluster.events() if "shortone" in str(event)]
