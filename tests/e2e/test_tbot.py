"""Tests of tbot: its commands without a cluster, and bots that join a cluster, write outputs and renew them."""

import base64
import getpass
import json
import os
import re
import signal
import subprocess
import urllib.request

import pytest
import yaml

from harness import assert_plain, environment, program
from processes import Background, free_port, run, wait_for
from test_walks import EVENT_HANDLER

USAGE, DENIED, NOT_FOUND, UNREACHABLE, FAILED, PARTLY = 2, 4, 5, 7, 1, 9
IDENTITY_FILES = {".write-test", "identity", "key", "key-cert.pub", "key.pub", "tlscert", "known_hosts", "ssh_config",
                  "teleport-host-ca.crt", "teleport-user-ca.crt", "teleport-database-ca.crt"}
STORAGE_FILES = {".write-test", "key", "key-cert.pub", "key.pub", "lock", "sshcacerts", "tlscacerts", "tlscert",
                 "tokenhash"}
V1 = """
auth_server: auth.example.com:3025
onboarding: {token: T, join_method: token}
storage: {directory: /var/bot}
destinations:
- directory: /out
  configs: [ssh_client]
"""


@pytest.fixture(name="tbot")
def tbot_program(tmp_path):
    """Returns a function that runs tbot, with a directory of its own as its home."""
    def call(*words, **options):
        env = environment(tmp_path, **options.pop("env", {}))
        return run([program("tbot"), *words], env, **options)
    return call


class Bot:
    """A bot of a cluster: how it joins, where it stores its identity, and where it writes."""

    def __init__(self, cluster, name, directory, roles="access"):
        self.cluster = cluster
        self.directory = directory
        self.storage = directory / "storage"
        self.out = directory / "out"
        self.env = environment(directory, SSL_CERT_FILE=str(cluster.ca_file))
        cluster.create(f"{{kind: bot, version: v1, metadata: {{name: {name}}}, spec: {{roles: [{roles}]}}}}")
        token = cluster.tctl("bots", "instances", "add", name, "--format=json")
        self.token = json.loads(token.out)["token_id"]

    def config(self, services=None, **more):
        """Writes a configuration, and returns its path."""
        path = self.directory / "tbot.yaml"
        path.write_text(yaml.safe_dump({
            "version": "v2", "proxy_server": self.cluster.proxy,
            "onboarding": {"join_method": "token", "token": self.token},
            "storage": {"type": "directory", "path": str(self.storage)},
            "services": services or [{"type": "identity",
                                      "destination": {"type": "directory", "path": str(self.out)}}], **more}))
        return path

    def run(self, *words, **options):
        return run([program("tbot"), *words], self.env, **options)

    def once(self, *words, **more):
        return self.run("start", "--oneshot", "-c", self.config(**more), *words)

    def start(self, **more):
        """Starts the bot as a daemon, and waits until its outputs are written."""
        words = [program("tbot"), "start", "-c", self.config(**more)]
        running = Background(words, self.env, self.directory / "tbot.log")
        wait_for(lambda: self.status().get("status") == "healthy", what="a healthy bot")
        return running

    def status(self):
        done = self.run("status", "--storage", self.storage, "--format=json")
        return json.loads(done.out) if done.code == 0 else {}


@pytest.fixture(name="bot")
def bot_of_cluster(cluster, name, tmp_path):
    return Bot(cluster, name, tmp_path)


def public_key_of(key, tmp_path):
    (tmp_path / "shown").write_text(key)
    return subprocess.run(["openssl", "pkey", "-in", tmp_path / "shown", "-pubout"], capture_output=True, text=True,
                          check=True).stdout


def public_key_in(certificate, tmp_path):
    (tmp_path / "shown").write_text(certificate)
    return subprocess.run(["openssl", "x509", "-in", tmp_path / "shown", "-noout", "-pubkey"], capture_output=True,
                          text=True, check=True).stdout


