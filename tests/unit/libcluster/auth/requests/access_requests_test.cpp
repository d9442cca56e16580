// Tests of access requests through the method table: rights to create, see, decide and review, and the certificates.
#include "libcluster/auth/requests/access_requests.h"
#include "libresources/kinds.h"
#include "libresources/kinds/metadata.h"

#include <google/protobuf/empty.pb.h>

#include <thread>

#include "libbase/json.h"
#include "libbase/test_clock.h"
#include "libcluster/auth/requests/expiry.h"
#include "libidentity/x509.h"
#include "libresources/kinds/access_request.h"
#include "teleport/legacy/client/proto/access_requests.pb.h"
#include "teleport/legacy/client/proto/authservice.pb.h"
#include "teleport/legacy/client/proto/certs.pb.h"
#include "teleport/legacy/types/access_request.pb.h"
#include "teleport/legacy/types/kubernetes.pb.h"
#include "teleport/legacy/types/lock.pb.h"
#include "teleport/legacy/types/resources.pb.h"
#include "tests/unit/libcluster/auth/auth_fixture.h"

namespace sallyport {
namespace {

using google::protobuf::Empty;
using Names = std::vector<std::string>;
using std::chrono::hours;

constexpr const char* kYaml = R"(
kind: role
version: v7
metadata: {name: base}
spec: {allow: {logins: [root], request: {roles: [dev, prod], search_as_roles: [kube]}}}
---
kind: role
version: v7
metadata: {name: dev}
spec: {options: {max_session_ttl: 1h}, allow: {kubernetes_groups: [dev], kubernetes_labels: {'*': '*'}}}
---
kind: role
version: v7
metadata: {name: prod}
spec: {allow: {kubernetes_groups: [prod], kubernetes_labels: {'*': '*'}}}
---
kind: role
version: v7
metadata: {name: kube}
spec: {allow: {kubernetes_groups: [kube], kubernetes_labels: {env: dev}}}
---
kind: role
version: v7
metadata: {name: reviewer}
spec: {allow: {review_requests: {roles: [dev]}}}
---
kind: role
version: v7
metadata: {name: manager}
spec: {allow: {rules: [{resources: [access_request], verbs: ['*']}]}}
---
kind: role
version: v7
metadata: {name: forbidden}
spec: {deny: {rules: [{resources: [access_request], verbs: ['*']}]}}
---
kind: user
version: v2
metadata: {name: ann}
spec: {roles: [base]}
---
kind: user
version: v2
metadata: {name: abe}
spec: {roles: [base]}
---
kind: user
version: v2
metadata: {name: fay}
spec: {roles: [base, forbidden]}
---
kind: user
version: v2
metadata: {name: rob}
spec: {roles: [reviewer, base]}
---
kind: user
version: v2
metadata: {name: max}
spec: {roles: [manager, base]}
)";

class Requests : public AuthFixture {
 public:
  Requests() { Store(kYaml); }

  Result<types::AccessRequestV3> Create(const Caller& by, const std::string& user, const Names& roles) {
    types::AccessRequestV3 request;
    request.mutable_spec()->set_user(user);
    for (const auto& role : roles) request.mutable_spec()->add_roles(role);
    return Call<types::AccessRequestV3>(by, "/proto.AuthService/CreateAccessRequestV2", request);
  }
  std::string CreateAs(const std::string& user, const Names& roles) {
    return Create(UserCaller(*this, user), user, roles).value().metadata().name();
  }

  Status Set(const Caller& by, const std::string& id, types::RequestState state) {
    proto::RequestStateSetter setter;
    setter.set_id(id);
    setter.set_state(state);
    RETURN_IF_ERROR(Call<Empty>(by, "/proto.AuthService/SetAccessRequestState", setter));
    return {};
  }

  Result<types::AccessRequestV3> Review(const Caller& by, const std::string& id, types::RequestState state,
                                        const std::string& author = "") {
    types::AccessReviewSubmission submission;
    submission.set_requestid(id);
    submission.mutable_review()->set_author(author);
    submission.mutable_review()->set_proposedstate(state);
    return Call<types::AccessRequestV3>(by, "/proto.AuthService/SubmitAccessReview", submission);
  }

