"""Runs the real programs on loopback in a temporary directory: a cluster, and tctl, tsh and kubectl to use it.

SALLYPORT_BIN is the directory of the programs (default build/dev/bin). A client that does not exist is replaced by
the one in REFERENCE_BIN, a directory with Teleport 18's programs; without that, tests that need it are skipped.
"""

import contextlib
import functools
import json
import os
import pathlib
import re
import signal
import sqlite3
import subprocess
import textwrap
import time

import pytest

import web
from processes import Background, Terminal, run, wait_for

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BIN = pathlib.Path(os.environ.get("SALLYPORT_BIN", ROOT / "build" / "dev" / "bin"))
REFERENCE_BIN = os.environ.get("REFERENCE_BIN")
LONG = os.environ.get("SALLYPORT_LONG") == "1"
LOGIN_PAUSE_S = 6  # an address may send 20 limited requests a minute, and a login consists of two

# Texts that a program must not print: traces, source paths, protocol jargon, keys.
JARGON = re.compile(r"stack trace|goroutine|terminate called|\.cpp\b|\.h:\d|/lib[a-z]+/|rpc error|std::|PRIVATE KEY|"
                    r"AddressSanitizer|runtime error:", re.IGNORECASE)


@functools.cache
def find_program(name):
    """Returns a program's path, and whether it is Sallyport's."""
    ours = BIN / name
    if ours.exists():
        done = subprocess.run([ours, "help"], capture_output=True, text=True, check=False)
        if name in done.stdout:
            return ours, True
    if REFERENCE_BIN and (pathlib.Path(REFERENCE_BIN) / name).exists():
        return pathlib.Path(REFERENCE_BIN) / name, False
    return None, False


def program(name):
    path, _ = find_program(name)
    if path is None:
        pytest.skip(f"no {name} in SALLYPORT_BIN or REFERENCE_BIN")
    return path


def reference_program(name):
    """Returns the path of one of Teleport's own programs."""
    if not REFERENCE_BIN:
        pytest.skip("REFERENCE_BIN is not set")
    path = pathlib.Path(REFERENCE_BIN) / name
    if not path.exists():
        pytest.skip(f"no {name} in REFERENCE_BIN")
    return path


def is_ours(name):
    return find_program(name)[1]


def environment(home, **more):
    """Returns an environment without the settings of the user who runs the tests."""
    kept = {key: os.environ[key] for key in ("PATH", "LANG", "ASAN_OPTIONS", "UBSAN_OPTIONS") if key in os.environ}
    return {**kept, "HOME": str(home), "TELEPORT_TOOLS_VERSION": "off", "TERM": "dumb", **more}


class User:
    """A user with password and authenticator."""

    def __init__(self, name, password, authenticator):
        self.name = name
        self.password = password
        self.authenticator = authenticator


