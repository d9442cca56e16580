"""Makes tokens of Kubernetes service accounts with openssl, and the key set that verifies them."""

import base64
import hashlib
import hmac
import json
import time

from certs import make_key, openssl, public_key


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _part(value):
    return base64url(json.dumps(value).encode())


def _take_integer(der):
    """Returns the first INTEGER of DER, and what follows it."""
    assert der[0] == 2
    return int.from_bytes(der[2:2 + der[1]], "big"), der[2 + der[1]:]


def pod_claims(audience, account="default:robot", **changed):
    """Returns the claims of a pod's projected token; a changed claim that is None is left out."""
    namespace, name = account.split(":")
    now = int(time.time())
    claims = {"iss": "https://kubernetes.default.svc.cluster.local", "aud": [audience], "iat": now, "nbf": now,
              "exp": now + 600, "sub": f"system:serviceaccount:{account}",
              "kubernetes.io": {"namespace": namespace, "pod": {"name": f"{name}-1", "uid": "u"},
                                "serviceaccount": {"name": name, "uid": "v"}}}
    claims.update({name.replace("kubernetes_io", "kubernetes.io"): value for name, value in changed.items()})
    return {name: value for name, value in claims.items() if value is not None}


class AccountKey:
    """A P-256 key of an API server."""

    def __init__(self, directory, identifier="key-1"):
        self.path = make_key(directory / f"{identifier}.key")
        self.identifier = identifier

    def jwk(self):
        point = openssl("pkey", "-in", self.path, "-pubout", "-outform", "DER")[-64:]
        return {"kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": self.identifier,
                "x": base64url(point[:32]), "y": base64url(point[32:])}

    def jwks(self):
        return json.dumps({"keys": [self.jwk()]})

    def _sign(self, text):
        der = openssl("dgst", "-sha256", "-sign", self.path, stdin=text.encode())
        r, rest = _take_integer(der[2:])
        s, _ = _take_integer(rest)
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")

    def token(self, claims, **header):
        text = f"{_part({'alg': 'ES256', 'kid': self.identifier, 'typ': 'JWT', **header})}.{_part(claims)}"
        return f"{text}.{base64url(self._sign(text))}"

    def unsigned(self, claims, algorithm="none"):
        """Returns a token whose header says that it needs no signature."""
        return f"{_part({'alg': algorithm, 'kid': self.identifier})}.{_part(claims)}.AA"

    def symmetric(self, claims):
        """Returns a token that is signed with the public key as the secret, which everybody knows."""
        text = f"{_part({'alg': 'HS256', 'kid': self.identifier})}.{_part(claims)}"
        return f"{text}.{base64url(hmac.new(public_key(self.path), text.encode(), hashlib.sha256).digest())}"
