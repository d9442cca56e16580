// Tests of the pages of lists: each fits into a message, and the pages have all items once.
#include <algorithm>
#include <catch2/catch.hpp>

#include "libresources/kinds.h"
#include "teleport/legacy/client/proto/authservice.pb.h"
#include "teleport/legacy/types/kubernetes.pb.h"
#include "teleport/legacy/types/role.pb.h"
#include "teleport/legacy/types/server.pb.h"
#include "tests/unit/libcluster/auth/auth_fixture.h"

namespace sallyport {
namespace {

constexpr std::size_t kClientLimit = 4 << 20;
constexpr std::size_t kLarge = 300'000;
const std::string kListResources = "/proto.AuthService/ListResources";

void StoreKubeServer(AuthFixture& fixture, const std::string& name, const std::string& description) {
  types::KubernetesServerV3 server = NewResource(*FindKind("kube_server")).as<types::KubernetesServerV3>();
  server.mutable_metadata()->set_name(name);
  server.mutable_metadata()->set_description(description);
  server.mutable_spec()->set_hostid("h");
  server.mutable_spec()->mutable_cluster()->mutable_metadata()->set_name(name);
  BackendTransaction transaction;
  WriteResource(transaction, "kube_server/h", server, WriteMode::kUpsert);
  REQUIRE(fixture.auth().Commit(std::move(transaction)));
}

// Returns the names of all pages; checks that each page fits into a message.
std::vector<std::string> AllUnified(AuthFixture& fixture, proto::ListUnifiedResourcesRequest request) {
  std::vector<std::string> names;
  do {
    const auto page = fixture
                          .Call<proto::ListUnifiedResourcesResponse>(fixture.admin(),
                                                                     "/proto.AuthService/ListUnifiedResources", request)
                          .value();
    CHECK(page.ByteSizeLong() < kClientLimit);
    REQUIRE(page.resources_size() > 0);
    for (const auto& item : page.resources()) {
      names.push_back(item.has_node() ? item.node().spec().hostname() : item.kubernetesserver().metadata().name());
    }
    request.set_startkey(page.nextkey());
  } while (!request.startkey().empty());
  return names;
}

TEST_CASE("a page of large resources still fits into a message") {
  AuthFixture fixture;
  for (int i = 0; i < 40; ++i) {
    types::RoleV6 role = NewResource(*FindKind("role")).as<types::RoleV6>();
    role.mutable_metadata()->set_name(fmt::format("large-{:02}", i));
    role.mutable_metadata()->set_description(std::string(kLarge, 'x'));
    REQUIRE(CheckResource(role));
    BackendTransaction transaction;
    WriteResource(transaction, role, WriteMode::kCreate);
    REQUIRE(fixture.auth().Commit(std::move(transaction)));
  }
  proto::ListRolesRequest request;
  int large = 0;
  do {
    const auto page =
        fixture.Call<proto::ListRolesResponse>(fixture.admin(), "/proto.AuthService/ListRoles", request).value();
    CHECK(page.ByteSizeLong() < kClientLimit);
    for (const auto& role : page.roles()) large += role.metadata().name().starts_with("large-") ? 1 : 0;
    request.set_startkey(page.nextkey());
  } while (!request.startkey().empty());
  CHECK(large == 40);
}

TEST_CASE("pages of reachable resources join without gap or repeat, in either order") {
  AuthFixture fixture;
  std::vector<std::string> expected;
  for (int i = 0; i < 30; ++i) {
    expected.push_back(fmt::format("kube-{:02}", i));
    StoreKubeServer(fixture, expected.back(), std::string(kLarge, 'x'));
  }
  proto::ListUnifiedResourcesRequest request;
  CHECK(AllUnified(fixture, request) == expected);
  request.set_limit(7);
  for (const char* field : {"name", "kind"}) {
    request.mutable_sortby()->set_field(field);
    CHECK(AllUnified(fixture, request) == expected);
  }
  request.mutable_sortby()->set_isdesc(true);
  std::ranges::reverse(expected);
  CHECK(AllUnified(fixture, request) == expected);
  request.mutable_sortby()->set_field("labels");
  const auto refused = fixture.Call<proto::ListUnifiedResourcesResponse>(
      fixture.admin(), "/proto.AuthService/ListUnifiedResources", request);
  CHECK(refused.error().kind == ErrorKind::kNotImplemented);
}

TEST_CASE("pages of several kinds in one order, with more nodes than are read at once") {
  AuthFixture fixture;
  std::vector<std::string> by_name;
  BackendTransaction transaction;
  for (int i = 0; i < 2500; ++i) {
    types::ServerV2 node;
    node.mutable_metadata()->set_name(fmt::format("id-{}", i));
    node.mutable_spec()->set_hostname(fmt::format("host-{:04}", i));
    WriteResource(transaction, node, WriteMode::kUpsert);
    by_name.push_back(node.spec().hostname());
  }
  REQUIRE(fixture.auth().Commit(std::move(transaction)));
  for (const char* name : {"host-0007", "host-1200x", "a", "z"}) {
    StoreKubeServer(fixture, name, "");
    by_name.emplace_back(name);
  }
  std::vector<std::string> by_kind(by_name.end() - 4, by_name.end());
  std::ranges::sort(by_kind);
  by_kind.insert(by_kind.end(), by_name.begin(), by_name.end() - 4);
  std::ranges::sort(by_name);
  proto::ListUnifiedResourcesRequest request;
  for (const int limit : {0, 7, 999}) {
    request.set_limit(limit);
    for (const bool descending : {false, true}) {
      request.mutable_sortby()->set_isdesc(descending);
      request.mutable_sortby()->set_field("name");
      CHECK(AllUnified(fixture, request) == by_name);
      request.mutable_sortby()->set_field("kind");
      CHECK(AllUnified(fixture, request) == by_kind);
      std::ranges::reverse(by_name);
      std::ranges::reverse(by_kind);
    }
  }
  proto::ListResourcesRequest nodes;
  nodes.set_resourcetype("node");
  nodes.set_limit(1);
  nodes.set_needtotalcount(true);
  nodes.set_startkey(fixture.Call<proto::ListResourcesResponse>(fixture.admin(), kListResources, nodes)->nextkey());
  const auto second = fixture.Call<proto::ListResourcesResponse>(fixture.admin(), kListResources, nodes);
  REQUIRE(second);
  CHECK(second->totalcount() == 2500);
  CHECK(second->resources(0).node().spec().hostname() == "host-0001");
  nodes.set_startkey("not one of ours");
  CHECK(fixture.Call<proto::ListResourcesResponse>(fixture.admin(), kListResources, nodes).error().kind ==
        ErrorKind::kBadParameter);
}

}  // namespace
}  // namespace sallyport
