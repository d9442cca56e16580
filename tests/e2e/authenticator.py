"""An authenticator app, which scans the QR code of an invite and shows codes."""

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
        self.codes = []  # all that were shown
        self._used = set()

    @classmethod
    def scan(cls, qr_code_base64):
        """Reads the PNG of a QR code, as a camera would."""
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
        """Returns a code that was not used and is accepted now: of this step, the one before or the one after. Waits
        for the next step only when all three are used."""
        while True:
            now = time.time()
            step = int(now // STEP)
            left = STEP - now % STEP
            free = [at for at in range(step - (left > MARGIN), step + 2) if at not in self._used]
            if free:
                self._used.add(free[0])
                return self.code_at(free[0] * STEP)
            time.sleep(left)  # until there is another code; nothing sooner could make one
