#include "libmachine/export/exported_line.h"

#include <catch2/catch.hpp>

#include "exported_log.h"

namespace sallyport {
namespace {

TEST_CASE("a line is an event with its chain, also behind a time and a tag", "[exported_line]") {
  test::ExportedLog log;
  const std::string json = ToJson(log.at(7));
  for (const std::string& line : {json, "2026-11-30T08:00:00+00:00\ttest.log\t" + json}) {
    const ExportedLine read = ReadExportedLine(line).value();
    CHECK(read.has_chain);
    CHECK_FALSE(read.left_out);
    CHECK(read.link.number == 7);
    CHECK(FormatTime(read.link.committed) == "2026-11-28T08:00:00.123456789Z");
    CHECK(read.link.hash.size() == 32);
    CHECK(FitsItsChain(read));
  }

  log.at(7).Set("name", "other");
  CHECK_FALSE(FitsItsChain(ReadExportedLine(ToJson(log.at(7))).value()));
}

TEST_CASE("an event that was left out is its digest", "[exported_line]") {
  test::ExportedLog log;
  const ExportedLine read = ReadExportedLine(ToJson(log.LeftOut(7))).value();
  CHECK(read.left_out);
  CHECK(FitsItsChain(read));

  // Another event says for itself what its digest is.
  Value changed = log.LeftOut(7);
  changed.Set("event", "user.create");
  const ExportedLine event = ReadExportedLine(ToJson(changed)).value();
  CHECK_FALSE(event.left_out);
  CHECK_FALSE(FitsItsChain(event));
}

TEST_CASE("an event without a chain is one", "[exported_line]") {
  CHECK_FALSE(ReadExportedLine(R"({"event":"session.start"})").value().has_chain);
}

TEST_CASE("lines that cannot be read say why", "[exported_line]") {
  const std::string hash(64, 'a');
  const auto chain = [&](std::string_view number, std::string_view committed, std::string_view previous) {
    return fmt::format(R"({{"event":"x","chain":{{"number":{},"committed":"{}","previous":"{}","hash":"{}"}}}})",
                       number, committed, previous, hash);
  };
  const std::string good = "2026-11-28T08:00:00Z";
  CHECK(ReadExportedLine(chain("1", good, hash)).has_value());
  CHECK(ReadExportedLine(chain("1.0", good, hash)).has_value());
  const std::pair<std::string, std::string_view> cases[] = {
      {"", "no JSON"},
      {"[1]", "no JSON"},
      {"{", "1:1"},
      {R"({"chain":7})", "chain.number"},
      {chain("0", good, hash), "chain.number"},
      {chain("1.5", good, hash), "chain.number"},
      {chain("1e300", good, hash), "chain.number"},
      {chain("\"1\"", good, hash), "chain.number"},
      {chain("1", "yesterday", hash), "chain.committed"},
      {chain("1", good, "abc"), "chain.previous"},
      {chain("1", good, hash + "aa"), "chain.previous"},
      {R"({"event":"audit.left_out","chain":{"number":1,"committed":")" + good + R"(","previous":")" + hash +
           R"(","hash":")" + hash + R"(","digest":"x"}})",
       "chain.digest"},
      {"{" + std::string(1 << 20, ' ') + "}", "longer than 1048576 bytes"},
  };
  for (const auto& [line, reason] : cases) {
    const auto read = ReadExportedLine(line);
    REQUIRE_FALSE(read.has_value());
    CHECK(read.error().kind == ErrorKind::kBadParameter);
    CAPTURE(read.error().message, reason);
    CHECK(read.error().message.contains(reason));
  }
}

}  // namespace
}  // namespace sallyport