  Result<Names> List(const std::string& user, const proto::ListAccessRequestsRequest& query = {}) {
    ASSIGN_OR_RETURN(const auto page, (Call<proto::ListAccessRequestsResponse>(
                                          UserCaller(*this, user), "/proto.AuthService/ListAccessRequests", query)));
    Names ids;
    for (const auto& request : page.accessrequests()) ids.push_back(request.metadata().name());
    return ids;
  }

  Result<Identity> Renew(const Caller& by, const Names& requests, const Names& drop = {}) {
    proto::UserCertsRequest request;
    request.set_username(by.identity.username);
    request.set_tlspublickey(GeneratePrivateKey(KeyAlgorithm::kEcdsaP256)->public_key().ToPem());
    *request.mutable_expires() = ToStamp(Now() + hours(24));
    for (const auto& id : requests) request.add_accessrequests(id);
    for (const auto& id : drop) request.add_dropaccessrequests(id);
    ASSIGN_OR_RETURN(const auto certs, (Call<proto::Certs>(by, "/proto.AuthService/GenerateUserCerts", request)));
    ASSIGN_OR_RETURN(const Certificate certificate, Certificate::FromPem(certs.tls()));
    ASSIGN_OR_RETURN(Identity identity, certificate.ToIdentity());
    std::ranges::sort(identity.groups);
    return identity;
  }

  // Returns the caller of a certificate with this identity.
  Caller With(const Identity& identity) {
    Caller caller = UserCaller(*this, identity.username);
    caller.identity = identity;
    return caller;
  }

  void AddKubeServer(const std::string& name, const std::string& env) {
    types::KubernetesServerV3 server;
    server.mutable_metadata()->set_name(name);
    auto& metadata = *server.mutable_spec()->mutable_cluster()->mutable_metadata();
    metadata.set_name(name);
    (*metadata.mutable_labels())["env"] = env;
    BackendTransaction transaction;
    WriteResource(transaction, "kube_server", server, WriteMode::kUpsert);
    REQUIRE(auth().Commit(std::move(transaction)));
  }

  Names KubeClusters(const Caller& by, bool search) {
    proto::ListResourcesRequest request;
    request.set_resourcetype("kube_server");
    request.set_usesearchasroles(search);
    Names names;
    const auto answer = Call<proto::ListResourcesResponse>(by, "/proto.AuthService/ListResources", request).value();
    for (const auto& item : answer.resources()) names.push_back(item.kubernetesserver().metadata().name());
    return names;
  }
};

ErrorKind KindOf(const auto& result) { return result ? ErrorKind::kInterrupted : result.error().kind; }

}  // namespace

TEST_CASE("people ask for themselves, and with a right for others") {
  Requests requests;
  const auto made = requests.Create(UserCaller(requests, "ann"), "ann", {"dev"}).value();
  CHECK(made.metadata().name()[14] == '7');
  CHECK(made.spec().state() == types::PENDING);
  CHECK(KindOf(requests.Create(UserCaller(requests, "ann"), "abe", {"dev"})) == ErrorKind::kAccessDenied);
  CHECK(KindOf(requests.Create(UserCaller(requests, "fay"), "fay", {"dev"})) == ErrorKind::kAccessDenied);
  CHECK(KindOf(requests.Create(UserCaller(requests, "ann"), "ann", {"manager"})) == ErrorKind::kBadParameter);
  CHECK(requests.Create(UserCaller(requests, "max"), "ann", {"prod"}));
  CHECK(requests.Create(requests.admin(), "ann", {"*"}).value().spec().roles_size() == 2);
  CHECK(KindOf(requests.Create(requests.admin(), "nobody", {"*"})) == ErrorKind::kNotFound);
  CHECK(requests.Events("access_request.create") == 3);
}

TEST_CASE("a rehearsed request is stored nowhere") {
  Requests requests;
  types::AccessRequestV3 request;
  request.mutable_spec()->set_user("ann");
  request.mutable_spec()->add_roles("dev");
  request.mutable_spec()->set_dryrun(true);
  CHECK(requests.Call<types::AccessRequestV3>(UserCaller(requests, "ann"), "/proto.AuthService/CreateAccessRequestV2",
                                              request));
  CHECK(requests.List("ann").value().empty());
  CHECK(requests.Events("access_request.create") == 0);
}

