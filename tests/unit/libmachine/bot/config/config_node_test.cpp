#include "libmachine/bot/config/config_node.h"

#include <catch2/catch.hpp>

#include <array>

#include "libbase/yaml.h"

namespace sallyport {
namespace {

struct Sample {
  std::string text;
  bool flag = true;
  Nanoseconds time{};
  std::vector<std::string> list{"old"};
  std::map<std::string, std::string> map{{"old", ""}};
};

constexpr std::array<BotKey<Sample>, 6> kSampleKeys{{{"text", ReadField<&Sample::text>},
                                                     {"flag", ReadField<&Sample::flag>},
                                                     {"time", ReadField<&Sample::time>},
                                                     {"list", ReadField<&Sample::list>},
                                                     {"map", ReadField<&Sample::map>},
                                                     {"nothing", IgnoreKey}}};

struct Read {
  Sample sample;
  Status status;
  ConfigNotes notes;
};

Read ReadText(std::string_view text) {
  Read read;
  read.notes.source = "f";
  const Value value = ParseYaml(text, "f").value().at(0);
  read.status = ReadKeys<Sample>(read.sample, ConfigNode{value, "top", read.notes}, kSampleKeys);
  return read;
}

TEST_CASE("values are read by the types of their fields") {
  const Read read = ReadText("text: off\nflag: no\ntime: 1h30m\nlist: [a, 1]\nmap: {k: 1.10}\nnothing: {x: y}\n");
  REQUIRE(read.status);
  CHECK(read.sample.text == "off");  // a text, whatever YAML takes it for
  CHECK_FALSE(read.sample.flag);
  CHECK(read.sample.time == std::chrono::minutes(90));
  CHECK(read.sample.list == std::vector<std::string>{"a", "1"});
  CHECK(read.sample.map == std::map<std::string, std::string>{{"k", "1.10"}});
  CHECK(read.notes.unknown.empty());
}

TEST_CASE("a key without a value leaves its field") {
  const Read read = ReadText("text:\nflag:\nlist:\nmap:\n");
  REQUIRE(read.status);
  CHECK(read.sample.flag);
  CHECK(read.sample.list == std::vector<std::string>{"old"});
  CHECK(read.sample.map.size() == 1);
}

TEST_CASE("wrong types are errors with file, line and key") {
  CHECK(ReadText("\ntext: {}\n").status.error().message == "f:2: top.text: expected a string, found a map");
  CHECK(ReadText("flag: 3\n").status.error().message == "f:1: top.flag: expected true or false, found a number");
  CHECK(ReadText("list: {}\n").status.error().message == "f:1: top.list: expected a list, found a map");
  CHECK(ReadText("list: [[]]\n").status.error().message == "f:1: top.list[0]: expected a string, found a list");
  CHECK(ReadText("map: []\n").status.error().message == "f:1: top.map: expected a map of strings, found a list");
  CHECK(ReadText("map: {k: []}\n").status.error().message == "f:1: top.map.k: expected a string, found a list");
  CHECK(ReadText("time: 5\n").status.error().hint == "write a duration as 20m or 1h30m");
  CHECK(ReadText("- a\n").status.error().message == "f:1: top: expected a map, found a list");
}

TEST_CASE("an unknown key is noted, without characters that a terminal obeys") {
  const Read read = ReadText("texd: a\n\"\\e[31m\": b\n");
  REQUIRE(read.status);
  REQUIRE(read.notes.unknown.size() == 2);
  CHECK(read.notes.unknown[0].message == "f:1: unknown key \"top.texd\"");
  CHECK(read.notes.unknown[0].hint == "did you mean \"text\"?");
  CHECK_FALSE(read.notes.unknown[1].message.contains('\x1b'));
}

}  // namespace
}  // namespace sallyport
