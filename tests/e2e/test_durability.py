"""Tests that acknowledged writes are on the disk: by the system calls, and by a kill of the process."""

import contextlib
import shutil
import sqlite3
import threading
import time

import pytest

from certs import make_key, public_key
from cluster_fixtures import MEMBER
from endpoints import admin_identity, grpc_on_auth, log_in
from grpc_client import GrpcClient, GrpcError, create_role
from harness import LONG, assert_plain
from processes import wait_for
from tracing import SLOW_SYNC, Trace

ROUNDS = 50 if LONG else 5
WRITERS = 8
CALLERS = 32
CREATES = 1000
MAX_SYNCS = 100


def test_reply_comes_after_the_sync(new_cluster):
    running = new_cluster()
    trace = Trace(running)
    admin = admin_identity(running, running.directory)
    windows = []
    with GrpcClient(running.auth_port, admin) as client:
        for number in range(20):
            began = time.time()
            client.call(*create_role(f"synced-{number}"))
            windows.append((began, time.time()))
    trace.stop()
    calls = [call for call in trace.calls() if "state.sqlite" in call[2]]
    for began, replied in windows:
        inside = [call[1] for call in calls if began <= call[0] <= replied]
        assert "pwrite64" in inside, "the reply came before the write"
        # Writes after the sync belong to another change.
        assert "fdatasync" in inside[inside.index("pwrite64"):], "the reply came before the sync"


def test_parallel_creates_share_syncs(new_cluster):
    """The disk is slow, because the number of creates per sync depends on the callers with a faster disk."""
    running = new_cluster()
    trace = Trace(running, *SLOW_SYNC)
    admin = admin_identity(running, running.directory)
    began = time.time()
    with GrpcClient(running.auth_port, admin) as client:
        sent = 0
        answered = 0
        while answered < CREATES:
            while sent < min(CREATES, answered + CALLERS):  # each answer permits one further call
                client.send(*create_role(f"shared-{sent}"))
                sent += 1
            for stream in client.wait_for_some():
                client.receive(stream)
                answered += 1
    ended = time.time()
    trace.stop()
    assert len(written(running, "shared-")) == CREATES
    assert len(trace.syncs(began, ended)) <= MAX_SYNCS


def written(running, prefix):
    """Returns the names of roles in the database; checks that each role has its event and each event its role."""
    with contextlib.closing(sqlite3.connect(f"file:{running.database}?mode=ro", uri=True)) as database:
        assert database.execute("pragma integrity_check").fetchone() == ("ok",)
        keys = [row[0].rsplit("/", 1)[1] for row in database.execute("select key from items where key like ?",
                                                                    (f"/resources/role/{prefix}%",))]
    events = [event["name"] for event in running.events(event="role.created") if event["name"].startswith(prefix)]
    assert sorted(events) == sorted(keys)
    return set(keys)


class Writers:
    """Threads that create roles until the cluster ends, and record the acknowledged roles."""

    def __init__(self, running, admin, prefix):
        self.acknowledged = []
        self.failures = []
        self._connection = running.auth_port, admin
        self._threads = [threading.Thread(target=self._run, args=(f"{prefix}-{number}",)) for number in range(WRITERS)]
        for thread in self._threads:
            thread.start()

    def _run(self, prefix):
        number = 0
        try:
            with GrpcClient(*self._connection) as client:
                while True:
                    name = f"{prefix}-{number}"
                    client.call(*create_role(name))
                    self.acknowledged.append(name)
                    number += 1
        except OSError:
            pass  # the test has killed the cluster
        except GrpcError as error:
            self.failures.append(error)

    def join(self):
        for thread in self._threads:
            thread.join()
        assert not self.failures


def test_nothing_acknowledged_is_lost_by_a_kill(new_cluster):
    running = new_cluster()
    running.start()
    admin = admin_identity(running, running.directory)
    acknowledged = set()
    for number in range(ROUNDS):
        writers = Writers(running, admin, f"kept-{number}")
        # The kill comes at another point of the work in each round.
        wait_for(lambda: len(writers.acknowledged) > 20 + 17 * number, what="acknowledged writes")
        running.kill()
        writers.join()
        acknowledged |= set(writers.acknowledged)
        running.start()
        there = written(running, "kept-")
        assert acknowledged <= there
        assert len(there - acknowledged) <= WRITERS * (number + 1)  # each writer may have one unanswered call
    with GrpcClient(running.auth_port, admin) as client:
        with pytest.raises(GrpcError) as refusal:
            client.call(*create_role(sorted(acknowledged)[0]))
        assert "already exists" in refusal.value.message
    running.stop()


def test_login_survives_a_restart(new_cluster):
    """Users, passwords, used codes and authorities are the same after the restart."""
    running = new_cluster()
    running.start()
    running.create(MEMBER)
    user = running.add_user("survivor")
    identity = log_in(running, user, running.directory, "before")
    used = user.authenticator.codes[-1]
    running.kill()
    running.start()
    assert grpc_on_auth(running, identity).granted
    replay = running.web().login_finish(user.name, user.password, used,
                                        public_key(make_key(running.directory / "again.key")))
    assert replay.status == 403
    log_in(running, user, running.directory, "after")
    running.stop()


@pytest.mark.parametrize("call,error", [("pwrite64", "ENOSPC"), ("pwrite64", "EIO"), ("fdatasync", "EIO")])
def test_disk_that_fails(new_cluster, call, error):
    """The cluster refuses changes while the disk fails, and makes changes again afterwards."""
    if shutil.which("strace") is None:
        pytest.skip("no strace")
    running = new_cluster()
    running.start()
    admin = admin_identity(running, running.directory)
    running.stop()
    # strace counts calls by thread, and the writing thread makes some tens of calls at the start.
    running.wrapper = ["strace", "-D", "-f", "--seccomp-bpf", "-o", running.directory / "trace", "-P",
                       running.database.parent / "state.sqlite-wal", "-e", f"trace={call}", "-e",
                       f"inject={call}:error={error}:when=30..50"]
    running.start()
    acknowledged, refused, after = set(), [], 0
    with GrpcClient(running.auth_port, admin) as client:
        for number in range(500):
            try:
                client.call(*create_role(f"tried-{number}"))
                acknowledged.add(f"tried-{number}")
                after += bool(refused)
            except GrpcError as failure:
                refused.append(failure.message)
            if after > 5:
                break
    assert refused and after > 5, (len(acknowledged), refused)
    for message in set(refused):
        assert_plain(message)
    assert running.alive()
    running.wrapper = []
    running.stop()
    running.start()
    assert acknowledged <= written(running, "tried-")
    running.stop()
