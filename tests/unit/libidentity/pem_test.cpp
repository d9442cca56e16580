#include "libidentity/pem.h"

#include <catch2/catch.hpp>

#include "tool.h"

namespace sallyport {
namespace {

TEST_CASE("blocks are written with lines of 64 characters", "[pem]") {
  CHECK(ToPem("CERTIFICATE", std::string(49, 'a')) ==
        "-----BEGIN CERTIFICATE-----\n"
        "YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFh\n"
        "YQ==\n"
        "-----END CERTIFICATE-----\n");
  CHECK(ToPem("X", "") == "-----BEGIN X-----\n-----END X-----\n");
}

TEST_CASE("blocks of every length are read back", "[pem]") {
  for (std::size_t length = 0; length < 200; ++length) {
    const auto blocks = ParsePem(ToPem("A KIND", std::string(length, 'z'))).value();
    REQUIRE(blocks.size() == 1);
    CHECK(blocks[0].label == "A KIND");
    CHECK(blocks[0].headers.empty());
    CHECK(blocks[0].body.Reveal() == std::string(length, 'z'));
  }
}

TEST_CASE("text around blocks, carriage returns and headers do not matter", "[pem]") {
  const std::string text =
      "Subject: somebody\r\n-----BEGIN ONE-----\r\nProc-Type: 4,ENCRYPTED\r\nDEK-Info: x\r\n\r\nYWI=\r\n-----END "
      "ONE-----\r\n\n@cert-authority x\n  -----BEGIN TWO-----\n\tY2Q=\n-----END TWO-----";
  const auto blocks = ParsePem(text).value();
  REQUIRE(blocks.size() == 2);
  CHECK(blocks[0].label == "ONE");
  CHECK(blocks[0].headers == "Proc-Type: 4,ENCRYPTED\nDEK-Info: x\n");
  CHECK(blocks[0].body.Reveal() == "ab");
  CHECK(blocks[1].label == "TWO");
  CHECK(blocks[1].body.Reveal() == "cd");
  CHECK(ParsePem("no block at all").value().empty());
  CHECK(ParsePem("").value().empty());
}

TEST_CASE("broken blocks are refused without their contents in the message", "[pem]") {
  for (const std::string_view text :
       {"-----BEGIN X-----\n", "-----BEGIN X-----\nc2VjcmV0", "-----BEGIN X-----\nc2VjcmV0\n-----END Y-----\n",
        "-----BEGIN X-----\nc2VjcmV0!\n-----END X-----\n", "-----BEGIN X-----\nc2VjcmV0\n-----END X----\n",
        "-----BEGIN X-----\nc2Vj=\n-----END X-----\n"}) {
    CAPTURE(text);
    const auto result = ParsePem(text);
    REQUIRE_FALSE(result.has_value());
    CHECK(result.error().kind == ErrorKind::kBadParameter);
    CHECK(result.error().message.find("c2Vj") == std::string::npos);
  }
}

TEST_CASE("openssl reads our blocks", "[pem][tools]") {
  const test::TemporaryDirectory directory;
  const std::string path = directory.Write("x.pem", ToPem("CERTIFICATE", "0\x03\x02\x01\x05"));
  const auto result = test::RunTool("openssl asn1parse -inform PEM -in " + path);
  CHECK(result.exit_code == 0);
  CHECK(result.output.find("INTEGER") != std::string::npos);
}

}  // namespace
}  // namespace sallyport
