"""Tests of tctl create with many documents, files and directories: it reads all of them before it writes one."""

import pytest


def role(name, spec="{allow: {logins: [root]}}"):
    return f"kind: role\nversion: v7\nmetadata: {{name: {name}}}\nspec: {spec}\n"


@pytest.fixture
def tree(tmp_path, name):
    """Makes a directory with 200 roles, three of them with mistakes; returns its path."""
    wrong = {17: "{allow: {logns: [root]}}", 90: "{allow: {logins: 5}}", 151: "{options: {max_session_ttl: soon}}"}
    for number in range(200):
        folder = tmp_path / "tree" / f"team-{number % 7}"
        folder.mkdir(parents=True, exist_ok=True)
        folder.joinpath(f"{number:03}.yaml").write_text(role(f"{name}-{number}", wrong.get(number)) if number in wrong
                                                         else role(f"{name}-{number}"))
    tmp_path.joinpath("tree", ".hidden.yaml").write_text("not: [yaml")
    tmp_path.joinpath("tree", "README.md").write_text("# not a resource\n")
    return tmp_path / "tree"


def count(cluster, name):
    return cluster.tctl("get", "roles", "--format=text").out.count(f"{name}-")


def test_directory_with_mistakes_changes_nothing(cluster, tree, name):
    done = cluster.tctl("create", tree, ok=False)
    assert done.code == 1 and not done.out
    assert count(cluster, name) == 0
    for file, said in (("team-3/017.yaml:4", "logns"), ("team-6/090.yaml:4", "logins"), ("team-4/151.yaml:4", "max_session_ttl")):
        (line,) = [line for line in done.err.splitlines() if file in line]
        assert said in line
    assert 'did you mean "logins"?' in done.err
    assert "3 of 200 documents are wrong: nothing was written" in done.err


BROKEN = """kind: role
version: v7
metadata: {name: NAME-good}
spec: {allow: {logins: [root]}}
---
kind: role
version: v7
metadata: {name: NAME-where}
spec:
  allow:
    rules:
    - {resources: [user], verbs: [list]}
    - resources: [role]
      verbs: [read]
      where: contains(user.spec
---
kind: role
version: v7
metadata: {name: NAME-labels}
spec:
  deny:
    logins: [root]
    node_labels_expression: labels["env"] ==
---
kind: role
version: v7
metadata: {name: NAME-filter}
spec:
  allow:
    request:
      roles: [admin]
      thresholds:
      - approve: 1
      - filter: contains(reviewer.nothing, "x")
        approve: 2
"""


def test_expressions_are_checked_before_anything_is_written(cluster, name, tmp_path):
    file = tmp_path / "roles.yaml"
    file.write_text(BROKEN.replace("NAME", name))
    done = cluster.tctl("create", file, ok=False)
    assert done.code == 1 and not done.out
    assert count(cluster, name) == 0
    for line, field in ((15, "spec.allow.rules[1].where"), (23, "spec.deny.node_labels_expression"),
                        (34, "spec.allow.request.thresholds[1].filter")):
        assert f"{file}:{line}: {field}" in done.err
    assert "3 of 4 documents are wrong: nothing was written" in done.err
    for command in ("diff", "plan"):
        done = cluster.tctl(command, "-f", file, ok=False)
        assert done.code == 1 and f"{file}:15: spec.allow.rules[1].where" in done.err


@pytest.mark.parametrize("spec", ("{allow: {logins: ['{{internal.nothing}}']}}",
                                  "{allow: {request: {roles: ['^(ops$']}}}",
                                  "{deny: {review_requests: {roles: ['*'], where: 'nobody()'}}}"))
def test_each_sort_of_expression_is_checked(cluster, name, tmp_path, spec):
    file = tmp_path / "roles.yaml"
    file.write_text(role(f"{name}-good") + "---\n" + role(f"{name}-bad", spec))
    done = cluster.tctl("create", file, ok=False)
    assert done.code == 1 and f"{file}:9: spec." in done.err
    assert count(cluster, name) == 0


def test_edit_checks_expressions(cluster, name, tmp_path, local_tctl):
    cluster.create(role(name))
    editor = "sed -i s/root/x{{internal.nothing}}/"
    done = local_tctl("edit", f"role/{name}", ok=False, EDITOR=editor, TMPDIR=str(tmp_path))
    assert done.code == 1 and "spec.allow.logins[0]" in done.err and ".yaml:" in done.err


def test_continue_writes_the_others(cluster, tree, name):
    done = cluster.tctl("create", "--continue", tree, ok=False)
    assert done.code == 9
    assert done.out.count("has been created") == 197
    assert count(cluster, name) == 197
    assert done.err.count("tctl: bad parameter:") == 3
    assert "197 of 200 documents were written" in done.err


