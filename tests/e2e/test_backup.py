"""Tests of backups: `tctl create -f` restores the output of `tctl get all --with-secrets` in an empty cluster."""

import base64
import json

import pytest
import yaml

from grpc_client import GrpcClient
from harness import Cluster, Tsh, environment, program, started
from processes import run

FAILED = 1
DECIDED = """
kind: role
version: v7
metadata: {name: ops, labels: {team: core}}
spec:
  allow: {logins: [root, '{{internal.logins}}'], node_labels: {env: dev}, rules: [{resources: [role], verbs: [read]}]}
---
kind: lock
version: v2
metadata: {name: gone}
spec: {target: {user: somebody}, message: has left}
---
kind: token
version: v2
metadata: {name: join-me}
spec: {roles: [Node, Kube], join_method: token}
---
kind: github
version: v3
metadata: {name: hub}
spec:
  client_id: id
  client_secret: secret-of-the-connector
  redirect_url: https://localhost/v1/webapi/github/callback
  teams_to_roles: [{organization: o, team: t, roles: [ops]}]
---
kind: bot
version: v1
metadata: {name: robot}
spec: {roles: [ops]}
---
kind: kube_cluster
version: v3
metadata: {name: kube-of-a-backup, labels: {env: dev}}
spec: {kubeconfig: Y2x1c3RlcnM6IFt7bmFtZTogYywgY2x1c3Rlcjoge3NlcnZlcjogJ2h0dHBzOi8vazhzJ319XQpjb250ZXh0czogW3tuYW1lOiBjLCBjb250ZXh0OiB7Y2x1c3RlcjogY319XQo=}
---
kind: node
version: v2
sub_kind: openssh
metadata: {name: 3f2504e0-4f89-41d3-9a0c-0305e82c3301}
spec: {addr: 127.0.0.1:9, hostname: plain}
---
kind: session_recording_config
version: v2
metadata: {name: session-recording-config}
spec: {mode: node-sync, proxy_checks_host_keys: true}
"""


@pytest.fixture(scope="module")
def clusters(tmp_path_factory):
    """Starts two empty clusters, one to back up and one to restore."""
    base = tmp_path_factory.mktemp("backup")
    with started(Cluster(base / "old")) as old, started(Cluster(base / "new")) as new:
        yield old, new


def comparable(text):
    documents = [document for document in yaml.safe_load_all(text) if document]
    for document in documents:
        document["metadata"].pop("revision", None)
        if document["kind"] == "user":
            document["spec"].pop("created_by")  # author and time of the restore
    return sorted(documents, key=lambda document: (document["kind"], document["metadata"]["name"]))


def test_a_backup_brings_users_with_their_passwords_and_devices(clusters, tmp_path):
    old, new = clusters
    old.create(DECIDED, "-f", "--confirm")
    user = old.add_user("alice", "ops")
    tsh = Tsh(old, tmp_path / "before")
    tsh.login(user)

    backup = old.tctl("get", "all", "--with-secrets").out
    old.secrets.add("secret-of-the-connector")
    new.secrets.add("secret-of-the-connector")
    path = tmp_path / "backup.yaml"
    path.write_text(backup)
    new.tctl("create", "-f", "--confirm", path)
    again = new.tctl("get", "all", "--with-secrets").out
    assert comparable(again) == comparable(backup)
    kinds = {document["kind"] for document in comparable(again)}
    assert kinds >= {"role", "user", "lock", "token", "github", "bot", "kube_cluster", "node", "session_recording_config"}
    assert "cert_authority" not in kinds

    # Password and authenticator are the same, and a second restore changes nothing.
    moved = Tsh(new, tmp_path / "after")
    moved.login(user)
    new.tctl("create", "-f", path)
    moved.login(user, "--relogin")
    assert comparable(new.tctl("get", "all", "--with-secrets").out) == comparable(backup)
    alice = json.loads(new.tctl("get", "user/alice", "--format=json").out)[0]
    assert alice["status"]["password_state"] == 2 and alice["status"]["mfa_weakest_device"] == 2


def test_secrets_are_shown_only_when_asked_for(clusters):
    old, _ = clusters
    for words in (("get", "all"), ("get", "users"), ("get", "user/alice"), ("get", "github/hub")):
        text = old.tctl(*words).out
        assert "local_auth" not in text and "password_hash" not in text and "secret-of-the-connector" not in text
    secrets = json.loads(old.tctl("get", "user/alice", "--with-secrets", "--format=json").out)[0]["spec"]["local_auth"]
    assert base64.b64decode(secrets["password_hash"]).startswith(b"$2a$10$")
    assert secrets["mfa"][0]["totp"]["key"]


