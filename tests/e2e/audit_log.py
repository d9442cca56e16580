"""The methods of the audit log as a client calls them, and the database behind them (docs/protocol/audit.md)."""

import contextlib
import datetime
import json
import sqlite3
import struct
import uuid

from protobuf import field, fields

LOG_SERVICE = "/teleport.auditlog.v1.AuditLogService/"
CHAIN_SERVICE = "/sallyport.v1.AuditChainService/"
DAY_S = 86400


def stamp(time):
    return field(1, int(time.timestamp()))


def now():
    return datetime.datetime.now(datetime.timezone.utc)


def stream(client, method, request):
    """Returns all messages of a stream of answers."""
    call = client.send(method, request)
    found = []
    while message := client.next_message(call):
        found.append(message)
    return found


def chunks(client, time):
    return [fields(message)[1][0].decode()
            for message in stream(client, LOG_SERVICE + "GetEventExportChunks", field(1, stamp(time)))]


def export_request(time, chunk, cursor=""):
    return field(1, stamp(time)) + field(2, chunk) + (field(3, cursor) if cursor else b"")


def export(client, time, chunk, cursor=""):
    """Returns the events of a chunk as JSON values, and the cursors after them."""
    found = [fields(message) for message in stream(client, LOG_SERVICE + "ExportUnstructuredEvents",
                                                   export_request(time, chunk, cursor))]
    return [unstructured(item[1][0]) for item in found], [item[2][0].decode() for item in found]


def unstructured(message):
    """Returns the JSON of an EventUnstructured, whose other fields must agree with it."""
    message = fields(message)
    event = _struct(message[5][0])
    assert message[1][0].decode() == event["event"]
    assert message.get(4, [0])[0] == event["ei"]
    return event


def _struct(message):
    entries = (fields(entry) for entry in fields(message).get(1, []))
    return {entry[1][0].decode(): _value(entry[2][0]) for entry in entries}


def _value(message):
    """Decodes a google.protobuf.Value as Go does: a value in which nothing is set is an error."""
    ((kind, (value,)),) = fields(message).items()
    if kind == 1:
        return None
    if kind == 2:
        (number,) = struct.unpack("<d", value)
        return int(number) if number.is_integer() else number
    if kind == 3:
        return value.decode()
    if kind == 4:
        return bool(value)
    return _struct(value) if kind == 5 else [_value(item) for item in fields(value).get(1, [])]


class Follower:
    """A call that follows the log."""

    def __init__(self, client, cursor="", start_time=None, until_end=False):
        request = field(1, cursor) if cursor else b""
        if start_time is not None:
            request += field(2, stamp(start_time))
        self.client = client
        self.call = client.send(CHAIN_SERVICE + "Follow", request + (field(3, 1) if until_end else b""))
        self.cursor = cursor

    def answer(self):
        """Returns the next events, which may be none; None at the end of the call."""
        message = self.client.next_message(self.call)
        if not message:
            return None
        answer = fields(message)
        self.cursor = answer[2][0].decode()
        self.newest = fields(answer[4][0])[1][0]
        return [json.loads(fields(event)[3][0]) for event in answer.get(1, [])]

    def until(self, wanted):
        """Reads answers until an event has these values; returns the event."""
        while True:
            for event in self.answer():
                if wanted.items() <= event.items():
                    return event


@contextlib.contextmanager
def database(cluster):
    with contextlib.closing(sqlite3.connect(cluster.database)) as connection, connection:
        yield connection


def made_event(time, **more):
    text = time.strftime("%Y-%m-%dT%H:%M:%SZ")
    return {"ei": 0, "event": "role.created", "code": "T9000I", "uid": str(uuid.uuid4()), "time": text, **more}


def forget_chain(cluster, events):
    """Makes the log of a stopped cluster one of before the chain, which begins with these events."""
    with database(cluster) as connection:
        rows = connection.execute("select time, type, id, json from events order by sequence").fetchall()
        for table in ("events", "event_chunks", "event_heads"):
            connection.execute(f"drop table {table}")
        connection.execute("create table events (sequence integer primary key autoincrement, time integer not null,"
                           " type text not null, id text not null, json text not null)")
        made = ((int(datetime.datetime.fromisoformat(event["time"][:-1] + "+00:00").timestamp() * 10**9),
                 event["event"], event["uid"], json.dumps(event)) for event in events)
        connection.executemany("insert into events (time, type, id, json) values (?, ?, ?, ?)", made)
        connection.executemany("insert into events (time, type, id, json) values (?, ?, ?, ?)", rows)
