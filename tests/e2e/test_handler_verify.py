"""Tests of teleport-event-handler verify: what the handler exports is whole, and each harm to its files is named."""

import datetime
import json

import pytest

from audit_log import forget_chain, made_event, now
from event_handlers import ROLE, EventHandler
from harness import Cluster, assert_plain, environment, program, started
from processes import run
from sinks import Sink

NOT_WHOLE, NOT_FOUND = 1, 5
A_DAY = 200  # events


@pytest.fixture(scope="module", name="exported")
def exported_events(tmp_path_factory):
    """Returns the events of three days and of today, as the sink has them; the days are signed."""
    days = [now() - datetime.timedelta(days=count) for count in (3, 2, 1)]
    cluster = Cluster(tmp_path_factory.mktemp("cluster"))
    with started(cluster), Sink() as sink:
        cluster.create(ROLE)
        cluster.stop()
        forget_chain(cluster, [made_event(day, name=f"{number}-{event}", note="caf\u00e9 \u2028 <&> \\ \"", share=0.1)
                               for number, day in enumerate(days) for event in range(A_DAY)])
        cluster.start()
        handler = EventHandler(cluster, tmp_path_factory.mktemp("handler"), sink).sign()
        handler.write(chain=True, skip_event_types=["user.create", "cert.create"]).run().ok()
        return sorted(sink.events(), key=lambda event: event["chain"]["number"])


def write(folder, events, name="events.log", form=json.dumps):
    folder.mkdir(exist_ok=True)
    (folder / name).write_text("".join(form(event) + "\n" for event in events))
    return folder


def verify(folder, *words):
    return run([program("teleport-event-handler"), "verify", folder, *words], environment(folder.parent))


def problems(done):
    report = json.loads(done.out)
    assert (done.code == NOT_WHOLE) == bool(report["problems"] or report["unreadable"]), done
    return [(problem["kind"], problem["first"], problem["last"]) for problem in report["problems"]]


def test_an_export_is_whole(exported, tmp_path):
    done = verify(write(tmp_path / "log", exported)).ok()
    assert_plain(done.text)
    left_out = sum(event["event"] == "audit.left_out" for event in exported)
    last = exported[-1]["chain"]["number"]
    assert f"Checked {last - left_out} events, 1 to {last}." in done.out and last == len(exported)
    assert left_out > 0 and f"{left_out} more events were left out on purpose." in done.out
    assert f"Signed through event {3 * A_DAY}, the last of " in done.out
    assert done.out.endswith("No event is missing, changed or reordered.\n")


def test_files_as_fluentd_writes_them_are_read(exported, tmp_path):
    folder = tmp_path / "log"
    write(folder, exported[::-1], "events.20261130.log", lambda event: f"{event['time']}\ttest.log\t{json.dumps(event)}")
    write(folder / "sub", [{"event": "session.start", "ei": 0}], "session.log")
    write(folder, exported[:10], "again.json", lambda event: json.dumps(event, sort_keys=True, ensure_ascii=False))
    report = json.loads(verify(folder, "--format=json").ok().out)
    assert (report["files"], report["duplicates"], report["without_chain"]) == (3, 10, 1)
    assert report["problems"] == [] and report["out_of_order"] == len(exported) - 1


def without(events, first, last):
    return [event for event in events if not first <= event["chain"]["number"] <= last]


def changed(events, number):
    return [{**event, "name": "mallory"} if event["chain"]["number"] == number else event for event in events]


def swapped(events, one, other):
    place = {one: events[other - 1]["chain"], other: events[one - 1]["chain"]}
    return [{**event, "chain": place.get(event["chain"]["number"], event["chain"])} for event in events]


HARM = {
    "missing": (lambda events: without(events, 7, 7), [("missing", 7, 7)]),
    "several missing": (lambda events: without(events, 7, 9), [("missing", 7, 9)]),
    "changed": (lambda events: changed(events, 20), [("changed", 20, 20)]),
    "reordered": (lambda events: swapped(events, 30, 33), [("reordered", 30, 30), ("reordered", 33, 33)]),
    "a day cut off": (lambda events: without(events, A_DAY + 1, 2 * A_DAY), [("missing", A_DAY + 1, 2 * A_DAY)]),
    "a part of the first day": (lambda events: without(events, 1, 10), [("missing", 1, 10)]),
    "a copy that differs": (lambda events: events + [{**events[4], "name": "mallory"}], [("changed", 5, 5)]),
}