def assert_whole(directory, tmp_path):
    """Checks that the key of a directory belongs to each of its certificates.

    The names of new files change one after the other within microseconds, or longer while the disk is busy: a reader
    whose files do not fit reads again."""
    def fits():
        key, cert = ((directory / name).read_text() for name in ("key", "tlscert"))
        identity = (directory / "identity").read_text() if (directory / "identity").exists() else key + cert
        own = re.search(r"-----BEGIN PRIVATE KEY-----.*?-----END PRIVATE KEY-----\n", identity, re.S).group(0)
        its = re.search(r"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----\n", identity, re.S).group(0)
        return (public_key_of(key, tmp_path) == public_key_in(cert, tmp_path)
                and public_key_of(own, tmp_path) == public_key_in(its, tmp_path))
    wait_for(fits, timeout=1, what="a key and certificates that fit")


def modes(directory):
    return {entry.name: entry.stat().st_mode & 0o777 for entry in directory.iterdir() if not entry.is_socket()}


def test_configure_prints_a_file_that_is_read_again(tbot, tmp_path):
    done = tbot("configure", "identity", "--proxy-server=access.example.com:443", "--join-method=token", "--token=T",
                "--destination=/opt/machine-id", "--reader-user=jenkins", "--cluster=leaf", "--allow-reissue",
                "--certificate-ttl=30m", "--renewal-interval=5m").ok()
    assert done.out.startswith("# tbot config file generated by `configure` command\nversion: v2\nonboarding:\n")
    config = yaml.safe_load(done.out)
    assert config["onboarding"] == {"token": "T", "join_method": "token"}
    assert config["storage"] == {"type": "directory", "path": "/var/lib/teleport/bot", "symlinks": "try-secure",
                                 "acls": "try"}
    assert config["services"] == [{
        "type": "identity", "ssh_config": "on", "cluster": "leaf", "allow_reissue": True,
        "destination": {"type": "directory", "path": "/opt/machine-id", "symlinks": "try-secure", "acls": "try",
                        "readers": [{"user": "jenkins"}]}}]
    assert (config["credential_ttl"], config["renewal_interval"]) == ("30m0s", "5m0s")
    assert (config["debug"], config["oneshot"], config["fips"]) == (False, False, False)

    path = tmp_path / "tbot.yaml"
    written = tbot("configure", "-c", "/dev/stdin", "-o", path, stdin=done.out).ok()
    assert not written.out and str(path) in written.err
    assert path.read_text() == done.out and path.stat().st_mode & 0o777 == 0o600
    encoded = base64.b64encode(done.out.encode()).decode()
    assert tbot("configure", env={"TBOT_CONFIG": encoded}).ok().out == done.out


@pytest.mark.parametrize("words, type_, key", [
    (["kubernetes", "--kubernetes-cluster=dev"], "kubernetes", "kubernetes_cluster"),
    (["k8s/v2", "--name-selector=a", "--label-selector=env=dev,team=x"], "kubernetes/v2", "selectors"),
    (["app", "--app=wiki", "--specific-tls-extensions"], "application", "app_name")])
def test_configure_knows_every_output(tbot, words, type_, key):
    done = tbot("configure", *words, "--destination=memory://", "--join-uri=tbot+proxy+token://T@a:1").ok()
    service = yaml.safe_load(done.out)["services"][0]
    assert service["type"] == type_ and service[key] and service["destination"] == {"type": "memory"}


def test_migrate_writes_an_old_file_anew(tbot, tmp_path):
    old = tmp_path / "old.yaml"
    old.write_text(V1)
    done = tbot("migrate", "-c", old).ok()
    config = yaml.safe_load(done.out)
    assert config["version"] == "v2" and config["services"][0]["destination"]["path"] == "/out"
    new = tmp_path / "new.yaml"
    tbot("migrate", "-c", old, "-o", new).ok()
    assert "nothing to migrate" in tbot("migrate", "-c", new).err
    assert tbot("migrate").code == USAGE
    assert "old version v1" in tbot("configure", "-c", old).ok().err


