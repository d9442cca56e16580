// Tests of what keeps the audit log, and of the unary methods that give it out.
#include "libcluster/auth/export/audit_keeper.h"

#include "libbase/json.h"
#include "libbase/test_clock.h"
#include "libcluster/backend/event_log.h"
#include "libresources/events/chain_check.h"
#include "libresources/events/log_cursor.h"
#include "sallyport/v1/audit.pb.h"
#include "tests/unit/libcluster/auth/auth_fixture.h"

namespace sallyport {
namespace {

using std::chrono::hours;

constexpr const char* kRead = "/sallyport.v1.AuditChainService/Read";
constexpr const char* kListHeads = "/sallyport.v1.AuditChainService/ListHeads";
constexpr const char* kRotateKey = "/sallyport.v1.AuditChainService/RotateKey";

void EmitSome(AuthFixture& fixture, int count = 1) {
  for (int i = 0; i < count; ++i) {
    REQUIRE(fixture.auth().Emit(AuditEvent(audit::kRoleCreated, fixture.auth().cluster_name())));
  }
}

// Checks the whole log as `tctl audit verify` does.
ChainReport VerifyLog(AuthFixture& fixture, std::vector<std::string> trusted = {}) {
  ChainCheck check(std::move(trusted));
  const auto heads = fixture.auth().backend().event_log().Heads(0, 1000);
  for (const auto& head : *heads) check.AddHead(head);
  const auto events = fixture.auth().backend().event_log().Read(0, std::numeric_limits<std::int64_t>::max(),
                                                                {.events = 100'000, .bytes = 100 << 20});
  for (const auto& event : *events) check.Add(event.link, ParseJson(event.json).value());
  return check.Finish();
}

TEST_CASE("each day that is over gets a signed head, whose event is in the log") {
  TestClock clock;
  AuthFixture fixture;
  EmitSome(fixture, 3);
  REQUIRE(SignHeads(fixture.auth(), Now()));
  CHECK(fixture.Events("audit.head") == 0);

  for (int day = 0; day < 3; ++day) {
    clock.Advance(hours(24));
    REQUIRE(SignHeads(fixture.auth(), Now()));
    REQUIRE(SignHeads(fixture.auth(), Now()));
    EmitSome(fixture);
  }
  CHECK(fixture.Events("audit.head") == 3);
  clock.Advance(hours(72));  // days without events have no heads
  REQUIRE(SignHeads(fixture.auth(), Now()));
  CHECK(fixture.Events("audit.head") == 4);
  const ChainReport report = VerifyLog(fixture);
  CHECK(report.problems.empty());
  CHECK(report.signed_through == report.last - 1);
  CHECK(report.keys == std::vector{KeyIdOf(fixture.auth().authorities().AuditKey().public_key())});
}

TEST_CASE("the key of the heads is made once, and a rotation is named") {
  TestClock clock;
  AuthFixture fixture;
  const std::string first = KeyIdOf(fixture.auth().authorities().AuditKey().public_key());
  const auto again = Authorities::Open(fixture.auth().backend(), "ex.com").value();
  CHECK(KeyIdOf(again->AuditKey().public_key()) == first);

  EmitSome(fixture);
  clock.Advance(hours(24));
  REQUIRE(SignHeads(fixture.auth(), Now()));
  const auto answer = fixture.Call<v1::RotateKeyResponse>(fixture.admin(), kRotateKey, v1::RotateKeyRequest()).value();
  CHECK(answer.key() != first);
  CHECK(answer.key() == KeyIdOf(fixture.auth().authorities().AuditKey().public_key()));
  EmitSome(fixture);
  clock.Advance(hours(24));
  REQUIRE(SignHeads(fixture.auth(), Now()));
  const ChainReport report = VerifyLog(fixture, {first});
  CHECK(report.problems.empty());
  CHECK(report.keys == std::vector{first, answer.key()});

  const auto reopened = Authorities::Open(fixture.auth().backend(), "ex.com").value();
  CHECK(KeyIdOf(reopened->AuditKey().public_key()) == answer.key());
  REQUIRE(RotateHeadKey(fixture.auth(), fixture.admin()));
}

TEST_CASE("retention removes whole days that have a head, and keeps the heads") {
  TestClock clock;
  AuthFixture fixture;
  EmitSome(fixture, 3);
  for (int day = 0; day < 5; ++day) {
    clock.Advance(hours(24));
    REQUIRE(SignHeads(fixture.auth(), Now()));
    EmitSome(fixture);
  }
  CHECK_FALSE(RemoveOldEvents(fixture.auth(), Now(), hours(24 * 30)).value());
  CHECK(fixture.auth().backend().event_log().Oldest()->number == 1);

  CHECK_FALSE(RemoveOldEvents(fixture.auth(), Now(), hours(48)).value());
  const auto heads = fixture.auth().backend().event_log().Heads(0, 10).value();
  REQUIRE(heads.size() == 5);
  CHECK(fixture.auth().backend().event_log().Oldest()->number == heads[2].last + 1);
  CHECK(fixture.auth().backend().event_log().Oldest()->previous == heads[2].hash);
  ChainReport report = VerifyLog(fixture);
  CHECK(report.problems.empty());
  CHECK(report.by_retention);

  // The present day has no head: it stays, however short the retention is.
  CHECK_FALSE(RemoveOldEvents(fixture.auth(), Now() + hours(24 * 9), hours(24)).value());
  CHECK(fixture.auth().backend().event_log().Oldest()->number == heads[4].last + 1);
  report = VerifyLog(fixture);
  CHECK(report.problems.empty());
}

TEST_CASE("the log is read from a cursor, a time, or its beginning") {
  TestClock clock;
  AuthFixture fixture;
  EmitSome(fixture, 600);
  clock.Advance(hours(1));
  const Time later = Now();
  EmitSome(fixture, 2);
  const auto read = [&](const v1::FollowRequest& request) {
    return fixture.Call<v1::FollowResponse>(fixture.admin(), kRead, request);
  };

  v1::FollowRequest request;
  const auto first = read(request).value();
  CHECK(first.events_size() == 500);
  CHECK(first.events(0).number() == 1);
  CHECK(first.first().number() == 1);
  CHECK(first.newest().number() > 600);
  CHECK(ParseLogCursor(first.cursor())->number == 500);

  request.set_cursor(first.cursor());
  const auto second = read(request).value();
  CHECK(second.events(0).number() == 501);
  CHECK(second.events(0).previous() == first.events(499).hash());
  request.set_cursor(second.cursor());
  const auto end = read(request).value();
  CHECK(end.events().empty());
  CHECK(end.cursor() == second.cursor());

  v1::FollowRequest since;
  since.mutable_start_time()->set_seconds(later.time_since_epoch() / std::chrono::seconds(1));
  CHECK(read(since)->events_size() == 2);
  since.mutable_start_time()->set_seconds(std::numeric_limits<std::int64_t>::max());
  CHECK(read(since)->events().empty());
  since.mutable_start_time()->set_seconds(std::numeric_limits<std::int64_t>::min());
  CHECK(read(since)->events(0).number() == 1);
}

TEST_CASE("cursors of another log are refused") {
  AuthFixture fixture;
  AuthFixture other;
  EmitSome(fixture, 5);
  EmitSome(other, 5);
  v1::FollowRequest request;
  request.set_cursor(other.Call<v1::FollowResponse>(other.admin(), kRead, request)->cursor());
  const auto refused = fixture.Call<v1::FollowResponse>(fixture.admin(), kRead, request);
  CHECK(refused.error().kind == ErrorKind::kCompareFailed);
  request.set_cursor("t1:1000000:0000000000000000");
  CHECK(fixture.Call<v1::FollowResponse>(fixture.admin(), kRead, request).error().kind == ErrorKind::kCompareFailed);
  request.set_cursor("17");
  CHECK(fixture.Call<v1::FollowResponse>(fixture.admin(), kRead, request).error().kind == ErrorKind::kBadParameter);
}

constexpr const char* kReaders = R"(
kind: role
version: v7
metadata: {name: whole}
spec: {allow: {rules: [{resources: [event], verbs: [list]}]}}
---
kind: role
version: v7
metadata: {name: part}
spec: {allow: {rules: [{resources: [event], verbs: [list], where: 'contains(user.spec.traits["logins"], "x")'}]}}
---
kind: role
version: v7
metadata: {name: denied}
spec: {deny: {rules: [{resources: [event], verbs: [list], where: 'contains(user.spec.traits["logins"], "nobody")'}]}}
---
kind: role
version: v7
metadata: {name: strange}
spec: {allow: {logins: [x]}}
---
kind: user
version: v2
metadata: {name: reads}
spec: {roles: [whole, part]}
---
kind: user
version: v2
metadata: {name: reads-part}
spec: {roles: [part], traits: {logins: [x]}}
---
kind: user
version: v2
metadata: {name: reads-less}
spec: {roles: [whole, denied]}
---
kind: user
version: v2
metadata: {name: stranger}
spec: {roles: [strange]}
)";

TEST_CASE("only a rule without condition gives the whole log") {
  AuthFixture fixture;
  fixture.Store(kReaders);
  const auto kind = [&](const char* user, const char* method, const auto& request, auto answer) {
    const auto done = fixture.Call<decltype(answer)>(UserCaller(fixture, user), method, request);
    return done ? ErrorKind::kInternal : done.error().kind;
  };
  for (const char* user : {"reads-part", "reads-less", "stranger"}) {
    INFO(user);
    CHECK(kind(user, kRead, v1::FollowRequest(), v1::FollowResponse()) == ErrorKind::kAccessDenied);
    CHECK(kind(user, kListHeads, v1::ListHeadsRequest(), v1::ListHeadsResponse()) == ErrorKind::kAccessDenied);
  }
  CHECK(fixture.Call<v1::FollowResponse>(UserCaller(fixture, "reads"), kRead, v1::FollowRequest()));
  CHECK(fixture.Call<v1::ListHeadsResponse>(UserCaller(fixture, "reads"), kListHeads, v1::ListHeadsRequest()));
  CHECK(kind("reads", kRotateKey, v1::RotateKeyRequest(), v1::RotateKeyResponse()) == ErrorKind::kAccessDenied);

  const auto refused = fixture.Call<v1::FollowResponse>(UserCaller(fixture, "reads-part"), kRead, v1::FollowRequest());
  CHECK(refused.error().hint.contains("where"));
}

}  // namespace
}  // namespace sallyport
