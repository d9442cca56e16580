"""Tests of tctl access explain and tctl plan: the rights of users, the reasons, and the effect of a change."""

import json

import pytest

ROLE = """
    kind: role
    version: v7
    metadata: {{name: {name}}}
    spec:
      allow:
        logins: [root]
        node_labels: {{env: dev, team: '{{{{external.team}}}}'}}
        kubernetes_labels: {{env: dev}}
        kubernetes_groups: [developer]
        kubernetes_resources: [{{kind: pod, namespace: shop, name: '*', verbs: [get, list]}}]
        rules:
        - {{resources: [token], verbs: [list, read]}}
      deny:
        logins: [guest]
"""


@pytest.fixture
def user(cluster, name):
    """Creates a user and a role, both with the name of the test; returns the name."""
    cluster.create(ROLE.format(name=name))
    cluster.create(f"{{kind: user, version: v2, metadata: {{name: {name}}}, spec: {{roles: [{name}], traits: {{team: [blue]}}}}}}")
    return name


@pytest.fixture
def explain(cluster):
    def ask(*words):
        done = cluster.tctl("access", "explain", *words, "--format=json", ok=False)
        answer = json.loads(done.out)
        assert done.code == (0 if answer["decision"] == "allowed" and not answer["locks"] else 4)
        return answer
    return ask


def line(cluster, role, number):
    return cluster.tctl("get", f"role/{role}").out.splitlines()[number - 1].strip()


def test_explain_names_the_allowing_line(cluster, user, explain):
    answer = explain(user, "ssh", "root@new", "--labels=env=dev,team=blue")
    assert answer["by"]["role"] == user and answer["by"]["path"] == "spec.allow.node_labels"
    assert line(cluster, user, answer["by"]["line"]) == "node_labels:"
    answer = explain(user, "read", "tokens")
    assert answer["by"]["path"] == "spec.allow.rules[0]"
    assert line(cluster, user, answer["by"]["line"]) == "- resources:"


def test_explain_names_the_denying_line(cluster, user, explain):
    answer = explain(user, "ssh", "guest@new", "--labels=env=dev,team=blue")
    assert answer["decision"] == "denied" and answer["by"]["path"] == "spec.deny.logins"
    assert line(cluster, user, answer["by"]["line"]) == "logins:"


@pytest.mark.parametrize("words,path,lacks", [
    (["ssh", "root@x", "--labels=env=dev,team=red"], "spec.allow.node_labels", "team: blue"),
    (["ssh", "root@x", "--labels=env=prod,team=blue"], "spec.allow.node_labels", "env: dev"),
    (["ssh", "admin@x", "--labels=env=dev,team=blue"], "spec.allow.logins", "admin"),
    (["kube", "x", "--labels=env=prod"], "spec.allow.kubernetes_labels", "env: dev"),
    (["kube", "dev-cluster", "delete", "pods/web", "-n", "shop"], "spec.allow.kubernetes_resources",
     "delete pods/web in shop"),
    (["update", "token"], "spec.allow.rules[0]", "verbs list, read")])
def test_explain_names_what_a_role_lacks(user, explain, words, path, lacks):
    answer = explain(user, *words)
    assert answer["decision"] == "not allowed" and "by" not in answer
    row = answer["lacking"][0]
    assert (row["role"], row["path"], row["lacks"]) == (user, path, lacks)


def test_kubernetes(user, explain):
    answer = explain(user, "kube", "dev-cluster", "get", "pods/web", "--namespace=shop")
    assert answer["decision"] == "allowed" and answer["kubernetes_groups"] == ["developer"]
    assert answer["by"]["path"] == "spec.allow.kubernetes_resources[0]"


def test_explain_lists_roles_that_would_allow(user, explain):
    would = explain(user, "update", "role")["roles_that_would"]
    assert "editor" in would and "auditor" not in would


