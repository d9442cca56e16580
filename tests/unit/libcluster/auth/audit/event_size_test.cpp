#include "libcluster/auth/audit/event_size.h"

#include <catch2/catch.hpp>

#include "libbase/json.h"
#include "libresources/events/event_chain.h"

namespace sallyport {
namespace {

TEST_CASE("an event within the limit is written as it is") {
  const Value event(Value::Map{{"event", "x"}, {"text", std::string(60'000, 'a')}});
  CHECK(EncodeEvent(event).json == ToJson(event));
}

TEST_CASE("an event beyond the limit keeps its keys and loses the ends of its texts") {
  Value event(Value::Map{{"event", "instance.join"}, {"role", std::string(4 << 20, 'r')}, {"success", false}});
  event.Set("long key", Value::Map{{std::string(1 << 20, 'k'), 1}});
  event.Set("list", Value::Strings(std::vector<std::string>(100'000, "item")));
  event.Set("quotes", std::string(1 << 20, '"'));
  event.Set("letters", [] {
    std::string text;
    for (int i = 0; i < 100'000; ++i) text += "é";
    return text;
  }());
  const auto [json, digest] = EncodeEvent(event);
  CHECK(json.size() <= kMaxEventBytes);
  CHECK(digest == EventDigest(std::string_view(json)));
  const Value read = ParseJson(json).value();
  CHECK(read.Find("event")->as_string() == "instance.join");
  CHECK_FALSE(read.Find("success")->as_bool());
  CHECK(read.Find("role")->as_string().size() >= 256);
  for (const char* key : {"long key", "list", "quotes", "letters"}) CHECK(read.Find(key) != nullptr);
}

TEST_CASE("the digest of an event is that of its JSON") {
  const Value values[] = {"",
                          "\x01\x1f\x7f",
                          "\xff\xc3(",
                          "é\u2028\"\\/",
                          0,
                          -1,
                          std::int64_t{1} << 53,
                          (std::int64_t{1} << 53) + 1,
                          0.1,
                          1e300,
                          2.0,
                          true,
                          Value(),
                          Value::EmptyMap(),
                          Value::EmptyList(),
                          Value::Map{{"b", 1}, {"a", Value::Strings({"x"})}, {"\xff", 2}}};
  for (const Value& value : values) {
    const Value event(Value::Map{{"event", "x"}, {"value", value}});
    const auto [json, digest] = EncodeEvent(event);
    INFO(json);
    CHECK(digest == EventDigest(std::string_view(json)));
  }
}

}  // namespace
}  // namespace sallyport