def test_continue_goes_past_what_the_cluster_refuses(cluster, name, tmp_path):
    cluster.create(role(f"{name}-there"))
    many = tmp_path / "many.yaml"
    many.write_text("---\n".join(role(f"{name}-{part}") for part in ("a", "there", "b")))
    done = cluster.tctl("create", "--continue", many, ok=False)
    assert done.code == 9
    assert done.out.splitlines() == [f'role "{name}-a" has been created', f'role "{name}-b" has been created']
    assert f'"{name}-there" already exists' in done.err
    again = cluster.tctl("create", "--continue", many, ok=False)
    assert again.code == 6 and not again.out  # the exit code of the one reason for which all were refused


def test_several_files(cluster, name, tmp_path):
    files = [tmp_path / f"{number}.yml" for number in range(3)]
    for number, file in enumerate(files):
        file.write_text(role(f"{name}-{number}"))
    assert cluster.tctl("create", *files).out.count("created") == 3
    done = cluster.tctl("create", files[0], tmp_path / "none.yaml", ok=False)
    assert done.code == 5 and "none.yaml" in done.err


def test_file_that_is_not_yaml_among_others(cluster, name, tmp_path):
    tmp_path.joinpath("a.yaml").write_text(role(f"{name}-a"))
    tmp_path.joinpath("b.yaml").write_text("kind: [role\n")
    done = cluster.tctl("create", tmp_path, ok=False)
    assert done.code == 1 and "b.yaml:" in done.err
    assert count(cluster, name) == 0


def test_directory_without_resources(cluster, tmp_path):
    done = cluster.tctl("create", tmp_path, ok=False)
    assert done.code == 1 and "no resources" in done.err


def user(name, role_name):
    return f"kind: user\nversion: v2\nmetadata: {{name: {name}}}\nspec: {{roles: [{role_name}]}}\n"


def test_dry_run_checks_everything_and_changes_nothing(cluster, name, tmp_path):
    cluster.create(role(f"{name}-there"))
    events = len(cluster.events())
    many = tmp_path / "many.yaml"
    # The user has a role that an earlier document creates.
    many.write_text("---\n".join([role(f"{name}-new"), user(f"{name}-user", f"{name}-new"), role(f"{name}-there", "{allow: {logins: [other]}}")]))
    done = cluster.tctl("create", "--dry-run", "-f", many)
    assert done.out.splitlines() == [f'role "{name}-new" would be created', f'user "{name}-user" would be created',
                                     f'role "{name}-there" would be updated']
    assert count(cluster, name) == 1
    assert cluster.tctl("get", f"user/{name}-user", ok=False).code == 5
    assert len(cluster.events()) == events
    assert cluster.tctl("create", "--dry-run", "-f", many).out == done.out  # a dry run leaves nothing behind


def test_dry_run_says_what_the_cluster_would_refuse(cluster, name, tmp_path):
    many = tmp_path / "many.yaml"
    many.write_text("---\n".join([role(f"{name}-new"), user(f"{name}-user", f"{name}-none")]))
    done = cluster.tctl("create", "--dry-run", many, ok=False)
    assert done.code != 0 and f"{name}-none" in done.err
    assert "1 of 2 documents would be written" in done.err
    many.write_text(role(f"{name}-where", "{allow: {rules: [{resources: [role], verbs: [read], where: 'contains('}]}}"))
    assert cluster.tctl("create", "--dry-run", many, ok=False).code != 0
    assert count(cluster, name) == 0


def test_dry_run_of_a_lock_locks_nobody(cluster, make_user, tsh, tmp_path):
    person = make_user()
    lock = tmp_path / "lock.yaml"
    lock.write_text("kind: lock\nversion: v2\nmetadata: {name: 8f3f1f3e-0000-4000-8000-000000000001}\n"
                    f"spec: {{target: {{user: {person.name}}}}}\n")
    assert "would be created" in cluster.tctl("create", "--dry-run", lock).out
    tsh.login(person)
    assert tsh("ls").code == 0


# Teleport accepts both: a template with an unknown trait, and an unknown field.
USELESS = "{allow: {kubernetes_groups: ['{{internal.team}}'], logins: [root]}}"
UNKNOWN = "{allow: {logns: [root]}}"


@pytest.mark.parametrize("spec, said", [(USELESS, "spec.allow.kubernetes_groups[0]"), (UNKNOWN, "spec.allow.logns")],
                         ids=["useless", "unknown"])
