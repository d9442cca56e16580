// Tests of the hash chain (docs/protocol/audit.md#hash-chain): its numbers are computed by another program.
#include "libresources/events/event_chain.h"

#include <catch2/catch.hpp>

#include "libbase/encoding.h"
#include "libbase/json.h"
#include "libresources/codec/codec.h"
#include "teleport/auditlog/v1/auditlog.pb.h"

namespace sallyport {
namespace {

constexpr const char* kOddEvent = R"({"d":9007199254740992.0,"b":"x\n\"","c":1.5,"a":[1.0,null,{}]})";
constexpr const char* kCanonical = R"({"a":[1,null,{}],"b":"x\u000a\"","c":1.5,"d":9007199254740992})";
constexpr const char* kOddDigest = "e73d2483d5eb27337553001cc62584bb7012de2e570e927fc4d2230840a904d2";
constexpr const char* kOddHash = "6a701a4dfb90f6e0108f4a8661f185d3fe9c18d109847a7ba81717efc9c9f296";

TEST_CASE("canonical JSON has sorted keys and no choices") {
  CHECK(CanonicalJson(ParseJson(kOddEvent).value()) == kCanonical);
  CHECK(CanonicalJson(ParseJson(kCanonical).value()) == kCanonical);
  CHECK(CanonicalJson(Value(1e300)) == "1.0000000000000001e+300");
  CHECK(CanonicalJson(Value(-0.0)) == "0");
  CHECK(CanonicalJson(Value("ä\x7f\\")) == "\"ä\x7f\\\\\"");
}

TEST_CASE("the canonical form survives a Struct") {
  teleport::auditlog::v1::EventUnstructured message;
  SetStruct(ParseJson(kOddEvent).value(), *message.mutable_unstructured());
  CHECK(CanonicalJson(*EncodeMessage(message).Find("unstructured")) == kCanonical);
}

TEST_CASE("digests and hashes are those of the protocol") {
  CHECK(ToHex(EventDigest(std::string_view(kOddEvent))) == kOddDigest);
  ChainLink link{1, Time(Nanoseconds(1700000000123456789)), ChainBeginning(), {}};
  CHECK(ToHex(LinkHash(link, FromHex(kOddDigest).value())) == kOddHash);
}

TEST_CASE("the digest leaves out the chain of a forwarded event") {
  Value event = ParseJson(kOddEvent).value();
  event.Set("chain", ParseJson(R"({"number":1})").value());
  CHECK(ToHex(EventDigest(event)) == kOddDigest);
  CHECK(EventDigest(std::string_view("no JSON")).size() == kChainHashBytes);
  CHECK(EventDigest(Value("x")) != EventDigest(Value("y")));
}

ChainHead SampleHead() {
  ChainHead head;
  head.cluster_name = "ex.com";
  head.day = "2026-11-30";
  head.first = 1;
  head.last = 7;
  head.hash = FromHex(kOddHash).value();
  head.previous = ChainBeginning();
  return head;
}

TEST_CASE("a head is good as it was signed, and only so") {
  const PrivateKey key = GeneratePrivateKey(KeyAlgorithm::kEd25519).value();
  ChainHead head = SampleHead();
  REQUIRE(SignHead(key, head));
  CHECK(head.key == KeyIdOf(key.public_key()));
  REQUIRE(CheckHead(head));

  const auto refused = [&](auto change) {
    ChainHead changed = head;
    change(changed);
    const Status checked = CheckHead(changed);
    REQUIRE_FALSE(checked);
    return checked.error().kind;
  };
  CHECK(refused([](ChainHead& h) { h.cluster_name = "ex.org"; }) == ErrorKind::kAccessDenied);
  CHECK(refused([](ChainHead& h) { h.day = "2026-12-01"; }) == ErrorKind::kAccessDenied);
  CHECK(refused([](ChainHead& h) { ++h.first; }) == ErrorKind::kAccessDenied);
  CHECK(refused([](ChainHead& h) { --h.last; }) == ErrorKind::kAccessDenied);
  CHECK(refused([](ChainHead& h) { h.hash[0] ^= 1; }) == ErrorKind::kAccessDenied);
  CHECK(refused([](ChainHead& h) { h.previous[31] ^= 1; }) == ErrorKind::kAccessDenied);
  CHECK(refused([](ChainHead& h) { h.signature[0] ^= 1; }) == ErrorKind::kAccessDenied);
  CHECK(refused([](ChainHead& h) { h.hash = "short"; }) == ErrorKind::kBadParameter);
  CHECK(refused([](ChainHead& h) { h.public_key = "none"; }) == ErrorKind::kBadParameter);
  const PrivateKey other = GeneratePrivateKey(KeyAlgorithm::kEd25519).value();
  CHECK(refused([&](ChainHead& h) { h.public_key = other.public_key().ToPem(); }) == ErrorKind::kBadParameter);
}

TEST_CASE("days are those of UTC") {
  const Time late = ParseTime("2026-11-30T23:59:59.999999999Z").value();
  CHECK(DayText(DayOf(late)) == "2026-11-30");
  CHECK(DayOf(late + Nanoseconds(1)) == DayOf(late) + 1);
  CHECK(DayOf(ParseTime("1969-12-31T23:00:00Z").value()) == -1);
}

}  // namespace
}  // namespace sallyport
