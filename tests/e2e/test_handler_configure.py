"""Tests of teleport-event-handler configure: what it writes works with openssl, a TLS server and tctl; what it refuses."""

import json
import re
import socket
import ssl
import stat
import threading
import tomllib

import pytest

from certs import openssl
from harness import assert_plain, environment, program
from processes import Terminal, run

FILES = ["ca.crt", "ca.key", "server.crt", "server.key", "client.crt", "client.key", "fluent.conf",
         "teleport-event-handler-role.yaml", "teleport-event-handler.toml"]
BAD_PARAMETER, USAGE, NOT_FOUND, DENIED, EXISTS = 1, 2, 5, 4, 6
# Names of these tests have no address: the resolver asks once.
RESOLVER = {"RES_OPTIONS": "timeout:1 attempts:1"}


def configure(folder, *words, stdin="", cwd=None, length="2048"):
    env = environment(folder, **RESOLVER)
    return run([program("teleport-event-handler"), "configure", *words, "--length", length], env, stdin, cwd=cwd or folder)


def files_of(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def passphrase(folder):
    quoted = re.search(r"private_key_passphrase (\"[^\"]*\"|'(?:\\.|[^'\\])*')\n", (folder / "fluent.conf").read_text())[1]
    return re.sub(r"\\(.)", r"\1", quoted[1:-1])


def server_context(folder):
    """Fluentd's checks of the files."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.crt", folder / "server.key", passphrase(folder))
    context.load_verify_locations(folder / "ca.crt")
    context.verify_mode = ssl.CERT_REQUIRED
    return context


def client_context(folder, with_certificate=True):
    context = ssl.create_default_context(cafile=folder / "ca.crt")
    if with_certificate:
        context.load_cert_chain(folder / "client.crt", folder / "client.key")
    return context


def shake_hands(server, client, name="localhost"):
    """Returns the client's certificate, as the server sees it, or raises the error of one side."""
    ours, theirs = socket.socketpair()
    seen, failed = [], []

    def serve():
        try:
            with server.wrap_socket(ours, server_side=True) as connection:
                seen.append(dict(pair[0] for pair in connection.getpeercert()["subject"]))
                connection.sendall(b"!")
        except ssl.SSLError as error:
            failed.append(error)
    thread = threading.Thread(target=serve)
    thread.start()
    try:
        with client.wrap_socket(theirs, server_hostname=name) as connection:
            connection.recv(1)
    finally:
        thread.join(10)
    if failed:
        raise failed[0]
    return seen[0]


@pytest.fixture(scope="module", name="written")
def written_files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("written")
    done = configure(folder, ".", "teleport.example.com:443").ok()
    return folder, done


def test_all_files_are_there_and_private(written):
    folder, done = written
    assert sorted(files_of(folder)) == sorted(FILES)
    assert {stat.S_IMODE((folder / name).stat().st_mode) for name in FILES} == {0o600}
    assert_plain(done.text)
    assert done.err == "" and all(name in done.out for name in FILES)
    assert "tctl create -f" in done.out and f"start --config '{folder}/teleport-event-handler.toml'" in done.out
    keys = [line for name in FILES if name.endswith(".key") for line in (folder / name).read_text().splitlines()[1:-1]]
    assert not [line for line in [*keys, passphrase(folder)] if line and line in done.text]


def test_the_configuration_names_the_files(written):
    folder, _ = written
    assert tomllib.loads((folder / "teleport-event-handler.toml").read_text()) == {
        "storage": "./storage", "timeout": "10s", "batch": 20,
        "forward": {"fluentd": {"ca": f"{folder}/ca.crt", "cert": f"{folder}/client.crt", "key": f"{folder}/client.key",
                                "url": "https://localhost:8888/test.log",
                                "session-url": "https://localhost:8888/session"}},
        "teleport": {"addr": "teleport.example.com:443", "identity": "identity", "refresh": {"enabled": True}}}


def test_openssl_takes_certificates_and_keys(written):
    folder, _ = written
    for name, purpose in (("server", "sslserver"), ("client", "sslclient")):
        openssl("verify", "-x509_strict", "-purpose", purpose, "-CAfile", folder / "ca.crt", folder / f"{name}.crt")
        of_certificate = openssl("x509", "-in", folder / f"{name}.crt", "-noout", "-pubkey")
        words = ["-passin", f"pass:{passphrase(folder)}"] if name == "server" else []
        assert openssl("rsa", "-in", folder / f"{name}.key", "-pubout", *words) == of_certificate
    openssl("rsa", "-in", folder / "server.key", "-passin", "pass:another", "-noout", accept=(1,))
    assert re.fullmatch("[0-9a-f]{64}", passphrase(folder))


def test_the_files_authenticate_both_sides(written):
    folder, _ = written
    assert shake_hands(server_context(folder), client_context(folder)) == {"commonName": "Client"}
    with pytest.raises(ssl.SSLError):
        shake_hands(server_context(folder), client_context(folder, with_certificate=False))
    with pytest.raises(ssl.SSLCertVerificationError):
        shake_hands(server_context(folder), client_context(folder), "fluentd.example.com")


def test_certificates_of_another_folder_are_strangers(written, tmp_path):
    folder, _ = written
    configure(tmp_path).ok()
    with pytest.raises(ssl.SSLError):
        shake_hands(server_context(folder), client_context(tmp_path))
    with pytest.raises(ssl.SSLError):
        shake_hands(server_context(tmp_path), client_context(folder))


def test_the_role_file_makes_a_user_who_reads_the_log(written, cluster, tmp_path):
    folder, _ = written
    cluster.tctl("create", "-f", folder / "teleport-event-handler-role.yaml")
    cluster.tctl("auth", "sign", "--user=teleport-event-handler", "--out", tmp_path / "identity")
    words = [program("tctl"), "-i", tmp_path / "identity", "--auth-server", f"127.0.0.1:{cluster.auth_port}"]
    assert json.loads(run([*words, "events", "ls", "--format=json"], environment(tmp_path)).ok().out)
    assert run([*words, "get", "users"], environment(tmp_path)).code == DENIED


def test_names_addresses_lifetime_and_file_names_are_those_given(tmp_path):
    done = configure(tmp_path, tmp_path, "[::1]:3025", "root", "sink", "sender", "--cn=handler.nowhere.invalid",
                     "--dns-names=fluentd.nowhere.invalid,localhost", "--ip=127.0.0.1", "--ip=::1", "--ttl=48h",
                     "--output=fluentd", length="4096", cwd="/").ok()
    assert done.err == ("this host finds no address of fluentd.nowhere.invalid, handler.nowhere.invalid: make the DNS "
                        "records before the handler starts\n")
    for name in ("root", "sink", "sender"):
        text = openssl("x509", "-in", tmp_path / f"{name}.crt", "-noout", "-text", "-checkend", 47 * 3600).decode()
        openssl("x509", "-in", tmp_path / f"{name}.crt", "-noout", "-checkend", 49 * 3600, accept=(1,))
        assert "Public-Key: (4096 bit)" in text
        assert name == "root" or ("DNS:fluentd.nowhere.invalid, DNS:localhost, IP Address:127.0.0.1, "
                                  "IP Address:0:0:0:0:0:0:0:1") in text
    assert b"CN = handler.nowhere.invalid" in openssl("x509", "-in", tmp_path / "sender.crt", "-noout", "-subject")
    toml = tomllib.loads((tmp_path / "teleport-event-handler.toml").read_text())
    assert toml["forward"]["fluentd"]["url"] == "https://fluentd.nowhere.invalid:8888/test.log"
    assert toml["forward"]["fluentd"]["ca"] == f"{tmp_path}/root.crt" and toml["teleport"]["addr"] == "[::1]:3025"
    assert '/keys/sink.key"' in (tmp_path / "fluent.conf").read_text()


@pytest.mark.parametrize("words, address, note", [
    ([], "localhost:3025", ""),
    (["."], "localhost:3025", ""),
    ([".", "teleport.example.com"], "teleport.example.com:443", "has no port: the configuration has port 443"),
    ([".", "10.0.0.7:3080"], "10.0.0.7:3080", "")])
def test_the_address_may_lack_its_port(tmp_path, words, address, note):
    done = configure(tmp_path, *words).ok()
    toml = tomllib.loads((tmp_path / "teleport-event-handler.toml").read_text())
    assert toml["teleport"]["addr"] == address and note in done.err and bool(note) == bool(done.err)


@pytest.mark.parametrize("given", ["it's \"my\" #{secret} \\ p\u00e4ss", "plain"])
@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_a_passphrase_comes_from_a_pipe(tmp_path, given, end):
    done = configure(tmp_path, stdin=given + end).ok()
    assert passphrase(tmp_path) == given and given not in done.text
    assert shake_hands(server_context(tmp_path), client_context(tmp_path))


@pytest.mark.parametrize("given", ["two\nlines", "tab\t", "p" * 1025])
def test_a_passphrase_that_fluentd_cannot_read_is_refused(tmp_path, given):
    done = configure(tmp_path, stdin=given)
    assert done.code == BAD_PARAMETER and "the passphrase must" in done.err and given not in done.text
    assert files_of(tmp_path) == {}


def test_results_have_a_form_for_programs(tmp_path):
    done = json.loads(configure(tmp_path, "--format=json").ok().out)
    assert done["folder"] == str(tmp_path) and sorted(done["files"]) == sorted(FILES)


@pytest.mark.parametrize("words, code, reason", [
    (["--length=1024"], BAD_PARAMETER, "refuses keys of 1024 bits"),
    (["--length=512"], USAGE, "--length"),
    (["--ttl=0s"], BAD_PARAMETER, '--ttl: "0s" is not a duration'),
    (["--ttl=900000h"], BAD_PARAMETER, '--ttl: "900000h" is not a duration'),
    (["--ttl=soon"], BAD_PARAMETER, '--ttl: "soon" is not a duration'),
    (["--output=splunk"], USAGE, "--output"),
    (["--ip=fluentd.example.com"], BAD_PARAMETER, '--ip: "fluentd.example.com" is not an address'),
    (["--dns-names=two words"], BAD_PARAMETER, '--dns-names: "two words" is not a host name'),
    (["--dns-names=https://fluentd.example.com"], BAD_PARAMETER, "is not a host name"),
    (["--dns-names=" + ",".join(f"h{i}" for i in range(101))], BAD_PARAMETER, "more than 100 names"),
    (["--cn=" + "c" * 65], BAD_PARAMETER, "is not a name of 1 to 64 bytes"),
    (["--cn=nowhere.invalid", "--strict"], NOT_FOUND, "finds no address of nowhere.invalid"),
    ([".", "https://teleport.example.com"], BAD_PARAMETER, "is not HOST:PORT"),
    ([".", "teleport.example.com:port"], BAD_PARAMETER, "is not HOST:PORT"),
    ([".", ":443"], BAD_PARAMETER, "is not HOST:PORT"),
    ([".", "a:1", "../ca"], BAD_PARAMETER, 'ca-name: "../ca" is not the name of a file'),
    ([".", "a:1", "ca", "s/erver"], BAD_PARAMETER, "server-name"),
    ([".", "a:1", "ca", "server", ".client"], BAD_PARAMETER, "client-name"),
    ([".", "a:1", "same", "same"], BAD_PARAMETER, "three different names"),
    (["nowhere"], NOT_FOUND, 'the output folder "nowhere" is not a folder'),
    (["/dev/null"], NOT_FOUND, 'the output folder "/dev/null" is not a folder')])
def test_what_is_refused_leaves_no_file(tmp_path, words, code, reason):
    given = [word for word in words if word.startswith("--length")]
    done = run([program("teleport-event-handler"), "configure", *words, *([] if given else ["--length=2048"])],
               environment(tmp_path, **RESOLVER), cwd=tmp_path)
    assert done.code == code and reason in done.err, done
    assert files_of(tmp_path) == {}


def test_a_name_with_a_wildcard_is_not_looked_up(tmp_path):
    assert configure(tmp_path, "--dns-names=*.nowhere.invalid,localhost", "--strict").ok().err == ""


def test_without_a_terminal_files_are_replaced_on_demand_alone(tmp_path):
    (tmp_path / "client.key").write_text("precious")
    refused = configure(tmp_path, ".")
    assert refused.code == EXISTS and "has client.key already" in refused.err and "--overwrite" in refused.err, refused
    assert files_of(tmp_path) == {"client.key": b"precious"}
    configure(tmp_path, ".", "--overwrite").ok()
    assert sorted(files_of(tmp_path)) == sorted(FILES)
    assert shake_hands(server_context(tmp_path), client_context(tmp_path))


@pytest.mark.parametrize("answer, replaces", [("y", True), ("n", False), ("", False)])
def test_on_a_terminal_the_question_comes_first(tmp_path, answer, replaces):
    (tmp_path / "ca.key").write_text("precious")
    words = [program("teleport-event-handler"), "configure", str(tmp_path), "--length=2048"]
    terminal = Terminal(words, environment(tmp_path))
    assert terminal.answer(r"has ca.key already. Replace all files, keys included\? \[y/N\] ", answer)
    done = terminal.finish()
    assert done.code == (0 if replaces else EXISTS), done
    assert (sorted(files_of(tmp_path)) == sorted(FILES)) == replaces
    assert ((tmp_path / "ca.key").read_bytes() == b"precious") != replaces


def test_a_folder_that_cannot_be_written_is_refused_at_once(tmp_path):
    done = configure(tmp_path, "/proc/self")
    assert done.code != 0 and "/proc/" in done.err and "Wrote" not in done.out, done
