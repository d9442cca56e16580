"""Tests of tctl edit, update and lock, and of the lists of the cluster's services."""

import json
import re
import stat

import pytest
import yaml

from harness import Tsh, program
from processes import run
from tctl_ways import CONFLICT, DENIED, FAILED, NOT_FOUND, USAGE, Tctl

ROLE = "kind: role\nversion: v7\nmetadata: {{name: {}}}\nspec: {{allow: {{logins: [root]}}}}\n"


@pytest.fixture
def editor(tmp_path):
    """Returns a function that makes an editor from a shell script, which gets the file as $1."""
    def make(script):
        path = tmp_path / "editor"
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o700)
        return {"EDITOR": str(path), "TMPDIR": str(tmp_path)}
    return make


def create(tctl, text):
    path = tctl.cluster.directory / "edited.yaml"
    path.write_text(text)
    tctl("create", "-f", path)


def left_behind(tmp_path):
    return list(tmp_path.glob("tctl-edit-*"))


def test_edit(tctl, name, editor, tmp_path):
    create(tctl, ROLE.format(name))
    done = tctl("edit", f"role/{name}", **editor('stat -c %a "$1"; sed -i s/root/ubuntu/ "$1"'))
    assert done.out == f'600\nrole "{name}" has been updated\n'
    assert tctl.json("get", f"role/{name}")[0]["spec"]["allow"]["logins"] == ["ubuntu"]
    assert not left_behind(tmp_path)


def test_edit_of_every_kind(tctl, name, editor):
    create(tctl, f"kind: kube_cluster\nversion: v3\nmetadata: {{name: {name}}}\nspec: {{}}\n")
    tctl("users", "add", name, "--roles=member")
    tctl("tokens", "add", "--type=node", f"--value={name}-token", "--format=text")
    lock = tctl.json("lock", "--user=nobody-at-all", "--ttl=1m")["metadata"]["name"]
    for kind in (f"kube_cluster/{name}", f"user/{name}", f"token/{name}-token", f"lock/{lock}"):
        done = tctl("edit", kind, **editor(r'sed -i "s/^metadata:/metadata:\n  description: edited/" "$1"'))
        assert "has been updated" in done.out, done
        assert tctl.json("get", kind)[0]["metadata"]["description"] == "edited"
        tctl("rm", kind)
    before = tctl.json("get", "session_recording_config")[0]
    tctl("edit", "session_recording_config", **editor('sed -i "s/mode: .*/mode: proxy/" "$1"'))
    after = tctl.json("get", "session_recording_config")[0]
    assert after["spec"]["mode"] == "proxy"
    assert after["metadata"]["revision"] != before["metadata"]["revision"]
    tctl("rm", "session_recording_config")


@pytest.mark.parametrize("script", [":", 'touch "$1"', r'sed -i "s/^kind/# a comment\nkind/" "$1"'])
def test_edit_without_a_change(local_tctl, name, editor, tmp_path, script):
    create(local_tctl, ROLE.format(name))
    before = local_tctl.json("get", f"role/{name}")
    assert local_tctl("edit", f"role/{name}", **editor(script)).out == "Nothing was changed\n"
    assert local_tctl.json("get", f"role/{name}") == before
    assert not left_behind(tmp_path)


@pytest.mark.parametrize("script", ['sed -i s/allow/alow/ "$1"', 'sed -i "s/version: v7/version: v99/" "$1"',
                                    'sed -i "s/name: .*/name: other/" "$1"', 'echo "---\nkind: role" >> "$1"',
                                    ': > "$1"; echo "a: [" > "$1"'])
def test_refused_edit_keeps_the_text(local_tctl, name, editor, tmp_path, script):
    create(local_tctl, ROLE.format(name))
    before = local_tctl.json("get", f"role/{name}")
    done = local_tctl("edit", f"role/{name}", ok=False, **editor(script))
    assert done.code == FAILED, done
    assert local_tctl.json("get", f"role/{name}") == before
    (kept,) = left_behind(tmp_path)
    assert f"your text is kept in {kept}" in done.err
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


