"""Tests of Teleport's event handler (REFERENCE_BIN) on our cluster: it exports every event once, and as it is stored."""

import collections
import datetime
import http.server
import json
import threading

import pytest

from audit_log import forget_chain, made_event, now
from harness import REFERENCE_BIN, Cluster, environment, reference_program, started
from processes import Background, wait_for
from test_audit_export import ODD, session  # noqa: F401 (a fixture)
from test_recordings import role

pytestmark = pytest.mark.skipif(not REFERENCE_BIN, reason="REFERENCE_BIN is not set")

OLD_EVENTS = 2_000
EXPORTED_S = 120  # a chunk is made after 30 seconds, and the handler asks every 16 seconds
HANDLER = """
kind: role
metadata: {name: teleport-event-handler}
spec: {allow: {rules: [{resources: [event, session], verbs: [list, read]}]}}
version: v5
---
kind: user
metadata: {name: teleport-event-handler}
spec: {roles: [teleport-event-handler]}
version: v2
"""


class Sink:
    """An HTTP server that keeps what it gets: events by path."""

    def __init__(self):
        self.got = collections.defaultdict(list)
        sink = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):  # pylint: disable=invalid-name
                sink.got[self.path].append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):  # pylint: disable=arguments-differ
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self):
        self._server.shutdown()


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    yesterday = now() - datetime.timedelta(days=1)
    cluster = Cluster(tmp_path_factory.mktemp("cluster"), ssh="enabled: yes\n")
    with started(cluster):
        cluster.create(HANDLER)
        cluster.create(role("shells"), "-f")
        cluster.stop()
        forget_chain(cluster, [made_event(yesterday, name=f"old-{number}", **(ODD if number % 100 == 0 else {}))
                               for number in range(OLD_EVENTS)])
        cluster.start()
        yield cluster


@pytest.mark.parametrize("by_proxy", [False, True])
def test_every_event_and_every_session(place, session, tmp_path, by_proxy):
    program = reference_program("teleport-event-handler")
    place.tctl("auth", "sign", "--user=teleport-event-handler", "--out", tmp_path / "identity")
    sink = Sink()
    words = [program, "start", "--teleport-addr", place.proxy if by_proxy else f"127.0.0.1:{place.auth_port}",
             "--teleport-identity", tmp_path / "identity", "--fluentd-url", f"{sink.address}/test.log",
             "--fluentd-session-url", f"{sink.address}/session", "--storage", tmp_path / "storage",
             "--start-time", (now() - datetime.timedelta(days=2)).strftime("%Y-%m-%dT%H:%M:%SZ")]
    expected = {event["uid"]: event for event in place.events()}
    env = environment(tmp_path, SSL_CERT_FILE=str(place.ca_file))
    with Background(words, env, tmp_path / "handler.log"):
        wait_for(lambda: expected.keys() <= {event["uid"] for event in sink.got["/test.log"]}, EXPORTED_S, "all events")
        recorded = wait_for(lambda: (events := sink.got[f"/session.{session}.log"])[-1:] and
                            events[-1]["event"] in ("session.end", "session.leave") and len(events) >= 3 and events,
                            EXPORTED_S, "the session")
    sink.stop()
    got = sink.got["/test.log"]
    assert len(got) == len({event["uid"] for event in got})
    assert all(event == expected.get(event["uid"], event) for event in got)
    assert recorded[0]["event"] == "session.start"
    assert [event["ei"] for event in recorded] == sorted(event["ei"] for event in recorded)
