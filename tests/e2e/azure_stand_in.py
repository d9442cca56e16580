"""A stand-in for Azure: its login service and its resource manager by TLS, behind an HTTP proxy that programs reach by
HTTPS_PROXY. Strict about what it is sent (`mistakes`), and able to misbehave (`fault`). A test cannot install Azure."""

import http.server
import json
import re
import socket
import ssl
import threading
import time
import urllib.parse

import certs

LOGIN = "login.microsoftonline.com"
ARM = "management.azure.com"
TENANT = "aaaaaaaa-0000-4000-8000-000000000001"
CLIENT, SECRET, TOKEN = "agent-client", "agent-s&cret", "arm-token-1"
SUB1, SUB2 = "bbbbbbbb-0000-4000-8000-000000000001", "bbbbbbbb-0000-4000-8000-000000000002"
PROVIDER = "providers/Microsoft.ContainerService/managedClusters"
PAGE = 2
FAULTS = ("500", "429", "403", "garbage", "half", "loop", "foreign", "no body", "no list", "reset")


class Azure:
    """`clusters` has the items of all subscriptions by (subscription, group, name)."""

    def __init__(self, directory):
        directory.mkdir(parents=True, exist_ok=True)
        self.cert, key = certs.make_self_signed(directory, "azure", "-addext", f"subjectAltName=DNS:{LOGIN},DNS:{ARM}")
        self.subscriptions = {SUB1: "Enabled", SUB2: "Enabled", "bbbbbbbb-0000-4000-8000-00000000000d": "Deleted"}
        self.clusters, self.mistakes, self.requests, self.proxied = {}, [], [], []
        self.fault = None  # (fault, a pattern of paths)
        self.passes = 0  # how often the subscriptions were asked for
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.cert, key)
        self._server = _TlsServer(("127.0.0.1", 0), _handler_of(self), context)
        self._proxy = _Proxy(self)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def port(self):
        return self._server.server_address[1]

    def environment(self):
        return {"HTTPS_PROXY": f"http://127.0.0.1:{self._proxy.port}", "SSL_CERT_FILE": str(self.cert),
                "NO_PROXY": "localhost", "AZURE_TENANT_ID": TENANT, "AZURE_CLIENT_ID": CLIENT,
                "AZURE_CLIENT_SECRET": SECRET}

    def add(self, name, group="rg1", subscription=SUB1, region="westeurope", power="Running", **tags):
        self.clusters[(subscription, group, name)] = {
            "id": f"/subscriptions/{subscription}/resourcegroups/{group}/{PROVIDER}/{name}", "name": name,
            "type": "Microsoft.ContainerService/ManagedClusters", "location": region, "tags": tags,
            "identity": {"type": "SystemAssigned", "tenantId": TENANT},
            "properties": {"powerState": {"code": power}, "provisioningState": "Succeeded"}}

    def remove(self, name):
        for key in [key for key in self.clusters if key[2] == name]:
            del self.clusters[key]

    def stop(self):
        self._proxy.stop()
        self._server.shutdown()
        self._server.server_close()


class _TlsServer(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, address, handler, context):
        super().__init__(address, handler)
        self._context = context

    def finish_request(self, request, client_address):
        request.settimeout(10)
        with self._context.wrap_socket(request, server_side=True) as stream:
            super().finish_request(stream, client_address)

    def handle_error(self, request, client_address):
        pass


class _Proxy:
    """Takes CONNECT to the hosts of Azure, and leads each to the stand-in."""

    def __init__(self, azure):
        self._azure = azure
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def stop(self):
        self._listener.shutdown(socket.SHUT_RDWR)  # ends accept
        self._listener.close()

    def _serve(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._connect, args=(client,), daemon=True).start()

    def _connect(self, client):
        head = b""
        while b"\r\n\r\n" not in head:
            more = client.recv(4096)
            if not more:
                return
            head += more
        target = head.split(b" ")[1].decode()
        self._azure.proxied.append(target)
        if not head.startswith(b"CONNECT ") or target not in (f"{LOGIN}:443", f"{ARM}:443"):
            self._azure.mistakes.append(f"the proxy was asked for {target}")
            client.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
            client.close()
            return
        server = socket.create_connection(("127.0.0.1", self._azure.port))
        client.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        threading.Thread(target=_pump, args=(client, server), daemon=True).start()
        _pump(server, client)


def _pump(source, sink):
    try:
        while True:
            data = source.recv(65536)
            if not data:
                break
            sink.sendall(data)
    except OSError:
        pass
    for end in (source, sink):
        try:
            end.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