class Cluster:
    """A cluster in a separate process. The first start chooses the ports, and later starts keep them."""

    def __init__(self, directory, kube=None, labels=None, settings=None, ssh="enabled: no\n", host="localhost",
                 wrapper=()):
        self.directory = directory
        self.data_dir = directory / "data"
        self.config = directory / "teleport.yaml"
        self.name = "walk.test"
        self.secrets = set()
        self.host = host
        self.wrapper = list(wrapper)  # words before the program, such as a tracer's
        self._kube = kube
        self._labels = labels or {}
        self._settings = settings or ""
        self._kube_settings = ""
        self._ssh = ssh
        self._proxy_address = self._auth_address = f"{'127.0.0.1' if host == 'localhost' else host}:0"
        self._program = None
        directory.mkdir(parents=True, exist_ok=True)

    def write_config(self, extra=""):
        kube = "  enabled: no\n"
        if self._kube:
            labels = "".join(f"    {key}: {value}\n" for key, value in self._labels.items())
            kube = (f"  enabled: yes\n{self._kube_settings}  kubeconfig_file: {self._kube.kubeconfig}\n"
                    f"  labels:\n{labels}")
        self.config.write_text(textwrap.dedent(f"""\
            version: v3
            teleport:
              nodename: localhost
              data_dir: {self.data_dir}
              log:
                severity: DEBUG
            auth_service:
              enabled: yes
              cluster_name: {self.name}
              listen_addr: {self._auth_address}
              proxy_listener_mode: multiplex
            proxy_service:
              enabled: yes
              web_listen_addr: {self._proxy_address}
              public_addr: {self.host}
            """) + f"ssh_service:\n{textwrap.indent(self._ssh, '  ')}kubernetes_service:\n{kube}{self._settings}{extra}")

    @property
    def log(self):
        return self.directory / "teleport.log"

    @property
    def pid(self):
        return self._program.process.pid

    def resident(self, field="VmRSS"):
        """Returns the memory of the process in bytes, or its peak (VmHWM)."""
        status = pathlib.Path(f"/proc/{self.pid}/status").read_text()
        return int(re.search(rf"^{field}:\s+(\d+) kB", status, re.MULTILINE).group(1)) << 10

    def forget_peak(self):
        """Lets the peak of the process's memory begin with what it uses now."""
        pathlib.Path(f"/proc/{self.pid}/clear_refs").write_text("5", encoding="ascii")

    @property
    def proxy_port(self):
        return int(self._proxy_address.rsplit(":", 1)[1])

    @property
    def auth_port(self):
        return int(self._auth_address.rsplit(":", 1)[1])

    @property
    def proxy(self):
        return f"{self.host}:{self.proxy_port}"

    @property
    def ca_file(self):
        return self.data_dir / "webproxy_cert.pem"

    @property
    def database(self):
        return self.data_dir / "backend" / "state.sqlite"

    def start(self, *options):
        self.write_config()
        started = len(self.log.read_text()) if self.log.exists() else 0
        words = [*self.wrapper, self._teleport(), "start", "-c", self.config, *options]
        # The leak sanitizer, if built in, does not work under a tracer.
        without_leaks = {"ASAN_OPTIONS": "detect_leaks=0"} if self.wrapper else {}
        self._program = Background(words, environment(self.directory, **without_leaks), self.log)
        self._find_addresses(started)
        wait_for(self._answers, what="an answer to ping")
        return self

    def _teleport(self):
        return program("teleport")

    def _find_addresses(self, started):
        """Reads the chosen ports from the log, after the part of earlier starts."""
        self._program.wait_for_output(rf"(?s).{{{started}}}.*cluster is ready")
        ready = re.findall(r'cluster is ready.* proxy="([^"]+)" auth="([^"]+)"', self._program.output())[-1]
        self._proxy_address, self._auth_address = ready
        self.write_config()

    def _answers(self):
        with contextlib.suppress(OSError):
            return self.web().get("/webapi/ping").status == 200
        return False

    def kill(self):
        """Kills the cluster without a chance to write, like a power cut."""
        self._program.stop(signal.SIGKILL)

    def alive(self):
        return self._program.process.poll() is None

    def stop(self):
        code = self._program.stop()
        assert code == 0, f"exit code {code}\n{self.log.read_text()[-4000:]}"
        self.check_log()

    def cleanup(self):
        """Ends all processes, also after a failure."""
        if self._program is not None:
            self._program.__exit__()

    def check_log(self):
        """Checks that the log has no password, code, token or key, and no line of a third-party library."""
        log = self.log.read_text(errors="replace")
        assert "[libprotobuf" not in log
        assert "PRIVATE KEY" not in log
        for secret in self.secrets:
            found = re.search(rf"(?<![\d.])\b{re.escape(secret)}\b", log)
            assert not found, f"the log has a secret: {log[max(0, found.start() - 200):][:400]}"

    def web(self, **options):
        return web.WebClient(self.proxy_port, self.ca_file, host=self.host, **options)

    def tctl(self, *words, stdin="", ok=True, timeout=30, reference=False):
        """Runs tctl as the administrator of this host."""
        path = reference_program("tctl") if reference else program("tctl")
        how = ["-c", self.config]
        if reference or not is_ours("tctl"):
            how = ["-i", self.data_dir / "admin_identity", "--auth-server", self._auth_address]
        done = run([path, *how, *words], environment(self.directory), stdin, timeout)
        return done.ok() if ok else done

    def events(self, **wanted):
        """Returns the events in the database whose fields have these values."""
        with contextlib.closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)) as database:
            rows = [json.loads(row[0]) for row in database.execute("select json from events order by sequence")]
        return [event for event in rows if all(event.get(key) == value for key, value in wanted.items())]

    def wait_for_events(self, count=1, **wanted):
        """Waits for events, which the cluster writes with a short delay."""
        def enough():
            found = self.events(**wanted)
            return found if len(found) >= count else None
        return wait_for(enough, 10, f"{count} events with {wanted}")

    def invite(self, name, roles):
        """Adds a user and returns the token of the invite."""
        text = self.tctl("users", "add", name, f"--roles={roles}").out
        token = re.search(rf"https://{self.proxy}/web/invite/([0-9a-f]{{32}})", text)
        assert token, text
        self.secrets.add(token.group(1))
        return token.group(1)

    def add_user(self, name, roles="member"):
        """Adds a user who has accepted the invite."""
        token = self.invite(name, roles)
        client = self.web()
        authenticator = client.scan_invite(token)
        password = f"correct horse of {name}"
        answer = client.set_password(token, password, authenticator.code())
        assert answer.status == 200, answer.body
        self.secrets |= {password, authenticator.parameters["secret"]}
        self.secrets |= set(authenticator.codes)
        return User(name, password, authenticator)

    def create(self, yaml, *flags):
        path = self.directory / "resource.yaml"
        path.write_text(textwrap.dedent(yaml))
        return self.tctl("create", *flags, path)