TEST_CASE("fields of decisions are ignored in a new request") {
  Requests requests;
  types::AccessRequestV3 request;
  request.mutable_spec()->set_user("ann");
  request.mutable_spec()->add_roles("dev");
  request.mutable_spec()->add_reviews()->set_proposedstate(types::APPROVED);
  request.mutable_spec()->add_thresholds()->set_approve(1);
  (*request.mutable_spec()->mutable_rolethresholdmapping())["dev"];
  (*request.mutable_spec()->mutable_systemannotations()->mutable_values())["team"].add_values("red");
  const auto made = requests.Call<types::AccessRequestV3>(UserCaller(requests, "ann"),
                                                          "/proto.AuthService/CreateAccessRequestV2", request);
  REQUIRE(made);
  CHECK(made->spec().reviews().empty());
  CHECK(made->spec().systemannotations().values().empty());
  CHECK(made->spec().thresholds(0).name() == "default");
  CHECK(made->spec().rolethresholdmapping().at("dev").sets_size() == 1);
  request.mutable_spec()->set_state(types::APPROVED);
  CHECK_FALSE(
      requests.Call<types::AccessRequestV3>(requests.admin(), "/proto.AuthService/CreateAccessRequestV2", request));
}

TEST_CASE("everybody sees their own requests and those they may review, a manager all") {
  Requests requests;
  const std::string ann = requests.CreateAs("ann", {"dev"});
  const std::string abe = requests.CreateAs("abe", {"prod"});
  CHECK(requests.List("ann").value() == Names{ann});
  CHECK(requests.List("abe").value() == Names{abe});
  CHECK(requests.List("rob").value() == Names{ann});
  CHECK(requests.List("max").value() == Names{ann, abe});
  CHECK(KindOf(requests.List("fay")) == ErrorKind::kAccessDenied);
  proto::ListAccessRequestsRequest query;
  query.mutable_filter()->set_id(abe);
  CHECK(requests.List("ann", query).value().empty());
  CHECK(requests.List("max", query).value() == Names{abe});
  query.Clear();
  query.set_descending(true);
  query.set_sort(proto::CREATED);
  CHECK(requests.List("max", query).value() == Names{abe, ann});
  query.mutable_filter()->set_requester("ann");
  query.mutable_filter()->set_scope(types::MY_REQUESTS);
  CHECK(requests.List("max", query).value().empty());
}

TEST_CASE("lists come in pages that join") {
  Requests requests;
  Names all;
  for (int i = 0; i < 5; ++i) all.push_back(requests.CreateAs("ann", {"dev"}));
  for (const bool descending : {false, true}) {
    proto::ListAccessRequestsRequest query;
    query.set_sort(proto::USER);
    query.set_descending(descending);
    query.set_limit(2);
    Names seen;
    do {
      const auto page =
          requests
              .Call<proto::ListAccessRequestsResponse>(requests.admin(), "/proto.AuthService/ListAccessRequests", query)
              .value();
      CHECK(page.accessrequests_size() <= 2);
      for (const auto& request : page.accessrequests()) seen.push_back(request.metadata().name());
      query.set_startkey(page.nextkey());
    } while (!query.startkey().empty());
    Names wanted = all;
    std::ranges::sort(wanted);
    if (descending) std::ranges::reverse(wanted);
    CHECK(seen == wanted);
  }
}

TEST_CASE("a decision needs the right, and is never about one's own request") {
  Requests requests;
  const std::string id = requests.CreateAs("ann", {"dev"});
  CHECK(KindOf(requests.Set(UserCaller(requests, "ann"), id, types::APPROVED)) == ErrorKind::kAccessDenied);
  CHECK(KindOf(requests.Set(UserCaller(requests, "rob"), id, types::APPROVED)) == ErrorKind::kAccessDenied);
  const std::string own = requests.CreateAs("max", {"dev"});
  CHECK(KindOf(requests.Set(UserCaller(requests, "max"), own, types::APPROVED)) == ErrorKind::kAccessDenied);
  Caller elevated = UserCaller(requests, "max");
  elevated.identity.active_requests = {own};
  CHECK(KindOf(requests.Set(elevated, id, types::APPROVED)) == ErrorKind::kAccessDenied);
  CHECK(requests.Set(UserCaller(requests, "max"), id, types::APPROVED));
  CHECK(requests.Set(UserCaller(requests, "max"), id, types::DENIED));
  CHECK(KindOf(requests.Set(UserCaller(requests, "max"), id, types::APPROVED)) == ErrorKind::kBadParameter);
  CHECK(KindOf(requests.Set(requests.admin(), "no-such-request", types::APPROVED)) == ErrorKind::kNotFound);
  CHECK(requests.Events("access_request.update") == 2);
}

