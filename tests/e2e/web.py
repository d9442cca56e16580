"""A client of the web API that makes the calls of the invite page."""

import base64
import http.client
import json
import ssl

from authenticator import Authenticator


class Answer:
    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        self.body = body

    def json(self):
        return json.loads(self.body)

    @property
    def message(self):
        return self.json()["error"]["message"]


class WebClient:
    """Each client has a separate source address, because the cluster counts requests by address."""

    _next_source = 2

    def __init__(self, port, ca_file, source=None, host="localhost"):
        self._host = host
        self._port = port
        self._context = ssl.create_default_context(cafile=str(ca_file))
        if source is None and host == "localhost":
            WebClient._next_source += 1
            source = f"127.0.{WebClient._next_source // 250}.{WebClient._next_source % 250 + 1}"
        self._source = (source, 0) if source else None

    def request(self, method, path, body=None, headers=None):
        connection = http.client.HTTPSConnection(self._host, self._port, context=self._context, timeout=30,
                                                 source_address=self._source)
        try:
            data = body if isinstance(body, (str, bytes, type(None))) else json.dumps(body)
            headers = {"Content-Type": "application/json", **(headers or {})}
            connection.request(method, path, data, headers)
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read())
        finally:
            connection.close()

    def get(self, path):
        return self.request("GET", path)

    def scan_invite(self, token):
        """Opens an invite, and returns an authenticator that has scanned its QR code."""
        answer = self.get(f"/webapi/users/password/token/{token}")
        assert answer.status == 200, answer.body
        return Authenticator.scan(answer.json()["qrCode"])

    def set_password(self, token, password, code):
        return self.request("PUT", "/webapi/users/password/token", {
            "token": token, "password": base64.b64encode(password.encode()).decode(), "second_factor_token": code,
            "deviceName": "phone", "webauthnCreationResponse": None})

    def login_begin(self, user, password):
        return self.request("POST", "/webapi/mfa/login/begin", {"user": user, "pass": password, "passwordless": False})

    def login_finish(self, user, password, code, public_key_pem, **more):
        return self.request("POST", "/webapi/mfa/login/finish", {
            "user": user, "password": password, "webauthn_challenge_response": None, "totp_code": code,
            "tls_pub_key": base64.b64encode(public_key_pem).decode(), "ttl": 3600 * 10**9, "RouteToCluster": "",
            "KubernetesCluster": "", **more})