def test_unknown_keys_are_warnings_or_errors(tbot, tmp_path):
    path = tmp_path / "tbot.yaml"
    path.write_text("version: v2\nproxy_serve: a:1\nonboarding: {join_method: token}\n")
    done = tbot("configure", "-c", path).ok()
    assert "tbot.yaml:2" in done.err and 'did you mean \\"proxy_server\\"?' in done.err
    strict = tbot("configure", "-c", path, "--strict")
    assert strict.code == FAILED and f'{path}:2: unknown key "proxy_serve"' in strict.err and not strict.out
    assert_plain(strict.err)


@pytest.mark.parametrize("words, code, text", [
    (["start"], FAILED, "the address of the cluster is missing"),
    (["start", "--proxy-server=a:1", "--auth-server=b:1"], USAGE, "exclude each other"),
    (["start", "identity", "--proxy-server=a:1"], USAGE, "--destination is missing"),
    (["start", "identity", "--destination=s3://x"], FAILED, "is not a destination"),
    (["start", "-c", "/absent.yaml"], NOT_FOUND, "/absent.yaml"),
    (["configure"], USAGE, "the join method is missing"),
    (["configure", "--join-method=magic"], FAILED, '"magic" is not known'),
    (["configure", "--join-method=token", "--certificate-ttl=soon"], FAILED, "--certificate-ttl"),
    (["start", "--proxy-server=a:1", "--join-method=tpm", "--token=x"], FAILED, "not implemented"),
    (["start", "database"], FAILED, "not implemented"),
    (["kube", "credentials"], USAGE, "--destination-dir is missing"),
    (["kube", "credentials", "--destination-dir=/absent"], NOT_FOUND, "/absent"),
    (["ssh-proxy-command", "--host=x"], USAGE, "--destination-dir is missing"),
    (["status", "--storage=/absent"], NOT_FOUND, "no bot answers"),
    (["install", "systemd"], USAGE, "--config=FILE"),
])
def test_mistakes_are_refused_with_a_reason(tbot, words, code, text):
    done = tbot(*words)
    assert (done.code, done.out) == (code, ""), done
    assert text in done.err, done
    assert_plain(done.err)


def test_types_that_are_not_implemented_are_refused_by_name(tbot, tmp_path):
    path = tmp_path / "tbot.yaml"
    path.write_text("version: v2\nproxy_server: a:1\nservices:\n- {type: ssh-multiplexer, destination: {type: memory}}\n")
    done = tbot("start", "-c", path)
    assert done.code == FAILED and "services[0]: outputs of type ssh-multiplexer are not implemented" in done.err
    assert f"{path}:4" in done.err


def test_a_unit_of_systemd_is_shown_then_written(tbot, tmp_path):
    words = ["install", "systemd", "-c", "/etc/my bot.yaml", "--name=my-bot", "--user=u", "--group=g",
             "--systemd-directory", tmp_path]
    shown = tbot(*words).ok()
    assert 'start -c "/etc/my bot.yaml"\n' in shown.out and "User=u\nGroup=g\n" in shown.out
    assert "Type=notify\n" in shown.out
    unit = tmp_path / "my-bot.service"
    assert not unit.exists()
    tbot(*words, "--write").ok()
    assert unit.read_text() == shown.out
    assert "up to date" in tbot(*words, "--write").ok().err
    unit.write_text("another")
    assert tbot(*words, "--write").code == 6
    tbot(*words, "--write", "--force").ok()
    assert unit.read_text() == shown.out
    assert tbot("install", "systemd", "-c", "x", "--user=a b").code == USAGE