TEST_CASE("reviews are one's own, and of what one may review") {
  Requests requests;
  const std::string id = requests.CreateAs("ann", {"dev"});
  CHECK(KindOf(requests.Review(UserCaller(requests, "ann"), id, types::APPROVED)) == ErrorKind::kAccessDenied);
  CHECK(KindOf(requests.Review(UserCaller(requests, "ann"), id, types::APPROVED, "rob")) == ErrorKind::kAccessDenied);
  CHECK(KindOf(requests.Review(UserCaller(requests, "max"), id, types::APPROVED)) == ErrorKind::kAccessDenied);
  const std::string own = requests.CreateAs("rob", {"dev"});
  CHECK(KindOf(requests.Review(UserCaller(requests, "rob"), own, types::APPROVED)) == ErrorKind::kAccessDenied);
  CHECK(KindOf(requests.Review(requests.admin(), own, types::APPROVED, "rob")) == ErrorKind::kAccessDenied);
  const std::string prod = requests.CreateAs("ann", {"dev", "prod"});
  CHECK(KindOf(requests.Review(UserCaller(requests, "rob"), prod, types::APPROVED)) == ErrorKind::kAccessDenied);
  CHECK(requests.Review(UserCaller(requests, "rob"), id, types::APPROVED).value().spec().state() == types::APPROVED);
  CHECK(requests.Events("access_request.review") == 1);
}

TEST_CASE("a request that is over goes, and the log says so once") {
  Requests requests;
  const std::string stays = requests.CreateAs("ann", {"dev"});
  const std::string id = requests.CreateAs("ann", {"dev"});
  auto request = GetResource<types::AccessRequestV3>(requests.auth().backend(), id).value();
  *request.mutable_spec()->mutable_resourceexpiry() = ToStamp(Now() - std::chrono::minutes(1));
  BackendTransaction transaction;
  transaction.Put(ResourceKey("access_request", id), request.SerializeAsString(), ExpiresOf(request));
  REQUIRE(requests.auth().Commit(std::move(transaction)));
  CHECK(requests.List("max").value() == Names{stays});
  CHECK(RemoveExpired(requests.auth()).value() == 1);
  CHECK(RemoveExpired(requests.auth()).value() == 0);
  const auto events = requests.auth().backend().Events({Time::min(), Time::max(), {"access_request.expire"}}).value();
  REQUIRE(events.size() == 1);
  const Value event = ParseJson(events.front().second.json).value();
  CHECK(event.Find("code")->as_string() == "T5005I");
  CHECK(event.Find("id")->as_string() == id);
  CHECK(event.Find("expires")->as_string() == FormatTime(*ToTime(request.spec().expires())));
  CHECK(event.Find("expiry")->as_string() == FormatTime(*ToTime(request.spec().resourceexpiry())));
  CHECK(requests.List("max").value() == Names{stays});
}

TEST_CASE("reviews that come at the same time all count") {
  Requests requests;
  requests.Store(R"(
kind: role
version: v7
metadata: {name: base}
spec: {allow: {logins: [root], request: {roles: [dev], thresholds: [{approve: 4, deny: 4}]}}}
)");
  Names users;
  for (int i = 0; i < 4; ++i) {
    users.push_back(fmt::format("r{}", i));
    requests.Store(
        fmt::format("kind: user\nversion: v2\nmetadata: {{name: {}}}\nspec: {{roles: [reviewer]}}\n", users.back()));
  }
  const std::string id = requests.CreateAs("ann", {"dev"});
  std::vector<std::thread> threads;
  for (const auto& user : users) {
    threads.emplace_back([&, caller = UserCaller(requests, user)] {
      types::AccessReviewSubmission submission;
      submission.set_requestid(id);
      submission.mutable_review()->set_proposedstate(types::APPROVED);
      std::ignore = SubmitAccessReview(requests.auth(), caller, submission);
    });
  }
  for (auto& thread : threads) thread.join();
  const auto request = GetResource<types::AccessRequestV3>(requests.auth().backend(), id).value();
  CHECK(request.spec().reviews_size() == 4);
  CHECK(request.spec().state() == types::APPROVED);
}

