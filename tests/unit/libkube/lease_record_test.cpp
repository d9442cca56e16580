#include "libkube/lease_record.h"

#include <catch2/catch.hpp>

#include "libbase/json.h"

namespace sallyport {
namespace {

TEST_CASE("times have six digits, whatever they are") {
  CHECK(FormatMicroTime(ParseTime("2026-11-30T15:00:00Z").value()) == "2026-11-30T15:00:00.000000Z");
  CHECK(FormatMicroTime(ParseTime("2026-11-30T15:00:00.1234567Z").value()) == "2026-11-30T15:00:00.123456Z");
  CHECK(FormatMicroTime(ParseTime("2026-11-30T15:00:00.5+01:00").value()) == "2026-11-30T14:00:00.500000Z");
}

TEST_CASE("a record is read and written, and what else the lease has stays") {
  Value lease = ParseJson(R"({"metadata":{"labels":{"x":"y"}},"spec":{"holderIdentity":"a","leaseDurationSeconds":15,
    "acquireTime":"2026-11-30T15:00:00.000000Z","renewTime":"2026-11-30T15:01:00.000000Z","leaseTransitions":3,
    "other":1}})")
                    .value();
  LeaseRecord record = ReadLease(lease);
  CHECK(record == LeaseRecord{"a", 15, "2026-11-30T15:00:00.000000Z", "2026-11-30T15:01:00.000000Z", 3});
  record.holder = "b";
  WriteLease(record, lease);
  CHECK(ReadLease(lease) == record);
  CHECK(lease.Find("spec")->Find("other")->as_int() == 1);
  CHECK(lease.Find("metadata")->Find("labels") != nullptr);
}

TEST_CASE("a lease without a record, or with another form, is empty") {
  for (const char* text : {"{}", R"({"spec":null})", R"({"spec":{"holderIdentity":1,"leaseDurationSeconds":"x"}})",
                           R"({"spec":{"leaseDurationSeconds":-5}})"}) {
    CAPTURE(text);
    CHECK(ReadLease(ParseJson(text).value()) == LeaseRecord{});
  }
}

}  // namespace
}  // namespace sallyport
