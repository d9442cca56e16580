#include "libresources/matching/templates.h"

#include <catch2/catch.hpp>

namespace sallyport {
namespace {

using List = std::vector<std::string>;

const TraitMap kTraits = {
    {"logins", {"alice", "root"}},
    {"email", {"alice@example.com"}},
    {"groups", {"dev-a", "ops", "dev-b"}},
    {"full name", {"Alice"}},
    {"empty", {}},
    {"blank", {"", "x"}},
    {"bad", {"not an address"}},
};

struct TemplateCase {
  const char* text;
  List values;
};

TEST_CASE("templates give one value for each of a trait's") {
  const TemplateCase cases[] = {
      {"root", {"root"}},
      {"", {}},
      {"{{internal.logins}}", {"alice", "root"}},
      {"{{ internal.logins }}", {"alice", "root"}},
      {"{{external.logins}}", {"alice", "root"}},
      {"x-{{external.groups}}-y", {"x-dev-a-y", "x-ops-y", "x-dev-b-y"}},
      {"  pre {{internal.logins}} post  ", {"pre alice post", "pre root post"}},
      {R"({{external["full name"]}})", {"Alice"}},
      {"{{external['full name']}}", {"Alice"}},
      {"{{email.local(external.email)}}", {"alice"}},
      {R"({{regexp.replace(external.groups, "^dev-(.*)$", "team-$1")}})", {"team-a", "team-b"}},
      {R"({{regexp.replace(email.local(external.email), "a", "e")}})", {"elice"}},
      {"{{external.empty}}", {}},
      {"{{external.blank}}", {"x"}},
      {R"({{"literal"}})", {"literal"}},
  };
  for (const TemplateCase& row : cases) {
    INFO(row.text);
    const auto made = Template::Parse(row.text);
    if (!made) FAIL(made.error().message);
    CHECK(made->Apply(kTraits).value() == row.values);
  }
}

TEST_CASE("what is not a template is refused") {
  for (const char* const text :
       {"{{internal.logins", "internal.logins}}", "{{internal.logins}}{{internal.logins}}", "{x}{{internal.logins}}",
        "{{}}", "{{internal}}", "{{internal.foo}}", "{{internal.logins.x}}", "{{unknown.x}}", "{{email.local()}}",
        "{{email.remote(external.x)}}", "{{regexp.match(\"x\")}}", "{{internal.logins ||}}", "}}{{",
        "{{external[1]}}"}) {
    INFO(text);
    CHECK_FALSE(Template::Parse(text));
  }
}

TEST_CASE("missing traits and failing functions are told apart") {
  CHECK(Template::Parse("{{external.missing}}")->Apply(kTraits).error().kind == ErrorKind::kNotFound);
  CHECK(Template::Parse("{{email.local(external.bad)}}")->Apply(kTraits).error().kind == ErrorKind::kBadParameter);
  CHECK_FALSE(Template::Parse("{{regexp.replace(external.email, \"(\", \"\")}}"));
}

TEST_CASE("email.local takes the addresses that Go's net/mail takes") {
  const auto local = [](const char* address) {
    const auto parts = Template::Parse("{{email.local(external.email)}}")->Apply({{"email", {address}}});
    return parts ? parts->front() : "refused";
  };
  for (const char* const address :
       {"a@b", "<a@b>", "Dave Smith <a@b>", "Dave <a@[127.0.0.1]>", "a@[127.0.0.1]", "a@[::1]", "a@b_c", "a@-b"}) {
    INFO(address);
    CHECK(local(address) == "a");
  }
  for (const char* const address :
       {"@b", "a@", "a", "a@b@c", "a..b@c", ".a@b", "a.@b", "a@.b", "a@b.", "a@b..c", "a @b", "a\x01@b", "a@b\x7f",
        "a@[]", "a@[127.0.0.1", "a@[300.1.1.1]", "a@[x]", "a@[IPv6:::1]", "a@[1.2.3.4]x"}) {
    INFO(address);
    CHECK(local(address) == "refused");
  }
}

TEST_CASE("in lists the missing and the wrong disappear, repeated values stay once") {
  CHECK(
      ApplyTemplates({"root", "{{internal.logins}}", "{{external.missing}}", "{{bad", "{{email.local(external.bad)}}"},
                     kTraits) == List{"root", "alice"});
}

}  // namespace
}  // namespace sallyport