TEST_CASE("an approved request gives its roles until it ends, and back") {
  Requests requests;
  const Caller ann = UserCaller(requests, "ann");
  const std::string id = requests.CreateAs("ann", {"dev"});
  CHECK(KindOf(requests.Renew(ann, {id})) == ErrorKind::kAccessDenied);
  REQUIRE(requests.Set(requests.admin(), id, types::APPROVED));
  const Identity identity = requests.Renew(ann, {id, id}).value();
  CHECK(identity.groups == Names{"base", "dev"});
  CHECK(identity.active_requests == Names{id});
  CHECK(identity.kubernetes_groups == Names{"dev"});
  CHECK(identity.expires <= Now() + hours(1));
  // The next renewal keeps the request without naming it.
  const Caller elevated = requests.With(identity);
  CHECK(requests.Renew(elevated, {}).value().active_requests == Names{id});
  CHECK(requests.Renew(elevated, {}, {"other"}).value().groups == Names{"base", "dev"});
  for (const auto* dropped : {id.c_str(), "*"}) {
    const Identity back = requests.Renew(elevated, {}, {dropped}).value();
    CHECK(back.groups == Names{"base"});
    CHECK(back.active_requests.empty());
  }
  // A renewal refuses the request of another user, a role that is no longer requestable, and a denied request.
  CHECK(KindOf(requests.Renew(UserCaller(requests, "abe"), {id})) == ErrorKind::kNotFound);
  requests.Store("kind: role\nversion: v7\nmetadata: {name: base}\nspec: {allow: {logins: [root]}}\n");
  CHECK(KindOf(requests.Renew(ann, {id})) == ErrorKind::kBadParameter);
  requests.Store(kYaml);
  REQUIRE(requests.Set(requests.admin(), id, types::DENIED));
  CHECK(KindOf(requests.Renew(elevated, {})) == ErrorKind::kAccessDenied);
}

TEST_CASE("a request that starts later is used later; one that is over, never") {
  Requests requests;
  const Caller ann = UserCaller(requests, "ann");
  types::AccessRequestV3 wanted;
  wanted.mutable_spec()->set_user("ann");
  wanted.mutable_spec()->add_roles("dev");
  *wanted.mutable_spec()->mutable_assumestarttime() = ToStamp(Now() + std::chrono::minutes(30));
  const auto later =
      requests.Call<types::AccessRequestV3>(ann, "/proto.AuthService/CreateAccessRequestV2", wanted).value();
  REQUIRE(requests.Set(requests.admin(), later.metadata().name(), types::APPROVED));
  CHECK(KindOf(requests.Renew(ann, {later.metadata().name()})) == ErrorKind::kBadParameter);

  wanted.mutable_spec()->clear_assumestarttime();
  *wanted.mutable_spec()->mutable_resourceexpiry() = ToStamp(Now() + std::chrono::minutes(5));
  const auto brief =
      requests.Call<types::AccessRequestV3>(ann, "/proto.AuthService/CreateAccessRequestV2", wanted).value();
  TestClock clock;
  clock.Advance(std::chrono::minutes(5));
  CHECK(KindOf(requests.Set(requests.admin(), brief.metadata().name(), types::APPROVED)) == ErrorKind::kNotFound);
}

TEST_CASE("a lock on a request locks the certificates that use it") {
  Requests requests;
  const Caller ann = UserCaller(requests, "ann");
  const std::string id = requests.CreateAs("ann", {"dev"});
  REQUIRE(requests.Set(requests.admin(), id, types::APPROVED));
  Identity identity = requests.Renew(ann, {id}).value();
  types::LockV2 lock;
  lock.mutable_metadata()->set_name("l");
  lock.mutable_spec()->mutable_target()->set_accessrequest(id);
  REQUIRE(requests.Call<Empty>(requests.admin(), "/proto.AuthService/UpsertLock", lock));
  CHECK(KindOf(requests.auth().locks().Check(identity)) == ErrorKind::kAccessDenied);
  CHECK(KindOf(requests.Renew(ann, {id})) == ErrorKind::kAccessDenied);
  CHECK(requests.Renew(ann, {}));
}