def test_a_cluster_begins_with_a_backup(clusters, new_cluster, tmp_path):
    """The backup has the authorities, so certificates from before the backup stay valid."""
    old, _ = clusters
    user = old.add_user("bob", "ops")
    machine = Tsh(old, tmp_path / "machine")
    machine.login(user)
    path = tmp_path / "backup.yaml"
    path.write_text(old.tctl("get", "all,cert_authority", "--with-secrets").out)

    restored = new_cluster()
    restored.secrets.add("secret-of-the-connector")
    restored.start("--bootstrap", path)
    assert comparable(restored.tctl("get", "all", "--with-secrets").out) == comparable(
        old.tctl("get", "all", "--with-secrets").out)
    identity = (machine.home / "tsh/keys/localhost/bob.crt", machine.home / "tsh/keys/localhost/bob.key")
    with GrpcClient(restored.auth_port, identity) as client:
        assert client.call("/proto.AuthService/GetDomainName")  # a certificate from before the backup
    Tsh(restored, tmp_path / "again").login(user)
    restored.stop()

    path.write_text(path.read_text().replace("name: ops\n", "name: other\n"))
    restored.start("--bootstrap", path)
    assert "ignored: the cluster has been started before" in restored.log.read_text()
    restored.stop()


def test_a_backup_may_have_roles_that_teleport_takes(new_cluster, tmp_path):
    """A backup may have an invalid value that would allow nothing, but no invalid value that would deny nothing."""
    path = tmp_path / "backup.yaml"
    path.write_text("kind: role\nversion: v7\nmetadata: {name: old}\n"
                    "spec: {allow: {logins: [root], kubernetes_groups: ['{{internal.team}}']}}\n"
                    "---\nkind: token\nversion: v2\nmetadata: {name: an-invite}\nspec: {roles: [Signup], join_method: token}\n"
                    "---\nkind: health_check_config\nversion: v1\nmetadata: {name: default}\nspec: {}\n")
    cluster = new_cluster()
    cluster.start("--bootstrap", path)
    log = cluster.log.read_text()
    assert "spec.allow.kubernetes_groups[0]" in log and "an-invite" not in log
    assert log.count("the resource would have no effect in this cluster") == 2
    assert "{{internal.team}}" in cluster.tctl("get", "role/old").out
    cluster.stop()

    path.write_text(path.read_text().replace("allow", "deny"))
    other = new_cluster()
    other.write_config()
    done = run([program("teleport"), "start", "-c", other.config, "--bootstrap", path], environment(tmp_path))
    assert done.code == FAILED and f"{path}:4: spec.deny.kubernetes_groups[0]" in done.err, done


def test_an_invalid_backup_prevents_the_start(new_cluster, tmp_path):
    path = tmp_path / "backup.yaml"
    path.write_text("kind: user\nversion: v2\nmetadata: {name: bob}\nspec: {roles: [nosuch]}\n")
    cluster = new_cluster()
    cluster.write_config()
    done = run([program("teleport"), "start", "-c", cluster.config, "--bootstrap", path], environment(tmp_path))
    assert done.code == FAILED and f'{path}: user "bob" has the role "nosuch"' in done.err, done
    cluster.start()
    assert "bob" not in cluster.tctl("get", "users").out


@pytest.mark.parametrize("change, text", [
    ({"password_hash": base64.b64encode(b"plain").decode()}, "password_hash is not a bcrypt hash"),
    ({"password_hash": base64.b64encode(b"$2a$31$" + b"a" * 53).decode()}, "password_hash has the cost 31"),
    ({"mfa": [{"metadata": {"Name": "otp"}, "id": "x", "totp": {"key": "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"}}]}, "mfa[0].id"),
    ({"mfa": [{"metadata": {"Name": "otp"}, "id": "3f2504e0-4f89-41d3-9a0c-0305e82c3301", "totp": {"key": "?"}}]},
     "mfa[0].totp.key"),
    ({"mfa": [{"metadata": {"Name": "otp"}, "id": "3f2504e0-4f89-41d3-9a0c-0305e82c3301"}]}, "mfa[0] is neither"),
])
def test_invalid_secrets_are_refused(clusters, tmp_path, change, text):
    old, _ = clusters
    before = old.tctl("get", "user/alice", "--with-secrets").out
    user = yaml.safe_load(before)
    user["spec"]["local_auth"] = change
    path = tmp_path / "user.json"
    path.write_text(json.dumps(user))
    done = old.tctl("create", "-f", path, ok=False)
    assert done.code == FAILED and f"spec.local_auth.{text}" in done.err, done
    assert old.tctl("get", "user/alice", "--with-secrets").out == before
