"""Tests of bots and connectors: the stored resources, the visibility of secrets, and the commands `tctl bots`."""

import json
import re

import pytest
import yaml

from tctl_ways import CONFLICT, DENIED, FAILED, NOT_FOUND, USAGE

SECRET = "a client secret"
TEAMS = {"teams_to_roles": [{"organization": "o", "team": "t", "roles": ["access"]}]}
CLAIMS = {"claims_to_roles": [{"claim": "groups", "value": "devs", "roles": ["access"]}]}
ATTRIBUTES = {"attributes_to_roles": [{"name": "groups", "value": "devs", "roles": ["access"]}]}
CONNECTORS = {
    "github": ("v3", {"client_id": "id", "client_secret": SECRET, "redirect_url": "https://p/callback", **TEAMS}),
    "oidc": ("v3", {"client_id": "id", "client_secret": SECRET, "redirect_url": "https://p/callback",
                    "issuer_url": "https://idp", **CLAIMS}),
    "saml": ("v2", {"acs": "https://p/acs", "issuer": "https://idp", "sso": "https://idp/login", **ATTRIBUTES}),
}


def document(kind, name):
    version, spec = CONNECTORS[kind]
    return json.dumps({"kind": kind, "version": version, "metadata": {"name": name}, "spec": spec})


def secret_of(kind, resource):
    return resource["spec"]["signing_key_pair"]["private_key"] if kind == "saml" else resource["spec"]["client_secret"]


@pytest.fixture
def made(tctl, name):
    """Returns a function that creates connectors with the name of the test, and removes them at the end."""
    things = []

    def make(*kinds):
        for kind in kinds:
            tctl("create", stdin=document(kind, name))
            things.append(f"{kind}/{name}")
    yield make
    for thing in things:
        tctl("rm", thing, ok=False)


@pytest.mark.parametrize("kind", CONNECTORS)
def test_secrets_of_connectors(tctl, made, name, kind):
    made(kind)
    for form, read in ("json", lambda text: json.loads(text)[0]), ("yaml", yaml.safe_load):
        assert secret_of(kind, read(tctl("get", f"{kind}/{name}", f"--format={form}").out)) == ""
        assert secret_of(kind, read(tctl("get", f"{kind}/{name}", f"--format={form}", "--with-secrets").out))
    for flags in [], ["--with-secrets"]:
        assert SECRET not in tctl("get", f"{kind}/{name}", "--format=text", *flags).out
    assert tctl("create", stdin=document(kind, name), ok=False).code == CONFLICT
    # The output with secrets can be written again, and keeps the secret.
    whole = tctl("get", f"{kind}/{name}", "--with-secrets").out
    tctl("create", "-f", stdin=whole)
    assert secret_of(kind, tctl.json("get", f"{kind}/{name}", "--with-secrets")[0]) == \
        secret_of(kind, yaml.safe_load(whole))
    assert tctl("rm", f"{kind}/{name}").out == f'{kind} "{name}" has been deleted\n'
    assert tctl("get", f"{kind}/{name}", ok=False).code == NOT_FOUND


@pytest.mark.parametrize("kind", CONNECTORS)
def test_an_edit_keeps_the_secret(tctl, made, name, kind, tmp_path):
    made(kind)
    before = secret_of(kind, tctl.json("get", f"{kind}/{name}", "--with-secrets")[0])
    editor = tmp_path / "editor"
    editor.write_text('#!/bin/sh\nsed -i "s/^spec:/spec:\\n  display: Edited/; /display: ..$/d" "$1"\n')
    editor.chmod(0o700)
    tctl("edit", f"{kind}/{name}", EDITOR=str(editor), TMPDIR=str(tmp_path))
    after = tctl.json("get", f"{kind}/{name}", "--with-secrets")[0]
    assert after["spec"]["display"] == "Edited"
    assert secret_of(kind, after) == before


def test_all_connectors(tctl, made, name):
    made(*CONNECTORS)
    kinds = ["oidc", "saml", "github"]
    assert [one["kind"] for one in tctl.json("get", f"connectors/{name}")] == kinds
    assert [one["kind"] for one in tctl.json("get", "connectors") if one["metadata"]["name"] == name] == kinds
    text = tctl("get", "connectors", "--format=text").out
    assert re.findall(r"^(\w+):$", text, re.M) == ["OIDC", "SAML", "GitHub"]
    tctl("rm", f"saml/{name}")
    assert [one["kind"] for one in tctl.json("get", f"connector/{name}")] == ["oidc", "github"]
    assert tctl("get", "connectors/nosuch", ok=False).code == NOT_FOUND


