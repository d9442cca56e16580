#include "libcluster/auth/users/local_users.h"

#include <array>
#include <atomic>
#include <thread>

#include "tests/unit/libcluster/auth/auth_fixture.h"

namespace sallyport {
namespace {

constexpr const char* kPassword = "correct horse battery";

std::string CodeNow(const std::string& secret, int step = 0) {
  return TotpCode(secret, Now() + std::chrono::seconds(30 * step)).value();
}

LoginAttempt Attempt(const std::string& password, const std::string& code, const std::string& user = "alice") {
  return {user, password, code, "192.0.2.1:4711", "test"};
}

TEST_CASE("a login takes password and code, and a code is good once") {
  AuthFixture fixture;
  fixture.Store(kMemberYaml);
  const std::string secret = fixture.Enroll("alice", kPassword);
  auto& users = fixture.auth().local_users();

  CHECK(users.CheckPassword(Attempt(kPassword, "")));
  const std::string code = CodeNow(secret);
  CHECK(users.Authenticate(Attempt(kPassword, code))->metadata().name() == "alice");
  const auto replayed = users.Authenticate(Attempt(kPassword, code));
  REQUIRE_FALSE(replayed);
  CHECK(replayed.error().kind == ErrorKind::kAccessDenied);
  CHECK(replayed.error().message == "invalid username, password or second factor");
  CHECK(users.Authenticate(Attempt(kPassword, CodeNow(secret, 1))));  // the next step is within the skew
  // Three steps ahead, because a code two steps ahead is within the skew when a step ends in between.
  CHECK_FALSE(users.Authenticate(Attempt(kPassword, CodeNow(secret, 3))));
  CHECK(fixture.Events("user.login") == 4);
}

TEST_CASE("one code, many logins at once: one gets in") {
  AuthFixture fixture;
  fixture.Store(kMemberYaml);
  const std::string code = CodeNow(fixture.Enroll("alice", kPassword));
  std::atomic<int> in = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i) {
    threads.emplace_back([&] {
      if (fixture.auth().local_users().Authenticate(Attempt(kPassword, code))) ++in;
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(in == 1);
}

TEST_CASE("wrong answers are refused alike, and five of them lock the account") {
  AuthFixture fixture;
  fixture.Store(kMemberYaml);
  const std::string secret = fixture.Enroll("alice", kPassword);
  auto& users = fixture.auth().local_users();
  const std::string refused = "invalid username, password or second factor";
  CHECK(users.Authenticate(Attempt("wrong password x", "123456")).error().message == refused);
  CHECK(users.Authenticate(Attempt(kPassword, "000000x")).error().message == refused);
  CHECK(users.Authenticate(Attempt("any password at all", "123456", "nobody")).error().message == refused);
  CHECK(users.Authenticate(Attempt(kPassword, "")).error().message == "missing second factor");
  CHECK(users.CheckPassword(Attempt("wrong", "")).error().message == "invalid credentials");
  CHECK(users.Authenticate(Attempt("wrong", "")).error().message == "missing second factor");  // the fifth mistake
  const auto locked = users.Authenticate(Attempt(kPassword, CodeNow(secret)));
  CHECK(locked.error().message == "too many incorrect attempts, please try again later");
  CHECK(locked.error().kind == ErrorKind::kAccessDenied);

  // A reset opens the account again, with new credentials.
  const std::string renewed = fixture.Enroll("alice", "another password");
  CHECK(users.Authenticate(Attempt("another password", CodeNow(renewed))));
}

TEST_CASE("a reset, but no invite, ends the renewals of certificates that are there") {
  AuthFixture fixture;
  fixture.Store(kMemberYaml);
  auto& users = fixture.auth().local_users();
  const Time before = Now();
  fixture.Enroll("alice", kPassword);
  CHECK(users.CheckRenewal("alice", before));
  REQUIRE(users.CreateToken("alice", LocalUsers::TokenType::kPassword, {}, "px:1", fixture.admin()));
  const Time after = Now() + Nanoseconds(1);
  CHECK(users.CheckRenewal("alice", before).error().message == kCredentialsExpired);
  CHECK(users.CheckRenewal("alice", after));
  fixture.Enroll("alice", kPassword);  // old certificates stay refused
  CHECK(users.CheckRenewal("alice", before).error().kind == ErrorKind::kAccessDenied);
  CHECK(users.CheckRenewal("bob", before));
}

TEST_CASE("a success forgets the failures before it") {
  AuthFixture fixture;
  fixture.Store(kMemberYaml);
  const std::string secret = fixture.Enroll("alice", kPassword);
  auto& users = fixture.auth().local_users();
  for (int i = 0; i < 4; ++i) CHECK_FALSE(users.Authenticate(Attempt("wrong", "1")));
  CHECK(users.Authenticate(Attempt(kPassword, CodeNow(secret))));
  for (int i = 0; i < 4; ++i) CHECK_FALSE(users.Authenticate(Attempt("wrong", "1")));
  CHECK(users.Authenticate(Attempt(kPassword, CodeNow(secret, 1))));
}

TEST_CASE("an invite is good once, in its time, with a long enough password and the right code") {
  AuthFixture fixture;
  fixture.Store(kMemberYaml);
  auto& users = fixture.auth().local_users();
  const auto token = users.CreateToken("alice", LocalUsers::TokenType::kInvite, {}, "px:1", fixture.admin()).value();
  const std::string id = token.metadata().name();
  CHECK(id.size() == 32);
  CHECK(token.spec().url() == "https://px:1/web/invite/" + id);
  const std::string secret = users.TotpSecret(id).value();
  CHECK(users.TotpSecret(id).value() == secret);  // the user may open the link again
  const std::string other = std::string(20, 'x');
  const auto enroll = [&](const std::string& password, const std::string& code) {
    return users.Enroll({id, password, code, "", "192.0.2.1:1"});
  };
  CHECK(enroll("short", CodeNow(secret)).error().kind == ErrorKind::kBadParameter);
  CHECK(enroll(kPassword, "").error().kind == ErrorKind::kBadParameter);
  CHECK(enroll(kPassword, CodeNow(other)).error().kind == ErrorKind::kAccessDenied);
  CHECK(enroll(kPassword, CodeNow(secret)));
  CHECK(enroll(kPassword, CodeNow(secret, 1)).error().message == "bad or expired token");
  CHECK_FALSE(users.Authenticate(Attempt(kPassword, CodeNow(secret))));  // the enrolment used this code

  CHECK(users.CreateToken("nobody", LocalUsers::TokenType::kInvite, {}, "px:1", fixture.admin()).error().kind ==
        ErrorKind::kNotFound);
  CHECK_FALSE(users.CreateToken("alice", LocalUsers::TokenType::kInvite, std::chrono::hours(49), "p", fixture.admin()));
  CHECK_FALSE(users.GetToken("00000000000000000000000000000000"));
  CHECK_FALSE(users.TotpSecret(id));  // the link has been used
}

TEST_CASE("an invite that is opened many times at once has one secret") {
  AuthFixture fixture;
  fixture.Store(kMemberYaml);
  auto& users = fixture.auth().local_users();
  const auto token = users.CreateToken("alice", LocalUsers::TokenType::kInvite, {}, "px:1", fixture.admin()).value();
  std::array<std::string, 4> secrets;
  std::vector<std::thread> threads;
  for (auto& secret : secrets) {
    threads.emplace_back([&] { secret = users.TotpSecret(token.metadata().name()).value(); });
  }
  for (auto& thread : threads) thread.join();
  CHECK(secrets[0].size() == 20);
  for (const auto& secret : secrets) CHECK(secret == secrets[0]);
}

TEST_CASE("a hundred wrong codes leave an invite as it was") {
  AuthFixture fixture;
  fixture.Store(kMemberYaml);
  auto& users = fixture.auth().local_users();
  const auto token = users.CreateToken("alice", LocalUsers::TokenType::kInvite, {}, "px:1", fixture.admin()).value();
  const std::string id = token.metadata().name();
  const std::string secret = users.TotpSecret(id).value();
  for (int i = 0; i < 100; ++i)
    CHECK_FALSE(users.Enroll({id, kPassword, "wrong" + std::to_string(i), "", "1.2.3.4:5"}));
  CHECK(users.Enroll({id, kPassword, CodeNow(secret), "", "192.0.2.1:1"}));
}

}  // namespace
}  // namespace sallyport
