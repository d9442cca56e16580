#include "libresources/matching/workload_expression.h"

#include "tests/unit/libresources/fixtures.h"

namespace sallyport {
namespace {

std::string CheckedExpression(std::string_view text) {
  const Status checked = CheckWorkloadExpression(text);
  return checked ? "" : checked.error().message;
}

TEST_CASE("expressions of workload identities that Teleport accepts are accepted") {
  for (const char* text : {
           R"(workload.podman.attested && workload.podman.container.image == "ubuntu")",
           R"(workload.podman.pod.labels["foo"] == "bar" || workload.docker.container.labels.foo != `bar`)",
           R"(user.name == "" && !user.is_bot)",
           R"(user.traits.logins.contains("root"))",
           R"(user.traits["logins"].add("a", "b").contains_any(set("root")))",
           R"(is_empty(user.traits.logins))",
           R"(workload.unix.pid == 7)",
           R"(join.kubernetes.service_account.name == "bot" && join.meta.join_method == "kubernetes")",
           R"(regexp.match(set(workload.kubernetes.namespace), "^prod-.*$"))",
           R"(strings.lower(user.bot_name) == "ci")",
           R"(sigstore.policy_satisfied("provenance", "approval"))",
           R"(ifelse(user.is_bot, user.bot_name, user.name) == "x")",
           R"(choose(option(user.is_bot, "b"), option(!user.is_bot, "u")) == "b")",
           R"(dict(pair("a", set("b"))).put("c", set("d")).remove("a") == "x")",
           R"(time.RFC3339("2026-01-01T00:00:00Z").before(time.RFC3339("2027-01-01T00:00:00Z")))",
       }) {
    INFO(text);
    CHECK(CheckedExpression(text).empty());
  }
}

TEST_CASE("an expression of a workload identity says what is wrong with it") {
  const std::pair<const char*, const char*> cases[] = {
      {R"(user.nme == "x")", R"(column 1: unknown attribute "user.nme")"},
      {R"(usr.name == "x")", R"(column 1: unknown name "usr")"},
      {R"(workload.podman == "x")", "column 1: workload.podman is not an attribute with a value"},
      {R"(user.name.first == "x")", "column 1: user.name is a string, which has no parts"},
      {R"(user.labels == "x")", R"(column 1: user.labels is read by one key: user.labels["KEY"])"},
      {R"(user.labels[3] == "x")", "a key in [] must be a string, not a number"},
      {R"(workload.sigstore.payloads.bundle == "x")",
       "column 1: workload.sigstore.payloads is not an attribute with a value"},

      {R"(user.name)", "the expression is a string, not a condition"},
      {R"(user.name && true)", "column 1: a condition must be a bool, not a string"},
      {R"(user.is_bot == true)", "column 1: == and != compare strings and numbers, not a bool"},
      {R"(workload.unix.uid == 0)", "column 1: == and != compare strings and numbers, not an unsigned number"},
      {R"(user.name == 3)", "a string is compared with a number"},

      {R"(user.name.contains("x"))", "column 1: argument 1 of contains must be a set, not a string"},
      {R"(user.traits.logins.contains(3))", "argument 2 of contains must be a string, not a number"},
      {R"(user.traits.logins.has("x"))", R"(column 20: unknown function ".has")"},
      {R"(user.traits.logins.contains())", "column 29: .contains takes 2 arguments, not 1"},
      {R"(email.local(user.name) == "x")", "column 13: argument 1 of email.local must be a set, not a string"},
      {R"(contains(user.traits.logins, "x"))", R"(column 1: unknown function "contains")"},
      {R"(sigstore.policy_satisfied(set("x")))",
       "column 27: argument 1 of sigstore.policy_satisfied must be a string, not a set"},
      {R"(user.name == ")", "column 14: the quote is not closed"},
      {"", "column 1: the expression ends too early"},
  };
  for (const auto& [text, message] : cases) {
    INFO(text);
    CHECK(CheckedExpression(text) == message);
  }
}

TEST_CASE("an expression of many methods does not exhaust the stack") {
  std::string text = "set()";
  for (int i = 0; i < 10'000; ++i) text += ".add()";
  CHECK(CheckedExpression(text).contains("more than 64 methods in a row"));
}

}  // namespace
}  // namespace sallyport