def test_no_connectors(local_tctl):
    assert local_tctl("get", "connectors", "--format=text").out == ""
    assert local_tctl.json("get", "connectors") == []


@pytest.fixture
def bot(tctl, name):
    yield name
    tctl("bots", "rm", name, ok=False)


def added(tctl, *words):
    answer = json.loads(tctl("bots", "add", *words, "--format=json").out)
    tctl.cluster.secrets.add(answer["token_id"])
    return answer


def test_bots_add(tctl, bot):
    answer = added(tctl, bot, "--roles=access,editor", "--logins=root,ubuntu", "--max-session-ttl=2h")
    assert set(answer) == {"user_name", "role_name", "token_id", "token_ttl"}
    assert answer["user_name"] == answer["role_name"] == f"bot-{bot}"
    assert 0 < 3600 * 10**9 - answer["token_ttl"] < 60 * 10**9
    (role,) = tctl.json("get", f"role/bot-{bot}")
    assert role["version"] == "v8"
    assert role["metadata"]["labels"] == {"teleport.internal/bot": bot}
    assert role["spec"]["options"]["max_session_ttl"] == "2h0m0s"
    assert role["spec"]["allow"]["impersonate"]["roles"] == ["access", "editor"]
    assert role["spec"]["allow"]["rules"] == [{"resources": ["cert_authority"], "verbs": ["readnosecrets"]}]
    (user,) = tctl.json("get", f"user/bot-{bot}")
    assert user["metadata"]["labels"] == {"teleport.internal/bot": bot, "teleport.internal/bot-generation": "0"}
    assert user["spec"]["roles"] == [f"bot-{bot}"] and user["spec"]["traits"] == {"logins": ["root", "ubuntu"]}
    (token,) = tctl.json("get", f"token/{answer['token_id']}")
    assert token["spec"] == {"roles": ["Bot"], "bot_name": bot, "join_method": "token"}
    again = tctl("bots", "add", bot, "--roles=access", ok=False)
    assert again.code == CONFLICT
    tokens = [one for one in tctl.json("get", "tokens") if one["spec"].get("bot_name") == bot]
    assert len(tokens) == 1  # the refused command left no token behind


def test_bots_add_with_a_token(tctl, bot):
    yaml_text = "kind: token\nversion: v2\nmetadata: {{name: {0}}}\nspec: {{roles: [Bot], bot_name: {1}, join_method: token}}\n"
    tctl("create", stdin=yaml_text.format(f"for-{bot}", bot))
    tctl("create", stdin=yaml_text.format(f"for-another-{bot}", "another"))
    tctl("create", stdin=f"kind: token\nversion: v2\nmetadata: {{name: node-{bot}}}\nspec: {{roles: [Node], join_method: token}}\n")
    for token in f"for-another-{bot}", f"node-{bot}":
        assert tctl("bots", "add", bot, f"--token={token}", ok=False).code == FAILED
    assert tctl("bots", "add", bot, "--token=nosuch", ok=False).code == NOT_FOUND
    assert tctl("get", f"bot/{bot}", ok=False).code == NOT_FOUND
    answer = added(tctl, bot, f"--token=for-{bot}")
    assert answer["token_id"] == f"for-{bot}" and answer["token_ttl"] == 0
    for token in f"for-{bot}", f"for-another-{bot}", f"node-{bot}":
        tctl("tokens", "rm", token)


def test_bots_add_says_what_to_run(tctl, bot):
    done = tctl("bots", "add", bot)
    token = re.search(r"The bot token: ([0-9a-f]{32})\n", done.out).group(1)
    tctl.cluster.secrets.add(token)
    assert f"--token={token}" in done.out and "tbot start" in done.out and "--join-method=token" in done.out
    assert "has no roles" in done.err


def test_bots_update(tctl, bot):
    added(tctl, bot, "--roles=access", "--logins=root")

    def spec():
        return tctl.json("get", f"bot/{bot}")[0]["spec"]

    tctl("bots", "update", bot, "--add-roles=editor", "--add-logins=ubuntu")
    assert spec()["roles"] == ["access", "editor"]
    assert spec()["traits"] == [{"name": "logins", "values": ["root", "ubuntu"]}]
    tctl("bots", "update", bot, "--set-roles=auditor", "--set-logins=admin", "--set-max-session-ttl=24h")
    assert spec() == {"roles": ["auditor"], "traits": [{"name": "logins", "values": ["admin"]}],
                      "max_session_ttl": "86400s"}
    for words, code in ((["--add-roles=nosuch"], NOT_FOUND), (["--set-roles=nosuch"], NOT_FOUND), ([], USAGE),
                        (["--set-max-session-ttl=169h"], FAILED), (["--set-max-session-ttl=soon"], FAILED)):
        assert tctl("bots", "update", bot, *words, ok=False).code == code
    assert spec()["roles"] == ["auditor"]
    assert "already" in tctl("bots", "update", bot, "--add-roles=auditor").out
    assert tctl("bots", "update", "nosuch", "--add-roles=access", ok=False).code == NOT_FOUND