def test_init_prepares_a_directory(tbot, tmp_path):
    target = tmp_path / "a" / "out"
    tbot("init", "--destination-dir", target).ok()
    assert target.stat().st_mode & 0o777 == 0o700
    (target / "identity").write_text("kept")
    (target / "stray").write_text("removed")
    assert "stray was removed" in tbot("init", "--destination-dir", target, "--clean").ok().err
    assert sorted(entry.name for entry in target.iterdir()) == ["identity"]
    assert tbot("init").code == USAGE
    assert tbot("init", "--destination-dir", target, "--bot-user=no-such-user").code == USAGE


def test_tbot_copies_itself(tbot, tmp_path):
    tbot("copy-binaries", tmp_path / "bin").ok()
    assert run([tmp_path / "bin" / "tbot", "version"], environment(tmp_path)).ok().out.startswith("Teleport v")


def test_a_bot_writes_an_identity_once(bot, cluster, tmp_path):
    done = bot.once().ok()
    assert bot.token not in done.text and "PRIVATE KEY" not in done.text
    files = modes(bot.out)
    assert set(files) == IDENTITY_FILES | {f"{cluster.name}.ssh_config", f"{cluster.name}.known_hosts"}
    assert set(files.values()) == {0o600} and set(modes(bot.storage).values()) == {0o600}
    assert set(modes(bot.storage)) == STORAGE_FILES
    assert_whole(bot.out, tmp_path)
    listed = run([program("tsh"), "-i", bot.out / "identity", "--proxy", cluster.proxy, "ls"], bot.env).ok()
    assert "Node Name" in listed.out


def test_a_stored_identity_is_renewed_without_the_token(bot, cluster, name, tmp_path):
    bot.once().ok()
    before = (bot.storage / "tlscert").read_text()
    done = bot.once().ok()
    assert "renewed" in done.err and "joined" not in done.err
    assert (bot.storage / "tlscert").read_text() != before
    assert_whole(bot.storage, tmp_path)
    assert re.search(rf"{name}/\S+ +token .* 2\n", cluster.tctl("bots", "instances", "ls").out)


def test_a_token_is_for_one_bot(bot):
    bot.once().ok()
    bot.storage = bot.directory / "other"
    done = bot.once()
    assert done.code == DENIED and "cannot join" in done.err and bot.token not in done.text, done


def test_a_copied_storage_is_found_out(bot):
    bot.once().ok()
    subprocess.run(["cp", "-r", bot.storage, bot.directory / "copy"], check=True)
    bot.once().ok()
    own, bot.storage = bot.storage, bot.directory / "copy"
    assert bot.once().code != 0
    bot.storage = own
    assert bot.once().code != 0


def test_a_bot_without_roles_is_told_the_next_step(cluster, name, tmp_path):
    bot = Bot(cluster, name, tmp_path, roles="")
    done = bot.once()
    assert done.code == DENIED and f"tctl bots update {name} --add-roles=ROLE" in done.err, done
    assert not bot.out.exists()


def test_a_bot_gets_the_role_that_reads_the_audit_log(cluster, name, tmp_path):
    """Walk 5, step 3: a bot's identity for what exports events, by a role that the bot gets later."""
    cluster.create(EVENT_HANDLER, "-f")
    cluster.create(f"{{kind: role, version: v7, metadata: {{name: {name}}}, spec: {{}}}}")
    bot = Bot(cluster, name, tmp_path, roles=name)

    def events():
        bot.once().ok()
        return run([program("tctl"), "-i", bot.out / "identity", "--auth-server", cluster.proxy, "events", "ls",
                    "--format=json"], bot.env)
    assert events().code == DENIED
    cluster.tctl("bots", "update", name, "--add-roles", "teleport-event-handler")
    listed = json.loads(events().ok().out)
    assert {"bot.join", "bot.update"} <= {event["event"] for event in listed}


