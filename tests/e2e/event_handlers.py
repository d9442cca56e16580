"""The event handler of a test: its configuration, and the program in the background."""

import json

from harness import environment, program
from processes import Background, run

ROLE = """
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
LONG_AGO = "2020-01-01T00:00:00Z"


class EventHandler:
    """Runs in a directory of its own, with the sink's certificates in `keys`."""

    def __init__(self, cluster, directory, sink, keys=None, by_proxy=False, path=None):
        self.cluster = cluster
        self.directory = directory
        self.sink = sink
        self.keys = keys
        self.path = path or program("teleport-event-handler")
        self.address = cluster.proxy if by_proxy else f"127.0.0.1:{cluster.auth_port}"
        self.config = directory / "teleport-event-handler.toml"
        self.identity = directory / "identity"
        self.log = directory / "handler.log"
        directory.mkdir(parents=True, exist_ok=True)
        self.env = environment(directory, SSL_CERT_FILE=str(cluster.ca_file))

    @property
    def folder(self):
        return self.directory / "storage" / self.address.replace(":", "_")

    def sign(self, *words):
        self.identity.unlink(missing_ok=True)
        self.cluster.tctl("auth", "sign", "--user=teleport-event-handler", "--out", self.identity, *words)
        return self

    def write(self, start_time=LONG_AGO, fluentd="", teleport="", **more):
        """Writes the configuration; `more` are keys of the outermost table."""
        keys = {"storage": str(self.directory / "storage"), "start-time": start_time, "timeout": "1s", **more}
        lines = [f"{key.replace('_', '-')} = {json.dumps(value)}" for key, value in keys.items() if value is not None]
        lines += ["[forward.fluentd]", f'url = "{self.sink.url}/test.log"', f'session-url = "{self.sink.url}/session"']
        if self.keys:
            lines += [f'{key} = "{self.keys / name}"' for key, name in
                      (("ca", "ca.crt"), ("cert", "client.crt"), ("key", "client.key"))]
        lines += [fluentd, "[teleport]", f'addr = "{self.address}"', f'identity = "{self.identity}"', teleport, ""]
        self.config.write_text("\n".join(lines))
        return self

    def words(self, *more):
        return [self.path, "start", "--config", self.config, *more]

    def start(self, *more):
        return Background(self.words(*more), self.env, self.log)

    def run(self, *more, timeout=60):
        """Exports until the end of the log."""
        return run(self.words("--exit-on-last-event", *more), self.env, timeout=timeout)
