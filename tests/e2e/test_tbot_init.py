"""Tests of tbot init: root prepares a directory for a bot of another user, whose files a third user reads. The users are
those that every Debian has."""

import grp
import os
import pathlib
import pwd
import shutil
import tempfile

import pytest

from harness import assert_plain, program
from processes import run
from test_tbot import DENIED, FAILED, NOT_FOUND, USAGE, Bot, assert_whole, modes
from tctl_ways import name  # noqa: F401 pylint: disable=unused-import

BOT, READER, OTHER = "games", "man", "nobody"


def as_user(user):
    """Returns the words that start a program as a user, with the user's own group alone."""
    account = pwd.getpwnam(user)
    return ["setpriv", f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--clear-groups"]


class OpenBot(Bot):
    """A bot in a place that all users of the machine reach, with the program and the authority that it trusts."""

    def __init__(self, cluster, name, directory):  # noqa: F811
        super().__init__(cluster, name, directory)
        self.program = directory / "tbot"
        shutil.copy(program("tbot"), self.program)
        shutil.copy(cluster.ca_file, directory / "ca.pem")
        self.env["SSL_CERT_FILE"] = str(directory / "ca.pem")
        self.home = directory / "home"
        self.home.mkdir()
        self.storage = self.home / "storage"
        shutil.chown(self.home, BOT)

    def services(self, **destination):
        return [{"type": "identity", "destination": {"type": "directory", "path": str(self.out), **destination}}]

    def write(self, **destination):
        path = self.config(services=self.services(**destination))
        path.chmod(0o644)
        return path

    def as_bot(self, **destination):
        """Runs the bot once as its user."""
        path = self.write(**destination)
        return run([*as_user(BOT), self.program, "start", "--oneshot", "-c", path], {**self.env, "HOME": str(self.home)})

    def init(self, *words, user=None, **destination):
        before = as_user(user) if user else []
        return run([*before, self.program, "init", "-c", self.write(**destination), *words], self.env)


@pytest.fixture
def bot(cluster, name):  # noqa: F811
    if os.geteuid() != 0:
        pytest.skip("only root prepares a directory for another user")
    with tempfile.TemporaryDirectory(prefix="tbot-init-") as directory:
        place = pathlib.Path(directory)
        place.chmod(0o755)
        yield OpenBot(cluster, name, place)


def owner(path):
    info = path.stat()
    return pwd.getpwuid(info.st_uid).pw_name, grp.getgrgid(info.st_gid).gr_name


def reads(user, path):
    return run([*as_user(user), "cat", path], {"PATH": os.environ["PATH"]}).code == 0


def test_a_bot_of_another_user_writes_what_root_prepared(bot, tmp_path):
    refused = bot.as_bot()
    assert refused.code == DENIED and str(bot.out) in refused.err, refused
    assert_plain(refused.err)

    bot.init(f"--bot-user={BOT}").ok()
    assert owner(bot.out) == (BOT, "games") and bot.out.stat().st_mode & 0o7777 == 0o700
    bot.as_bot().ok()
    assert_whole(bot.out, tmp_path)
    assert {owner(path) for path in bot.out.iterdir()} == {(BOT, "games")}
    assert set(modes(bot.out).values()) == {0o600}
    assert not reads(READER, bot.out / "identity")


def test_a_directory_that_another_user_used_is_taken_over(bot):
    """Files of an earlier bot are replaced; stray files only go when asked."""
    bot.out.mkdir()
    for file in ("identity", "stray"):
        (bot.out / file).write_text("of root")
    bot.init(f"--bot-user={BOT}").ok()
    bot.as_bot().ok()
    assert owner(bot.out / "identity") == (BOT, "games") and (bot.out / "stray").read_text() == "of root"
    done = bot.init(f"--bot-user={BOT}", "--clean").ok()
    assert "stray was removed" in done.err and not (bot.out / "stray").exists()
    bot.as_bot().ok()


def test_a_reader_reads_what_the_bot_writes(bot):
    done = bot.init(f"--bot-user={BOT}", f"--reader-user={READER}", acls="required", readers=[{"user": READER}])
    if "has no access control lists" in done.text:
        pytest.skip("the file system has no access control lists")
    done.ok()
    assert owner(bot.out) == (BOT, "games")
    for _ in range(2):  # files that are replaced, too
        bot.as_bot(acls="required", readers=[{"user": READER}]).ok()
        assert reads(READER, bot.out / "identity") and reads(READER, bot.out / "key")
        assert not reads(OTHER, bot.out / "identity")
        assert not reads(READER, bot.storage / "key")
    written = run([*as_user(READER), "touch", bot.out / "new", bot.out / "key"], {"PATH": os.environ["PATH"]})
    assert written.code != 0 and not (bot.out / "new").exists()

    # A reader who is only named at init sees no file: the configuration says what to do.
    shutil.rmtree(bot.out)
    hint = bot.init(f"--bot-user={BOT}", f"--reader-user={READER}").ok()
    assert f"add readers: [{{user: {READER}}}] to the destination" in hint.err
    bot.as_bot().ok()
    assert not reads(READER, bot.out / "identity")


def test_the_owner_may_be_given_with_a_group(bot):
    bot.init(f"--owner={BOT}:users", f"--bot-user={BOT}").ok()
    assert owner(bot.out) == (BOT, "users")
    bot.init(f"--owner={READER}:users").ok()
    assert owner(bot.out) == (READER, "users")


@pytest.mark.parametrize("words, code, text", [
    ([f"--owner={READER}:users", f"--bot-user={BOT}"], FAILED, "belongs to another user than the bot"),
    (["--bot-user=no-such-user"], USAGE, 'this host has no user "no-such-user"'),
    ([f"--bot-user={BOT}", "--reader-user=no-such-user"], NOT_FOUND, 'this host has no user "no-such-user"'),
    (["--owner=games"], USAGE, "--owner must be a USER:GROUP"),
    (["--owner=games:no-such-group"], USAGE, "--owner must be a USER:GROUP"),
    (["--owner=no-such-user:games"], USAGE, "--owner must be a USER:GROUP"),
    (["--init-dir=/elsewhere"], NOT_FOUND, "no output has the directory /elsewhere"),
    (["--destination-dir=/elsewhere"], USAGE, "several directories")])
def test_refusals(bot, words, code, text):
    done = bot.init(*words)
    assert done.code == code and text in done.err, done
    assert_plain(done.err)
    assert not bot.out.exists() and not pathlib.Path("/elsewhere").exists()


def test_only_root_gives_a_directory_away(bot):
    (bot.directory / "own").mkdir()
    shutil.chown(bot.directory / "own", OTHER)
    bot.out = bot.directory / "own" / "out"
    done = bot.init(f"--bot-user={BOT}", user=OTHER)
    assert done.code == DENIED and "cannot change the owner" in done.err and "as root" in done.err, done
    done = bot.init(user=OTHER).ok()
    assert owner(bot.out)[0] == OTHER


def test_a_link_is_not_followed(bot):
    """Otherwise a user who may write beside the directory could have root give any directory away."""
    (bot.directory / "real").mkdir()
    (bot.directory / "out").symlink_to(bot.directory / "real")
    done = bot.init(f"--bot-user={BOT}", symlinks="secure")
    assert done.code == DENIED and "symbolic links" in done.err, done
    assert owner(bot.directory / "real")[0] == "root"
    bot.init(f"--bot-user={BOT}", symlinks="insecure").ok()
    assert owner(bot.directory / "real")[0] == BOT