@pytest.mark.parametrize("kind", ["role", "user", "token", "kube_cluster", "lock", "cluster_auth_preference"])
def test_edit_meets_another_change(local_tctl, name, editor, tmp_path, kind):
    names = {"lock": "", "cluster_auth_preference": "cluster-auth-preference"}
    texts = {"role": ROLE.format(name),
             "user": f"kind: user\nversion: v2\nmetadata: {{name: {name}}}\nspec: {{roles: [member]}}\n",
             "token": f"kind: token\nversion: v2\nmetadata: {{name: {name}}}\nspec: {{roles: [Node]}}\n",
             "kube_cluster": f"kind: kube_cluster\nversion: v3\nmetadata: {{name: {name}}}\nspec: {{}}\n",
             "lock": f"kind: lock\nversion: v2\nmetadata: {{name: {name}}}\nspec: {{target: {{user: nobody-at-all}}}}\n"}
    if kind in texts:
        create(local_tctl, texts[kind])
    what = kind if kind in names and names[kind] else f"{kind}/{name}"
    other = tmp_path / "other.yaml"
    # Another user writes the resource while the editor runs.
    script = (f'sed "s/^metadata:/metadata:\\n  description: of somebody else/" "$1" > {other}\n'
              f'{local_tctl.cluster.directory}/tctl-other create -f {other} || exit 1\n'
              'sed -i "s/^metadata:/metadata:\\n  description: mine/" "$1"')
    helper = local_tctl.cluster.directory / "tctl-other"
    helper.write_text(f'#!/bin/sh\nexec {program("tctl")} -c {local_tctl.cluster.config} "$@"\n')
    helper.chmod(0o700)
    done = local_tctl("edit", what, ok=False, **editor(script))
    assert done.code == CONFLICT, done
    assert "changed by another caller" in done.err and "your text is kept in" in done.err
    (kept,) = left_behind(tmp_path)
    assert "description: mine" in kept.read_text()
    (now,) = local_tctl.json("get", what)
    assert now["metadata"]["description"] == "of somebody else"
    local_tctl("rm", what)


def test_editors(local_tctl, name, editor):
    create(local_tctl, ROLE.format(name))
    done = local_tctl("edit", f"role/{name}", ok=False, **editor("exit 3"))
    assert done.code == FAILED and "nothing is changed" in done.err
    done = local_tctl("edit", f"role/{name}", ok=False, EDITOR="/nowhere/editor")
    assert done.code == FAILED and "/nowhere/editor" in done.err
    first = editor('sed -i s/root/visual/ "$1"')
    local_tctl("edit", f"role/{name}", VISUAL=first["EDITOR"], EDITOR="false")
    assert "visual" in local_tctl("get", f"role/{name}").out
    local_tctl("edit", f"role/{name}", EDITOR="sed -i s/visual/words/")
    assert "words" in local_tctl("get", f"role/{name}").out


@pytest.mark.parametrize("words,code", [(["edit", "role/nosuch"], NOT_FOUND), (["edit", "nosuchkind/x"], FAILED),
                                        (["edit", "cert_authority"], FAILED), (["edit"], USAGE),
                                        (["update", "role/x", "--set-labels=a=b"], FAILED),
                                        (["update", "rc/leaf", "--set-labels=a=b"], NOT_FOUND),
                                        (["update", "rc/leaf"], USAGE), (["update", "rc", "--set-ttl=1h"], USAGE)])
def test_refused(tctl, words, code):
    assert tctl(*words, ok=False, EDITOR="false").code == code


def test_setting_of_the_configuration_file(new_cluster, editor, tmp_path):
    running = new_cluster()
    write = running.write_config
    running.write_config = lambda extra="": write(extra) or running.config.write_text(
        running.config.read_text().replace("  cluster_name:", "  client_idle_timeout: 2h\n  cluster_name:"))
    running.start()
    env = editor('sed -i s/2h0m0s/3h0m0s/ "$1"')
    tctl = make_local(running)
    done = tctl("edit", "netconfig", ok=False, **env)
    assert done.code == FAILED and "--confirm" in done.err
    assert "2h0m0s" in tctl("get", "netconfig").out
    tctl("edit", "netconfig", "--confirm", **env)
    assert "3h0m0s" in tctl("get", "netconfig").out
    path = tmp_path / "netconfig.yaml"
    path.write_text(tctl("get", "netconfig").out.replace("3h0m0s", "4h0m0s").replace("dynamic", "config-file"))
    tctl("create", "-f", path)  # after the edit the setting is the administrator's, and needs no --confirm
    running.stop()
    running.start()
    assert tctl("create", path, ok=False).code == CONFLICT
    done = tctl("create", "-f", path, ok=False)
    assert done.code == FAILED and "--confirm" in done.err
    assert "2h0m0s" in tctl("get", "netconfig").out
    tctl("create", "-f", "--confirm", path)
    assert "4h0m0s" in tctl("get", "netconfig").out
    assert len(left_behind(tmp_path)) == 1


