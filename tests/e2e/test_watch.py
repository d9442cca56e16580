"""Tests of watches for changes of the cluster's resources, which services with a cache use."""

import pytest

from endpoints import admin_identity, log_in
from grpc_client import GrpcClient, GrpcError
from protobuf import field, fields

METHOD = "/proto.AuthService/WatchEvents"
INIT, PUT, DELETE = 0, 1, 2
ROLE = "{{kind: role, version: v7, metadata: {{name: {}}}, spec: {{}}}}"
UNAVAILABLE = 14


def watch(*kinds):
    return b"".join(field(1, field(1, kind)) for kind in kinds)


def next_event(client, stream):
    """Returns the operation, the field number of the event's resource, and the name of the resource."""
    event = fields(client.next_message(stream))
    (operation,) = event.pop(1, [INIT])
    ((number, (resource,)),) = event.items()
    metadata = fields(fields(resource)[4][0])
    return operation, number, metadata[1][0].decode()


@pytest.fixture
def admin(cluster, tmp_path):
    with GrpcClient(cluster.auth_port, admin_identity(cluster, tmp_path)) as client:
        yield client


def test_changes_come_in_order(admin, cluster, name):
    roles = admin.send(METHOD, watch("role"))
    others = admin.send(METHOD, watch("node", "user"))
    assert next_event(admin, roles) == next_event(admin, others) == (INIT, 43, "watch-status")
    cluster.create(ROLE.format(name))
    cluster.create(ROLE.format(name), "-f")  # not written, because nothing changes
    cluster.create(ROLE.format(name).replace("spec: {}", "spec: {allow: {logins: [root]}}"), "-f")
    cluster.tctl("rm", f"role/{name}")
    assert [next_event(admin, roles) for _ in range(3)] == [(PUT, 9, name), (PUT, 9, name), (DELETE, 2, name)]
    cluster.add_user(name)
    assert next_event(admin, others) == (PUT, 8, name)


def test_a_rehearsal_is_no_change(admin, cluster, name):
    roles = admin.send(METHOD, watch("role"))
    next_event(admin, roles)
    path = cluster.directory / "rehearsed.yaml"
    path.write_text(ROLE.format(f"{name}-tried"))
    cluster.tctl("create", "--dry-run", path)
    cluster.create(ROLE.format(f"{name}-made"))
    assert next_event(admin, roles) == (PUT, 9, f"{name}-made")


def test_watches_end_with_their_user(cluster, name, tmp_path):
    cluster.create(f"{{kind: role, version: v7, metadata: {{name: {name}}}, spec: {{allow: {{rules: "
                   "[{resources: [role], verbs: [read]}]}}}")
    identity = log_in(cluster, cluster.add_user(name, name), tmp_path, "before")
    for _ in range(20):
        with GrpcClient(cluster.auth_port, identity) as client:
            next_event(client, client.send(METHOD, watch("role")))
    with GrpcClient(cluster.auth_port, identity) as client:
        stream = client.send(METHOD, watch("role"))
        next_event(client, stream)
        with pytest.raises(GrpcError, match='resources of kind "nosuch"'):
            client.call(METHOD, watch("nosuch"))
        with pytest.raises(GrpcError, match='"read" on "user"'):
            client.call(METHOD, watch("user"))
        cluster.tctl("users", "rm", name)
        with pytest.raises(GrpcError) as ended:
            next_event(client, stream)
        assert ended.value.code == UNAVAILABLE
    assert cluster.tctl("status").code == 0
