"""A stand-in for an authenticator app: it scans the QR code of an invite and returns codes."""

import base64
import subprocess
import time
import urllib.parse

STEP = 30
# A code of the previous step may expire before it arrives.
MARGIN = 8


class Authenticator:
    def __init__(self, uri):
        parts = urllib.parse.urlsplit(uri)
        assert parts.scheme == "otpauth" and parts.netloc == "totp", uri
        self.parameters = {key: values[0] for key, values in urllib.parse.parse_qs(parts.query).items()}
        self.account = urllib.parse.unquote(parts.path.lstrip("/"))
        self.codes = []  # all returned codes
        self._used = set()

    @classmethod
    def scan(cls, qr_code_base64):
        """Reads the PNG of a QR code, and returns its authenticator."""
        # Search for QR codes only: a pattern inside of the QR code may look like another kind of code.
        done = subprocess.run(["zbarimg", "--raw", "-q", "-Sdisable", "-Sqrcode.enable", "-"],
                              input=base64.b64decode(qr_code_base64), capture_output=True, check=True)
        return cls(done.stdout.decode().strip())

    def code_at(self, moment):
        done = subprocess.run(["oathtool", "--totp", "--base32", "--now", f"@{int(moment)}", "-"],
                              input=self.parameters["secret"] + "\n", capture_output=True, text=True, check=False)
        assert done.returncode == 0, (self.parameters, done.stderr)
        code = done.stdout.strip()
        self.codes.append(code)
        return code

    def code(self):
        """Returns an unused code that the cluster accepts now: of this step, the previous or the next. Waits for the
        next step when all three are used."""
        while True:
            now = time.time()
            step = int(now // STEP)
            left = STEP - now % STEP
            free = [at for at in range(step - (left > MARGIN), step + 2) if at not in self._used]
            if free:
                self._used.add(free[0])
                return self.code_at(free[0] * STEP)
            time.sleep(left)  # the next step is the first with an unused code