@pytest.mark.parametrize("case", HARM)
def test_harm_is_named_by_range(exported, tmp_path, case):
    harm, wanted = HARM[case]
    folder = write(tmp_path / "log", harm(exported))
    assert problems(verify(folder, "--format=json")) == wanted
    text = verify(folder)
    assert text.code == NOT_WHOLE and text.out.endswith("The export is not whole.\n"), text
    first = wanted[0]
    events = f"event {first[1]}" if first[1] == first[2] else f"events {first[1]} to {first[2]}"
    assert f"{first[0]}: {events}" in text.out


def test_a_chain_made_anew_contradicts_the_head(exported, tmp_path):
    """Whoever changes an event and all hashes after it cannot sign the heads."""
    heads = [event for event in exported if event["event"] == "audit.head"]
    assert [head["last"] for head in heads] == [A_DAY, 2 * A_DAY, 3 * A_DAY]
    forged = [{**event, "hash": "00" * 32} if event is heads[0] else event for event in exported]
    found = problems(verify(write(tmp_path / "log", forged), "--format=json"))
    assert ("changed", heads[0]["chain"]["number"], heads[0]["chain"]["number"]) in found
    assert ("head", 1, A_DAY) in found


def test_removed_days_are_retention_where_a_head_says_so(exported, tmp_path):
    folder = write(tmp_path / "log", without(exported, 1, A_DAY))
    done = verify(folder).ok()
    day = exported[A_DAY]["chain"]["committed"][:10]
    assert f"The log begins at {day}" in done.out and ", by retention.\n" in done.out
    assert json.loads(verify(folder, "--format=json").ok().out)["by_retention"] is True


def test_the_ends_of_an_export_are_given(exported, tmp_path):
    folder = write(tmp_path / "log", without(exported, 1, 10))
    verify(folder, "--first=11").ok()
    assert problems(verify(folder, "--first=5", "--format=json")) == [("missing", 5, 10)]
    last = len(exported)
    verify(folder, "--first=11", f"--last={last}").ok()
    assert problems(verify(folder, "--first=11", f"--last={last + 2}", "--format=json")) == [
        ("missing", last + 1, last + 2)]
    wrong = verify(folder, "--first=zero")
    assert wrong.code == 1 and "--first: the number of an event is 1 or more" in wrong.err, wrong


def test_heads_need_a_trusted_key(exported, tmp_path):
    folder = write(tmp_path / "log", exported)
    key = next(event["key"] for event in exported if event["event"] == "audit.head")
    verify(folder, f"--trust-key={key}").ok()
    assert problems(verify(folder, "--trust-key=other", "--format=json")) == [("head", 1, A_DAY)]


def test_times_that_fluentd_removed_are_told(exported, tmp_path):
    done = verify(write(tmp_path / "log", [{key: value for key, value in event.items() if key != "time"}
                                           for event in exported]))
    assert done.code == NOT_WHOLE and "changed: events 1 to " in done.out and "keep_time_key true" in done.err, done


def test_lines_that_cannot_be_read_are_told(exported, tmp_path):
    folder = write(tmp_path / "log", exported)
    with open(folder / "events.log", "a", encoding="utf-8") as file:
        file.write('garbage \x1b[2J\n{"event":"x","chain":{"number":0}}\n')
    done = verify(folder)
    lines = len(exported)
    assert done.code == NOT_WHOLE and f"unreadable: events.log:{lines + 1}: there is no JSON of an event" in done.out
    assert f"unreadable: events.log:{lines + 2}: chain.number is not the number of an event" in done.out
    assert_plain(done.text)


@pytest.mark.parametrize("make, reason", [
    (lambda folder: None, "cannot read the folder"),
    (lambda folder: folder.mkdir(), "has no event with a chain"),
    (lambda folder: write(folder, [{"event": "print"}]), "has no event with a chain"),
    (lambda folder: folder.write_text("{}"), "cannot read the folder")])
def test_a_folder_without_an_export_is_refused(tmp_path, make, reason):
    make(tmp_path / "log")
    done = verify(tmp_path / "log")
    assert done.code == NOT_FOUND and reason in done.err, done
