"""Tests of tctl auth sign, export and crl: other programs accept the files, and lifetimes are as requested."""

import json
import re
import stat

import pytest
import yaml

from harness import Tsh, environment
from processes import run
from tctl_ways import CONFLICT, FAILED, NOT_FOUND, USAGE

SSH_KEY = r"ssh-ed25519 AAAA[A-Za-z0-9+/=]+"


@pytest.fixture(scope="module")
def signed_user(cluster):
    """Adds a user for whom the tests sign certificates; returns the name."""
    cluster.tctl("users", "add", "signed-user", "--roles=member", "--logins=ubuntu")
    return "signed-user"


def tool(*words):
    return run(list(words), environment("/tmp")).ok().out


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_identity_file(tctl, cluster, signed_user, tmp_path):
    path = tmp_path / "identity"
    done = tctl("auth", "sign", f"--user={signed_user}", f"--out={path}", "--ttl=1h")
    assert done.out == f"The credentials have been written to {path}\n" and not done.err
    assert mode(path) == 0o600
    assert f"\n@cert-authority {cluster.name},*.{cluster.name} " in path.read_text()
    machine = Tsh(cluster, tmp_path / "machine")
    status = json.loads(machine("-i", path, f"--proxy={cluster.proxy}", "status", "--format=json").out)["active"]
    assert status["username"] == signed_user and status["roles"] == ["member"]
    assert len(json.loads(machine("-i", path, f"--proxy={cluster.proxy}", "kube", "ls", "--format=json").out)) == 2


def test_openssh_and_tls(tctl, signed_user, tmp_path):
    tctl("auth", "sign", f"--user={signed_user}", f"--out={tmp_path / 'o'}", "--format=openssh", "--ttl=1h")
    shown = tool("ssh-keygen", "-L", "-f", tmp_path / "o-cert.pub")
    assert "ssh-ed25519-cert-v01@openssh.com user certificate" in shown and signed_user in shown
    assert tool("ssh-keygen", "-y", "-f", tmp_path / "o").startswith("ssh-ed25519 ")
    tctl("auth", "sign", f"--user={signed_user}", f"--out={tmp_path / 't'}", "--format=tls", "--ttl=1h")
    shown = tool("openssl", "x509", "-in", tmp_path / "t.crt", "-noout", "-subject", "-issuer", "-pubkey")
    assert signed_user in shown
    assert tool("openssl", "pkey", "-in", tmp_path / "t.key", "-pubout") in shown
    assert "BEGIN CERTIFICATE" in (tmp_path / "t.cas").read_text()
    assert {mode(tmp_path / name) for name in ("o", "o-cert.pub", "t.key", "t.crt", "t.cas")} == {0o600}


def test_old_form_of_ssh_certificates(local_tctl, signed_user, tmp_path):
    local_tctl("auth", "sign", f"--user={signed_user}", f"--out={tmp_path / 'o'}", "--format=openssh", "--compat=oldssh")
    assert "teleport-roles" not in tool("ssh-keygen", "-L", "-f", tmp_path / "o-cert.pub")


@pytest.mark.parametrize("given", [[], ["--proxy=https://{}"], ["--proxy={}"]])
def test_kubeconfig(tctl, cluster, signed_user, kube, tmp_path, given):
    path = tmp_path / "kubeconfig"
    tctl("auth", "sign", f"--user={signed_user}", f"--out={path}", "--format=kubernetes", "--ttl=1h",
         "--kube-cluster-name=dev-cluster", *(word.format(cluster.proxy) for word in given))
    config = yaml.safe_load(path.read_text())
    assert config["current-context"] == f"{cluster.name}-dev-cluster"
    assert config["clusters"][0]["cluster"]["server"] == f"https://{cluster.proxy}"
    assert "exec" not in config["users"][0]["user"]
    kube.forget_requests()
    out = tool("kubectl", "--kubeconfig", path, "get", "ns")
    assert re.search(r"default +Active", out)
    assert kube.requests(path="/api/v1/namespaces")[-1]["user"] == signed_user


def test_lifetime_is_what_was_asked_for(local_tctl, remote_tctl, signed_user, tmp_path):
    path = tmp_path / "long"
    done = remote_tctl("auth", "sign", f"--user={signed_user}", f"--out={path}", "--ttl=100h", ok=False)
    assert done.code == FAILED and "100h0m0s" in done.err and re.search(r"--ttl=\d+h", done.err)
    assert not path.exists()
    local_tctl("auth", "sign", f"--user={signed_user}", f"--out={path}", "--ttl=100h", "--format=tls")
    seconds = 99 * 3600
    tool("openssl", "x509", "-in", f"{path}.crt", "-noout", "-checkend", str(seconds))


def test_file_that_is_there_stays(local_tctl, signed_user, tmp_path):
    path = tmp_path / "there"
    path.write_text("mine")
    words = ["auth", "sign", f"--user={signed_user}", f"--out={path}"]
    assert local_tctl(*words, ok=False).code == CONFLICT
    assert path.read_text() == "mine"
    local_tctl(*words, "--overwrite")
    assert "PRIVATE KEY" in path.read_text()


