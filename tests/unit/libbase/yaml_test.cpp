#include "libbase/yaml.h"

#include <catch2/catch.hpp>

#include "libbase/json.h"

namespace sallyport {
namespace {

std::string AsJson(std::string_view yaml) {
  const auto documents = ParseYaml(yaml, "t.yaml");
  if (!documents) return documents.error().message;
  Value list = Value::EmptyList();
  for (const Value& document : *documents) list.Append(document);
  return ToJson(list);
}

struct Pair {
  const char* yaml;
  const char* expected;
};

TEST_CASE("plain scalars mean what Go's reader takes them for") {
  const Pair cases[] = {
      {"[yes, Yes, YES, y, on, On, true, TRUE]", "[[true,true,true,true,true,true,true,true]]"},
      {"[no, No, n, off, OFF, false, False]", "[[false,false,false,false,false,false,false]]"},
      {"[yEs, tRUE, oN]", R"([["yEs","tRUE","oN"]])"},
      {"[~, null, NULL, Null]", "[[null,null,null,null]]"},
      {"a:\nb: ''", R"([{"a":null,"b":""}])"},
      {"[0, -1, +5, 0x1F, 0o17, 017, 0b101, 1_000]", "[[0,-1,5,31,15,15,5,1000]]"},
      {"[08, 1.5, -.5, 1e3, 1., +1.25]", "[[8,1.5,-0.5,1000,1,1.25]]"},
      {"[9223372036854775807, -9223372036854775808]", "[[9223372036854775807,-9223372036854775808]]"},
      {"[1:30, 2020-01-01, 1.2.3, 0x, _1, e3, ., '1', \"true\"]",
       R"([["1:30","2020-01-01","1.2.3","0x","_1","e3",".","1","true"]])"},
      {"[!!str 1, !!int 2, !!float 3, !!bool on, ! 4]", R"([["1",2,3,true,"4"]])"},
      {"a: |\n  x\n  y\nb: >\n  x\n  y\n", R"([{"a":"x\ny\n","b":"x y\n"}])"},
  };
  for (const Pair& row : cases) {
    INFO(row.yaml);
    CHECK(AsJson(row.yaml) == row.expected);
  }
}

TEST_CASE("a stream holds documents, empty ones are left out") {
  CHECK(AsJson("a: 1\n---\n---\nb: 2\n...\nc: 3\n") == R"([{"a":1},{"b":2},{"c":3}])");
  CHECK(AsJson("") == "[]");
  CHECK(AsJson("# only a comment\n") == "[]");
  CHECK(AsJson("\xEF\xBB\xBF"
               "a: 1") == R"([{"a":1}])");
}

TEST_CASE("anchors, aliases and merge keys") {
  CHECK(AsJson("a: &x {k: 1}\nb: *x") == R"([{"a":{"k":1},"b":{"k":1}}])");
  CHECK(AsJson("a: &x {k: 1, l: 2}\nb: {<<: *x, l: 3}") == R"([{"a":{"k":1,"l":2},"b":{"l":3,"k":1}}])");
  CHECK(AsJson("- &x {k: 1}\n- &y {k: 2, m: 3}\n- <<: [*x, *y]") == R"([[{"k":1},{"k":2,"m":3},{"k":1,"m":3}]])");
  CHECK(AsJson("'<<': 1") == R"([{"<<":1}])");
  CHECK(AsJson("&k key: 1\nb: *k") == R"([{"key":1,"b":"key"}])");
}

TEST_CASE("what is wrong is told with its line") {
  const Pair cases[] = {
      {"a: 1\nb: 2\na: 3", "t.yaml:3: duplicate key \"a\", first given on line 1"},
      {"a: [1, 2\nb: 3", "t.yaml:2: "},
      {"a: b: c", "t.yaml:1: "},
      {"a: 1\n  b: 2", "t.yaml:2: "},
      {"[1, 2] 3", "t.yaml:1: unexpected text after the end of the document"},
      {"a: 1\n]", "t.yaml:2: "},
      {"x: 1\ny: \"\xff\"", "t.yaml:2: not UTF-8"},
      {"x: 1\ny: \x01", "t.yaml:2: control character \\x01"},
      {"? [a]\n: 1", "t.yaml:1: a key must be a string, not a list or a map"},
      {"~: 1", "t.yaml:1: a key is empty or null; quote it if that is its name"},
      {"a: !!binary aGk=", "t.yaml:1: \"aGk=\" does not fit the tag tag:yaml.org,2002:binary"},
      {"a: !thing {}", "t.yaml:1: unknown tag !thing"},
      {"a: !!int x", "t.yaml:1: \"x\" does not fit the tag tag:yaml.org,2002:int"},
      {"a: *nothing", "t.yaml:1: "},
      {"a: &x [*x]", "t.yaml:1: an alias refers to the value that contains the alias"},
      {"a: 1\nb: {<<: 3}", "t.yaml:2: << needs a map or a list of maps, not a number"},
      {"a:\t- b\n\t- c", "t.yaml:"},
  };
  for (const Pair& row : cases) {
    INFO(row.yaml);
    CHECK_THAT(AsJson(row.yaml), Catch::Matchers::StartsWith(row.expected));
  }
}

TEST_CASE("the escapes of double quotes are characters of UTF-8") {
  const Pair cases[] = {
      {R"(user: "x\Ny")", "[{\"user\":\"x\\u0085y\"}]"},
      {R"(user: "\_")", "[{\"user\":\"\u00A0\"}]"},
      {R"("\N": 1)", "[{\"\\u0085\":1}]"},
      {R"(- "é\N\_\_€\_")", "[[\"é\\u0085\u00A0\u00A0€\u00A0\"]]"},
      {R"(- "\x85\u00A0\xe9")", "[[\"\\u0085\u00A0é\"]]"},
      {R"(- '\N\_')", R"([["\\N\\_"]])"},
  };
  for (const Pair& row : cases) {
    INFO(row.yaml);
    const auto documents = ParseYaml(row.yaml, "t.yaml");
    REQUIRE(documents);
    CHECK(AsJson(row.yaml) == row.expected);
  }
}

TEST_CASE("a quoted scalar without its end is refused") {
  const Pair cases[] = {
      {"user: \"abc\n", "t.yaml:1: "},
      {"user: \"abc", "t.yaml:1: "},
      {"a: 1\nuser: 'abc\n", "t.yaml:2: "},
      {"a: 1\nuser: 'abc", "t.yaml:2: "},
      {"user: \"abc\n\n  ", "t.yaml:1: "},
      {"user: 'abc\r\n", "t.yaml:1: "},
      {"user: \"\n", "t.yaml:1: "},
      {"user: 'it''s ''\n", "t.yaml:1: "},
      {"user: \"a\\\"\n", "t.yaml:1: "},
      {"user: \"a\\\n", "t.yaml:1: "},
      {"user: !!str &a \"abc\n", "t.yaml:1: "},
      {"user: &a\n  # \"comment\"\n  ! 'abc\n", "t.yaml:1: "},
      {"user: !\"abc\n", "t.yaml:1: "},
      {"\"abc\n", "t.yaml:1: "},
      {"- 'abc\n", "t.yaml:1: "},
      {"['a', 'b]\n", "t.yaml:1: "},
      {"? \"abc\n", "t.yaml:1: "},
  };
  for (const Pair& row : cases) {
    INFO(row.yaml);
    const auto documents = ParseYaml(row.yaml, "t.yaml");
    REQUIRE_FALSE(documents);
    CHECK(documents.error().kind == ErrorKind::kBadParameter);
    CHECK_THAT(documents.error().message, Catch::Matchers::StartsWith(row.expected));
  }
}

TEST_CASE("quotes that end, and quotes that are none, are read") {
  const Pair cases[] = {
      {"- 'it''s'\n- ''''\n- ''", R"([["it's","'",""]])"},
      {R"(- "a\"\\")", R"([["a\"\\"]])"},
      {"- \"a\n  b\"\n- 'a\n\n  b'\n", R"([["a b","a\nb"]])"},
      {"- |\n  \"abc\n- >-\n  'x\n", R"([["\"abc\n","'x"]])"},
      {"- |+\n  'x\n\n", R"([["'x\n\n"]])"},
      {"- it's \"so\n", R"([["it's \"so"]])"},
      {"- !!str &a \"x\"\n- !<tag:yaml.org,2002:str> 'y'\n- ! # \"\n  'z'", R"([["x","y","z"]])"},
      {"- !!str # it's\n  plain", R"([["plain"]])"},
      {"- !!str &a # it's\n  \"quoted\"", R"([["quoted"]])"},
      {"'a': \"é\"\n\"€\": 'b'", R"([{"a":"é","€":"b"}])"},
      {"['a','b',\"c\"]", R"([["a","b","c"]])"},
  };
  for (const Pair& row : cases) {
    INFO(row.yaml);
    CHECK(AsJson(row.yaml) == row.expected);
  }
}

TEST_CASE("bytes after the end of a document are an error, and reading ends") {
  for (const char* text : {"...\t,.\t", "a: b\n...\n,", "a: b\n...\n]\n", "...\n...\n,\n", "- a\n...\n}"}) {
    INFO(text);
    const auto documents = ParseYaml(text, "t.yaml");
    REQUIRE_FALSE(documents);
    CHECK(documents.error().message.starts_with("t.yaml:"));
  }
  CHECK(ParseYaml("...\n...\na: b\n...\n---\n---\nc: d\n", "t.yaml").value().size() == 2);
}

TEST_CASE("limits hold against hostile documents") {
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 12; ++i) {
    bomb += fmt::format("a{}: &a{} [", i, i);
    for (int j = 0; j < 10; ++j) bomb += fmt::format("{}*a{}", j == 0 ? "" : ", ", i - 1);
    bomb += "]\n";
  }
  CHECK_THAT(AsJson(bomb), Catch::Matchers::Contains("aliases expand to too much text"));
  CHECK_THAT(AsJson(std::string(70, '[') + std::string(70, ']')), Catch::Matchers::Contains("nested deeper than 64"));
  CHECK_FALSE(ParseYaml(std::string(100'000, '['), "t.yaml"));
  CHECK_FALSE(ParseYaml("[1, 2, 3]", "t.yaml", {.max_nodes = 3}));
  CHECK_FALSE(ParseYaml("[1, 2, 3]", "t.yaml", {.max_bytes = 3}));
  CHECK(ParseYaml("[1, 2, 3]", "t.yaml", {.max_nodes = 4}));
}

TEST_CASE("values know their lines and their source text") {
  const auto documents = ParseYaml("a: yes\nb:\n- 1.10\n- x\n", "t.yaml");
  REQUIRE(documents);
  const Value& map = documents->front();
  CHECK(map.Find("a")->source_text() == "yes");
  CHECK(map.Find("b")->place().line == 2);
  CHECK(map.Find("b")->as_list()[0].source_text() == "1.10");
  CHECK(map.Find("b")->as_list()[0].place().column == 3);
  CHECK(map.Find("b")->as_list()[1].source_text().empty());
}

}  // namespace
}  // namespace sallyport
