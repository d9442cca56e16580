// Uses libkube with a real API server. tests/e2e/test_libkube.py starts the server and runs each case by its name, with
// the kubeconfig and the address of etcd in the environment.
#include <catch2/catch.hpp>
#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <thread>

#include "libbase/address.h"
#include "libkube/api.h"
#include "libkube/caller.h"
#include "libkube/informer.h"
#include "libkube/lease_lock.h"

namespace sallyport {
namespace {

using namespace std::chrono_literals;
using Type = KubeEvent::Type;

const KubeResource kMaps{"", "v1", "configmaps"};
const KubeResource kDeployments{"apps", "v1", "deployments"};
constexpr const char* kHere = "default";

std::unique_ptr<KubeApi> Connected() {
  auto kubeconfig = LoadKubeconfig(std::getenv("SALLYPORT_KUBECONFIG")).value();
  return KubeApi::Make(std::move(kubeconfig.endpoints.at(0))).value();
}

KubeObjectName Map(const std::string& name) { return {kMaps, kHere, name}; }

Value MapWith(const std::string& name, const std::string& value, const std::string& app = "t") {
  return Value(Value::Map{
      {"apiVersion", "v1"},
      {"kind", "ConfigMap"},
      {"metadata", Value::Map{{"name", name}, {"labels", Value::Map{{"app", app}}}}},
      {"data", Value::Map{{"key", value}}},
  });
}

std::string DataOf(const Value& map) { return map.Find("data")->Find("key")->as_string(); }

TEST_CASE("objects") {
  const auto api = Connected();
  CHECK(api->Get(Map("none")).error().kind == ErrorKind::kNotFound);
  Value created = api->Create({kMaps, kHere}, MapWith("one", "1")).value();
  CHECK(api->Create({kMaps, kHere}, MapWith("one", "1")).error().kind == ErrorKind::kAlreadyExists);
  CHECK(api->Create({kMaps, kHere}, MapWith("No Name", "1")).error().kind == ErrorKind::kBadParameter);
  CHECK(DataOf(api->Get(Map("one")).value()) == "1");

  Value changed = created;
  changed.Find("data")->Set("key", "2");
  changed = api->Update(Map("one"), changed).value();
  CHECK(DataOf(changed) == "2");
  const Error conflict = api->Update(Map("one"), created).error();
  CHECK(conflict.kind == ErrorKind::kCompareFailed);
  CHECK(conflict.message.contains("configmaps \"default/one\""));

  const Value merge(Value::Map{{"data", Value::Map{{"key", "3"}}}});
  CHECK(DataOf(api->Patch(Map("one"), KubePatchType::kMerge, merge).value()) == "3");
  const Value operation(Value::Map{{"op", "replace"}, {"path", "/data/key"}, {"value", "4"}});
  CHECK(DataOf(api->Patch(Map("one"), KubePatchType::kJson, Value(Value::List{operation})).value()) == "4");

  CHECK(api->Delete(Map("one"), {.uid = "00000000-0000-4000-8000-000000000000"}).error().kind ==
        ErrorKind::kCompareFailed);
  CHECK(api->Delete(Map("one"), {.uid = MetadataOf(created, "uid"), .propagation_policy = "Background"}));
  CHECK(api->Delete(Map("one")).error().kind == ErrorKind::kNotFound);
}

TEST_CASE("apply") {
  const auto api = Connected();
  Value wanted = MapWith("applied", "1");
  CHECK(DataOf(api->Apply(Map("applied"), wanted, {"first"}).value()) == "1");
  wanted.Find("data")->Set("key", "2");
  const Error conflict = api->Apply(Map("applied"), wanted, {"second"}).error();
  CHECK(conflict.kind == ErrorKind::kCompareFailed);
  CHECK(conflict.message.contains("first"));
  CHECK(DataOf(api->Apply(Map("applied"), wanted, {"second", true}).value()) == "2");
  wanted.Remove("data");
  CHECK(api->Apply(Map("applied"), wanted, {"second"}).value().Find("data") == nullptr);
  CHECK(api->Apply(Map("applied"), wanted, {""}).error().kind == ErrorKind::kBadParameter);
}

TEST_CASE("finalizers and status") {
  const auto api = Connected();
  const Value labels(Value::Map{{"app", "t"}});
  const Value container(Value::Map{{"name", "c"}, {"image", "example"}});
  const Value pod(Value::Map{{"metadata", Value::Map{{"labels", labels}}},
                             {"spec", Value::Map{{"containers", Value::List{container}}}}});
  const Value deployment(Value::Map{
      {"apiVersion", "apps/v1"},
      {"kind", "Deployment"},
      {"metadata", Value::Map{{"name", "d"}, {"finalizers", Value::List{"example.com/wait"}}}},
      {"spec", Value::Map{{"selector", Value::Map{{"matchLabels", labels}}}, {"template", pod}}},
  });
  const KubeObjectName name{kDeployments, kHere, "d"};
  const Value created = api->Create({kDeployments, kHere}, deployment).value();

  const Value status(Value::Map{{"apiVersion", "apps/v1"},
                                {"kind", "Deployment"},
                                {"status", Value::Map{{"replicas", 7}, {"updatedReplicas", 7}}}});
  const KubeObjectName part{kDeployments, kHere, "d", "status"};
  CHECK(api->Apply(part, status, {"me", true}).value().Find("status")->Find("replicas")->as_int() == 7);
  CHECK(api->Get(part).value().Find("status")->Find("replicas")->as_int() == 7);

  REQUIRE(api->Delete(name));
  const Value ending = api->Get(name).value();
  CHECK_FALSE(MetadataOf(ending, "deletionTimestamp").empty());
  const Value freed(Value::Map{{"metadata", Value::Map{{"finalizers", Value()}}}});
  CHECK(api->Patch(name, KubePatchType::kMerge, freed));
  CHECK(api->Get(name).error().kind == ErrorKind::kNotFound);
}

TEST_CASE("lists and watches") {
  const auto api = Connected();
  for (int i = 0; i < 5; ++i) REQUIRE(api->Create({kMaps, kHere}, MapWith("page-" + std::to_string(i), "x", "pages")));
  const KubeCollection pages{kMaps, kHere, "app=pages"};
  const KubePage first = api->ListPage(pages, {.limit = 2}).value().value();
  CHECK(first.items.size() == 2);
  CHECK_FALSE(first.continue_token.empty());
  const KubePage all = api->ListAll(pages).value();
  CHECK(all.items.size() == 5);
  CHECK(api->ListAll({kMaps, "", "app=pages", "metadata.name=page-3"}).value().items.size() == 1);

  const auto watch = api->Watch(pages, {all.resource_version, 600s}).value();
  CHECK_FALSE(watch->Next({.time = 50ms}));
  REQUIRE(api->Create({kMaps, kHere}, MapWith("page-5", std::string(200'000, 'x'), "pages")));
  REQUIRE(api->Create({kMaps, kHere}, MapWith("other", "x", "other")));
  REQUIRE(api->Apply(Map("page-0"), MapWith("page-0", "y", "pages"), {"me", true}));
  REQUIRE(api->Delete(Map("page-1")));
  const std::vector<std::pair<Type, std::string>> expected{
      {Type::kAdded, "page-5"}, {Type::kModified, "page-0"}, {Type::kDeleted, "page-1"}};
  for (const auto& [type, name] : expected) {
    const KubeEvent event = watch->Next({}).value();
    CHECK(event.type == type);
    CHECK(MetadataOf(event.object, "name") == name);
  }

  const auto brief = api->Watch(pages, {all.resource_version, 1s}).value();
  Type last = Type::kAdded;
  while (last != Type::kEnded) last = brief->Next({}).value().type;
}

// Has etcd forget what was before a revision.
Status Compact(const std::string& revision) {
  KubeEndpoint etcd;
  ASSIGN_OR_RETURN(const HostPort address, ParseHostPort(std::getenv("SALLYPORT_ETCD"), 0));
  etcd.host = address.host;
  etcd.port = address.port;
  etcd.use_tls = false;
  KubeCaller caller(std::move(etcd), {});
  ApiRequest request;
  request.method = "POST";
  request.target = "/v3/kv/compaction";
  request.asked = "compact";
  request.content_type = "application/json";
  request.body = Secret(fmt::format(R"({{"revision":"{}","physical":true}})", revision));
  const auto answer = caller.Call(request, 1000, CallWait(CallLimits{}));
  return answer ? Status() : std::unexpected(answer.error());
}

TEST_CASE("a state that etcd has compacted is gone") {
  const auto api = Connected();
  // Of events the server keeps no history beside that of etcd.
  const KubeResource events{"", "v1", "events"};
  for (int i = 0; i < 3; ++i) {
    const Value object(Value::Map{
        {"apiVersion", "v1"},
        {"kind", "Event"},
        {"metadata", Value::Map{{"name", "old-" + std::to_string(i)}, {"labels", Value::Map{{"app", "old"}}}}},
        {"involvedObject", Value::Map{{"kind", "Pod"}, {"namespace", kHere}, {"name", "x"}}}});
    REQUIRE(api->Create({events, kHere}, object));
  }
  const KubeCollection old{events, kHere, "app=old"};
  const KubePage page = api->ListPage(old, {.limit = 1}).value().value();
  REQUIRE_FALSE(page.continue_token.empty());
  REQUIRE(api->Delete({events, kHere, "old-0"}));
  REQUIRE(Compact(api->ListAll(old).value().resource_version));

  CHECK_FALSE(api->ListPage(old, {.limit = 1, .continue_token = page.continue_token}).value());
  const auto event = api->Watch(old, {"1", 60s}).value()->Next({});
  INFO((event ? "" : event.error().message));
  CHECK((event && event->type == Type::kGone));
  CHECK(api->ListAll(old).value().items.size() == 2);
}

TEST_CASE("an informer follows") {
  const auto api = Connected();
  std::mutex mutex;
  std::condition_variable changed;
  std::map<std::string, std::string> known;
  const KubeInformerHandlers handlers{[&](const Value& object) {
                                        const std::lock_guard lock(mutex);
                                        known[MetadataOf(object, "name")] = DataOf(object);
                                        changed.notify_all();
                                      },
                                      [&](const KubeObjectId& id) {
                                        const std::lock_guard lock(mutex);
                                        known.erase(id.name);
                                        changed.notify_all();
                                      },
                                      {}};
  const auto wait_for = [&](const std::map<std::string, std::string>& wanted) {
    std::unique_lock lock(mutex);
    return changed.wait_for(lock, 20s, [&] { return known == wanted; });
  };
  REQUIRE(api->Create({kMaps, kHere}, MapWith("i-1", "1", "informed")));
  KubeInformer informer(*api, {kMaps, kHere, "app=informed"}, handlers, {.watch_time = 1s});  // of many watches
  StopSignal stop;
  std::thread thread([&] { informer.Run(stop); });
  CHECK(wait_for({{"i-1", "1"}}));
  for (int i = 2; i < 30; ++i) {
    CHECK(api->Apply(Map("i-1"), MapWith("i-1", std::to_string(i), "informed"), {"me", true}));
    CHECK(wait_for({{"i-1", std::to_string(i)}}));
    std::this_thread::sleep_for(100ms);  // the changes fall into several watches
  }
  CHECK(api->Create({kMaps, kHere}, MapWith("i-2", "1", "informed")));
  CHECK(wait_for({{"i-1", "29"}, {"i-2", "1"}}));
  CHECK(api->Delete(Map("i-1")));
  CHECK(wait_for({{"i-2", "1"}}));
  stop.Stop();
  thread.join();
}

TEST_CASE("two candidates, one leader") {
  const auto api = Connected();
  LeaseOptions options{kHere, "leader", "one"};
  options.duration = 2s;
  options.renew_deadline = 1500ms;
  options.retry_period = 200ms;
  LeaseLock one = LeaseLock::Make(*api, options).value();
  options.identity = "two";
  LeaseLock two = LeaseLock::Make(*api, options).value();
  std::atomic<int> leaders = 0;
  std::atomic<bool> two_led = false;
  StopSignal stop_one;
  StopSignal stop_two;

  std::atomic<bool> one_leads = false;
  std::atomic<int> most = 0;
  Status first_ran;
  Status second_ran;
  std::thread first([&] {
    first_ran = one.Run(stop_one, [&](const StopSignal& end) {
      most = std::max<int>(most, ++leaders);
      one_leads = true;
      PauseUnlessStopped(60s, end);
      --leaders;
    });
  });
  while (!one_leads) std::this_thread::sleep_for(1ms);
  std::thread second([&] {
    second_ran = two.Run(stop_two, [&](const StopSignal& end) {
      most = std::max<int>(most, ++leaders);
      two_led = true;
      PauseUnlessStopped(60s, end);
      --leaders;
    });
  });
  std::this_thread::sleep_for(3s);  // longer than the duration: the first renews
  CHECK_FALSE(two_led);
  stop_one.Stop();
  first.join();
  const auto released = std::chrono::steady_clock::now();
  while (!two_led && std::chrono::steady_clock::now() < released + 20s) std::this_thread::sleep_for(1ms);
  CHECK(two_led);
  CHECK(std::chrono::steady_clock::now() - released < 1500ms);  // it was given, not waited for
  stop_two.Stop();
  second.join();
  CHECK(first_ran);
  CHECK(second_ran);
  CHECK(most == 1);
  const Value lease = api->Get({{"coordination.k8s.io", "v1", "leases"}, kHere, "leader"}).value();
  CHECK(ReadLease(lease).transitions == 1);
  CHECK(ReadLease(lease).holder.empty());
}

TEST_CASE("a token that the server does not know") {
  auto kubeconfig = LoadKubeconfig(std::getenv("SALLYPORT_KUBECONFIG")).value();
  KubeEndpoint endpoint = std::move(kubeconfig.endpoints.at(0));
  endpoint.bearer_token = Secret("nobody");
  const auto api = KubeApi::Make(std::move(endpoint)).value();
  CHECK(api->Get(Map("x")).error().kind == ErrorKind::kNotLoggedIn);
}

}  // namespace
}  // namespace sallyport
