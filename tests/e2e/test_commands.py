"""Tests of every command and option of Teleport's programs, which tests/fixtures/commands lists: our programs implement
each, accept it without effect, or refuse it as not implemented."""

import dataclasses
import re

import pytest

from harness import ROOT, environment, program
from processes import run

FACTS = ROOT / "tests" / "fixtures" / "commands"
PROGRAMS = ["tsh", "tctl", "teleport", "tbot"]
ALL_PROGRAMS = [*PROGRAMS, "teleport-event-handler"]  # the last has every command of Teleport's
USAGE = 2
NOT_IMPLEMENTED = 1
UNKNOWN = "--no-such-option"
MARK = "(not implemented)"


@dataclasses.dataclass
class Row:
    """A command of a program; an empty path stands for the program itself."""

    path: list
    arguments: list
    options: list  # the names as on a command line, and whether the option takes a value

    def words(self):
        """Returns every option by every name, with a value where the option takes one."""
        return [word for names, takes_value in self.options for name in names
                for word in ([name, "1"] if takes_value else [name])]

    def negations(self):
        return [f"--no-{name[2:]}" for names, takes_value in self.options for name in names
                if name.startswith("--") and not takes_value and not name.startswith("--no-")]


def rows_of(name):
    rows = []
    for line in (FACTS / f"{name}.txt").read_text().splitlines():
        words = line.split()
        if line.startswith("  "):
            takes_value = words[-1].endswith("=")
            rows[-1].options.append(([word.rstrip("=") for word in words], takes_value))
            continue
        first_argument = next((i for i, word in enumerate(words) if word[0] in "[<"), len(words))
        arguments = re.findall(r"\[<.*?>\.*\]|<.*?>(?:\.\.\.)?(?= |$)", line)
        rows.append(Row(words[1:first_argument], arguments, []))
    return rows


def command(name, home, *words):
    return run([program(name), *words], environment(home, TELEPORT_HOME=str(home / "tsh")))


def is_refused_by_name(done, name):
    return done.code == NOT_IMPLEMENTED and "not implemented" in done.err and name in done.err and not done.out


def marked(text):
    """Returns the commands or options that a help text marks as not implemented."""
    return [line.strip().split("  ")[0] for line in text.splitlines() if line.endswith(MARK)]


def own_commands(name, home):
    """Returns the rows of the commands that our program implements."""
    missing = set(marked(command(name, home, "help", "--all").ok().out))
    return [row for row in rows_of(name) if row.path and " ".join(row.path) not in missing]


@pytest.mark.parametrize("name", ALL_PROGRAMS)
def test_every_option_of_every_command_is_known(tmp_path, name):
    """With all of a command's options and an unknown option, the error names only the unknown option."""
    everywhere, *commands = rows_of(name)
    for row in commands:
        if row.path == ["kubectl"]:
            continue  # kubectl's own options
        done = command(name, tmp_path, *row.path, *row.words(), *everywhere.words(), UNKNOWN)
        path = " ".join(row.path)
        assert is_refused_by_name(done, f'"{name} {path}"') or (
            done.code == USAGE and f'unknown option "{UNKNOWN}"' in done.err), done


@pytest.mark.parametrize("name", ALL_PROGRAMS)
def test_every_flag_has_its_opposite(tmp_path, name):
    everywhere, *commands = rows_of(name)
    for row in commands:
        if row.path == ["kubectl"] or not row.negations() + everywhere.negations():
            continue
        done = command(name, tmp_path, *row.path, *row.negations(), *everywhere.negations(), UNKNOWN)
        assert is_refused_by_name(done, f'"{name} ') or f'unknown option "{UNKNOWN}"' in done.err, done


@pytest.mark.parametrize("name", ALL_PROGRAMS)
def test_options_of_every_command_stand_before_it_too(tmp_path, name):
    everywhere, *_ = rows_of(name)
    for names, takes_value in everywhere.options:
        for option in names:
            words = [option, "1"] if takes_value else [option]
            done = command(name, tmp_path, *words, "version", UNKNOWN)
            assert f'unknown option "{UNKNOWN}"' in done.err, done


