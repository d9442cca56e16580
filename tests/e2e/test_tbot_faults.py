"""Tests of what a bot does when something fails: kills, a clock that jumps, a full disk, a cluster that is away."""

import collections
import os
import pathlib
import random
import re
import signal
import time

import pytest

from harness import assert_plain
from machines import filled, small_disk
from processes import wait_for
from test_tbot import FAILED, PARTLY, Bot, assert_whole, bot_of_cluster  # noqa: F401 (a fixture)

RENEWAL_S, LONG_AFTER_S = 0.08, 0.6


def test_a_killed_bot_leaves_whole_files(bot, tmp_path, capsys):
    """kill -9 at random moments of renewals: what is there fits together, and the next start goes on. `./dev soak` makes
    more kills and prints what they left, by the moment of the kill."""
    kills = int(os.environ.get("SALLYPORT_KILLS", "10"))
    moments = random.Random(18)
    left = collections.Counter()
    bot.once().ok()
    for _ in range(kills):
        running = bot.start()
        before = {place: (place / "tlscert").read_text() for place in (bot.storage, bot.out)}
        running.process.send_signal(signal.SIGUSR1)
        # Most kills come while something happens.
        moment = moments.uniform(0, moments.choice([RENEWAL_S, RENEWAL_S, LONG_AFTER_S]))
        time.sleep(moment)
        running.stop(signal.SIGKILL)
        for place, old in before.items():
            assert_whole(place, tmp_path)
            state = "old" if (place / "tlscert").read_text() == old else "new"
            step = 10 if moment < RENEWAL_S else 100
            left[f"{int(moment * 1000 / step) * step:3} ms", place.name, state] += 1
        assert not [entry for entry in bot.out.iterdir() if entry.name == "identity" and not entry.stat().st_size]

    bot.once().ok()
    assert sum(left.values()) == 2 * kills
    if "SALLYPORT_KILLS" in os.environ:
        with capsys.disabled():
            print(f"\n{kills} kills; whole files after each:")
            for (moment, place, state), count in sorted(left.items()):
                print(f"  from {moment} after the renewal began  {place:8} {state}  {count}")


def give_clock(bot, tmp_path):
    """Gives a bot a clock, and returns the file that says how far it is from that of the host."""
    (clock, *_) = [*pathlib.Path("/usr/lib").glob("*/faketime/libfaketime.so.1")] or pytest.skip("no faketime")
    offset = tmp_path / "offset"
    offset.write_text("+0")
    bot.env.update(LD_PRELOAD=str(clock), FAKETIME_TIMESTAMP_FILE=str(offset), FAKETIME_NO_CACHE="1",
                   FAKETIME_DONT_FAKE_MONOTONIC="1")
    return offset


def test_a_clock_that_jumps(bot, tmp_path):
    """An hour forward the certificates are over: the bot renews at once. An hour back they are not valid yet: the old
    files stay, and the bot goes on when the clock is right again."""
    offset = give_clock(bot, tmp_path)
    running = bot.start(credential_ttl="40m", renewal_interval="20m")
    try:
        first = (bot.out / "tlscert").read_text()
        offset.write_text("+1h")
        wait_for(lambda: (bot.out / "tlscert").read_text() != first, what="a renewal after the jump")
        wait_for(lambda: bot.status().get("status") == "healthy", what="a healthy bot after the jump")
        assert_whole(bot.out, tmp_path)

        second = (bot.out / "tlscert").read_text()
        offset.write_text("-1h")
        running.process.send_signal(signal.SIGUSR1)
        wait_for(lambda: any(one.get("error") for one in bot.status()["services"]), what="failures by the wrong clock")
        assert (bot.out / "tlscert").read_text() == second
        assert_whole(bot.out, tmp_path)

        offset.write_text("+0")
        running.process.send_signal(signal.SIGUSR1)
        wait_for(lambda: (bot.out / "tlscert").read_text() != second, what="a renewal by the right clock")
        wait_for(lambda: bot.status().get("status") == "healthy", what="a healthy bot by the right clock")
    finally:
        assert running.stop(signal.SIGTERM) == 0


