"""Tests that `configure` of our event handler and of Teleport's write the same files, and that either tctl takes both."""

import re
import stat
import tomllib

import pytest
import yaml

from certs import openssl
from harness import environment, program, reference_program
from processes import run
from test_handler_configure import client_context, passphrase, server_context, shake_hands

WORDS = [".", "teleport.example.com:443", "ca", "server", "client", "--dns-names=localhost,fluentd.example.com",
         "--ip=127.0.0.1", "--ttl=48h", "--length=2048"]
CERTIFICATES = ("ca", "server", "client")


@pytest.fixture(scope="module", name="folders")
def folders_of_both(tmp_path_factory):
    made = {}
    for owner, find in (("ours", program), ("theirs", reference_program)):
        made[owner] = tmp_path_factory.mktemp(owner)
        env = environment(made[owner], RES_OPTIONS="timeout:1 attempts:1")
        run([find("teleport-event-handler"), "configure", *WORDS], env, "s3cret", cwd=made[owner]).ok()
    return made


def test_files_and_modes_are_the_same(folders):
    ours, theirs = ({path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}
                    for folder in folders.values())
    assert ours == theirs


def test_the_handlers_configuration_is_the_same(folders):
    ours, theirs = (tomllib.loads((folder / "teleport-event-handler.toml").read_text().replace(str(folder), "OUT"))
                    for folder in folders.values())
    assert ours == theirs


def test_the_role_file_is_the_same_but_for_its_version(folders):
    ours, theirs = (list(yaml.safe_load_all((folder / "teleport-event-handler-role.yaml").read_text()))
                    for folder in folders.values())
    assert (ours[0].pop("version"), theirs[0].pop("version")) == ("v5", "v4")
    assert ours == theirs


def settings(folder):
    """Returns the lines of fluent.conf that say something, with values in one kind of quotes."""
    lines = [re.sub(r"\s+", " ", line.strip()) for line in (folder / "fluent.conf").read_text().splitlines()]
    return [line.replace("'", '"') for line in lines if line and not line.startswith("#")]


def test_fluentd_gets_the_same_and_keeps_times(folders):
    ours, theirs = (settings(folder) for folder in folders.values())
    ours.remove("keep_time_key true")
    assert ours == theirs


def shape(path):
    """The facts of a certificate, without serials, keys and identifiers."""
    text = openssl("x509", "-in", path, "-noout", "-text").decode()
    found = {name: re.search(pattern, text)[1] for name, pattern in {
        "issuer": r"Issuer: (.*)", "subject": r"Subject: (.*)", "bits": r"Public-Key: \((\d+) bit",
        "signature": r"Signature Algorithm: (.*)"}.items()}
    for name, pattern in {"names": r"Alternative Name: \n\s+(.*)", "uses": r"Extended Key Usage: \n\s+(.*)",
                          "path": r"CA:TRUE, (pathlen:\d)", "signs": r"(Certificate Sign, CRL Sign)"}.items():
        match = re.search(pattern, text)
        found[name] = match[1] if match else None
    openssl("x509", "-in", path, "-noout", "-checkend", 47 * 3600)
    openssl("x509", "-in", path, "-noout", "-checkend", 49 * 3600, accept=(1,))
    return found


@pytest.mark.parametrize("name", CERTIFICATES)
def test_certificates_have_the_same_shape(folders, name):
    ours, theirs = (shape(folder / f"{name}.crt") for folder in folders.values())
    assert ours == theirs


@pytest.mark.parametrize("name", CERTIFICATES)
def test_keys_have_the_same_form(folders, name):
    ours, theirs = ([re.sub("[0-9A-Fa-f]{32}", "IV", line) for line in (folder / f"{name}.key").read_text().splitlines()
                     if ":" in line or "-----" in line] for folder in folders.values())
    assert ours == theirs
    assert bool(re.search("DEK-Info: AES-256-CBC,IV", "".join(ours))) == (name == "server")


def test_files_of_both_serve_a_sink_and_its_handler(folders):
    for folder in folders.values():
        assert passphrase(folder) == "s3cret"
        assert shake_hands(server_context(folder), client_context(folder)) == {"commonName": "Client"}


@pytest.mark.parametrize("owner", ["ours", "theirs"])
def test_either_tctl_takes_either_role_file(folders, cluster, reference_cluster, owner):
    path = folders[owner] / "teleport-event-handler-role.yaml"
    for place, reference in ((cluster, False), (cluster, True), (reference_cluster, True)):
        place.tctl("create", "-f", path, reference=reference)
        role, = yaml.safe_load_all(place.tctl("get", "role/teleport-event-handler", reference=reference).out)
        assert {"resources": ["event", "session"], "verbs": ["list", "read"]} in role["spec"]["allow"]["rules"]
