"""Tests of wrong logins from many addresses at once: the cluster serves other users, and stops in time."""

import concurrent.futures
import itertools
import re
import shutil
import ssl
import threading
import time

import pytest

from certs import make_key, public_key
from cluster_fixtures import MEMBER
from harness import LONG, environment
from processes import run, wait_for
from web import WebClient

pytestmark = pytest.mark.alone

STORM_S = 20 if LONG else 6
SENDERS = 48
PING_S = 0.2
# Other processes of the machine may delay some answers.
SLACK_S = 0.8


class Storm:
    """Sends wrong logins from many addresses of 127/8 until the end of its scope, and ignores Retry-After."""

    def __init__(self, cluster, first=1):
        self.statuses = {}
        self.without_retry_after = 0
        self._cluster = cluster
        self._numbers = itertools.count(first * 10_000)
        self._over = threading.Event()
        self._pool = concurrent.futures.ThreadPoolExecutor(SENDERS)

    def _send(self):
        while not self._over.is_set():
            number = next(self._numbers)
            source = f"127.{1 + number // 62_500 % 250}.{number // 250 % 250}.{number % 250 + 1}"
            try:
                answer = WebClient(self._cluster.proxy_port, self._cluster.ca_file, source=source).login_begin(
                    f"nobody-{number}", "not the password")
            except (OSError, ssl.SSLError):
                continue
            self.statuses[answer.status] = self.statuses.get(answer.status, 0) + 1
            if answer.status == 503 and "Retry-After" not in answer.headers:
                self.without_retry_after += 1

    def __enter__(self):
        for _ in range(SENDERS):
            self._pool.submit(self._send)
        wait_for(lambda: sum(self.statuses.values()) > SENDERS, what="the storm's first answers")
        return self

    def __exit__(self, *_):
        self._over.set()
        self._pool.shutdown()


def ping_seconds(running):
    """Returns the seconds until the answer to a ping, measured by curl in another process."""
    done = run(["curl", "-s", "-o", "/dev/null", "-w", "%{http_code} %{time_total}", "--max-time", "20",
                "--cacert", running.ca_file, f"https://localhost:{running.proxy_port}/webapi/ping"],
               environment(running.directory))
    status, seconds = done.out.split()
    return float(seconds) if status == "200" else 20.0


@pytest.fixture(name="running")
def running_cluster(new_cluster):
    if shutil.which("curl") is None:
        pytest.skip("no curl")
    running = new_cluster()
    running.start()
    running.create(MEMBER)
    return running


def test_others_are_served_during_a_storm(running, tmp_path):
    user = running.add_user("familiar")
    pem = public_key(make_key(tmp_path / "key"))
    client = running.web(source="127.250.0.1")
    assert client.login_finish(user.name, user.password, user.authenticator.code(), pem).status == 200
    with Storm(running) as storm:
        pings, logins = [], []
        began = time.monotonic()
        while time.monotonic() - began < STORM_S:
            pings.append(ping_seconds(running))
            before = time.monotonic()
            answer = client.login_begin(user.name, user.password)
            logins.append(time.monotonic() - before)
            assert answer.status in (200, 429), answer.body
    pings.sort()
    logins.sort()
    print(f"{storm.statuses}; ping median {pings[len(pings) // 2]:.3f} s, worst {pings[-1]:.3f} s; "
          f"login median {logins[len(logins) // 2]:.3f} s, worst {logins[-1]:.3f} s; {len(pings)} of each")
    assert pings[len(pings) // 2] < PING_S and pings[len(pings) * 9 // 10] < SLACK_S
    assert logins[len(logins) // 2] < 2
    assert storm.statuses.get(503, 0) > 0 and storm.without_retry_after == 0
    # The cluster serves unknown addresses again afterwards.
    wait_for(lambda: running.web().login_begin("nobody", "not the password").status == 403, 10, "a login to be tried")
    running.stop()


def test_the_cluster_stops_during_a_storm(running):
    with Storm(running, first=2):
        began = time.monotonic()
        running.stop()
        assert time.monotonic() - began < 5
    log = running.log.read_text()
    assert re.search(r"stopping signal=\"?SIGTERM", log)
