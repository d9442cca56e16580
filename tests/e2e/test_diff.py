"""Tests of tctl diff: it shows exactly the changes that tctl create -f would make."""

import json

import pytest

from every_field import DOCUMENTS, IDS


@pytest.fixture
def role(name, tmp_path):
    def write(spec, labels="{}"):
        path = tmp_path / "role.yaml"
        path.write_text(f"kind: role\nversion: v7\nmetadata: {{name: {name}, labels: {labels}}}\nspec: {spec}\n")
        return path
    return write


def test_fields_that_would_change(cluster, role, name):
    path = role("{allow: {logins: [root, ubuntu], node_labels: {env: dev}}, options: {max_session_ttl: 8h}}")
    assert cluster.tctl("diff", "-f", path).out == f'+ role "{name}"\n'
    assert cluster.tctl("get", f"role/{name}", ok=False).code == 5
    cluster.tctl("create", path)
    assert cluster.tctl("diff", "-f", path).out == "no differences\n"
    events = len(cluster.events())
    path = role("{allow: {logins: [ubuntu, admin], node_labels: {env: [dev, test]}}, options: {max_session_ttl: 4h}}",
                "{a.b/c: d}")
    assert cluster.tctl("diff", path).out.splitlines() == [
        f'~ role "{name}"', '    + metadata.labels: {"a.b/c":"d"}', '    ~ spec.options.max_session_ttl: "8h0m0s" -> "4h0m0s"',
        '    - spec.allow.logins: "root"', '    + spec.allow.logins: "admin"',
        '    ~ spec.allow.node_labels.env: "dev" -> ["dev","test"]']
    assert len(cluster.events()) == events
    assert cluster.tctl("diff", path, "--exit-code", ok=False).code == 1
    cluster.tctl("create", "-f", path)
    assert cluster.tctl("diff", path, "--exit-code").code == 0


def test_json(cluster, role, name):
    path = role("{allow: {logins: [root]}}")
    (row,) = json.loads(cluster.tctl("diff", path, "--format=json").out)
    assert row == {"kind": "role", "name": name, "change": "create", "fields": []}
    cluster.tctl("create", path)
    (row,) = json.loads(cluster.tctl("diff", role("{allow: {logins: [ubuntu]}}"), "--format=json").out)
    assert row["change"] == "update"
    assert row["fields"] == [{"path": "spec.allow.logins", "before": "root"}, {"path": "spec.allow.logins", "after": "ubuntu"}]


def test_every_document_sees_those_before_it(cluster, role, name, tmp_path):
    both = tmp_path / "both.yaml"
    both.write_text(role("{}").read_text() + f"---\nkind: user\nversion: v2\nmetadata: {{name: {name}}}\n"
                    f"spec: {{roles: [{name}]}}\n")
    assert cluster.tctl("diff", both).out == f'+ role "{name}"\n+ user "{name}"\n'
    both.write_text(both.read_text().replace("---", "--- # the user alone\n").split("---")[1])
    assert cluster.tctl("diff", both, ok=False).code != 0  # the user's role does not exist


def test_mistakes_and_secrets(cluster, role, tmp_path):
    done = cluster.tctl("diff", role("{allow: {logns: [root]}}"), ok=False)
    assert done.code == 1 and "logns" in done.err and not done.out
    token = tmp_path / "token.yaml"
    token.write_text("kind: token\nversion: v2\nmetadata: {name: a-secret-of-a-token}\nspec: {roles: [Node], join_method: token}\n")
    assert cluster.tctl("diff", token).out == "+ token\n"


@pytest.mark.parametrize("document", DOCUMENTS, ids=IDS)
def test_every_kind_can_be_tried(cluster, document, tmp_path):
    path = tmp_path / "document.json"
    path.write_text(json.dumps(document))
    before = len(cluster.events())
    assert "would be " in cluster.tctl("create", "--dry-run", "-f", "--confirm", path).out
    (row,) = json.loads(cluster.tctl("diff", path, "--format=json").out)
    assert row["change"] in {"create", "update"} and (row["fields"] != []) == (row["change"] == "update")
    assert len(cluster.events()) == before
