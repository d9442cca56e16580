#include "libbase/secret.h"

#include <set>
#include <type_traits>

#include <catch2/catch.hpp>

namespace sallyport {
namespace {

static_assert(!std::is_copy_constructible_v<Secret>);
static_assert(!std::is_copy_assignable_v<Secret>);
static_assert(!std::is_convertible_v<Secret, std::string>);
static_assert(!fmt::is_formattable<Secret>::value, "a secret must not reach a log by accident");

TEST_CASE("wiping clears the bytes where they stood", "[secret]") {
  for (const std::size_t length : {7, 200}) {
    std::string bytes(length, 'x');
    const char* place = bytes.data();
    Wipe(bytes);
    CHECK(bytes.empty());
    REQUIRE(bytes.data() == place);
    CHECK(std::string(place, length) == std::string(length, '\0'));
  }
}

TEST_CASE("moving a secret leaves nothing behind", "[secret]") {
  Secret first(std::string("short"));  // in the small buffer, where a move copies
  const char* place = first.Reveal().data();
  Secret second(std::move(first));
  CHECK(second.Reveal() == "short");
  CHECK(std::string(place, 5) == std::string(5, '\0'));

  Secret third(std::string("other"));
  third = std::move(second);
  CHECK(third.Reveal() == "short");
  CHECK(second.empty());  // NOLINT(bugprone-use-after-move): emptiness is the promise
  Secret& alias = third;
  third = std::move(alias);
  CHECK(third.Reveal() == "short");
}

TEST_CASE("a clone is independent", "[secret]") {
  Secret original(std::string("the same"));
  Secret clone = original.Clone();
  original = Secret(std::string("changed"));
  CHECK(clone.Reveal() == "the same");
}

TEST_CASE("random bytes have the length asked for and do not repeat", "[secret]") {
  CHECK(RandomBytes(0).empty());
  std::set<std::string> seen;
  for (int i = 0; i < 100; ++i) {
    const std::string bytes = RandomBytes(16);
    CHECK(bytes.size() == 16);
    CHECK(seen.insert(bytes).second);
  }
}

TEST_CASE("a random UUID has version 4 and the variant of RFC 4122", "[secret]") {
  for (int i = 0; i < 50; ++i) {
    const std::string uuid = RandomUuid();
    CAPTURE(uuid);
    REQUIRE(uuid.size() == 36);
    for (std::size_t place = 0; place < uuid.size(); ++place) {
      const bool dash = place == 8 || place == 13 || place == 18 || place == 23;
      CHECK((uuid[place] == '-') == dash);
    }
    CHECK(uuid[14] == '4');
    CHECK(std::string_view("89ab").find(uuid[19]) != std::string_view::npos);
  }
}

TEST_CASE("comparison in constant time compares", "[secret]") {
  CHECK(EqualInConstantTime("", ""));
  CHECK(EqualInConstantTime("token", "token"));
  CHECK_FALSE(EqualInConstantTime("token", "tokem"));
  CHECK_FALSE(EqualInConstantTime("token", "tokens"));
  CHECK_FALSE(EqualInConstantTime("", "x"));
}

}  // namespace
}  // namespace sallyport