def make_local(running):
    return Tctl(running, ["-c", running.config], Tsh(running, running.directory / "home").env)


# Locks.


@pytest.mark.parametrize("option", ["user", "role", "login", "mfa-device", "windows-desktop", "access-request", "device",
                                    "server-id", "bot-instance-id", "join-token"])
def test_lock_targets(local_tctl, option):
    text = local_tctl("lock", f"--{option}=some-target", "--message=on leave", "--ttl=1m").out
    lock = re.fullmatch(r'Created a lock with name "([0-9a-f-]{36})".\n', text).group(1)
    (found,) = local_tctl.json("get", f"lock/{lock}")
    assert found["spec"]["target"] == {option.replace("-", "_"): "some-target"}
    assert found["spec"]["message"] == "on leave" and found["spec"]["created_by"] and found["spec"]["expires"]
    local_tctl("rm", f"lock/{lock}")


def test_lock_keeps_a_user_out_until_it_is_removed(tctl, cluster, make_user, tmp_path):
    machine = Tsh(cluster, tmp_path)
    user = make_user()
    machine.login(user)
    lock = tctl.json("lock", f"--user={user.name}", "--expires=2100-01-01T00:00:00Z")["metadata"]["name"]
    assert machine("kube", "ls", ok=False).code == DENIED
    tctl("rm", f"lock/{lock}")
    machine("kube", "ls")


@pytest.mark.parametrize("words,code", [([], USAGE), (["--user=x", "--ttl=1h", "--expires=2100-01-01T00:00:00Z"], USAGE),
                                        (["--user=x", "--ttl=0"], FAILED), (["--user=x", "--ttl=-1h"], FAILED),
                                        (["--user=x", "--expires=soon"], FAILED),
                                        (["--user=x", "--expires=2001-01-01T00:00:00Z"], FAILED)])
def test_refused_lock(local_tctl, words, code):
    before = local_tctl.json("get", "locks")
    assert local_tctl("lock", *words, ok=False).code == code
    assert local_tctl.json("get", "locks") == before


# Lists.


@pytest.mark.parametrize("words,found", [([], 2), (["--query=name == \"dev-cluster\""], 1), (["--search=prod"], 1),
                                         (["env=dev"], 2), (["env=x"], 0), (["--search=prod,nosuch"], 0)])
def test_kube_ls(tctl, words, found):
    assert len(tctl.json("kube", "ls", *words)) == found
    rows = tctl("kube", "ls", *words, "-v").out.splitlines()
    assert rows[0].split() == ["Cluster", "Labels", "Version"] and len(rows) == found + 2
    documents = list(yaml.safe_load_all(tctl("kube", "ls", *words, "--format=yaml").out))
    listed = tctl.json("kube", "ls", *words)
    for server in [*documents, *listed] if found else []:
        assert server["metadata"].pop("expires") and server["metadata"].pop("revision")  # heartbeats change them
    assert documents == listed or (found == 0 and documents == [[]])


def test_wrong_query(tctl):
    assert tctl("kube", "ls", "--query=nonsense(", ok=False).code == FAILED


def test_services(tctl, cluster):
    for command, kind, address in (("auth", "auth_server", f"127.0.0.1:{cluster.auth_port}"),
                                   ("proxy", "proxy", cluster.proxy)):
        (server,) = tctl.json(command, "ls")
        assert server["kind"] == kind and server["spec"]["addr"] == address
        assert {"addr", "hostname", "rotation", "version"} <= set(server["spec"])
        assert yaml.safe_load(tctl(command, "ls").out)["spec"] == server["spec"]
        rows = tctl(command, "ls", "--format=text").out.splitlines()
        assert rows[0].split() == ["Host", "UUID", "Public", "Address", "Labels", "Version"]
        assert address in rows[2]
    assert json.loads(tctl("nodes", "ls", "--format=json").out) == []


def test_lists_need_rights(cluster, make_user, tmp_path):
    machine = Tsh(cluster, tmp_path)
    machine.login(make_user())
    for words in (["tokens", "ls"], ["lock", "--user=x"], ["users", "reset", "x"],
                  ["auth", "export", "--keys"], ["auth", "sign", "--host=h", "--format=openssh", "-o", tmp_path / "h"],
                  ["auth", "sign", "--user=tctl-admin", "-o", tmp_path / "u"]):
        assert run([program("tctl"), *words], machine.env).code == DENIED, words
    assert not (tmp_path / "h").exists() and not (tmp_path / "u").exists()