def test_explain_shows_locks(cluster, user, explain):
    assert explain(user, "read", "token")["locks"] == []
    cluster.tctl("lock", f"--user={user}", "--message=on leave")
    (lock,) = explain(user, "read", "token")["locks"]
    assert lock["message"] == "on leave"
    assert "on leave" in cluster.tctl("access", "explain", user, "read", "token", ok=False).out


@pytest.mark.parametrize("words,code,text", [
    (["nobody-there", "read", "role"], 5, "tctl users ls"), (["USER", "kube", "nosuch"], 5, "--labels"),
    (["USER", "ssh", "x", "get", "pods", "--labels=a=b"], 2, "Kubernetes"), (["USER", "ssh"], 2, "RESOURCE")])
def test_invalid_questions_are_refused(cluster, user, words, code, text):
    done = cluster.tctl("access", "explain", *[user if word == "USER" else word for word in words], ok=False)
    assert done.code == code and text.lower() in done.err.lower() and not done.out


# tctl plan.


@pytest.fixture
def plan(cluster, tmp_path):
    def show(text, *words):
        path = tmp_path / "plan.yaml"
        path.write_text(text)
        done = cluster.tctl("plan", "-f", path, "--format=json", *words, ok=False)
        return json.loads(done.out), done.code
    return show


def test_plan_shows_the_loss_of_a_label(cluster, user, plan):
    now = cluster.tctl("get", f"role/{user}").out
    before = cluster.events()
    changed, code = plan(now.replace("    kubernetes_labels:\n      env: dev\n", "    kubernetes_labels:\n      env: prod\n"),
                         "--exit-code")
    assert code == 1
    assert [row["change"] for row in changed["changes"]] == ["update"]
    rows = [row for row in changed["access"] if row["user"] == user]
    assert {(row["kind"], row["name"]) for row in rows} == {("kube_cluster", "dev-cluster"), ("kube_cluster", "prod-cluster")}
    assert all(row["gains"] == [] and "in group developer" in row["loses"] for row in rows)
    assert cluster.events() == before and cluster.tctl("get", f"role/{user}").out == now


def test_rules_and_new_users(cluster, user, plan):
    now = cluster.tctl("get", f"role/{user}").out
    changed, _ = plan(now.replace("      - list\n      - read\n", "      - list\n      - read\n      - delete\n"))
    (row,) = [row for row in changed["access"] if row["kind"] == "token"]
    assert row == {"user": user, "kind": "token", "gains": ["delete"], "loses": []}
    changed, _ = plan(f"kind: user\nversion: v2\nmetadata: {{name: {user}-2}}\nspec: {{roles: [{user}]}}\n")
    assert {"user": f"{user}-2", "kind": "token", "gains": ["list", "read"], "loses": []} in changed["access"]


def test_a_new_denial_is_a_loss(cluster, user, plan):
    now = cluster.tctl("get", f"role/{user}").out
    denial = "  deny:\n    kubernetes_resources:\n    - kind: pod\n      name: web\n      namespace: shop\n      verbs: ['*']\n"
    changed, _ = plan(now.replace("  deny:\n", denial))
    rows = [row for row in changed["access"] if row["user"] == user]
    assert rows and all(row["loses"] == ["* pods/web in shop"] and row["gains"] == [] for row in rows)


def test_nothing_changes(cluster, user, plan):
    changed, code = plan(cluster.tctl("get", f"role/{user}").out, "--exit-code")
    assert code == 0 and changed["access"] == [] and changed["changes"][0]["change"] == "none"
    path = cluster.directory / "same.yaml"
    path.write_text(cluster.tctl("get", f"role/{user}").out)
    assert cluster.tctl("plan", "-f", path).out.endswith("\nno user gains or loses access\n")


def test_mistakes_are_said_first(cluster, plan, tmp_path):
    path = tmp_path / "wrong.yaml"
    path.write_text("kind: role\nversion: v7\nmetadata: {name: wrong}\nspec: {allow: {logns: [root]}}\n")
    done = cluster.tctl("plan", path, ok=False)
    assert done.code == 1 and "logns" in done.err and not done.out