def test_one_output_that_fails_leaves_the_others_alone(bot):
    (bot.directory / "file").write_text("no directory")
    done = bot.once(services=[
        {"type": "identity", "name": "bad", "destination": {"type": "directory", "path": str(bot.directory / "file")}},
        {"type": "identity", "destination": {"type": "directory", "path": str(bot.out)}}])
    assert done.code == PARTLY and "1 of 2 outputs failed: bad: " in done.err, done
    assert (bot.out / "identity").exists()


def test_a_cluster_that_is_away_is_unreachable(bot):
    done = bot.once(proxy_server=f"localhost:{free_port()}")
    assert done.code == UNREACHABLE, done
    assert_plain(done.err)


def test_a_bot_joins_by_the_auth_service(bot, cluster, tmp_path):
    """The cluster is trusted by its CA pin alone."""
    pin = re.search(r"sha256:[0-9a-f]{64}", cluster.tctl("status").out).group(0)
    address = f"127.0.0.1:{cluster.auth_port}"
    words = ["start", "identity", "--oneshot", "--auth-server", address, "--join-method=token", "--token", bot.token,
             "--storage", bot.storage, "--destination", bot.out]
    refused = bot.run(*words)
    assert refused.code == FAILED and "can only be trusted by its CA pin" in refused.err, refused
    wrong = bot.run(*words, "--ca-pin=sha256:" + "0" * 64)
    assert wrong.code == DENIED and "do not match the CA pin" in wrong.err, wrong
    bot.run(*words, f"--ca-pin={pin}").ok()
    assert_whole(bot.out, tmp_path)
    bot.run(*words).ok()  # its own identity has the authority


def test_a_host_certificate_for_sshd(cluster, name, tmp_path):
    cluster.create(f"""
        kind: role
        version: v7
        metadata: {{name: {name}}}
        spec: {{allow: {{rules: [{{resources: [host_cert], verbs: [create]}}]}}}}
    """)
    bot = Bot(cluster, name, tmp_path, roles=name)
    bot.once(services=[{"type": "ssh_host", "principals": ["node.example", "10.0.0.9"],
                        "destination": {"type": "directory", "path": str(bot.out)}}]).ok()
    assert set(modes(bot.out)) == {".write-test", "ssh_host", "ssh_host-cert.pub", "ssh_host-user-ca.pub"}
    shown = subprocess.run(["ssh-keygen", "-L", "-f", bot.out / "ssh_host-cert.pub"], capture_output=True, text=True,
                           check=True).stdout
    assert "ssh-ed25519-cert-v01@openssh.com host certificate" in shown
    assert re.search(r"Principals: \n +node.example\n +10.0.0.9\n", shown), shown
    assert (bot.out / "ssh_host-user-ca.pub").read_text().endswith(f" clustername={cluster.name}&type=user\n")
    public = subprocess.run(["ssh-keygen", "-y", "-f", bot.out / "ssh_host"], capture_output=True, text=True,
                            check=True).stdout
    assert public.startswith("ssh-ed25519 ")


def test_a_kubeconfig_that_calls_tbot(cluster, name, tmp_path):
    bot = Bot(cluster, name, tmp_path, roles="member")
    bot.once(services=[
        {"type": "kubernetes", "kubernetes_cluster": "dev-cluster",
         "destination": {"type": "directory", "path": str(bot.out)}},
        {"type": "kubernetes/v2", "selectors": [{"labels": {"env": "dev"}}],
         "destination": {"type": "directory", "path": str(bot.directory / "all")}},
        {"type": "kubernetes", "kubernetes_cluster": "dev-cluster", "disable_exec_plugin": True,
         "destination": {"type": "directory", "path": str(bot.directory / "alone")}}]).ok()
    for directory in (bot.out, bot.directory / "alone"):
        env = {**bot.env, "KUBECONFIG": str(directory / "kubeconfig.yaml")}
        done = run(["kubectl", "get", "pods", "-n", "default"], env)
        assert done.code == 0, done
    config = yaml.safe_load((bot.directory / "all" / "kubeconfig.yaml").read_text())
    assert {"walk.test-dev-cluster", "walk.test-prod-cluster"} == {entry["name"] for entry in config["contexts"]}
    credential = json.loads(bot.run("kube", "credentials", "--destination-dir", bot.out).ok().out)
    assert credential["kind"] == "ExecCredential" and credential["status"]["clientKeyData"].startswith("-----BEGIN")


