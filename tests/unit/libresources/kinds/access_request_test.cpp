// Tests of access requests as resources: form, names of resources, filters of lists.
#include "libresources/kinds/access_request.h"
#include "libresources/kinds.h"

#include <catch2/catch.hpp>

#include "teleport/legacy/types/access_request.pb.h"

namespace sallyport {
namespace {

types::AccessRequestV3 Pending() {
  types::AccessRequestV3 request;
  request.mutable_metadata()->set_name("01234567-89ab-cdef-0123-456789abcdef");
  request.mutable_spec()->set_user("alice");
  for (const auto* role : {"prod", "dev", "dev"}) request.mutable_spec()->add_roles(role);
  return request;
}

ErrorKind KindOfFailure(types::AccessRequestV3 request) {
  const Status checked = CheckResource(request);
  REQUIRE_FALSE(checked);
  return checked.error().kind;
}

}  // namespace

TEST_CASE("a request is pending, and its roles are sorted") {
  auto request = Pending();
  REQUIRE(CheckResource(request));
  CHECK(request.kind() == "access_request");
  CHECK(request.version() == "v3");
  CHECK(request.spec().state() == types::PENDING);
  CHECK(request.spec().roles_size() == 2);
  CHECK(request.spec().roles(0) == "dev");
}

TEST_CASE("invalid requests are refused") {
  auto request = Pending();
  request.mutable_metadata()->set_name("1");
  CHECK(KindOfFailure(request) == ErrorKind::kBadParameter);
  request = Pending();
  request.mutable_spec()->clear_user();
  CHECK(KindOfFailure(request) == ErrorKind::kBadParameter);
  request = Pending();
  request.mutable_spec()->clear_roles();
  CHECK(KindOfFailure(request) == ErrorKind::kBadParameter);
  request = Pending();
  request.mutable_spec()->set_requestreason(std::string(4097, 'x'));
  CHECK(KindOfFailure(request) == ErrorKind::kBadParameter);
  request = Pending();
  request.mutable_spec()->set_resolvereason("x");
  CHECK(KindOfFailure(request) == ErrorKind::kBadParameter);
  request = Pending();
  for (int i = 0; i < 301; ++i) {
    *request.mutable_spec()->add_requestedresourceids() = ParseResourceId(fmt::format("/c/node/{}", i)).value();
  }
  CHECK(KindOfFailure(request) == ErrorKind::kBadParameter);
}

TEST_CASE("resources as text") {
  for (const auto* text : {"/ex.com/node/a", "/ex.com/kube_cluster/a/b", "/ex.com/kube:ns:pods/a/b/ns/name",
                           "/ex.com/kube:cw:nodes/a/b/name"}) {
    const auto id = ParseResourceId(text);
    REQUIRE(id);
    CHECK(ResourceIdText(*id) == text);
  }
  CHECK(ParseResourceId("/ex.com/kube:ns:pods/a/b/ns/name")->name() == "a/b");
  CHECK(ParseResourceId("/ex.com/kube:ns:pods/a/b/ns/name")->subresourcename() == "ns/name");
  for (const auto* text : {"", "x", "/", "/a/node", "/a/node/", "//node/b", "/a//b", "/a/role/b", "/a/kube:ns:pods/b",
                           "/a/kube:ns:pods/b/c", "/a/kube:cw:nodes/b"}) {
    CHECK(ParseResourceId(text).error().kind == ErrorKind::kBadParameter);
  }
  types::AccessRequestSpecV3 spec;
  CHECK(ResourceIdsText(spec.requestedresourceids()).empty());
  *spec.add_requestedresourceids() = ParseResourceId("/ex.com/node/a").value();
  CHECK(ResourceIdsText(spec.requestedresourceids()) == R"(["/ex.com/node/a"])");
}

TEST_CASE("a restricted certificate reaches its resources alone") {
  CHECK(CheckAllowedResource({}, "ex.com", "kube_cluster", "a"));
  const std::vector<std::string> allowed{"/ex.com/kube_cluster/a", "/ex.com/kube:ns:pods/b/ns/name"};
  CHECK(CheckAllowedResource(allowed, "ex.com", "kube_cluster", "a"));
  for (const auto* name : {"b", "A", "a/", ""}) {
    CHECK(CheckAllowedResource(allowed, "ex.com", "kube_cluster", name).error().kind == ErrorKind::kAccessDenied);
  }
  CHECK_FALSE(CheckAllowedResource(allowed, "other.com", "kube_cluster", "a"));
  CHECK_FALSE(CheckAllowedResource(allowed, "ex.com", "node", "a"));
}

TEST_CASE("filters of lists") {
  auto request = Pending();
  REQUIRE(CheckResource(request));
  request.mutable_spec()->add_reviews()->set_author("bob");
  const auto matches = [&](auto set) {
    types::AccessRequestFilter filter;
    set(filter);
    return MatchesFilter(request, filter);
  };
  using Filter = types::AccessRequestFilter;
  CHECK(matches([](Filter&) {}));
  CHECK(matches([](Filter& filter) { filter.set_user("alice"); }));
  CHECK_FALSE(matches([](Filter& filter) { filter.set_user("bob"); }));
  CHECK_FALSE(matches([](Filter& filter) { filter.set_id("x"); }));
  CHECK(matches([](Filter& filter) { filter.set_state(types::PENDING); }));
  CHECK_FALSE(matches([](Filter& filter) { filter.set_state(types::APPROVED); }));
  CHECK(matches([](Filter& filter) { filter.add_searchkeywords("PRO"); }));
  CHECK_FALSE(matches([](Filter& filter) { filter.add_searchkeywords("qa"); }));
  const auto scope = [&](types::AccessRequestScope wanted, const char* requester) {
    return matches([&](Filter& filter) {
      filter.set_scope(wanted);
      filter.set_requester(requester);
    });
  };
  CHECK(scope(types::MY_REQUESTS, "alice"));
  CHECK_FALSE(scope(types::MY_REQUESTS, "bob"));
  CHECK(scope(types::REVIEWED, "bob"));
  CHECK_FALSE(scope(types::REVIEWED, "eve"));
  CHECK(scope(types::NEEDS_REVIEW, "eve"));
  CHECK_FALSE(scope(types::NEEDS_REVIEW, "bob"));
  CHECK_FALSE(scope(types::NEEDS_REVIEW, "alice"));
}

TEST_CASE("Go's zero time is none") {
  google::protobuf::Timestamp stamp;
  CHECK_FALSE(ToTime(stamp));
  stamp.set_seconds(kGoZeroSeconds);
  CHECK_FALSE(ToTime(stamp));
  const Time now = Now();
  CHECK(ToTime(ToStamp(now)) == now);
  stamp.set_seconds(253'402'300'799);
  CHECK(*ToTime(stamp) > now);
}

TEST_CASE("a denial is final, and approval is not") {
  auto request = Pending();
  request.mutable_spec()->set_state(types::APPROVED);
  CHECK(CheckNewState(request, types::DENIED));
  CHECK(CheckNewState(request, types::APPROVED));
  CHECK_FALSE(CheckNewState(request, types::PENDING));
  CHECK(CheckNewState(request, types::PROMOTED).error().kind == ErrorKind::kNotImplemented);
  request.mutable_spec()->set_state(types::DENIED);
  CHECK(CheckNewState(request, types::DENIED));
  CHECK_FALSE(CheckNewState(request, types::APPROVED));
}

}  // namespace sallyport
