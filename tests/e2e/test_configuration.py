"""Tests of teleport.yaml: every key of Teleport's file, the files of Teleport's tools, and the commands that write and
check files."""

import csv
import json
import os
import re
import subprocess

import pytest

import certs
from harness import ROOT, assert_plain, environment, program
from processes import run

FIXTURES = ROOT / "tests" / "fixtures"
OFF = {"text": "", "texts": [], "switch": "no", "number": 0, "duration": "0s", "map": {}}


def rows():
    with open(FIXTURES / "teleport_yaml_keys.tsv", encoding="utf-8") as table:
        lines = (line for line in table if not line.startswith("#"))
        for row in csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
            yield dict(zip(("path", "type", "fate", "value", "accepted"), row))


def teleport(home, *words, stdin=""):
    return run([program("teleport"), *words], environment(home), stdin)


def check_file(home, path):
    return teleport(home, "configure", "--test", path)


def put(root, path, value):
    """Sets the value of a key in a tree; a list has one item."""
    here = root
    *before, last = path.replace("*", "stable").split(".")
    for name in before:
        if name.endswith("[]"):
            here = here.setdefault(name[:-2], [{}])[0]
        else:
            here = here.setdefault(name, {})
    here[last] = value


def test_every_key_that_is_off_is_accepted(tmp_path):
    """All keys of Teleport's file at once, each off or with its default."""
    tree = {}
    for row in rows():
        if row["fate"] not in ("served", "together"):
            put(tree, row["path"], OFF[row["type"]])
    path = tmp_path / "teleport.yaml"
    path.write_text(json.dumps(tree, indent=1))
    check_file(tmp_path, path).ok()
    for row in rows():
        if row.get("accepted"):
            put(tree, row["path"], row["accepted"].strip("'"))
    tree["teleport"]["connection_limits"]["max_connections"] = 15000
    path.write_text(json.dumps(tree, indent=1))
    check_file(tmp_path, path).ok()


def test_every_key_that_is_not_served_is_refused_by_name_and_line(tmp_path):
    refused = [row for row in rows() if row["fate"] == "refused"]
    assert len(refused) > 75
    path = tmp_path / "teleport.yaml"
    for row in refused:
        names, text, indent, dash = row["path"].replace("*", "stable").split("."), "", 0, ""
        for name in names:
            text += " " * (indent - len(dash)) + dash + name.removesuffix("[]") + ":\n"
            dash = "- " if name.endswith("[]") else ""
            indent += 4 if dash else 2
        text = text[:-1] + f" {row['value']}\n"
        if names[0] in ("kubernetes_service", "discovery_service"):
            text += "  enabled: yes\n"
        path.write_text(text)
        done = check_file(tmp_path, path)
        assert done.code == 1, (row, done)
        name = ".".join(names).replace("[]", "[0]")
        assert f'{path}:{len(names)}: "{name}" is not implemented' in done.err, done
        assert f"FAIL {path}\n" in done.err and len(done.err.splitlines()) <= 3, done


@pytest.mark.parametrize("name", ["nixos_client", "nixos_server", "kube_agent", "configure", "node_configure"])
def test_files_of_teleports_tools_are_accepted(tmp_path, name):
    path = FIXTURES / "teleport_yaml" / f"{name}.yaml"
    done = check_file(tmp_path, path).ok()
    assert f"OK {path}" in done.err


@pytest.mark.parametrize("name", ["cluster_auth", "cluster_proxy"])
def test_files_that_ask_for_more_are_refused_by_name(tmp_path, name):
    done = check_file(tmp_path, FIXTURES / "teleport_yaml" / f"{name}.yaml")
    assert done.code == 1 and "auth_service and proxy_service in separate processes" in done.err, done