def test_host_certificate(tctl, cluster, tmp_path):
    tctl("auth", "sign", "--host=a.example.com,10.0.0.1", "--format=openssh", f"--out={tmp_path / 'h'}")
    shown = tool("ssh-keygen", "-L", "-f", tmp_path / "h-cert.pub")
    assert "host certificate" in shown and "Valid: after" in shown
    principals = shown.split("Principals:")[1].split("Critical")[0].split()
    assert {"a.example.com", "10.0.0.1"} <= set(principals)
    authority = re.search(SSH_KEY, tctl("auth", "export", "--type=host").out).group(0)
    (tmp_path / "ca.pub").write_text(authority)
    assert tool("ssh-keygen", "-lf", tmp_path / "ca.pub").split()[1] in shown
    tctl("auth", "sign", "--host=a", "--format=openssh", f"--out={tmp_path / 'h'}", "--ttl=1h", "--overwrite")
    assert "Valid: from" in tool("ssh-keygen", "-L", "-f", tmp_path / "h-cert.pub")
    assert [event for event in cluster.events(event="cert.create") if event["cert_type"] == "host"]


@pytest.mark.parametrize("words,code", [
    (["--out={}"], USAGE), (["--user=signed-user"], USAGE), (["--user=signed-user", "--host=h", "--out={}"], USAGE),
    (["--host=h", "--out={}"], USAGE), (["--user=nobody-here", "--out={}"], NOT_FOUND),
    (["--user=signed-user", "--out={}", "--format=nosuch"], USAGE),
    (["--user=signed-user", "--out={}", "--ttl=0"], FAILED), (["--user=signed-user", "--out={}", "--compat=x"], USAGE),
    (["--user=signed-user", "--out={}", "--format=kubernetes", "--leaf-cluster=nosuch"], NOT_FOUND),
    (["--user=signed-user", "--out={}", "--format=kubernetes", "--kube-cluster-name=nosuch"], FAILED)])
def test_refused(local_tctl, signed_user, tmp_path, words, code):
    assert signed_user
    done = local_tctl("auth", "sign", *(word.format(tmp_path / "out") for word in words), ok=False)
    assert done.code == code, done
    assert not list(tmp_path.iterdir())


# Export.


def test_export_for_ssh(tctl, cluster):
    assert re.fullmatch(rf"cert-authority {SSH_KEY} clustername={cluster.name}&type=user\n",
                        tctl("auth", "export", "--type=user").out)
    host = tctl("auth", "export", "--type=host").out
    assert re.fullmatch(rf"@cert-authority {cluster.name},\*\.{cluster.name} {SSH_KEY} type=host\n", host)
    assert tctl("auth", "export").out.splitlines()[0] + "\n" in (host, tctl("auth", "export", "--type=user").out)
    assert len(tctl("auth", "export").out.splitlines()) == 2
    assert tctl("auth", "export", "--type=user", "--compat=1.0").out.startswith("@cert-authority ")


def test_export_by_fingerprint(local_tctl, tmp_path):
    (tmp_path / "ca.pub").write_text(re.search(SSH_KEY, local_tctl("auth", "export", "--type=user").out).group(0))
    fingerprint = tool("ssh-keygen", "-lf", tmp_path / "ca.pub").split()[1]
    assert "cert-authority" in local_tctl("auth", "export", "--type=user", f"--fingerprint={fingerprint}").out
    assert local_tctl("auth", "export", "--type=host", f"--fingerprint={fingerprint}", ok=False).code == NOT_FOUND


@pytest.mark.parametrize("kind", ["tls-host", "tls", "tls-user", "tls-spiffe", "db", "db-client", "awsra",
                                  "tls-user-der", "windows", "db-der", "db-client-der", "saml-idp"])
def test_export_for_tls(local_tctl, cluster, tmp_path, kind):
    der = kind.endswith("-der") or kind in ("windows", "saml-idp")
    done = local_tctl("auth", "export", f"--type={kind}", f"--out={tmp_path / 'ca'}")
    assert done.out == f"{tmp_path / 'ca'}0.cer\n" and mode(tmp_path / "ca0.cer") == 0o644
    shown = tool("openssl", "x509", "-in", tmp_path / "ca0.cer", "-inform", "DER" if der else "PEM", "-noout", "-subject")
    assert cluster.name in shown
    local_tctl("auth", "export", f"--type={kind}", "--keys", f"--out={tmp_path / 'key'}")
    tool("openssl", "pkey", "-in", tmp_path / "key0.cer", "-inform", "DER" if der else "PEM", "-noout")
    assert mode(tmp_path / "key0.cer") == 0o600
    if not der:
        assert local_tctl("auth", "export", f"--type={kind}").out == (tmp_path / "ca0.cer").read_text()


def test_export_of_private_ssh_keys(tctl, tmp_path):
    (tmp_path / "key").write_text(tctl("auth", "export", "--type=openssh", "--keys").out)
    (tmp_path / "key").chmod(0o600)
    public = tool("ssh-keygen", "-y", "-f", tmp_path / "key").strip()
    assert public in tctl("auth", "export", "--type=openssh").out


@pytest.mark.parametrize("kind", ["host", "user", "db", "db_client"])
def test_revocation_list(local_tctl, tmp_path, kind):
    name = local_tctl("auth", "crl", f"--type={kind}", f"--out={tmp_path / 'list'}").out.strip()
    shown = tool("openssl", "crl", "-in", name, "-inform", "DER", "-noout", "-text")
    assert "No Revoked Certificates" in shown


@pytest.mark.parametrize("words,code", [(["export", "--type=nosuch"], USAGE), (["export", "--type=github"], FAILED),
                                        (["crl"], USAGE), (["crl", "--type=jwt"], USAGE)])
def test_refused_export(local_tctl, words, code):
    assert local_tctl("auth", *words, ok=False).code == code