@contextlib.contextmanager
def started(cluster):
    """Starts a cluster, and stops it at the end; after a failure, ends all its processes."""
    try:
        cluster.start()
        yield cluster
        cluster.stop()
    finally:
        cluster.cleanup()


class Tsh:
    """tsh and kubectl of one person on one machine."""

    def __init__(self, cluster, home, reference=False):
        self.cluster = cluster
        self._ours = is_ours("tsh") and not reference
        self.path = reference_program("tsh") if reference else program("tsh")
        self.home = home
        home.mkdir(parents=True, exist_ok=True)
        self.kubeconfig = home / "kubeconfig"
        self.env = environment(home, TELEPORT_HOME=str(home / "tsh"), KUBECONFIG=str(self.kubeconfig),
                               SSL_CERT_FILE=str(cluster.ca_file))

    def __call__(self, *words, ok=True, stdin="", timeout=30):
        done = run([self.path, *words], self.env, stdin, timeout)
        return done.ok() if ok else done

    def login(self, user, *words, ok=True, password=None, code=None):
        """Logs in; retries a little later when the address has made too many requests.

        All tests of a run share one address, and reach its limit on a fast machine."""
        password = user.password if password is None else password
        make_code = user.authenticator.code if code is None else (lambda: code)
        words = ["login", f"--proxy={self.cluster.proxy}", f"--user={user.name}", *words]
        for _ in range(10):
            done = self._try_login(words, password, make_code)
            if "rate limit exceeded" not in done.text:
                break
            time.sleep(LOGIN_PAUSE_S)
        self.cluster.secrets |= set(user.authenticator.codes)
        return done.ok() if ok else done

    def _try_login(self, words, password, make_code):
        """Answers the prompts from stdin, or on a terminal for the reference's tsh."""
        if self._ours:
            return self(*words, ok=False, stdin=f"{password}\n{make_code()}\n")
        terminal = Terminal([str(self.path), *words], self.env)
        if terminal.answer(r"Enter password for Teleport user [^:]*:", password):
            terminal.answer(r"OTP code.*:", make_code)
        return terminal.finish()

    def kubectl(self, *words, ok=True, stdin="", timeout=30, cwd=None, **env):
        done = run(["kubectl", *words], {**self.env, **env}, stdin, timeout, cwd)
        return done.ok() if ok else done

    def kubectl_background(self, name, *words, **env):
        log = self.home / f"{name}.out"
        log.unlink(missing_ok=True)
        return Background(["kubectl", *words], {**self.env, **env}, log)


def assert_plain(*texts):
    """Checks that texts for people have no internal details."""
    for text in texts:
        assert not JARGON.search(text), text