@pytest.mark.parametrize("text, line", [
    ("proxy_service:\n  web_listen_addr: [::1]:0\n  public_addr: x\n", 2),
    ("teleport:\n  nodename: 'a' b\n  data_dir: /x\n", 2),
    ('teleport:\n  nodename: "a""\n  data_dir: /x\n', 2),
    ("teleport:\n  nodename: a: b\n", 2),
    ("teleport:\n  log: {severity: info\n  data_dir: /x\n", 3),
])
def test_text_that_needs_quotes_is_explained(tmp_path, text, line):
    path = tmp_path / "teleport.yaml"
    path.write_text(text)
    done = teleport(tmp_path, "start", "-c", path)
    assert done.code == 1 and f"{path}:{line}: " in done.err, done
    assert "quotes" in done.err and "end of map" not in done.err and "illegal map" not in done.err, done
    assert_plain(done.text)


def key_pair(folder, kind):
    """Returns key_file and cert_file, one of them wrong, the wrong file, and a pattern of the error."""
    cert, key = certs.make_self_signed(folder, "web")
    if kind == "swapped":
        return cert, key, key, "cert_file .* holds a key"
    if kind == "of two pairs":
        return certs.make_key(folder / "other.key"), cert, folder / "other.key", "do not belong together"
    changed = folder / "changed"
    if kind == "a certificate in DER":
        certs.openssl("x509", "-in", cert, "-outform", "DER", "-out", changed)
        return key, changed, changed, "cert_file .* is not PEM"
    if kind == "a key in DER":
        certs.openssl("pkey", "-in", key, "-outform", "DER", "-out", changed)
        return changed, cert, changed, "key_file .* is not PEM"
    if kind == "an encrypted key":
        certs.openssl("pkey", "-in", key, "-aes256", "-passout", "pass:secret", "-out", changed)
        return changed, cert, changed, "key_file .* is encrypted"
    if kind == "an old encrypted key":
        certs.openssl("ec", "-in", key, "-aes256", "-passout", "pass:secret", "-out", changed)
        return changed, cert, changed, "key_file .* is encrypted"
    return folder / "nosuch.key", cert, folder / "nosuch.key", "nosuch.key"


@pytest.mark.parametrize("kind", ["swapped", "of two pairs", "a certificate in DER", "a key in DER", "an encrypted key",
                                  "an old encrypted key", "missing"])
def test_a_key_pair_that_cannot_be_used(tmp_path, kind):
    key, cert, at_fault, said = key_pair(tmp_path, kind)
    path = tmp_path / "teleport.yaml"
    path.write_text(f"teleport:\n  data_dir: {tmp_path}/data\nauth_service:\n  listen_addr: 127.0.0.1:0\n"
                    f"proxy_service:\n  web_listen_addr: 127.0.0.1:0\n  https_keypairs:\n"
                    f"  - key_file: {key}\n    cert_file: {cert}\nssh_service: {{enabled: no}}\n")
    done = teleport(tmp_path, "start", "-c", path)
    assert done.code != 0 and f"{path}:8: proxy_service.https_keypairs: " in done.err, done
    assert str(at_fault) in done.err and re.search(said, done.err), done
    assert "phrase" not in done.text and len(done.err.splitlines()) <= 2, done
    assert not (tmp_path / "data" / "backend").exists()
    # `configure` also checks the pair.
    if kind != "missing":
        done = teleport(tmp_path, "configure", f"--cert-file={cert}", f"--key-file={key}")
        assert done.code == 1 and not done.out and str(at_fault) in done.err, done


def test_a_log_that_cannot_be_opened_is_one_error(tmp_path):
    path = tmp_path / "teleport.yaml"
    path.write_text(f"teleport: {{data_dir: {tmp_path}/data, log: {{output: {tmp_path}/nosuch/t.log}}}}\n")
    done = teleport(tmp_path, "start", "-c", path)
    assert done.code != 0 and len(done.err.splitlines()) == 1, done
    assert f"{path}: teleport.log.output: cannot open the log {tmp_path}/nosuch/t.log" in done.err, done
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("how", ["file://{}", "{}"])
def test_configure_writes_a_private_file_and_replaces_none(tmp_path, how):
    path = tmp_path / "new" / "teleport.yaml"
    words = ["configure", "--cluster-name=example.com", "-o", how.format(path), f"--data-dir={tmp_path}"]
    teleport(tmp_path, *words).ok()
    assert path.stat().st_mode & 0o777 == 0o600 and path.parent.stat().st_mode & 0o777 == 0o755
    text = path.read_text()
    done = teleport(tmp_path, *words)
    assert done.code != 0 and f"{path} exists" in done.err and path.read_text() == text, done
    check_file(tmp_path, path).ok()


