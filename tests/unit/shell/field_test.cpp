// Tests that the values of a command line are stored in the fields of a command's struct.
#include <catch2/catch.hpp>

#include <array>

#include "tests/unit/shell/sample_program.h"

namespace sallyport {
namespace {

using Words = std::vector<std::string>;

struct Inner {
  std::string text = "as it was";
  std::optional<bool> flag;
};

struct Every {
  std::string text = "as it was";
  bool flag = false;
  int count = 0;
  Words list;
  std::optional<std::string> may_text;
  std::optional<Words> may_list;
  Inner inner;
  std::array<Words, 3> lists;
};

template <auto... Path>
Every After(const Words& values) {
  Every every;
  Into<Path...>.put(&every, values);
  return every;
}

TEST_CASE("a field is assigned as its type says") {
  CHECK(After<&Every::text>({"a", "b"}).text == "b");
  CHECK(After<&Every::text>({""}).text.empty());
  CHECK(After<&Every::flag>({"true"}).flag);
  CHECK_FALSE(After<&Every::flag>({"x"}).flag);
  CHECK(After<&Every::count>({"true", "true", "true"}).count == 3);
  CHECK(After<&Every::list>({"a,b", "c"}).list == Words{"a,b", "c"});
  CHECK(After<&Every::may_text>({""}).may_text == "");
  CHECK(After<&Every::may_list>({}).may_list == Words{});
  CHECK_FALSE(Every().may_text);
}

TEST_CASE("a path leads into members of members and into arrays") {
  CHECK(After<&Every::inner, &Inner::text>({"a"}).inner.text == "a");
  CHECK(After<&Every::inner, &Inner::flag>({"true"}).inner.flag == true);
  const Every every = After<&Every::lists, 1>({"a"});
  CHECK(every.lists == std::array<Words, 3>{Words{}, Words{"a"}, Words{}});
}

TEST_CASE("a field knows the struct that its path begins in") {
  CHECK(Into<&Every::text>.of == &kTypeTag<Every>);
  CHECK(Into<&Every::inner, &Inner::text>.of == &kTypeTag<Every>);
  CHECK(Into<&Inner::text>.of == &kTypeTag<Inner>);
  CHECK(Into<&Inner::text>.of != &kTypeTag<Every>);
}

TEST_CASE("lists alone are split at commas") {
  CHECK(Into<&Every::list>.is_list);
  CHECK(Into<&Every::may_list>.is_list);
  CHECK_FALSE(Into<&Every::text>.is_list);
  CHECK_FALSE(Into<&Every::may_text>.is_list);
}

template <typename T>
T Given(const Words& words) {
  static const Program program = SampleProgram();
  const auto invocation = ParseCommandLine(program, words);
  REQUIRE(invocation);
  return GivenToProgram<T>(*invocation);
}

TEST_CASE("a struct has what the command line gives, and is as it was for the rest") {
  const auto show = Given<SampleShow>({"show", "--label", "a,b", "-l", ",c,,d,", "--one=1", "--one", "x,y"});
  CHECK(show.labels == Words{"a", "b", "c", "d"});
  CHECK(show.one == "x,y");
  CHECK(show.thing.empty());
  CHECK_FALSE(show.empty);
  CHECK(Given<SampleShow>({"show", "--void="}).empty == "");
  CHECK(Given<SampleShow>({"show", "a,b"}).thing == "a,b");
  CHECK(Given<SampleWords>({"item", "rm", "a,b", "c"}).words == Words{"a,b", "c"});
}

TEST_CASE("flags are counted, and taken back") {
  CHECK(Given<SampleFar>({"far", "host"}).tty == 0);
  CHECK(Given<SampleFar>({"far", "-tt", "--tty", "host"}).tty == 3);
  CHECK(Given<SampleFar>({"far", "-tt", "--no-tty", "host"}).tty == 0);
  CHECK(Given<SampleOptions>({"show", "-d"}).debug);
  CHECK_FALSE(Given<SampleOptions>({"show", "-d", "--no-debug"}).debug);
  CHECK_FALSE(Given<SampleOptions>({"show", "--no-debug", "-d"}).debug);
}

TEST_CASE("whole values keep their commas, and words are the command's own") {
  const auto far = Given<SampleFar>({"far", "-L", "1:a,b:2", "-L3", "host", "-t", "a,b"});
  CHECK(far.forward == Words{"1:a,b:2", "3"});
  CHECK(far.words == Words{"host", "-t", "a,b"});
  CHECK(far.tty == 0);
  CHECK(Given<SampleWords>({"pass", "-d", "a,b"}).words == Words{"-d", "a,b"});
}

TEST_CASE("the options of the program are a struct of their own, by the environment too") {
  CHECK(Given<SampleOptions>({"show"}).user.empty());
  const ScopedVariable variable(kUserVariable, "eve");
  CHECK(Given<SampleOptions>({"show"}).user == "eve");
  CHECK(Given<SampleOptions>({"show", "--user=ada"}).user == "ada");
  CHECK(Given<SampleOptions>({"pass", "--user=ada"}).user == "eve");
}

struct Own {
  std::string user;
};
Result<Output> TakeOwn(const Invocation& invocation, const Own& given) {
  return Output::Text(given.user + GivenToProgram<SampleOptions>(invocation).user);
}

TEST_CASE("an option of the command with the name of a program's option is seen by both structs") {
  Program program = SampleProgram();
  program.commands.push_back(
      {.path = "own",
       .options = {{.name = "user", .value_name = "USER", .may_be_empty = true, .into = Into<&Own::user>}},
       .run = RunWith<TakeOwn>});
  CHECK(CheckTables(program));
  const auto invocation = ParseCommandLine(program, Words{"own", "--user=eve"});
  REQUIRE(invocation);
  const auto output = invocation->command->run(*invocation);
  REQUIRE(output);
  CHECK(output->text(output->value) == "eveeve");
}

TEST_CASE("nothing is given to an invocation that was not parsed") {
  CHECK(GivenToProgram<SampleOptions>({}).user.empty());
  CHECK(Invocation().format().empty());
  CHECK_FALSE(Invocation().format_given());
}

TEST_CASE("the format is the one that was given, or the command's default") {
  const Program program = SampleProgram();
  const auto of = [&](const Words& words) { return ParseCommandLine(program, words).value(); };
  CHECK(of({"item", "ls"}).format() == "yaml");
  CHECK_FALSE(of({"item", "ls"}).format_given());
  CHECK(of({"item", "ls", "--format=text"}).format() == "text");
  CHECK(of({"item", "ls", "--format=text"}).format_given());
  CHECK(of({"quiet"}).format().empty());
}

// Returns the fault that the check finds in the sample program after a change to it.
std::string WrongAfter(const std::function<void(Program& program)>& change) {
  Program program = SampleProgram();
  change(program);
  const Status right = CheckTables(program);
  return right ? "" : right.error().message;
}

TEST_CASE("mistakes in tables are found before a command is run") {
  CHECK(WrongAfter([](Program&) {}).empty());
  CHECK(WrongAfter([](Program& program) { program.commands[0].options[1].into = {}; }) ==
        "the table is wrong: show: one: its value goes nowhere: it needs .into");
  CHECK(WrongAfter([](Program& program) { program.commands[0].arguments[0].into = {}; }) ==
        "the table is wrong: show: thing: its value goes nowhere: it needs .into");
  CHECK(WrongAfter([](Program& program) { program.commands[0].run = SayUser; }) ==
        "the table is wrong: show: label: nothing takes its value: .run needs RunWith");
  CHECK(WrongAfter([](Program& program) { program.commands[0].options[1].into = Into<&SampleMark::note>; }) ==
        "the table is wrong: show: one: its value goes into another struct");
  CHECK(WrongAfter([](Program& program) { program.commands[0].run = RunWith<Mark>; }) ==
        "the table is wrong: show: label: its value goes into another struct");
  CHECK(WrongAfter([](Program& program) { program.commands[0].options[1].into = Into<&SampleShow::thing>; }) ==
        "the table is wrong: show: thing: another row has the same field");
  CHECK(WrongAfter([](Program& program) { program.commands[4].words = {}; }) ==
        "the table is wrong: pass: words: its value goes nowhere: it needs .into");
  CHECK(WrongAfter([](Program& program) { program.options[0].into = {}; }) ==
        "the table is wrong: prog: user: its value goes nowhere: it needs .into");
  CHECK(WrongAfter([](Program& program) { program.options[1].into = Into<&SampleMark::note>; }) ==
        "the table is wrong: prog: mode: its value goes into another struct");
  static constexpr OptionRow kWorks[] = {{"show", {.name = "further"}}};
  CHECK(WrongAfter([](Program& program) { program.further_options = kWorks; }) ==
        "the table is wrong: further: an option that works belongs to its command's own");
}

}  // namespace
}  // namespace sallyport
