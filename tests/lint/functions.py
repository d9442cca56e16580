"""Fails when a C++ function of the given files is longer than the limit, or long and without paragraphs.

It needs no compiler: with clang-format's layout a function's body begins at a line that ends in "{" after a parameter
list, and ends at the first line with a "}" of the same indentation.
"""

import re
import sys

LIMIT = 50  # lines from the opening line to the closing one
PARAGRAPHS_FROM = 20  # a function of so many lines has a blank line between its steps
OPENING = re.compile(r"^(\s*)(?!if|for|while|switch|else|do|namespace|struct|class|enum|union|try|catch|extern).*\)"
                     r"(?:\s*(?:const|override|noexcept|mutable|final|->\s*[\w:<>,&* ]+))*\s*\{$")


def functions(path):
    """Yields (line, lines) of each function: the number of its first line, and its text."""
    lines = open(path, encoding="utf-8").read().splitlines()
    for number, line in enumerate(lines):
        match = OPENING.match(line)
        if not match or line.lstrip().startswith(("TEST_CASE", "//", "SECTION")):
            continue
        closing = match.group(1) + "}"
        for end in range(number + 1, len(lines)):
            indent = len(lines[end]) - len(lines[end].lstrip())
            if lines[end].strip() and indent < len(match.group(1)):
                break  # the line began a condition over several lines, not a function
            if lines[end].startswith(closing):
                yield number + 1, lines[number:end + 1]
                break


def main():
    problems = []
    for path in sys.argv[1:]:
        if path.startswith("tests/"):
            continue
        for line, text in functions(path):
            if len(text) > LIMIT:
                problems.append(f"{path}:{line}: a function of {len(text)} lines, {LIMIT} are the limit")
            if len(text) >= PARAGRAPHS_FROM and all(part.strip() for part in text):
                problems.append(f"{path}:{line}: a function of {len(text)} lines without a blank line between its steps")
    for problem in problems:
        print(problem, file=sys.stderr)
    sys.exit(1 if problems else 0)


main()