@pytest.mark.parametrize("output", ["http://example.com/a", "file://teleport.yaml", "file://", "ftp://x"])
def test_configure_refuses_other_outputs(tmp_path, output):
    done = run([program("teleport"), "configure", "-o", output], environment(tmp_path), cwd=tmp_path)
    assert done.code == 2 and not done.out, done
    assert not os.listdir(tmp_path)


@pytest.mark.parametrize("output", ["file", ""])
def test_configure_by_name_writes_the_file_that_start_reads(tmp_path, output):
    """The test has a separate /etc, so that it does not change the machine's."""
    if subprocess.run(["unshare", "--mount", "true"], check=False, capture_output=True).returncode != 0:
        pytest.skip("this test makes a mount, which root may")
    script = "mount -t tmpfs none /etc && $0 configure --output=$1 && $0 configure --test /etc/teleport.yaml"
    done = run(["unshare", "--mount", "sh", "-c", script, program("teleport"), output], environment(tmp_path)).ok()
    assert "Wrote /etc/teleport.yaml" in done.out and "OK /etc/teleport.yaml" in done.err, done


def configured(home, *words):
    path = home / "written.yaml"
    path.unlink(missing_ok=True)
    done = teleport(home, *words, "-o", path, f"--data-dir={home}/none").ok()
    assert done.err == "", done
    check_file(home, path).ok()
    return path.read_text()


def test_configure_writes_its_options(tmp_path):
    cert, key = certs.make_self_signed(tmp_path, "web")
    text = configured(tmp_path, "configure", "--cluster-name=example.com", "--public-addr=example.com:8443",
                      "--node-name=n1", "--node-labels=env=prod,team=a b", f"--cert-file={cert}", f"--key-file={key}",
                      "--roles=proxy,auth,node", "--join-method=token")
    for line in ("cluster_name: example.com", "web_listen_addr: 0.0.0.0:8443", "public_addr: example.com:8443",
                 "nodename: n1", "env: prod", "team: a b", f"key_file: {key}", f"cert_file: {cert}",
                 "proxy_listener_mode: multiplex"):
        assert re.search(rf"^ +(- )?{re.escape(line)}$", text, re.M), (line, text)
    assert "web_listen_addr: 0.0.0.0:443\n" in configured(tmp_path, "configure", "--public-addr=example.com")
    # Values with special characters are quoted.
    odd = configured(tmp_path, "configure", "--cluster-name=on", "--node-name=1.10", "--node-labels=a={x: #")
    assert "cluster_name: \"on\"" in odd and "nodename: \"1.10\"" in odd and "{x: #" in odd


def test_node_configure_writes_its_options(tmp_path):
    token = tmp_path / "token"
    token.write_text("abc\n")
    text = configured(tmp_path, "node", "configure", "--proxy=example.com:443", f"--token={token}", "--node-name=n1",
                      "--labels=env=prod,tier=1", "--ca-pin=sha256:aa,sha256:bb", "--public-addr=n1.example.com",
                      "--cluster-name=example.com", "--silent", "--version=v3", "--join-method=token")
    for line in ("proxy_server: example.com:443", f"token_name: {token}", "nodename: n1", "env: prod", 'tier: "1"',
                 "sha256:aa", "sha256:bb", "public_addr: n1.example.com"):
        assert re.search(rf"^ +(- )?{re.escape(line)}$", text, re.M), (line, text)
    assert text.count('enabled: "no"') == 2
    text = configured(tmp_path, "configure", "--roles=node", "--auth-server=10.0.0.1:3025", "--version=v2")
    assert "auth_servers:" in text
    # A file without a cluster is written with a warning.
    done = teleport(tmp_path, "node", "configure", "--token=abc", f"--data-dir={tmp_path}/none").ok()
    assert "names no cluster" in done.err and "ssh_service" in done.out


