"""Fails when a C++ function of the given files is longer than the limit.

It needs no compiler: with clang-format's layout a function's body begins at a line that ends in "{" after a parameter
list, and ends at the first line with a "}" of the same indentation.
"""

import re
import sys

LIMIT = 50  # lines from the opening line to the closing one
OPENING = re.compile(r"^(\s*)(?!if|for|while|switch|else|do|namespace|struct|class|enum|union|try|catch|extern).*\)"
                     r"(?:\s*(?:const|override|noexcept|mutable|final|->\s*[\w:<>,&* ]+))*\s*\{$")


def long_functions(path):
    lines = open(path, encoding="utf-8").read().splitlines()
    for number, line in enumerate(lines):
        match = OPENING.match(line)
        if not match or line.lstrip().startswith(("TEST_CASE", "//", "SECTION")):
            continue
        closing = match.group(1) + "}"
        for end in range(number + 1, len(lines)):
            indent = len(lines[end]) - len(lines[end].lstrip())
            if lines[end].strip() and indent < len(match.group(1)):
                break  # not a function after all: a condition over several lines
            if lines[end].startswith(closing):
                if end - number + 1 > LIMIT:
                    yield number + 1, end - number + 1
                break


def main():
    failed = False
    for path in sys.argv[1:]:
        if path.startswith("tests/"):
            continue
        for line, length in long_functions(path):
            print(f"{path}:{line}: a function of {length} lines, {LIMIT} are the limit", file=sys.stderr)
            failed = True
    sys.exit(1 if failed else 0)


main()