@pytest.mark.parametrize("name", PROGRAMS)
def test_unimplemented_commands_are_refused_by_name(tmp_path, name):
    """The options, arguments and their order do not matter; stdout is empty."""
    rows = {" ".join(row.path): row for row in rows_of(name)}
    missing = marked(command(name, tmp_path, "help", "--all").ok().out)
    assert len(missing) >= 10
    for path in missing:
        row = rows[path]
        given = ["x" for _ in row.arguments]
        for words in ([], row.words(), [*given, *row.words(), "--", "--whatever"], ["--whatever=1", "x"], ["--help"]):
            done = command(name, tmp_path, *path.split(), *words)
            assert is_refused_by_name(done, f'"{name} {path}"'), done
        assert is_refused_by_name(command(name, tmp_path, "help", *path.split()), f'"{name} {path}"')


@pytest.mark.parametrize("name", PROGRAMS)
def test_unimplemented_options_are_refused_by_name(tmp_path, name):
    """The refusal comes first: it needs no login, no cluster and no valid arguments."""
    seen = 0
    for row in own_commands(name, tmp_path):
        if row.path == ["kubectl"]:
            continue
        options = {option: takes_value for names, takes_value in row.options + rows_of(name)[0].options
                   for option in names}
        usage = command(name, tmp_path, "help", "--all", *row.path).ok().out
        needed = ["x"] * len(re.findall(r" <[^>]+>", usage.splitlines()[2]))
        for shown in marked(usage):
            names = [word for word in re.split(r"[ ,]+", shown) if word in options]
            for option in names:
                done = command(name, tmp_path, *row.path, *[option, "1"][:1 + options[option]], *needed)
                assert is_refused_by_name(done, names[-1]), done
                seen += 1
    assert seen >= 2


@pytest.mark.parametrize("name", ALL_PROGRAMS)
def test_help_for_all_lists_every_command(tmp_path, name):
    listed = command(name, tmp_path, "help", "--all").ok().out
    known = {line.strip().split("  ")[0] for line in listed.splitlines() if line.startswith("  ")}
    assert {" ".join(row.path) for row in rows_of(name) if row.path} <= known


@pytest.mark.parametrize("name", ALL_PROGRAMS)
def test_help_man_page_and_completion_have_only_implemented_commands(tmp_path, name):
    missing = marked(command(name, tmp_path, "help", "--all").ok().out)
    text = command(name, tmp_path, "help").ok().out + (ROOT / "man" / f"{name}.1").read_text().replace("\\-", "-")
    assert MARK not in text
    for path in missing:
        assert f"\n  {path}  " not in text and f"\n.SS {path}\n" not in text
        for shell in ("bash", "zsh", "fish"):
            assert f"'{path}')" not in (ROOT / "completions" / f"{name}.{shell}").read_text()


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_status_page_lists_unimplemented_commands(tmp_path, name):
    """The page has the first word of a missing command, or its words when other commands of its group exist."""
    page = (ROOT / "docs" / "status.md").read_text().replace("\n  ", " ")
    listed = re.search(rf"^- Commands of `{name}`: (.*)$", page, re.M).group(1)
    everything = {" ".join(row.path) for row in rows_of(name) if row.path}
    missing = set(marked(command(name, tmp_path, "help", "--all").ok().out))
    for path in missing - {"status", "node configure"}:
        group, _, rest = path.partition(" ")
        whole = all(other in missing for other in everything if other.split()[0] == group)
        inside = rf" \(.*\b{re.escape(rest.split()[0])}\b" if rest and not whole and group != "proxy" else ""
        assert re.search(rf"(^| ){re.escape(group)}{inside or '[,. ]'}", listed), path


def test_aliases_are_the_commands_they_stand_for(tmp_path):
    for line in (FACTS / "aliases.txt").read_text().splitlines():
        (name, *alias), (_, *path) = (part.split() for part in line.split(" = "))
        done, meant = (command(name, tmp_path, *words, UNKNOWN) for words in (alias, path))
        assert "unknown command" not in done.text, done
        assert (done.code, done.text) == (meant.code, meant.text)


def test_a_group_of_commands_names_its_own(tmp_path):
    done = command("tsh", tmp_path, "kube")
    assert done.code == USAGE and "tsh kube ls" in done.err and "tsh kube login" in done.err
    assert is_refused_by_name(command("tsh", tmp_path, "db"), '"tsh db"')
    assert 'unknown command "kube foo"' in command("tsh", tmp_path, "kube", "foo").err
