#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <limits>

#include <unistd.h>
#include <catch2/catch.hpp>

#include "libbase/json.h"
#include "libbase/yaml.h"

namespace sallyport {
namespace {

// Strings that readers of YAML interpret as other types, or fail to read.
const std::vector<std::string> kHardStrings = {
    "",
    "true",
    "yes",
    "no",
    "on",
    "off",
    "Yes",
    "y",
    "n",
    "1",
    "-1",
    "+1",
    "1.0",
    "0x10",
    "0123",
    "0o17",
    "0b1",
    "1e3",
    "1_000",
    "1,000",
    "2020-01-01",
    "2020-01-01T00:00:00Z",
    "2020-1-1 1:2:3",
    "12:30:45",
    "190:20:30.15",
    ".inf",
    "-.inf",
    ".nan",
    "~",
    "null",
    "=",
    "<<",
    "<",
    "-",
    "- a",
    "-a",
    "?",
    "? a",
    ":",
    ": a",
    "a: b",
    "a:b",
    "a:",
    "a #b",
    "a#b",
    "#a",
    "&a",
    "*",
    "*a",
    "!a",
    "|",
    ">",
    "'",
    "it's",
    "\"q\"",
    "%a",
    "@a",
    "`a",
    "[a]",
    "{a}",
    "a, b",
    "[",
    "{",
    "]",
    "}",
    ",",
    " a",
    "a ",
    "a\nb",
    "a\nb\n",
    "a\n\n",
    "\na",
    "a\n b\n",
    " a\nb",
    "a \nb",
    "\t",
    "a\tb",
    "\t\nb",
    "a\r\nb",
    "\x1B[0m",
    "\xC2\x85",
    "\xE2\x80\xA8",
    "\xEF\xBB\xBF",
    "ünïcode",
    "☃",
    "𝄞",
    "---",
    "--- a",
    "...",
    "{{internal.logins}}",
    "contains(session.participants, user.metadata.name)",
    "default:tbot",
    "C:\\x",
    "0001-01-01T00:00:00Z",
    "1.10",
    "1.2.3.4",
    "10.0.0.0/8",
    "a\n---\nb",
    "a\n...\n",
    "# a\nb",
    "- a\nb: c\n",
    "e1",
    "1e",
    "0x",
    "0xg",
    "deadbeef",
    "123e4567",
    "+",
    ".",
    "..",
    "-.",
    "1:2",
    "a\n\n\nb",
    "a\n\n\n",
    "\n",
    "\n\n",
    "x\\",
    "\x7F",
    "\xC2\xA0",
};

Value HardDocument() {
  Value list = Value::EmptyList();
  Value keys = Value::EmptyMap();
  for (const std::string& text : kHardStrings) {
    list.Append(text);
    keys.Set(text, text);
  }
  Value document = Value::EmptyMap();
  document.Set("list", list);
  document.Set("keys", keys);
  document.Set("nested", Value(Value::List{Value(Value::List{list, Value()}), keys, Value(Value::List{})}));
  document.Set("numbers", Value(Value::List{0, -5, std::numeric_limits<std::int64_t>::max(), 1.5, 1e22, 1.0, 1e-7}));
  document.Set("others", Value(Value::List{Value(), true, false, Value::EmptyMap(), Value::EmptyList()}));
  document.Set(std::string(2000, 'k'), Value(Value::List{1, keys}));
  document.Set(std::string(2001, 'k'), "v");
  return document;
}

TEST_CASE("what is written is read back as the same value") {
  const Value document = HardDocument();
  const auto again = ParseYaml(ToYaml(document), "again");
  REQUIRE(again);
  REQUIRE(again->size() == 1);
  CHECK(ToJson(again->front()) == ToJson(document));
  CHECK(again->front() == document);
}

TEST_CASE("PyYAML reads what is written as the same value") {
  if (std::system("python3 -c 'import yaml' 2>/dev/null") != 0) {
    WARN("PyYAML is not installed: not tested against it");
    return;
  }
  const Value document = HardDocument();
  const auto directory = std::filesystem::temp_directory_path() / fmt::format("sallyport-yaml-{}", getpid());
  std::filesystem::create_directories(directory);
  std::ofstream(directory / "document.yaml") << ToYaml(document);
  std::ofstream(directory / "document.json") << ToJson(document);
  std::ofstream(directory / "compare.py") << R"(
import json, sys, yaml
a = yaml.safe_load(open(sys.argv[1] + "/document.yaml", encoding="utf-8", newline=""))
b = json.load(open(sys.argv[1] + "/document.json", encoding="utf-8"))
def compare(path, x, y):
    if type(x) is not type(y) or (not isinstance(x, (dict, list)) and x != y):
        sys.exit("%s: YAML %r, JSON %r" % (path, x, y))
    if isinstance(x, dict) and list(x) != list(y) or isinstance(x, list) and len(x) != len(y):
        sys.exit("%s: YAML %r, JSON %r" % (path, x, y))
    for k in x if isinstance(x, dict) else range(len(x)) if isinstance(x, list) else ():
        compare("%s/%s" % (path, k), x[k], y[k])
for key in b:
    compare(key[:8], a[key], [float(v) if i > 2 else v for i, v in enumerate(b[key])] if key == "numbers" else b[key])
)";
  const std::string command = fmt::format("python3 {}/compare.py {}", directory.string(), directory.string());
  CHECK(std::system(command.c_str()) == 0);
  std::filesystem::remove_all(directory);
}

TEST_CASE("the layout is that of Go's writer") {
  const auto value = ParseJson(
      R"json({"a":{"b":["x","*",{"c":1,"d":[]}],"e":{}},"t":"0001-01-01T00:00:00Z","l":"one\ntwo\n","w":"f(a, b)","n":null})json");
  REQUIRE(value);
  CHECK(ToYaml(*value) ==
        "a:\n  b:\n  - x\n  - '*'\n  - c: 1\n    d: []\n  e: {}\n"
        "t: \"0001-01-01T00:00:00Z\"\nl: |\n  one\n  two\nw: f(a, b)\n\"n\": null\n");
  CHECK(ToYaml(Value::EmptyList()) == "[]\n");
  CHECK(ToYaml(Value(Value::List{Value::Strings({"a", "b"}), "c"})) == "- - a\n  - b\n- c\n");
}

TEST_CASE("keys are sorted with letters last and numbers by value") {
  auto value = ParseJson(R"({"b":1,"a_b":{"z":1,"y":2},"ab":3,"a":4,"v10":5,"v9":6,"v09":7,"A":8,"*":9})");
  REQUIRE(value);
  CHECK(ToJson(SortedByKey(*value)) ==
        R"({"*":9,"A":8,"a":4,"a_b":{"y":2,"z":1},"ab":3,"b":1,"v09":7,"v9":6,"v10":5})");
}

}  // namespace
}  // namespace sallyport
