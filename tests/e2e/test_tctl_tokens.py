"""Tests of tctl tokens and nodes add: tokens, their lists, and the command line that joins with a token."""

import json
import re
import shlex

import pytest
import yaml

from tctl_ways import CONFLICT, FAILED, NOT_FOUND, USAGE


def add(tctl, *words):
    added = tctl.json("tokens", "add", *words)
    tctl.cluster.secrets.add(added["token"])
    return added


def command_of(text):
    """Returns the words of the command line in a text, as a shell reads them."""
    return shlex.split(re.search(r"(?m)^(?:teleport|helm) (?:.*\\\n)*.*\n", text).group(0).replace("\\\n", " "))


def show(tctl, *words):
    text = tctl(*words).out
    tctl.cluster.secrets |= set(re.findall(r"token: (\S+)", text))
    return text


@pytest.mark.parametrize("types,roles", [
    ("node", ["Node"]), ("kube", ["Kube", "App", "Discovery"]), ("discovery,kube", ["Discovery", "Kube"]),
    ("node,proxy,db", ["Node", "Proxy", "Db"]), ("KUBE,app", ["Kube", "App"]), ("windowsdesktop", ["WindowsDesktop"]),
    ("trusted_cluster", ["Trusted_cluster"]), ("node,", ["Node"])])
def test_types(local_tctl, types, roles):
    added = add(local_tctl, f"--type={types}")
    assert added["roles"] == roles and re.fullmatch(r"[0-9a-f]{32}", added["token"])
    (token,) = [row for row in local_tctl.json("tokens", "ls") if row["metadata"]["name"] == added["token"]]
    assert token["spec"] == {"roles": roles, "join_method": "token"}
    assert token["metadata"]["expires"] == added["expires"]


def test_formats(tctl):
    done = tctl("tokens", "add", "--type=node", "--format=json")
    tctl.cluster.secrets.add(json.loads(done.out)["token"])
    assert done.out.startswith('{\n "expires": ')
    done = tctl("tokens", "add", "--type=node", "--format=yaml")
    assert set(yaml.safe_load(done.out)) == {"expires", "roles", "token"}
    tctl.cluster.secrets.add(yaml.safe_load(done.out)["token"])
    done = tctl("tokens", "add", "--type=node", "--format=text")
    assert re.fullmatch(r"[0-9a-f]{32}\n", done.out)
    tctl.cluster.secrets.add(done.out.strip())


def test_join_command_can_be_pasted(tctl, cluster):
    pin = tctl.json("status")["ca_pins"][0]
    text = show(tctl, "tokens", "add", "--type=node,proxy")
    token = re.search(r"The token: (\S+)", text).group(1)
    assert "valid for 30m" in text
    assert command_of(text) == ["teleport", "start", "--roles=node,proxy", f"--token={token}", f"--ca-pin={pin}",
                                f"--auth-server=127.0.0.1:{cluster.auth_port}"]
    text = show(tctl, "nodes", "add", "--ttl=1h")
    assert command_of(text)[2] == "--roles=node" and "valid for 1h" in text


def test_join_commands_of_agents(tctl, cluster):
    words = command_of(show(tctl, "tokens", "add", "--type=kube"))
    assert words[:2] == ["helm", "install"] and f"proxyAddr={cluster.proxy}" in words
    assert r"roles=kube\,app\,discovery" in words
    words = command_of(show(tctl, "tokens", "add", "--type=app", "--app-name=a", "--app-uri=http://x"))
    assert words[:3] == ["teleport", "app", "start"]
    assert {"--name=a", "--uri=http://x", f"--auth-server={cluster.proxy}"} <= set(words)
    words = command_of(show(tctl, "tokens", "add", "--type=db", "--db-name=d", "--db-protocol=mysql", "--db-uri=h:1"))
    assert words[:3] == ["teleport", "db", "start"]
    assert {"--name=d", "--protocol=mysql", "--uri=h:1"} <= set(words)


def test_list_hides_the_secret(tctl):
    token = add(tctl, "--type=node", "--labels=purpose=hidden,a=b")["token"]
    rows = tctl("tokens", "ls", "--labels=purpose=hidden").out
    assert token not in rows and "*" * 24 + token[24:] in rows and "a=b,purpose=hidden" in rows
    assert rows.splitlines()[0].split() == ["Token", "Type", "Labels", "Expiry", "Time", "(UTC)"]
    assert token in tctl("tokens", "ls", "--with-secrets").out
    assert token not in tctl("tokens", "ls", "--format=text").out
    assert token in tctl("tokens", "ls", "--format=text", "--with-secrets").out.splitlines()
    assert token not in tctl("get", "tokens", "--format=text").out
    assert token in tctl("get", "tokens", "--format=text", "--with-secrets").out
    assert not tctl.json("tokens", "ls", "--labels=purpose=other")
    tctl("tokens", "rm", token)
    assert token not in tctl("tokens", "ls", "--with-secrets").out


def test_names_of_other_join_methods_are_shown(tctl, name):
    path = tctl.cluster.directory / "token.yaml"
    path.write_text(f"kind: token\nversion: v2\nmetadata: {{name: {name}}}\nspec:\n  roles: [Node]\n"
                    "  join_method: kubernetes\n  kubernetes:\n    allow: [{service_account: 'a:b'}]\n")
    tctl("create", "-f", path)
    assert name in tctl("tokens", "ls").out
    tctl("rm", f"token/{name}")


def test_value_is_taken_once(tctl, name):
    tctl.cluster.secrets.add(name)
    assert add(tctl, "--type=node", f"--value={name}")["token"] == name
    assert tctl("tokens", "add", "--type=node", f"--value={name}", ok=False).code == CONFLICT
    tctl("tokens", "rm", name)


@pytest.mark.parametrize("words,code", [
    (["tokens", "add", "--type=foo"], FAILED), (["tokens", "add"], USAGE), (["tokens", "add", "--type=node", "--ttl=0s"],
     FAILED), (["tokens", "add", "--type=node", "--ttl=x"], FAILED), (["tokens", "add", "--type=node", "--labels=x"],
     FAILED), (["tokens", "rm", "nosuch-token"], NOT_FOUND), (["tokens", "rm"], USAGE),
    (["nodes", "add", "--roles=foo"], FAILED)])
def test_refused(local_tctl, words, code):
    before = local_tctl.json("tokens", "ls")
    done = local_tctl(*words, ok=False)
    assert done.code == code, done
    assert "nosuch-token" not in done.err
    assert local_tctl.json("tokens", "ls") == before


def test_nodes_add_answers_with_a_list(tctl):
    (token,) = tctl.json("nodes", "add", "--roles=kube", "--ttl=10000h")
    tctl.cluster.secrets.add(token)
    (row,) = [row for row in tctl.json("tokens", "ls") if row["metadata"]["name"] == token]
    assert row["spec"]["roles"] == ["Kube"]


def test_token_of_the_configuration_file_stays(new_cluster):
    running = new_cluster()
    write = running.write_config
    running.write_config = lambda extra="": write(extra) or running.config.write_text(
        running.config.read_text().replace("  cluster_name:", "  tokens: ['node:static-token-1234']\n  cluster_name:"))
    running.start()
    listed = json.loads(running.tctl("tokens", "ls", "--format=json").out)
    assert [row["metadata"]["name"] for row in listed] == ["static-token-1234"]
    assert listed[0]["metadata"]["labels"] == {"teleport.dev/origin": "config-file"}
    assert "never" in running.tctl("tokens", "ls").out
    done = running.tctl("tokens", "rm", "static-token-1234", ok=False)
    assert done.code == FAILED and "configuration file" in done.err
