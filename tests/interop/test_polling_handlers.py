"""Tests of both event handlers (REFERENCE_BIN) on our cluster behind a filter that knows no bulk export: they search the
log page by page."""

import datetime
import ssl

import pytest

import certs
from audit_log import forget_chain, made_event, now
from event_handlers import ROLE, EventHandler
from grpc_filter import GrpcFilter
from harness import REFERENCE_BIN, Cluster, Tsh, reference_program, started
from processes import wait_for
from sinks import Sink
from test_recordings import record, recording, role

pytestmark = pytest.mark.skipif(not REFERENCE_BIN, reason="REFERENCE_BIN is not set")

OLD_EVENTS = 300
EXPORTED_S = 60
BULK = ("GetEventExportChunks", "ExportUnstructuredEvents", "Follow", "Read")
SERVER_NAMES = "subjectAltName=DNS:teleport.cluster.local,DNS:*.teleport.cluster.local,IP:127.0.0.1"


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    cluster = Cluster(tmp_path_factory.mktemp("cluster"), ssh="enabled: yes\n")
    with started(cluster):
        cluster.create(ROLE)
        cluster.create(role("shells"), "-f")
        cluster.stop()
        yesterday = now() - datetime.timedelta(days=1)
        forget_chain(cluster, [made_event(yesterday, name=f"old-{number}") for number in range(OLD_EVENTS)])
        cluster.start()
        yield cluster


@pytest.fixture(scope="module")
def session(place, tmp_path_factory):
    machine = Tsh(place, tmp_path_factory.mktemp("person"))
    machine.login(place.add_user("rec", "shells"))
    found, _ = record(machine, "echo some output")
    recording(place, found)
    place.wait_for_events(event="session.upload", sid=found)
    return found


def filtered(place, handler):
    """Starts a filter before the cluster for a handler, whose identity then trusts the filter alone."""
    directory = handler.directory / "filter"
    directory.mkdir()
    authority = certs.make_self_signed(directory, "ca")
    server, key = certs.sign(directory, "server", authority, "/CN=filter", extensions=SERVER_NAMES)
    text = handler.identity.read_text()
    own, authorities = text[:text.rindex("@cert-authority")], text[text.rindex("@cert-authority"):]
    line, _, cluster_authorities = authorities.partition("\n")
    handler.identity.write_text(own + line + "\n" + authority[0].read_text())

    blocks = certs.split_pem(own)
    (directory / "identity.key").write_text(next(block for kind, block in blocks if kind == "PRIVATE KEY"))
    (directory / "identity.crt").write_text([block for kind, block in blocks if kind == "CERTIFICATE"][-1])
    (directory / "cluster.crt").write_text(cluster_authorities)
    listen = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    listen.load_cert_chain(server, key)
    connect = ssl.create_default_context(cafile=directory / "cluster.crt")
    connect.load_cert_chain(directory / "identity.crt", directory / "identity.key")
    return GrpcFilter(place.auth_port, "teleport.cluster.local", listen, connect, BULK)


@pytest.mark.parametrize("reference", [False, True])
def test_a_cluster_without_bulk_export_is_searched(place, session, tmp_path, reference):
    path = reference_program("teleport-event-handler") if reference else None
    expected = {event["uid"]: event for event in place.events()}
    with Sink() as sink:
        handler = EventHandler(place, tmp_path / "handler", sink, path=path).sign()
        with filtered(place, handler) as behind:
            handler.address = f"127.0.0.1:{behind.port}"
            start = (now() - datetime.timedelta(days=2)).strftime("%Y-%m-%dT%H:%M:%SZ")
            handler.write(start_time=start)
            with handler.start():
                wait_for(lambda: expected.keys() <= set(sink.uids()), EXPORTED_S,
                         f"all events\n{handler.log.read_text()}")
                events = f"/session.{session}.log"
                wait_for(lambda: "session.end" in {event["event"] for event in sink.events(events)}, EXPORTED_S,
                         "the recording")
        called = {method.rsplit("/", 1)[1] for method in behind.called}
        assert "GetUnstructuredEvents" in called and called & set(BULK)
    got = {event["uid"]: event for event in sink.events()}
    assert all(got[uid] == event for uid, event in expected.items())
    assert len(sink.events()) == len(got)
