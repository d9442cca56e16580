"""Checks that sources include only headers of lower libraries, and of lower rooms of their own library."""

import re
import subprocess
import sys

LIBRARIES = ["libbase", "libidentity", "libresources", "libclient", "libkube", "libmachine", "libcluster", "tools"]

# The folders of each library that has several, lowest first; "" is the library's own folder.
ROOMS = {
    "libmachine": ["", "bot/config", "bot/destination", "bot/identity", "bot/outputs", "bot", "export", "operator"],
    "libresources": ["codec", "matching", "kinds", "access", "events", ""],
    "libcluster": [
        "backend",
        "net",
        "ssh_server",
        "rpc",
        "config",
        "auth/trust",
        "auth/access",
        "auth/audit",
        "auth/users",
        "auth/nodes",
        "auth/proofs",
        "auth",
        "auth/joining",
        "auth/requests",
        "auth/discovery",
        "auth/listing",
        "auth/watch",
        "auth/export",
        "auth/methods",
        "auth_client",
        "kube/request",
        "kube/answer",
        "kube",
        "ssh",
        "tunnel",
        "proxy",
        "agents/azure",
        "agents/discovery",
        "agents",
        "",
    ],
}
# The limit of concepts in a folder; a header and its source are one concept.
MAX_CONCEPTS = 40
INCLUDE = re.compile(r'#include "([\w/]+)/(\w+)\.h"')


def tracked(*patterns):
    return subprocess.run(["git", "ls-files", "--", *patterns], check=True, capture_output=True, text=True).stdout.split()


def split(folder):
    """Returns the library of a folder and the room in it."""
    library, _, room = folder.partition("/")
    return library, room


def upward(folder, included):
    """Returns whether an include of one folder by another is forbidden."""
    library, room = split(folder)
    other_library, other_room = split(included)
    if library not in LIBRARIES or other_library not in LIBRARIES:
        return False
    if library != other_library:
        return LIBRARIES.index(other_library) > LIBRARIES.index(library)
    rooms = ROOMS.get(library)
    return rooms is not None and rooms.index(other_room) > rooms.index(room)


def main():
    problems = []
    concepts = {}
    for path in tracked("*.h", "*.cpp"):
        folder, _, name = path.rpartition("/")
        concepts.setdefault(folder, set()).add(name.rsplit(".", 1)[0])
        library, room = split(folder)
        if library in ROOMS and room not in ROOMS[library]:
            problems.append(f"{path}: {folder} has no place in the order of tests/lint/layers.py")
            continue
        with open(path, encoding="utf-8") as source:
            for number, line in enumerate(source, 1):
                found = INCLUDE.match(line)
                if found and upward(folder, found.group(1)):
                    problems.append(f"{path}:{number}: {folder} is below {found.group(1)}")

    for folder, names in sorted(concepts.items()):
        if len(names) > MAX_CONCEPTS:
            problems.append(f"{folder} holds {len(names)} concepts, {MAX_CONCEPTS} are the limit")
    for problem in problems:
        print(problem, file=sys.stderr)
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
