"""Checks how threads share state: mutexes are those of libbase/mutex.h, each guards something, and no access lacks one.

The last is clang's thread-safety analysis of every source that includes a mutex, itself or through headers. The
messages and rows that sources include are generated for it in build/lint, so that it works before anything is built;
ninja repeats it for what has changed.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

WRAPPER = "libbase/mutex.h"
OTHER_MUTEX = re.compile(
    r"std::(?:(?:recursive_|timed_|recursive_timed_|shared_|shared_timed_)?mutex|lock_guard|unique_lock|scoped_lock|"
    r"shared_lock|condition_variable(?:_any)?)\b|#include <(?:mutex|shared_mutex|condition_variable)>")
ONCE = re.compile(r"std::call_once\b")  # needs <mutex>
MUTEX = re.compile(r"^( *)(?:static |mutable )*(?:Shared)?Mutex (\w+);")
ACCESS_LABEL = re.compile(r"\s*(?:public|protected|private):$")
INCLUDE = re.compile(r'#include "([^"]+)"')

BUILD = Path("build/lint")
PER_UNIT = 8  # sources that share what they include
CHECK = """builddir = build/lint/threads
rule check
  command = clang++-19 -fsyntax-only -std=c++23 -Wno-everything -Wthread-safety -Werror=thread-safety {flags} $
    -MD -MF $out.d -MT $out $in && touch $out
  description = threads $in
  depfile = $out.d
  deps = gcc
"""


def product_sources():
    """Returns the text of each source and header that is part of a program, by path."""
    listed = subprocess.run(["git", "ls-files", "--", "lib*.h", "lib*.cpp", "tools/*.h", "tools/*.cpp"], check=True,
                            capture_output=True, text=True).stdout.split()
    return {path: Path(path).read_text(encoding="utf-8") for path in listed}


def other_mutexes(path, text):
    """Returns the lines that use the standard library's mutexes."""
    if path == WRAPPER:
        return
    for number, line in enumerate(text.splitlines(), 1):
        found = OTHER_MUTEX.search(line)
        if found and not (found.group() == "#include <mutex>" and ONCE.search(text)):
            yield f"{path}:{number}: {found.group()} is used outside of {WRAPPER}"


def scope_of(lines, at):
    """Returns the lines of the class, function or file that declare the name on a line."""
    def inside(line):
        return not line.strip() or len(line) - len(line.lstrip()) >= indent or ACCESS_LABEL.match(line)

    indent = len(lines[at]) - len(lines[at].lstrip())
    begin = end = at
    while begin > 0 and inside(lines[begin - 1]):
        begin -= 1
    while end + 1 < len(lines) and inside(lines[end + 1]):
        end += 1
    return "\n".join(lines[begin:end + 1])


def idle_mutexes(path, text):
    """Returns the mutexes that guard nothing."""
    lines = text.splitlines()
    for at, line in enumerate(lines):
        found = MUTEX.match(line)
        if found and not re.search(rf"(?:GUARDED_BY|REQUIRES)\([^)]*\b{found.group(2)}\b", scope_of(lines, at)):
            yield f"{path}:{at + 1}: {found.group(2)} guards nothing: write GUARDED_BY or REQUIRES where it is needed"


def reached_by_mutex(sources):
    """Returns the sources, not headers, that include the mutex, themselves or through headers."""
    included = {path: set(INCLUDE.findall(text)) for path, text in sources.items()}
    reached = {WRAPPER}
    while True:
        more = {path for path in sources if path not in reached and included[path] & reached}
        if not more:
            return sorted(path for path in reached if path.endswith(".cpp"))
        reached |= more


def write_if_changed(path, text):
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")


def write_units(sources):
    """Writes sources that each include some of those given, all of one library; returns the rules to check them."""
    folder = BUILD / "threads"
    folder.mkdir(parents=True, exist_ok=True)
    by_library = {}
    for path in sources:
        by_library.setdefault(path.split("/")[0], []).append(path)
    rules = []
    for library, paths in by_library.items():
        for number, first in enumerate(range(0, len(paths), PER_UNIT), 1):
            unit = folder / f"{library}_{number}.cpp"
            write_if_changed(unit, "".join(f'#include "{path}"\n' for path in paths[first:first + PER_UNIT]))
            rules.append(f"build {unit}.checked: check {unit}\n")
    return rules


def analyse(sources):
    """Returns whether clang finds every access guarded."""
    configure = ["cmake", "-S", ".", "-B", BUILD, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Debug", "-DSALLYPORT_TESTS=OFF"]
    if not (BUILD / "build.ninja").exists():
        subprocess.run(configure, check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["cmake", "--build", BUILD, "--target", "generated"], check=True, stdout=subprocess.DEVNULL)

    # Asio's and Beast's functions are compiled by a source of ours alone, as in CMakeLists.txt.
    flags = "-I. " + " ".join(f"-isystem {BUILD}/{name}" for name in ["proto", "rows", "pages", "embedded"])
    flags += " -DBOOST_ASIO_SEPARATE_COMPILATION -DBOOST_BEAST_SEPARATE_COMPILATION"
    rules = BUILD / "threads.ninja"
    write_if_changed(rules, CHECK.format(flags=flags) + "".join(write_units(sources)))
    at_once = str(len(os.sched_getaffinity(0)))
    checked = subprocess.run(["ninja", "--quiet", "-k", "0", "-j", at_once, "-f", rules], check=False,
                             capture_output=True, text=True)
    if checked.returncode != 0:
        print(checked.stdout, checked.stderr, sep="", file=sys.stderr)
    return checked.returncode == 0


def main():
    sources = product_sources()
    problems = [problem for path, text in sources.items() for check in (other_mutexes, idle_mutexes)
                for problem in check(path, text)]
    for problem in problems:
        print(problem, file=sys.stderr)
    sys.exit(0 if not problems and analyse(reached_by_mutex(sources)) else 1)


main()