def test_a_full_disk_keeps_the_old_files(bot, tmp_path):
    if os.getuid() != 0:
        pytest.skip("only root mounts a file system")
    other = bot.directory / "other"
    services = [{"type": "identity", "name": name, "destination": {"type": "directory", "path": str(place)}}
                for name, place in (("small", bot.out), ("other", other))]
    with small_disk(bot.out, "128k"):
        bot.once(services=services).ok()
        before = {place: (place / "identity").read_text() for place in (bot.out, other)}
        with filled(bot.out):
            done = bot.once(services=services)
        assert done.code == PARTLY and "1 of 2 outputs failed: small: " in done.err and "No space left" in done.err, done
        assert (bot.out / "identity").read_text() == before[bot.out]
        assert (other / "identity").read_text() != before[other]
        assert_whole(bot.out, tmp_path)
        bot.once(services=services).ok()
        assert (bot.out / "identity").read_text() != before[bot.out]


def test_a_full_storage_costs_no_identity(bot, tmp_path):
    """A renewal that cannot be stored would lock the bot out, because the cluster counts renewals."""
    if os.getuid() != 0:
        pytest.skip("only root mounts a file system")
    with small_disk(bot.storage, "128k"):
        bot.once().ok()
        before = (bot.storage / "tlscert").read_text(), (bot.out / "identity").read_text()
        with filled(bot.storage):
            done = bot.once()
        assert done.code == FAILED and "No space left" in done.err and "renewed" not in done.err, done
        assert ((bot.storage / "tlscert").read_text(), (bot.out / "identity").read_text()) == before
        assert_whole(bot.storage, tmp_path)
        bot.once().ok()
        assert_whole(bot.storage, tmp_path)


def test_a_cluster_that_is_away_for_ten_minutes(new_cluster, name, tmp_path):
    """The files stay as they are until the cluster is back, then they are renewed, long before they expire."""
    cluster = new_cluster()
    cluster.start()
    bot = Bot(cluster, name, tmp_path)
    offset = give_clock(bot, tmp_path)
    running = bot.start(credential_ttl="40m", renewal_interval="20m")
    try:
        before = {place: (place / "tlscert").read_text() for place in (bot.storage, bot.out)}
        cluster.stop()
        for away in ("+21m", "+31m"):
            offset.write_text(away)
            running.process.send_signal(signal.SIGUSR1)
            wait_for(lambda: {"identity", "identity-1"} <= {one["name"] for one in bot.status()["services"]
                                                            if one.get("error")}, what="failures")
            for place, old in before.items():
                assert (place / "tlscert").read_text() == old
                assert_whole(place, tmp_path)

        cluster.start()
        wait_for(lambda: all((place / "tlscert").read_text() != old for place, old in before.items()), 60, "renewals")
        wait_for(lambda: bot.status()["status"] == "healthy", 60, "a healthy bot")
        assert_whole(bot.out, tmp_path)
    finally:
        assert running.stop(signal.SIGTERM) == 0
    cluster.stop()


def test_a_cluster_that_goes_away_and_comes_back(new_cluster, name, tmp_path):
    """While the cluster is away the old files stay, and the status says what is wrong; later the bot goes on."""
    cluster = new_cluster()
    cluster.start()
    bot = Bot(cluster, name, tmp_path)
    running = bot.start()
    before = (bot.out / "identity").read_text()
    cluster.stop()
    running.process.send_signal(signal.SIGUSR1)

    def failing():
        return [service for service in bot.status()["services"] if service.get("error")]
    wait_for(lambda: {"identity", "identity-1"} <= {service["name"] for service in failing()}, what="failures")
    shown = bot.run("status", "--storage", bot.storage).ok().out
    assert re.search(r"^identity-1: .*localhost", shown, re.M), shown
    assert_plain(shown)
    assert (bot.out / "identity").read_text() == before
    assert_whole(bot.out, tmp_path)

    cluster.start()
    wait_for(lambda: (bot.out / "identity").read_text() != before, what="a renewal")
    wait_for(lambda: bot.status()["status"] == "healthy" and not failing(), what="a healthy bot")
    assert_whole(bot.out, tmp_path)
    cluster.stop()
    running.process.send_signal(signal.SIGUSR1)
    wait_for(failing, what="failures")
    begun = time.monotonic()
    assert running.stop(signal.SIGTERM) == 0
    assert time.monotonic() - begun < 6
