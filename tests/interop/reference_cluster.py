"""A cluster of Teleport's own teleport (REFERENCE_BIN), with the configuration of ours."""

import json

from harness import Cluster, environment, reference_program
from processes import free_port, run, wait_for


class ReferenceCluster(Cluster):
    """Its ports are those of its configuration, because its log does not have them."""

    def __init__(self, directory, kube, labels=None, settings=None, wrapper=()):
        super().__init__(directory, kube, labels, settings, wrapper=wrapper)
        self._proxy_address, self._auth_address = (f"127.0.0.1:{free_port()}" for _ in range(2))
        self._kube_settings = f"  listen_addr: 127.0.0.1:{free_port()}\n"

    def _teleport(self):
        return reference_program("teleport")

    def _find_addresses(self, started):
        wait_for(self._answers, 60, "an answer to ping")
        wait_for(self._ready, 60, "the services of Teleport")

    def _ready(self):
        return self._has_kubernetes() if self._kube else self.alive()

    def _has_kubernetes(self):
        assert self.alive(), self.log.read_text()[-4000:]
        done = self.tctl("get", "kube_server", "--format=json", ok=False)
        return done.code == 0 and json.loads(done.out)

    def check_log(self):
        """Does nothing: the rules for our log do not apply to Teleport's."""

    def tctl(self, *words, stdin="", ok=True, timeout=30, reference=True):
        done = run([reference_program("tctl"), "-c", self.config, *words], environment(self.directory), stdin, timeout)
        return done.ok() if ok else done


class ReferenceNodes(ReferenceCluster):
    """A cluster of Teleport with a node, and without Kubernetes."""

    def __init__(self, directory, node, labels):
        super().__init__(directory, None)
        self.node = node
        self.node_port = free_port()
        self._ssh = f"enabled: yes\nlisten_addr: 127.0.0.1:{self.node_port}\nlabels: {json.dumps(labels)}\n"

    def write_config(self, extra=""):
        super().write_config(extra)
        self.config.write_text(self.config.read_text().replace("nodename: localhost", f"nodename: {self.node}"))

    def _ready(self):
        done = self.tctl("get", "node", "--format=json", ok=False)
        return done.code == 0 and self.node in done.out
