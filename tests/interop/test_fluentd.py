"""Tests of the event handler with a real Fluentd (FLUENTD_BIN) and the files that `configure` wrote."""

import json
import os
import re

import pytest

from event_handlers import LONG_AGO
from harness import environment, program
from processes import Background, free_port, run, wait_for

FLUENTD_BIN = os.environ.get("FLUENTD_BIN")
HANDLER = "teleport-event-handler"
FILE = """@type file
  path {path}
  append true
  <format>
    @type {form}
  </format>
  <buffer time>
    flush_mode interval
    flush_interval 1s
  </buffer>"""

pytestmark = pytest.mark.skipif(not FLUENTD_BIN, reason="FLUENTD_BIN is not set")


def verified(folder, env, events):
    """Returns the report about the files, once they have so many events."""
    done = run([program(HANDLER), "verify", folder, "--format=json"], env)
    report = json.loads(done.out) if done.out else {}
    return report if report.get("events", 0) >= events else None


@pytest.mark.parametrize("form", ["out_file", "json"])
def test_fluentd_takes_the_files_and_keeps_every_event(cluster, tmp_path, form):
    keys, port = tmp_path / "keys", free_port()
    keys.mkdir()
    env = environment(tmp_path, SSL_CERT_FILE=str(cluster.ca_file))
    run([program(HANDLER), "configure", keys, cluster.proxy, "--length=2048"], env, "it's #{exit} \"x\" \\").ok()
    cluster.tctl("create", "-f", keys / f"{HANDLER}-role.yaml")
    cluster.tctl("auth", "sign", f"--user={HANDLER}", "--overwrite", "--out", keys / "identity")

    text = (keys / "fluent.conf").read_text().replace("/keys/", f"{keys}/").replace("8888", str(port))
    for name in ("test", "session"):
        there = FILE.format(path=tmp_path / "log" / name, form=form)
        text = re.sub(rf"(<match {name}.*>\n  )@type stdout", lambda match, there=there: match[1] + there, text)
    (tmp_path / "fluent.conf").write_text(text)
    config = (keys / f"{HANDLER}.toml").read_text().replace("8888", str(port))
    config = config.replace('"identity"', f'"{keys}/identity"').replace("./storage", f"{tmp_path}/storage")
    (keys / f"{HANDLER}.toml").write_text(f'chain = true\nstart-time = "{LONG_AGO}"\n{config}')

    expected = cluster.events()
    with Background([FLUENTD_BIN, "-c", tmp_path / "fluent.conf"], os.environ, tmp_path / "fluentd.log") as fluentd:
        fluentd.wait_for_output("fluentd worker is now running")
        run([program(HANDLER), "start", "-c", keys / f"{HANDLER}.toml", "--exit-on-last-event"], env, timeout=60).ok()
        report = wait_for(lambda: verified(tmp_path / "log", env, len(expected)), what="the files of Fluentd")
        fluentd.stop()
    assert report["problems"] == [] and report["unreadable"] == [] and report["without_time"] == 0
    assert report["first"] == 1 and report["last"] >= len(expected)
