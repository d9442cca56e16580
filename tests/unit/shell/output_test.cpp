#include "tools/shell/output.h"

#include <catch2/catch.hpp>

#include "libbase/json.h"
#include "libbase/yaml.h"

namespace sallyport {
namespace {

std::string Rendered(const Output& output, std::string_view format, int indent = 2) {
  std::string text;
  const Status status = Render(output, format, indent, [&](std::string_view part) -> Status {
    text += part;
    return {};
  });
  return status ? text : "error: " + status.error().message;
}

Value Thing(std::string_view name, int size) {
  Value thing = Value::EmptyMap();
  thing.Set("name", std::string(name));
  thing.Set("size", size);
  return thing;
}

Output Things(int count) {
  Value::List items;
  for (int i = 0; i < count; ++i) items.push_back(Thing(fmt::format("t{}", i), i));
  return Output::List(std::move(items), {"Name", "Size"}, [](const Value& item) {
    return std::vector<std::string>{item.Find("name")->as_string(), std::to_string(item.Find("size")->as_int())};
  });
}

TEST_CASE(
    "a table has a header, dashes and padded cells but for the last; columns are at least as wide as Teleport's") {
  CHECK(RenderTable({"A", "Longer"}, {{"x", "1"}, {"wider", "2"}}) ==
        "A     Longer\n"
        "----- ------\n"
        "x     1\n"
        "wider 2\n");
  CHECK(RenderTable({"Name", "URI", "Labels"}, {}) == "Name URI  Labels\n---- ---  ------\n");
  CHECK(RenderTable({"A", "B"}, {{"x"}, {"y", "z", "beyond"}}) ==
        "A    B\n"
        "-    -\n"
        "x\n"
        "y    z\n");
}

TEST_CASE("a table keeps cells on their line and terminals as they are") {
  CHECK(RenderTable({"A"}, {{"x\ny"}}) == "A\n----\nx\\ny\n");
  const std::string table = RenderTable({"A"}, {{"\x1b[31mred\x07\xff"}, {"\u202Eright"}});
  CHECK_THAT(table, Catch::Matchers::Contains("\\x1b[31mred\\x07\\xff"));
  for (const char c : {'\x1b', '\x07', '\xff'}) CHECK_FALSE(table.contains(c));
  CHECK_FALSE(table.contains("\u202E"));
}

TEST_CASE("a table pads by characters, not by bytes") {
  CHECK(RenderTable({"A", "B"}, {{"é€üß", "1"}, {"abc", "2"}}) ==
        "A    B\n"
        "---- -\n"
        "é€üß 1\n"
        "abc  2\n");
}

TEST_CASE("characters that take two columns of a terminal are padded as such") {
  CHECK(RenderTable({"A", "B"}, {{"日本語", "1"}, {"abcd", "2"}}) ==
        "A      B\n"
        "------ -\n"
        "日本語 1\n"
        "abcd   2\n");
  CHECK(RenderTable({"A"}, {{"e\u0301"}}) == "A\n-\ne\u0301\n");
}

TEST_CASE("the last column of a table wraps at the end of a line, by commas, spaces and characters") {
  CHECK(RenderTable({"Name", "Labels"}, {{"web", "env=prod,team=red,zone=a"}, {"db", ""}}, 23) ==
        "Name Labels\n"
        "---- ------------------\n"
        "web  env=prod,team=red,\n"
        "     zone=a\n"
        "db\n");
  CHECK(RenderTable({"A", "B"}, {{"x", "one two three four five"}}, 21) ==
        "A    B\n"
        "-    ----------------\n"
        "x    one two three\n"
        "     four five\n");
  CHECK(RenderTable({"A"}, {{"日本語日本語日本語"}}, 17) == "A\n-----------------\n日本語日本語日本\n語\n");
}

TEST_CASE("a table is not wrapped where the last column would be a thread") {
  const std::string cell(40, 'x');
  CHECK(RenderTable({"A", "B"}, {{cell, cell}}, 50) ==
        fmt::format("A{:40}B\n{:-<40} {:-<40}\n{} {}\n", "", "", "", cell, cell));
}

TEST_CASE("rows stand without a header") {
  CHECK(RenderRows({{"a", "1"}, {"bbbbb", "2"}}) == "a     1\nbbbbb 2\n");
  CHECK(RenderRows({}).empty());
}

TEST_CASE("a value in each format") {
  const Output output = Output::Of(Thing("x", 1), [](const Value& value) { return value.Find("name")->as_string(); });
  CHECK(Rendered(output, "text") == "x");
  CHECK(Rendered(output, "json") == "{\n  \"name\": \"x\",\n  \"size\": 1\n}\n");
  CHECK(Rendered(output, "json", 4) == "{\n    \"name\": \"x\",\n    \"size\": 1\n}\n");
  CHECK(Rendered(output, "yaml") == "name: x\nsize: 1\n");
  CHECK(Rendered(Output::Text("as it is\n"), "text") == "as it is\n");
  for (const char* format : {"text", "json", "yaml"}) CHECK(Rendered(Output::Nothing(), format).empty());
}

TEST_CASE("a list is one document in JSON and in YAML, an empty one []") {
  CHECK(Rendered(Things(0), "json") == "[]\n");
  CHECK(Rendered(Things(0), "yaml") == "[]\n");
  CHECK(Rendered(Things(0), "text") == "Name Size\n---- ----\n");
  CHECK(Rendered(Things(1), "json") == "[\n  {\n    \"name\": \"t0\",\n    \"size\": 0\n  }\n]\n");
  CHECK(Rendered(Things(2), "yaml") == "- name: t0\n  size: 0\n- name: t1\n  size: 1\n");
  CHECK(Rendered(Things(1), "text") == "Name Size\n---- ----\nt0   0\n");
  const auto json = ParseJson(Rendered(Things(100), "json"));
  const auto yaml = ParseYaml(Rendered(Things(100), "yaml"), "list");
  REQUIRE((json && yaml && yaml->size() == 1));
  CHECK(json->as_list().size() == 100);
  CHECK(ToJson(*json) == ToJson(yaml->front()));
}

TEST_CASE("a list can be one YAML document an item, with sorted keys") {
  Output output = Things(2);
  output.yaml_documents = true;
  CHECK(Rendered(output, "yaml") == "name: t0\nsize: 0\n---\nname: t1\nsize: 1\n");
  Value unsorted = Value::EmptyMap();
  unsorted.Set("b", 1);
  unsorted.Set("a", 2);
  Output sorted = Output::Of(unsorted, nullptr);
  CHECK(Rendered(sorted, "yaml") == "b: 1\na: 2\n");
  sorted.sort_keys_in_yaml = true;
  CHECK(Rendered(sorted, "yaml") == "a: 2\nb: 1\n");
}

TEST_CASE("strings with lines and control characters stay valid in a list") {
  Output output = Output::List({Value("a\nb\x1b"), Value(Value::List{}), Value()}, {"A"}, nullptr);
  const auto json = ParseJson(Rendered(output, "json", 4));
  REQUIRE(json);
  CHECK(json->as_list()[0].as_string() == "a\nb\x1b");
  const auto yaml = ParseYaml(Rendered(output, "yaml"), "list");
  REQUIRE(yaml);
  CHECK(ToJson(yaml->front()) == ToJson(*json));
}

TEST_CASE("an error of the items or of the writer ends it") {
  Output output = Things(1);
  output.items = [](const ItemSink& sink) -> Status {
    RETURN_IF_ERROR(sink(Thing("first", 1)));
    return Fail(ErrorKind::kConnectionProblem, "the page did not come");
  };
  for (const char* format : {"text", "json", "yaml"}) {
    CHECK(Rendered(output, format) == "error: the page did not come");
    const Status status =
        Render(Things(2), format, 2, [](std::string_view) -> Status { return Fail(ErrorKind::kInternal, "full"); });
    REQUIRE_FALSE(status);
    CHECK(status.error().message == "full");
  }
}

}  // namespace
}  // namespace sallyport
