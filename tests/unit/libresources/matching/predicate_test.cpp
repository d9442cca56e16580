#include "libresources/matching/predicate.h"

#include "tests/unit/libresources/fixtures.h"

namespace sallyport {
namespace {

class Fields : public ValueFields {
 public:
  using ValueFields::ValueFields;
  bool Search(std::span<const std::string> words) const override { return words.size() == 1 && words[0] == "found"; }
  bool CanView() const override { return true; }
};

Value KnownNames() {
  return Yaml(R"(
user: {metadata: {name: alice}, spec: {roles: [dev, ops], traits: {team: [a, b]}}}
resource: {kind: node, metadata: {name: node1, labels: {env: dev}}, spec: {hostname: h}}
session: {participants: [alice, bob]}
host_cert: {principals: [a.example.com, b.example.com], ttl: 3600}
system: {catype: host}
labels: {env: dev, env-2: prod, list: "a,b"}
name: h
health: {status: healthy}
)");
}

std::string Answer(std::string_view text, PredicateDialect dialect) {
  const auto predicate = Predicate::Parse(text, dialect);
  if (!predicate) return ToText(predicate.error());
  const auto holds = predicate->Evaluate(Fields(KnownNames()));
  if (!holds) return ToText(holds.error());
  return *holds ? "true" : "false";
}

struct PredicateCase {
  const char* text;
  const char* answer;
};

TEST_CASE("conditions of rules") {
  const PredicateCase cases[] = {
      {"contains(session.participants, user.metadata.name)", "true"},
      {"contains(session.participants, \"eve\")", "false"},
      {"contains(user.metadata.name, \"alice\")", "false"},
      {"contains(session.nothing, user.metadata.name)", "false"},
      {"equals(resource.metadata.labels[\"env\"], `dev`)", "true"},
      {"resource.metadata.labels.env == 'dev' && !(resource.kind == \"db\")", "true"},
      {"resource.metadata.labels[\"none\"] == \"\"", "true"},
      {"resource.kind != 'node' || user.metadata.name == 'alice'", "true"},
      {"contains_any(user.spec.roles, set(\"x\", \"ops\"))", "true"},
      {"contains_all(user.spec.roles, set(\"dev\", \"ops\"))", "true"},
      {"contains_all(user.spec.roles, set(\"dev\", \"x\"))", "false"},
      {"contains_all(user.spec.roles, set())", "false"},
      {"contains(user.spec.traits[\"team\"], \"b\")", "true"},
      {"all_end_with(host_cert.principals, \".example.com\")", "true"},
      {"all_end_with(host_cert.principals, \"a.example.com\")", "false"},
      {"all_equal(host_cert.principals, \"a.example.com\")", "false"},
      {"is_subset(host_cert.principals, \"a.example.com\", \"b.example.com\", \"c\")", "true"},
      {"is_subset(host_cert.principals, \"a.example.com\")", "false"},
      {"host_cert.ttl == 3600", "true"},
      {"has_prefix(user.metadata.name, \"al\")", "true"},
      {"system.catype() == \"host\"", "true"},
      {"can_view()", "true"},
      {"true", "true"},
      {"false || (true && false)", "false"},
      {"false && impersonate_user.x == 'y'", "false"},
      {"\"a\\\"b\" == 'a\"b'", "true"},
  };
  for (const PredicateCase& row : cases) {
    INFO(row.text);
    CHECK(Answer(row.text, PredicateDialect::kWhere) == row.answer);
  }
}

TEST_CASE("queries over resources") {
  const PredicateCase cases[] = {
      {"name == \"h\"", "true"},
      {"labels[\"env-2\"] == \"prod\"", "true"},
      {"labels.env == \"dev\" && health.status == \"healthy\"", "true"},
      {"exists(labels.env)", "true"},
      {"exists(labels[\"none\"])", "false"},
      {"!exists(labels.none)", "true"},
      {"contains(split(labels[\"list\"], \",\"), \"b\")", "true"},
      {"search(\"found\")", "true"},
      {"search(\"found\", \"x\")", "false"},
      {"hasPrefix(resource.spec.hostname, \"h\")", "true"},
      {"equals(resource.metadata.name, \"node1\")", "true"},
  };
  for (const PredicateCase& row : cases) {
    INFO(row.text);
    CHECK(Answer(row.text, PredicateDialect::kResource) == row.answer);
  }
}

TEST_CASE("label expressions") {
  const PredicateCase cases[] = {
      {"contains(labels_matching(\"env*\"), \"prod\")", "true"},
      {"regexp.match(user.spec.traits[\"team\"], \"^[bc]$\")", "true"},
      {"regexp.match(labels.env, \"d*\")", "true"},
      {"contains_any(regexp.replace(user.spec.traits.team, \"^\", \"x\"), set(\"xa\"))", "true"},
      {"contains(strings.upper(user.spec.traits.team), \"A\")", "true"},
      {"contains(strings.lower(\"ENV\"), \"env\")", "true"},
      {"contains(email.local(\"a@b\"), \"a\")", "true"},
  };
  for (const PredicateCase& row : cases) {
    INFO(row.text);
    CHECK(Answer(row.text, PredicateDialect::kLabels) == row.answer);
  }
}

TEST_CASE("what is not an expression is refused with its column") {
  const PredicateCase cases[] = {
      {"", "column 1: the expression ends too early"},
      {"name ==", "column 8: the expression ends too early"},
      {"name == \"h\" x", "column 13: unexpected \"x\""},
      {"name = \"h\"", "column 6: unexpected \"=\""},
      {"name == \"h", "column 9: the quote is not closed"},
      {"name == \"\\q\"", "unknown escape \\q"},
      {"nam == \"h\"", "column 1: unknown name \"nam\"\n  hint: did you mean \"name\"?"},
      {"exist(labels.a)", "column 1: unknown function \"exist\"\n  hint: did you mean \"exists\"?"},
      {"exists()", "exists takes 1 arguments, not 0"},
      {"contains(name)", "contains takes 2 arguments, not 1"},
      {"(name == \"h\"", "\")\" is missing"},
      {"labels[\"a\" == \"b\"", "\"]\" is missing"},
      {"labels..a", "unexpected \".\""},
      {"name == 99999999999999999999", "the number is too large"},
      {"name", "a condition must be true or false, not a string"},
      {"labels[1] == \"a\"", "a key in [] must be a string, not a number"},
      {"system.catype()", "unknown function"},
  };
  for (const PredicateCase& row : cases) {
    INFO(row.text);
    CHECK_THAT(Answer(row.text, PredicateDialect::kResource), Catch::Matchers::Contains(row.answer));
  }
  CHECK(Answer("ssh_session.login == 'x'", PredicateDialect::kWhere) ==
        "not found: \"ssh_session\" is not a field that the expression can use");
}

TEST_CASE("hostile expressions hit limits, not the stack") {
  const auto refused = [](const std::string& text) { return Answer(text, PredicateDialect::kResource); };
  CHECK(refused(std::string(10'000, '(')).contains("nested deeper than 64 levels"));
  CHECK(refused(std::string(10'000, '!') + "true").contains("nested deeper than 64 levels"));
  CHECK(refused(std::string(70'000, ' ')).contains("longer than"));
  std::string chain = "true";
  for (int i = 0; i < 9'000; ++i) chain += "&&true";
  CHECK(refused(chain) == "true");
  std::string keys = "labels";
  for (int i = 0; i < 5'000; ++i) keys += "['a']";
  CHECK(refused("exists(" + keys + ")") == "false");
}

TEST_CASE("an expression knows what it reads") {
  CHECK(Predicate::Parse("contains(session.x, user.y) || user.z == 'a'", PredicateDialect::kWhere)->Roots() ==
        std::vector<std::string>{"session", "user"});
}

}  // namespace
}  // namespace sallyport