def test_a_running_bot(bot, tmp_path):
    port = free_port()
    running = bot.start(diag_addr=f"127.0.0.1:{port}")
    try:
        def get(path):
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
                return answer.read().decode()
        assert get("/livez") == "OK"
        ready = json.loads(get("/readyz"))
        assert ready["status"] == "healthy"
        assert set(ready["services"]) == {"identity", "identity-1", "heartbeat", "ca-rotation"}
        assert 'tbot_task_iterations_total{name="output-renewal",service="identity-1"} 1' in get("/metrics")
        shown = bot.run("status", "-c", bot.directory / "tbot.yaml").ok().out
        assert re.search(r"^identity-1 +healthy +20\S+Z +20\S+Z +directory", shown, re.M), shown
        assert (bot.storage / "status.sock").stat().st_mode & 0o777 == 0o600

        second = bot.once()
        assert second.code == 1 and "another process holds it" in second.err, second
        for sent in (signal.SIGUSR1, signal.SIGHUP):
            before = (bot.out / "tlscert").read_text()
            running.process.send_signal(sent)
            wait_for(lambda: (bot.out / "tlscert").read_text() != before, what="a renewal")  # noqa: B023
        wait_for(lambda: bot.status()["status"] == "healthy", what="a healthy bot")
        assert_whole(bot.out, tmp_path)
    finally:
        assert running.stop(signal.SIGTERM) == 0
    log = (bot.directory / "tbot.log").read_text()
    assert bot.token not in log and "PRIVATE KEY" not in log
    assert not (bot.storage / "status.sock").exists()


def test_readers_are_let_in_by_access_lists(bot):
    """A user who is a reader reads the files; other users do not."""
    if os.getuid() != 0:
        pytest.skip("only root acts as other users")
    done = bot.once(services=[{"type": "identity", "destination": {
        "type": "directory", "path": str(bot.out), "acls": "required", "readers": [{"user": "65534"}]}}])
    if "has no access control lists" in done.text:
        pytest.skip("the file system has no access control lists")
    done.ok()

    def reads(user):
        code = f"import os; os.setgid({user}); os.setuid({user}); open('{bot.out}/identity').read()"
        return subprocess.run(["python3", "-c", code], capture_output=True, check=False).returncode == 0
    for parent in bot.out.parents:
        if parent.stat().st_mode & 0o001 == 0 and str(parent) != "/":
            parent.chmod(0o711)
    assert reads(65534) and not reads(65533)


def test_openssh_reaches_a_node_through_tbot(new_cluster, name, tmp_path):
    """With the ssh_config that tbot writes: of all clusters, and of one."""
    cluster = new_cluster(ssh="enabled: yes\n")
    cluster.start()
    login = getpass.getuser()
    cluster.create(f"""
        kind: role
        version: v7
        metadata: {{name: shells}}
        spec: {{allow: {{logins: [{login}], node_labels: {{'*': '*'}}}}}}
    """)
    bot = Bot(cluster, name, tmp_path, roles="shells")
    bot.once().ok()
    wait_for(lambda: "localhost" in cluster.tctl("nodes", "ls").out, what="the node")
    for config, host in (("ssh_config", f"localhost.{cluster.name}"), (f"{cluster.name}.ssh_config", "localhost")):
        done = run(["ssh", "-F", bot.out / config, f"{login}@{host}", "echo", "reached"], bot.env)
        assert (done.code, done.out) == (0, "reached\n"), done
