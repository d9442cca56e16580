// Tests of rehearsed calls: a call has the rights of its caller, and changes nothing.
#include "libresources/kinds.h"
#include "sallyport/v1/rehearsal_service.pb.h"
#include "teleport/legacy/client/proto/authservice.pb.h"
#include "teleport/legacy/client/proto/certs.pb.h"
#include "tests/unit/libcluster/auth/auth_fixture.h"

namespace sallyport {
namespace {

namespace v1 = sallyport::v1;

constexpr const char* kService = "/sallyport.v1.RehearsalService/";

Result<std::string> Begin(AuthFixture& fixture, const Caller& caller) {
  ASSIGN_OR_RETURN(const auto begun,
                   fixture.Call<v1::BeginResponse>(caller, fmt::format("{}Begin", kService), v1::BeginRequest()));
  return begun.rehearsal();
}

template <typename Request>
Result<v1::CallResponse> Try(AuthFixture& fixture, const Caller& caller, const std::string& rehearsal,
                             const std::string& method, const Request& request) {
  v1::CallRequest call;
  call.set_rehearsal(rehearsal);
  call.set_method(method);
  call.set_request(request.SerializeAsString());
  return fixture.Call<v1::CallResponse>(caller, fmt::format("{}Call", kService), call);
}

proto::UpsertRoleRequest NewRole(const std::string& name) {
  proto::UpsertRoleRequest request;
  *request.mutable_role() = NewResource(*FindKind("role")).as<types::RoleV6>();
  request.mutable_role()->mutable_metadata()->set_name(name);
  return request;
}

proto::GetRoleRequest Named(const std::string& name) {
  proto::GetRoleRequest request;
  request.set_name(name);
  return request;
}

TEST_CASE("a rehearsed call sees earlier ones, and nothing stays") {
  AuthFixture fixture;
  const std::string rehearsal = Begin(fixture, fixture.admin()).value();
  const std::size_t events = fixture.Events("role.created");
  REQUIRE(Try(fixture, fixture.admin(), rehearsal, "/proto.AuthService/UpsertRoleV2", NewRole("new")));
  CHECK(Try(fixture, fixture.admin(), rehearsal, "/proto.AuthService/GetRole", Named("new")));
  CHECK_FALSE(fixture.Call<types::RoleV6>(fixture.admin(), "/proto.AuthService/GetRole", Named("new")));
  CHECK(fixture.Events("role.created") == events);
  v1::EndRequest end;
  end.set_rehearsal(rehearsal);
  REQUIRE(fixture.Call<v1::EndResponse>(fixture.admin(), fmt::format("{}End", kService), end));
  CHECK(Try(fixture, fixture.admin(), rehearsal, "/proto.AuthService/GetRole", Named("access")).error().kind ==
        ErrorKind::kNotFound);
}

TEST_CASE("a rehearsal gives nobody rights, and certificates are not rehearsed") {
  AuthFixture fixture;
  fixture.Store(kMemberYaml);
  const Caller alice = UserCaller(fixture, "alice");
  const std::string own = Begin(fixture, alice).value();
  const auto denied = Try(fixture, alice, own, "/proto.AuthService/UpsertRoleV2", NewRole("new"));
  CHECK(denied.error().kind == ErrorKind::kAccessDenied);
  const std::string admins = Begin(fixture, fixture.admin()).value();
  CHECK(Try(fixture, alice, admins, "/proto.AuthService/GetRole", Named("member")).error().kind ==
        ErrorKind::kNotFound);  // another user's rehearsal
  for (const char* method : {"/proto.AuthService/GenerateUserCerts", "/proto.AuthService/GenerateHostCerts",
                             "/proto.AuthService/CreateResetPasswordToken", "/sallyport.v1.RehearsalService/Begin",
                             "/proto.AuthService/NoSuch"}) {
    CAPTURE(method);
    CHECK(Try(fixture, fixture.admin(), admins, method, proto::UserCertsRequest()).error().kind ==
          ErrorKind::kNotImplemented);
  }
}

TEST_CASE("one caller has a few rehearsals at a time") {
  AuthFixture fixture;
  fixture.Store(kMemberYaml);
  const Caller alice = UserCaller(fixture, "alice");
  for (int i = 0; i < 4; ++i) REQUIRE(Begin(fixture, alice));
  CHECK(Begin(fixture, alice).error().kind == ErrorKind::kLimitExceeded);
  CHECK(Begin(fixture, fixture.admin()));
}

}  // namespace
}  // namespace sallyport
