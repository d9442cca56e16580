"""Checks the citations in comments and pages: pages and their headings, paths of this repository, specifications."""

import ast
import io
import os
import re
import subprocess
import sys
import tokenize
from functools import cache
from pathlib import Path

# The change log may name files that no longer exist.
HISTORY = "CHANGELOG.md"
# A source may be cited without its ending.
ENDINGS = ["", ".h", ".cpp", ".proto", ".py"]

C_TOKEN = re.compile(
    r"""(?P<comment>//[^\n]*|/\*.*?\*/)"""
    r"""|R"(?P<mark>[^(\s]*)\(.*?\)(?P=mark)"|"(?:\\.|[^"\\\n])*"|(?<!\w)'(?:\\.|[^'\\\n])*'""",
    re.DOTALL,
)
HASH_COMMENT = re.compile(r"(?:^|\s)(#.*)")
HEADING = re.compile(r"#{1,6}\s+(.+?)\s*#*$")
LINK = re.compile(r"\]\(([^)\s]*)\)")
# A cited page, and the heading on the page.
PAGE = re.compile(r"(?<![\w/.-])((?:[\w.-]+/)*[\w-]+\.md)\b(?!/)(?:#([\w-]+))?")
SECTION = re.compile(r"\bsections?\s+[0-9]", re.IGNORECASE)
# A comment names the document that has the sections before it cites one.
SPECIFICATION = re.compile(
    r"\bRFC \d|\bdocs/[\w/-]+\.md|\b(?:HTTP|SPDY)/\d|\bSPDY\b|\bTLS 1\.\d|\bX\.\d{3}\b|\bPOSIX\b|\bFIPS \d|\bPNG\b"
)


def tracked():
    """Returns the files of the repository."""
    return subprocess.run(["git", "ls-files"], check=True, capture_output=True, text=True).stdout.splitlines()


def blocks(lines):
    """Joins consecutive numbered lines to comments."""
    comment = []
    for number, text in lines:
        if comment and number != comment[-1][0] + 1:
            yield comment
            comment = []
        comment.append((number, text))
    if comment:
        yield comment


def c_comments(text):
    """Returns the comments of C++ and protobuf, each a list of numbered lines."""
    lines = []
    for token in C_TOKEN.finditer(text):
        if token["comment"] is None:
            continue
        first = text.count("\n", 0, token.start()) + 1
        lines += [(first + i, line.strip("/* ")) for i, line in enumerate(token["comment"].split("\n"))]
    return list(blocks(lines))


def python_comments(text):
    """Returns comments and docstrings."""
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    found = list(blocks([(t.start[0], t.string.strip("# ")) for t in tokens if t.type == tokenize.COMMENT]))
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            continue
        if ast.get_docstring(node) is None:
            continue
        docstring = node.body[0].value
        found.append(list(enumerate(docstring.value.split("\n"), docstring.lineno)))
    return found


def hash_comments(text):
    """Returns the comments of scripts and CMake."""
    numbered = [(number, HASH_COMMENT.search(line)) for number, line in enumerate(text.split("\n"), 1)]
    return list(blocks([(number, found[1].lstrip("# ")) for number, found in numbered if found]))


def comments_of(path, text):
    """Returns the comments of a file, or the whole of a page; nothing for other files."""
    if path.endswith((".h", ".cpp", ".proto")):
        return c_comments(text)
    if path.endswith(".py"):
        return python_comments(text)
    if path.endswith(".md"):
        return [list(enumerate(text.split("\n"), 1))]
    is_script = path.endswith((".cmake", ".sh", ".yaml", ".yml")) or path.rpartition("/")[2] == "CMakeLists.txt"
    return hash_comments(text) if is_script or text.startswith("#!") else []


def slug(heading):
    """Returns the anchor that GitHub gives a heading."""
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).replace("`", "").replace("*", "")
    return re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-")


@cache
def anchors(path):
    """Returns the anchors of a page."""
    found = {}
    fenced = False
    for line in Path(path).read_text(encoding="utf-8").split("\n"):
        if line.startswith("```"):
            fenced = not fenced
        heading = None if fenced else HEADING.match(line)
        if heading:
            base = slug(heading[1])
            repeats = found.get(base, 0)
            found[base] = repeats + 1
            if repeats:
                found[f"{base}-{repeats}"] = 1
    return set(found)


class Checker:
    """Collects the mistakes in citations."""

    def __init__(self, files):
        self.files = set(files)
        self.folders = {str(parent) for file in files for parent in Path(file).parents}
        tops = "|".join(sorted(re.escape(f) for f in self.folders if "/" not in f and f != "."))
        self.place = re.compile(rf"(?<![\w/.:-])(?:{tops})/[\w./-]*[\w]")
        self.problems = []

    def check(self, path, comment):
        """Checks a comment of a file, or a page."""
        for number, line in comment:
            self.check_pages(path, number, line)
            if path != HISTORY:
                self.check_places(path, number, line)
        if path.endswith((".h", ".cpp", ".py", ".proto")):
            self.check_sections(path, comment)

    def check_pages(self, path, number, line):
        """Checks that cited pages and headings exist. The links of a page are relative to its folder."""
        links = [target for target in LINK.findall(line) if path.endswith(".md") and "://" not in target]
        for target in links:
            name, _, anchor = target.partition("#")
            self.check_page(path, number, self.beside(path, name) if name else path, anchor or None)
        for name, anchor in PAGE.findall(LINK.sub("", line)):
            beside = self.beside(path, name)
            is_beside = path.endswith(".md") and beside in self.files
            self.check_page(path, number, beside if is_beside else name, anchor or None)

    def check_page(self, path, number, page, anchor):
        if page not in self.files and page not in self.folders:
            self.problems.append(f"{path}:{number}: there is no {page}")
        elif anchor is not None and page.endswith(".md") and anchor not in anchors(page):
            self.problems.append(f"{path}:{number}: {page} has no heading #{anchor}")

    @staticmethod
    def beside(path, name):
        return os.path.normpath(os.path.join(os.path.dirname(path), name))

    def check_places(self, path, number, line):
        """Checks that cited paths of this repository exist."""
        for place in self.place.findall(line):
            if place.endswith(".md") or place in self.folders:
                continue
            if not any(place + ending in self.files for ending in ENDINGS):
                self.problems.append(f"{path}:{number}: there is no {place}")

    def check_sections(self, path, comment):
        """Checks that a comment names the document before it cites a section."""
        text = "\n".join(line for _, line in comment)
        for found in SECTION.finditer(text):
            if not SPECIFICATION.search(text, 0, found.start()):
                number = comment[text.count("\n", 0, found.start())][0]
                self.problems.append(f"{path}:{number}: a section of what? Name the RFC, or the page in docs/")


def main():
    files = tracked()
    checker = Checker(files)
    for path in files:
        try:
            text = Path(path).read_text(encoding="utf-8")
        except (UnicodeDecodeError, FileNotFoundError, IsADirectoryError):  # the last: a link to a folder
            continue
        for comment in comments_of(path, text):
            checker.check(path, comment)
    for problem in checker.problems:
        print(problem, file=sys.stderr)
    sys.exit(1 if checker.problems else 0)


if __name__ == "__main__":
    main()
