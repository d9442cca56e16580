"""A client that uses libssh, an SSH implementation other than OpenSSH: libssh.py PROXY_COMMAND LOGIN HOST KEY
CERTIFICATE COMMAND.

Prints the command's output, and ends with its exit status. libssh 0.10 does not support host certificates: it accepts
the plain key that sshd also offers, without a check.
"""

import ctypes
import sys

OPTION_HOST, OPTION_USER, OPTION_PROXY_COMMAND = 0, 4, 19
POINTERS = ("ssh_new", "ssh_channel_new", "ssh_get_error")


def load():
    library = ctypes.CDLL("libssh.so.4")
    for name in POINTERS:
        getattr(library, name).restype = ctypes.c_void_p
    return library


class Client:
    def __init__(self, proxy_command, login, host):
        self._library = load()
        self._session = ctypes.c_void_p(self._library.ssh_new())
        for option, text in ((OPTION_HOST, host), (OPTION_USER, login), (OPTION_PROXY_COMMAND, proxy_command)):
            self.call("ssh_options_set", self._session, option, text.encode())
        self.call("ssh_connect", self._session)

    def call(self, name, *words):
        """Checks the result of a libssh function; all functions called here return 0 for success."""
        if getattr(self._library, name)(*words) != 0:
            sys.exit(f"{name}: {ctypes.string_at(self._library.ssh_get_error(self._session)).decode()}")

    def log_in(self, key_path, certificate_path):
        key, certificate = ctypes.c_void_p(), ctypes.c_void_p()
        self.call("ssh_pki_import_privkey_file", key_path.encode(), None, None, None, ctypes.byref(key))
        self.call("ssh_pki_import_cert_file", certificate_path.encode(), ctypes.byref(certificate))
        self.call("ssh_pki_copy_cert_to_privkey", certificate, key)
        self.call("ssh_userauth_publickey", self._session, None, key)

    def run(self, command):
        """Runs a command; returns its output and its exit status."""
        channel = ctypes.c_void_p(self._library.ssh_channel_new(self._session))
        self.call("ssh_channel_open_session", channel)
        self.call("ssh_channel_request_exec", channel, command.encode())
        self.call("ssh_channel_send_eof", channel)
        output, buffer = b"", ctypes.create_string_buffer(4096)
        while (count := self._library.ssh_channel_read(channel, buffer, len(buffer), 0)) > 0:
            output += buffer.raw[:count]
        return output, self._library.ssh_channel_get_exit_status(channel)


def main(proxy_command, login, host, key, certificate, command):
    client = Client(proxy_command, login, host)
    client.log_in(key, certificate)
    output, status = client.run(command)
    sys.stdout.buffer.write(output)
    return status


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