@pytest.mark.parametrize("words, said", [
    (["configure", "--acme", "--acme-email=a@example.com"], "ACME"),
    (["configure", "--roles=app", "--app-name=a", "--app-uri=http://x"], "--app-name"),
    (["configure", "--mcp-demo-server"], "--mcp-demo-server"),
    (["configure", "--roles=node,db"], "the role db"),
    (["configure", "--roles=windowsdesktop"], "the role windowsdesktop"),
    (["configure", "--join-method=iam"], 'joining by "iam"'),
    (["configure", "--roles=auth"], "auth_service and proxy_service in separate processes"),
    (["node", "configure", "--azure-client-id=x"], "azure"),
])
def test_configure_says_what_is_not_implemented(tmp_path, words, said):
    done = run([program("teleport"), *words, "-o", tmp_path / "t.yaml"], environment(tmp_path))
    assert done.code == 1 and "not implemented" in done.err and said in done.err, done
    assert not (tmp_path / "t.yaml").exists()


@pytest.mark.parametrize("words", [
    ["configure", "--cert-file=/etc/hostname"], ["configure", "--roles=nosuch"],
    ["configure", "--proxy=a:1", "--auth-server=b:2", "--roles=node"], ["configure", "--node-labels=x"],
    ["configure", "--public-addr=a:b"], ["node", "configure", "--version=v2", "--proxy=a:1"],
    ["configure", "--test", "/etc/hostname", "-o", "/tmp/nosuch/t.yaml"]])
def test_configure_refuses_contradictions(tmp_path, words):
    done = run([program("teleport"), *words], environment(tmp_path))
    assert done.code in (1, 2) and not done.out and "teleport: " in done.err, done


def test_configure_warns_of_a_data_directory_in_use(tmp_path):
    (tmp_path / "bot").mkdir()
    assert not teleport(tmp_path, "configure", f"--data-dir={tmp_path}").ok().err
    (tmp_path / "host_uuid").write_text("x")
    done = teleport(tmp_path, "configure", f"--data-dir={tmp_path}").ok()
    assert f"{tmp_path} is not empty" in done.err and done.out.startswith("#")


def test_testing_a_file(tmp_path):
    good, bad = tmp_path / "good.yaml", tmp_path / "bad.yaml"
    good.write_text("version: v3\nteleport: {advertise_ip: 10.0.0.1}\n")
    bad.write_text("version: v3\nauth_service:\n  cluster_nam: x\n")
    done = check_file(tmp_path, good).ok()
    assert done.err.startswith(f"OK {good}\n") and f'{good}:2: "teleport.advertise_ip" has no effect' in done.err
    done = check_file(tmp_path, bad)
    assert done.code == 1 and done.err.startswith(f"FAIL {bad}\n") and f"{bad}:3: unknown key" in done.err
    assert 'did you mean "auth_service.cluster_name"?' in done.err
    assert check_file(tmp_path, tmp_path / "nosuch").code != 0


def test_status_outside_and_inside_of_a_session(tmp_path):
    assert "does not run in a session" in teleport(tmp_path, "status").ok().out
    session = environment(tmp_path, SSH_SESSION_ID="5c2c", SSH_TELEPORT_USER="alice", USER="root",
                          SSH_CLIENT="1.2.3.4 5 6", SSH_TELEPORT_CLUSTER_NAME="example.com",
                          SSH_TELEPORT_HOST_UUID="77aa")
    done = run([program("teleport"), "status"], session).ok()
    assert done.out == ("User ID     : alice, logged in as root from 1.2.3.4 5 6\nCluster Name: example.com\n"
                        "Host UUID   : 77aa\nSession ID  : 5c2c\n")
