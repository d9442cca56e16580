"""Tests of tctl users: roles and traits, links, and refusals that change nothing."""

import json

import pytest

from tctl_ways import CONFLICT, FAILED, NOT_FOUND, USAGE

AZURE = "/subscriptions/0a/resourceGroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/me"
TRAITS = {"logins": ["root", "ubuntu"], "windows-logins": ["Administrator"], "kubernetes-users": ["k"],
          "kubernetes-groups": ["g1", "g2"], "db-users": ["u"], "db-names": ["n"], "db-roles": ["r"],
          "aws-role-arns": ["arn:aws:iam::1:role/x"], "azure-identities": [AZURE],
          "gcp-service-accounts": ["me@project.iam.gserviceaccount.com"], "mcp-tools": ["t"],
          "host-user-uid": ["1000"], "host-user-gid": ["1001"], "default-relay-addr": ["relay.test:3040"]}


def options(prefix=""):
    return [f"--{prefix}{option}={','.join(values)}" for option, values in TRAITS.items()]


def traits_of(tctl, name):
    (user,) = tctl.json("get", f"user/{name}")
    return {key: sorted(values) for key, values in user["spec"].get("traits", {}).items()}


WANTED = {option.replace("-", "_"): values for option, values in TRAITS.items()}


def test_add_sets_traits(tctl, name):
    token = json.loads(tctl("users", "add", name, "--roles=member", *options(), "--format=json").out)
    tctl.cluster.secrets.add(token["metadata"]["name"])
    assert traits_of(tctl, name) == WANTED


@pytest.mark.parametrize("user", ["x/y", "..", ".", "a\tb", "\u202eevil", "a\x7fb"])
def test_invalid_names_of_users(tctl, user, tmp_path):
    """Files of a login have the name of the user. The refusal comes before there is a link."""
    document = tmp_path / "user.json"
    document.write_text(json.dumps({"kind": "user", "version": "v2", "metadata": {"name": user},
                                    "spec": {"roles": ["access"]}}))
    for words in (["users", "add", user, "--roles=access"], ["create", document]):
        done = tctl(*words, ok=False)
        assert done.code == FAILED and "cannot be the name of a user" in done.err, done
    assert "token" not in done.out


def test_update_sets_roles_and_traits(tctl, name):
    tctl("users", "add", name, "--roles=member", "--logins=first")
    done = tctl("users", "update", name, "--set-roles=access,member", *options("set-"))
    assert "roles: access,member" in done.out and "logins: root,ubuntu" in done.out
    assert traits_of(tctl, name) == WANTED
    (user,) = tctl.json("get", f"user/{name}")
    assert sorted(user["spec"]["roles"]) == ["access", "member"]
    tctl("users", "update", name, "--set-logins=", "--set-default-relay-addr=")
    assert traits_of(tctl, name) == {key: values for key, values in WANTED.items()
                                     if key not in ("logins", "default_relay_addr")}


def test_update_keeps_what_it_is_not_asked_about(tctl, name):
    tctl("users", "add", name, "--roles=member", "--logins=kept", "--db-names=old")
    before = tctl.json("get", f"user/{name}")[0]
    tctl("users", "update", name, "--set-db-names=new")
    after = tctl.json("get", f"user/{name}")[0]
    assert after["spec"]["traits"].pop("db_names") == ["new"]
    before["spec"]["traits"].pop("db_names")
    for user in (before, after):
        user["metadata"].pop("revision")
    assert after == before


@pytest.mark.parametrize("words,code", [
    (["update", "{}"], USAGE), (["update", "{}", "--set-roles=nosuch"], NOT_FOUND),
    (["update", "{}", "--set-roles="], USAGE), (["update", "nobody-here", "--set-roles=member"], NOT_FOUND),
    (["update", "{}", "--set-host-user-uid=x"], FAILED), (["update", "{}", "--set-db-roles=*"], FAILED),
    (["update", "{}", "--set-azure-identities=*"], FAILED), (["update", "{}", "--set-gcp-service-accounts=x"], FAILED),
    (["add", "{}", "--roles=member"], CONFLICT), (["add", "{}-2", "--roles=nosuch"], NOT_FOUND),
    (["add", "{}-2", "--roles=member", "--ttl=49h"], FAILED), (["add", "{}-2", "--roles=member", "--ttl=-1h"], FAILED),
    (["add", "{}-2", "--roles=member", "--ttl=soon"], FAILED), (["add", "{}-2"], USAGE),
    (["reset", "{}", "--ttl=25h"], FAILED), (["reset", "{}", "--ttl=0"], FAILED), (["reset", "nobody-here"], NOT_FOUND),
    (["rm", "nobody-here"], NOT_FOUND)], ids=lambda value: " ".join(value[:2]) if isinstance(value, list) else None)
def test_refused(local_tctl, name, words, code):
    local_tctl("users", "add", name, "--roles=member")
    before = local_tctl.json("get", "users")
    done = local_tctl("users", *(word.format(name) for word in words), ok=False)
    assert done.code == code, done
    assert local_tctl.json("get", "users") == before


def test_reset_takes_the_password_away(tctl, cluster, make_user):
    user = make_user()
    assert cluster.web().login_begin(user.name, user.password).status == 200
    done = tctl("users", "reset", user.name)
    assert f"https://{cluster.proxy}/web/reset/" in done.out and "valid for 8h:" in done.out
    assert cluster.web().login_begin(user.name, user.password).status != 200
    (token,) = [row for row in tctl.json("tokens", "ls") if f"/web/reset/{row['metadata']['name']}" in done.out]
    assert token["spec"]["roles"] == ["Signup"]
    tctl("tokens", "rm", token["metadata"]["name"])
    assert cluster.web().get(f"/webapi/users/password/token/{token['metadata']['name']}").status != 200


def test_ttl_of_links(tctl, name):
    assert "valid for 1h30m:" in tctl("users", "add", name, "--roles=member", "--ttl=90m").out
    assert "valid for 24h:" in tctl("users", "reset", name, "--ttl=24h").out


def test_several_are_removed(tctl, name):
    for number in range(3):
        tctl("users", "add", f"{name}-{number}", "--roles=member")
    tctl("users", "rm", f"{name}-0,{name}-1", f"{name}-2")
    assert not [user for user in tctl.json("users", "ls") if user["metadata"]["name"].startswith(name)]