def _handler_of(azure):
    class Handler(http.server.BaseHTTPRequestHandler):
        """Answers one request of a connection."""
        protocol_version = "HTTP/1.1"

        def do_GET(self):  # pylint: disable=invalid-name
            self._answer()

        def do_POST(self):  # pylint: disable=invalid-name
            self._answer()

        def log_message(self, *_):  # pylint: disable=arguments-differ
            pass

        def _answer(self):
            self.close_connection = True
            length = int(self.headers.get("Content-Length", 0))
            body = self.rfile.read(length).decode()
            host = self.headers["Host"]
            path, _, query = self.path.partition("?")
            query = dict(urllib.parse.parse_qsl(query))
            azure.requests.append((self.command, host, path))
            if host == LOGIN:
                return self._log_in(path, body)
            if host != ARM:
                return self._mistake(f"the host {host}")
            return self._manage(path, query)

        def _log_in(self, path, body):
            form = dict(urllib.parse.parse_qsl(body, strict_parsing=True))
            wanted = {"grant_type": "client_credentials", "client_id": CLIENT, "client_secret": SECRET,
                      "scope": "https://management.core.windows.net//.default"}
            if self.command != "POST" or path != f"/{TENANT}/oauth2/v2.0/token" or form != wanted:
                return self._mistake(f"the login {self.command} {path} {sorted(form)}")
            return self._send(200, {"token_type": "Bearer", "expires_in": 3599, "access_token": TOKEN})

        def _manage(self, path, query):
            if self.headers["Authorization"] != f"Bearer {TOKEN}" or self.headers["Accept"] != "application/json":
                return self._mistake(f"the header of {path}")
            if path == "/subscriptions":
                azure.passes += 1
            if azure.fault and re.search(azure.fault[1], path):
                return self._misbehave(azure.fault[0])
            if path == "/subscriptions" and query.pop("api-version", "") == "2016-06-01":
                items = [{"subscriptionId": one, "state": state} for one, state in azure.subscriptions.items()]
                return self._page(path, "2016-06-01", items, query)
            found = re.fullmatch(rf"/subscriptions/([^/]+)(?:/resourceGroups/([^/]+))?/{PROVIDER}(?:/([^/]+))?", path)
            if not found or query.pop("api-version", "") != "2025-02-01" or self.command != "GET":
                return self._mistake(f"the request {self.command} {self.path}")
            return self._clusters(path, query, *found.groups())

        def _clusters(self, path, query, subscription, group, name):
            if azure.subscriptions.get(subscription) != "Enabled":
                return self._send(404, {"error": {"code": "SubscriptionNotFound", "message": "none"}})
            if name:
                item = azure.clusters.get((subscription, group, name))
                return self._send(200, item) if item else self._send(
                    404, {"error": {"code": "ResourceNotFound", "message": "none"}})
            groups = {key[1] for key in azure.clusters if key[0] == subscription}
            if group and group not in groups:
                return self._send(404, {"error": {"code": "ResourceGroupNotFound", "message": "none"}})
            items = [item for key, item in azure.clusters.items() if key[0] == subscription and group in (None, key[1])]
            return self._page(path, "2025-02-01", items, query)

        def _page(self, path, version, items, query):
            start = int(query.get("$skiptoken", 0))
            page = {"value": items[start:start + PAGE]}
            if start + PAGE < len(items):
                page["nextLink"] = f"https://{ARM}{path}?api-version={version}&%24skiptoken={start + PAGE}"
            return self._send(200, page)

        def _misbehave(self, fault):
            here = f"https://{ARM}{self.path}"
            whole = json.dumps({"value": list(azure.clusters.values())}).encode()
            if fault in ("500", "429", "403"):
                code = {"500": "InternalServerError", "429": "TooManyRequests", "403": "AuthorizationFailed"}[fault]
                return self._send(int(fault), {"error": {"code": code, "message": "no"}}, retry_after="1")
            if fault == "half":  # the connection ends in the middle of a list
                self.send_response(200)
                self.send_header("Content-Length", str(len(whole)))
                self.end_headers()
                return self.wfile.write(whole[:len(whole) // 2])
            if fault == "slow":
                self.send_response(200)
                self.end_headers()
                for byte in whole:
                    self.wfile.write(bytes([byte]))
                    time.sleep(0.5)
                return None
            if fault == "reset":
                return self.connection.close()
            return self._send(200, {"garbage": b"<html>\x00\xff", "no body": b"", "no list": {"nextLink": None},
                                    "loop": {"value": [], "nextLink": here},
                                    "foreign": {"value": [], "nextLink": "https://attacker.example.com/x"}}[fault])

        def _mistake(self, what):
            azure.mistakes.append(what)
            return self._send(400, {"error": {"code": "Mistake", "message": what}})

        def _send(self, status, answer, retry_after=None):
            body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            if retry_after and status in (429, 503):
                self.send_header("Retry-After", retry_after)
            self.end_headers()
            self.wfile.write(body)

    return Handler