TEST_CASE("a request for a cluster reaches that cluster alone") {
  Requests requests;
  requests.AddKubeServer("one", "dev");
  requests.AddKubeServer("two", "dev");
  requests.AddKubeServer("three", "prod");
  const Caller ann = UserCaller(requests, "ann");
  CHECK(requests.KubeClusters(ann, false).empty());
  CHECK(requests.KubeClusters(ann, true) == Names{"one", "two"});
  CHECK(requests.Events("access_request.search") == 1);
  const auto ask = [&](const std::string& resource) {
    types::AccessRequestV3 wanted;
    wanted.mutable_spec()->set_user("ann");
    *wanted.mutable_spec()->add_requestedresourceids() = ParseResourceId(resource).value();
    return requests.Call<types::AccessRequestV3>(ann, "/proto.AuthService/CreateAccessRequestV2", wanted);
  };
  CHECK(KindOf(ask("/ex.com/kube_cluster/three")) == ErrorKind::kBadParameter);
  CHECK(KindOf(ask("/ex.com/kube_cluster/none")) == ErrorKind::kBadParameter);
  CHECK(KindOf(ask("/other.com/kube_cluster/one")) == ErrorKind::kNotFound);
  CHECK(KindOf(ask("/ex.com/kube:ns:pods/one/default/x")) == ErrorKind::kNotImplemented);
  const auto made = ask("/ex.com/kube_cluster/one").value();
  CHECK(made.spec().roles(0) == "kube");
  REQUIRE(requests.Set(requests.admin(), made.metadata().name(), types::APPROVED));
  const Identity identity = requests.Renew(ann, {made.metadata().name()}).value();
  CHECK(identity.allowed_resources == Names{"/ex.com/kube_cluster/one"});
  Caller elevated = requests.With(identity);
  const auto role = GetResource<types::RoleV6>(requests.auth().backend(), "kube").value();
  elevated.access = std::make_shared<const AccessChecker>("ann", TraitMap{},
                                                          std::vector{std::make_shared<const types::RoleV6>(role)});
  CHECK(requests.KubeClusters(elevated, false) == Names{"one"});
  const auto second = ask("/ex.com/kube_cluster/two").value();
  REQUIRE(requests.Set(requests.admin(), second.metadata().name(), types::APPROVED));
  CHECK(KindOf(requests.Renew(elevated, {second.metadata().name()})) == ErrorKind::kBadParameter);
}

TEST_CASE("capabilities are one's own, or those of others with the rights to read them") {
  Requests requests;
  types::AccessCapabilitiesRequest query;
  query.set_requestableroles(true);
  const auto of = [&](const Caller& by, const std::string& user) {
    query.set_user(user);
    return requests.Call<types::AccessCapabilities>(by, "/proto.AuthService/GetAccessCapabilities", query);
  };
  const auto own = of(UserCaller(requests, "ann"), "").value();
  CHECK(Names(own.requestableroles().begin(), own.requestableroles().end()) == Names{"dev", "prod"});
  CHECK_FALSE(own.requirereason());
  CHECK(KindOf(of(UserCaller(requests, "ann"), "abe")) == ErrorKind::kAccessDenied);
  CHECK(of(requests.admin(), "abe").value().requestableroles_size() == 2);
}

TEST_CASE("requests are deleted with the right to do so") {
  Requests requests;
  proto::RequestID request;
  request.set_id(requests.CreateAs("ann", {"dev"}));
  const auto remove = [&](const Caller& by) {
    return requests.Call<Empty>(by, "/proto.AuthService/DeleteAccessRequest", request);
  };
  CHECK(KindOf(remove(UserCaller(requests, "ann"))) == ErrorKind::kAccessDenied);
  CHECK(remove(UserCaller(requests, "max")));
  CHECK(KindOf(remove(UserCaller(requests, "max"))) == ErrorKind::kNotFound);
  CHECK(requests.Events("access_request.delete") == 1);
}

}  // namespace sallyport