def test_bots_ls(tctl, bot):
    added(tctl, bot, "--roles=access")
    (listed,) = [one for one in tctl.json("bots", "ls") if one["metadata"]["name"] == bot]
    assert listed == {"kind": "bot", "version": "v1", "metadata": {"name": bot},
                      "spec": {"roles": ["access"], "max_session_ttl": {"seconds": 43200}},
                      "status": {"user_name": f"bot-{bot}", "role_name": f"bot-{bot}"}}
    (got,) = tctl.json("get", f"bot/{bot}")
    assert got == {**listed, "spec": {"roles": ["access"], "max_session_ttl": "43200s"}}
    row = re.search(rf"^{bot} +bot-{bot} +access *$", tctl("bots", "ls").out, re.M)
    assert row
    assert bot not in tctl("bots", "instances", "ls").out
    assert tctl("bots", "instances", "ls", bot).out == f'No bot instances found with name "{bot}".\n'
    assert tctl("bots", "instances", "show", f"{bot}/nosuch", ok=False).code == NOT_FOUND
    assert tctl("bots", "instances", "show", "nosuch", ok=False).code == FAILED
    answer = json.loads(tctl("bots", "instances", "add", bot, "--format=json").out)
    tctl.cluster.secrets.add(answer["token_id"])
    assert tctl.json("get", f"token/{answer['token_id']}")[0]["spec"]["bot_name"] == bot


def test_bots_rm(tctl, bot):
    added(tctl, bot, "--roles=access")
    tctl("bots", "rm", bot)
    for gone in f"user/bot-{bot}", f"role/bot-{bot}", f"bot/{bot}":
        assert tctl("get", gone, ok=False).code == NOT_FOUND
    assert tctl("bots", "rm", bot, ok=False).code == NOT_FOUND
    tctl("create", stdin=f"kind: role\nversion: v7\nmetadata: {{name: bot-{bot}}}\n")
    assert tctl("bots", "rm", bot, ok=False).code == FAILED
    tctl("rm", f"role/bot-{bot}")


def test_a_bot_from_a_file(tctl, bot):
    text = f"kind: bot\nversion: v1\nmetadata: {{name: {bot}}}\nspec: {{roles: [access]}}\n"
    tctl("create", stdin=text)
    assert tctl("create", stdin=text, ok=False).code == CONFLICT
    tctl("create", "-f", stdin=text.replace("access", "editor"))
    assert tctl.json("get", f"bot/{bot}")[0]["spec"]["roles"] == ["editor"]
    for wrong in text.replace("roles", "rolls"), text.replace("v1", "v2"), text.replace("[access]", '[""]'):
        assert tctl("create", "-f", stdin=wrong, ok=False).code == FAILED


def test_apps(tctl, name):
    text = f"kind: app\nversion: v3\nmetadata: {{name: {name}, labels: {{env: dev}}}}\nspec: {{uri: 'http://a:1'}}\n"
    tctl("create", stdin=text)
    (app,) = tctl.json("get", f"app/{name}")
    assert app["spec"] == {"uri": "http://a:1", "insecure_skip_verify": False}
    tctl("create", "-f", stdin=text.replace("a:1", "b:2"))
    row = re.search(rf"^{name} +http://b:2 +\S+ +v3 *$", tctl("get", f"app/{name}", "--format=text").out, re.M)
    assert row
    stale = json.dumps(app)
    tctl("rm", f"app/{name}")
    assert tctl("get", f"app/{name}", ok=False).code == NOT_FOUND
    assert tctl("create", stdin=stale).out == f'app "{name}" has been created\n'
    tctl("rm", f"app/{name}")


def test_events(cluster, local_tctl, made, bot):
    """Each change has an event with the type and code of the reference."""
    added(local_tctl, bot, "--roles=access")
    local_tctl("bots", "update", bot, "--add-roles=editor")
    local_tctl("bots", "rm", bot)
    done = {(one["event"], one["code"]) for one in cluster.events() if one.get("name") == bot}
    assert {("bot.create", "TB001I"), ("bot.update", "TB002I"), ("bot.delete", "TB003I")} <= done