def test_validate_option_for_useless_values(cluster, name, tmp_path, spec, said):
    path = tmp_path / "role.yaml"
    path.write_text(role(name, spec))
    for words in ([], ["--validate=strict"]):
        done = cluster.tctl("create", *words, path, ok=False)
        assert done.code == 1 and f"{path}:4: " in done.err and said in done.err
        assert cluster.tctl("diff", *words, path, ok=False).code == 1
    assert count(cluster, name) == 0
    for command in ("diff", "plan"):
        assert f"tctl: warning: {path}:4: " in cluster.tctl(command, "--validate=warn", path).err
    done = cluster.tctl("create", "--validate=warn", path)
    assert f"tctl: warning: {path}:4: " in done.err and said in done.err
    assert done.out == f'role "{name}" has been created\n'
    done = cluster.tctl("create", "-f", "--validate=ignore", path)
    assert done.out == f'role "{name}" is unchanged\n' and not done.err
    assert cluster.tctl("create", "--validate=maybe", path, ok=False).code == 2


def test_invalid_deny_rules_are_always_refused(cluster, name, tmp_path):
    path = tmp_path / "role.yaml"
    path.write_text(role(name, "{deny: {node_labels_expression: 'labels['}}"))
    for how in ("warn", "ignore"):
        done = cluster.tctl("create", f"--validate={how}", path, ok=False)
        assert done.code == 1 and "spec.deny.node_labels_expression" in done.err
    assert count(cluster, name) == 0


EVERYTHING = """
kind: role
version: v7
metadata: {name: NAME, labels: {team: core}}
spec: {allow: {logins: [root], node_labels: {env: [dev, test]}, rules: [{resources: [role], verbs: [read]}]}}
---
kind: user
version: v2
metadata: {name: NAME}
spec: {roles: [access], traits: {logins: [root]}}
---
kind: token
version: v2
metadata: {name: token-of-NAME, expires: "2999-01-01T00:00:00Z"}
spec: {roles: [Node], join_method: token}
---
kind: lock
version: v2
metadata: {name: NAME}
spec: {target: {user: nobody-of-NAME}, message: has left}
---
kind: bot
version: v1
metadata: {name: NAME}
spec: {roles: [access], traits: [{name: logins, values: [root]}]}
---
kind: app
version: v3
metadata: {name: NAME, labels: {env: dev}}
spec: {uri: "http://localhost:9"}
---
kind: db
version: v3
metadata: {name: NAME}
spec: {protocol: postgres, uri: "localhost:5432"}
---
kind: kube_cluster
version: v3
metadata: {name: NAME, labels: {env: dev}}
spec: {kubeconfig: Y2x1c3RlcnM6IFt7bmFtZTogYywgY2x1c3Rlcjoge3NlcnZlcjogJ2h0dHBzOi8vazhzJ319XQpjb250ZXh0czogW3tuYW1lOiBjLCBjb250ZXh0OiB7Y2x1c3RlcjogY319XQo=}
---
kind: node
version: v2
sub_kind: openssh
metadata: {name: NAME}
spec: {addr: "127.0.0.1:9", hostname: NAME}
---
kind: discovery_config
version: v1
metadata: {name: NAME}
spec: {discovery_group: NAME}
---
kind: workload_identity
version: v1
metadata: {name: NAME}
spec: {spiffe: {id: /NAME, jwt: {extra_claims: {team: NAME}}}}
"""


def test_unchanged_resources_are_not_written(cluster, name, tmp_path):
    path = tmp_path / "everything.yaml"
    path.write_text(EVERYTHING.replace("NAME", name))
    cluster.secrets.add(f"token-of-{name}")
    before = cluster.tctl("create", path).out.splitlines()
    assert all(line.endswith("has been created") for line in before) and len(before) == 11
    documents = [f"{kind}/{name}" for kind in ("role", "user", "lock", "bot", "app", "db", "kube_cluster", "node",
                                              "workload_identity")]
    there, events = [cluster.tctl("get", document).out for document in documents], len(cluster.events())

    # tctl always writes a bot again, because the resource has only a part of the bot's user and role.
    path.write_text("---".join(document for document in path.read_text().split("---") if "kind: bot" not in document))
    again = cluster.tctl("create", "-f", path).out.splitlines()
    assert again == [line.replace("has been created", "is unchanged") for line in before if not line.startswith("bot")]
    assert [cluster.tctl("get", document).out for document in documents] == there  # the revisions are equal, too
    assert len(cluster.events()) == events
    assert cluster.tctl("create", path, ok=False).code == 6  # without -f an existing resource is a conflict

    path.write_text(path.read_text().replace("logins: [root]", "logins: [root, admin]"))
    changed = [line for line in cluster.tctl("create", "-f", path).out.splitlines() if line.endswith("been updated")]
    assert [line.split()[0] for line in changed] == ["role", "user"]
    cluster.tctl("rm", f"node/{name}")  # other tests count the nodes
