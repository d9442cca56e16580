#include "libmachine/operator/custom_reconciler.h"

#include <catch2/catch.hpp>

#include <map>

#include "libbase/value_fields.h"
#include "libbase/yaml.h"
#include "libresources/difference.h"
#include "libresources/kinds.h"
#include "libresources/kinds/metadata.h"

namespace sallyport {
namespace {

// A kill is told by an error of this kind from a call: the pass does nothing more that has an effect.
constexpr ErrorKind kKilled = ErrorKind::kInterrupted;

// Counts the calls with an effect and ends the process before or after one of them.
struct Kill {
  int at = -1;         // the number of the call; -1: no kill
  bool after = false;  // the call has its effect
  int calls = 0;
  bool dead = false;

  // Does a change, unless the process was killed before.
  Status Do(const std::function<void()>& change) {
    if (dead) return Fail(kKilled, "killed");
    const bool now = calls++ == at;
    dead = now;
    if (!now || after) change();
    return now ? Status(Fail(kKilled, "killed")) : Status();
  }
};

class FakeApi : public CustomApi {
 public:
  explicit FakeApi(Kill& kill) : kill_(kill) {}

  Result<std::optional<Value>> Get(const CustomKind& kind, const std::string& name) override {
    if (kill_.dead) return Fail(kKilled, "killed");
    ++reads;
    const auto found = objects.find({std::string(kind.kind), name});
    if (found == objects.end()) return std::optional<Value>();
    return std::optional<Value>(found->second);
  }

  Result<Value> SetFinalizers(const CustomKind& kind, const CustomMetadata& object,
                              const std::vector<std::string>& finalizers) override {
    if (conflicts-- > 0) return Fail(ErrorKind::kCompareFailed, "the object was changed");
    const std::string& name = object.name;
    const auto found = objects.find({std::string(kind.kind), name});
    if (found == objects.end()) return Fail(ErrorKind::kNotFound, "gone");
    RETURN_IF_ERROR(kill_.Do([&] {
      Value& metadata = *found->second.Find("metadata");
      metadata.Set("finalizers", Value::Strings(finalizers));
      if (finalizers.empty() && metadata.Find("deletionTimestamp") != nullptr) objects.erase(found);
    }));
    const auto now = objects.find({std::string(kind.kind), name});
    return now == objects.end() ? Value::EmptyMap() : now->second;
  }

  Status SetStatus(const CustomKind& kind, const CustomMetadata& object, const Value& status) override {
    return kill_.Do([&] {
      ++status_writes;
      objects.at({std::string(kind.kind), object.name}).Set("status", status);
    });
  }

  Result<Value> GetSecret(const std::string& name) override {
    const auto found = secrets.find(name);
    if (found == secrets.end()) return Fail(ErrorKind::kNotFound, "secrets \"{}\" not found", name);
    return found->second;
  }

  std::map<std::pair<std::string, std::string>, Value> objects;
  std::map<std::string, Value> secrets;
  int conflicts = 0;
  int reads = 0;
  int status_writes = 0;

 private:
  Kill& kill_;
};

class FakeCluster : public OperatorCluster {
 public:
  explicit FakeCluster(Kill& kill) : kill_(kill) {}
  using Key = std::pair<std::string, std::string>;

  Result<std::optional<StoredResource>> Find(const KindRow& kind, const std::string& name, std::string_view) override {
    if (kill_.dead) return Fail(kKilled, "killed");
    const auto found = resources.find(Key(kind.kind, name));
    if (found == resources.end()) return std::optional<StoredResource>();
    return StoredResource{found->second, shows_all};
  }
  Status Create(const Resource& resource) override { return Put(resource); }
  Status Update(const Resource& resource) override { return Put(resource); }
  Status Remove(const KindRow& kind, const std::string& name) override {
    if (!refusal.empty()) return Fail(ErrorKind::kInternal, "{}", refusal);
    return kill_.Do([&] { resources.erase(Key(kind.kind, name)); });
  }

  const Resource* At(const std::string& kind, const std::string& name) const {
    const auto found = resources.find(Key(kind, name));
    return found == resources.end() ? nullptr : &found->second;
  }

  std::map<Key, Resource> resources;
  std::string refusal;
  bool shows_all = true;
  int writes = 0;

 private:
  Status Put(const Resource& resource) {
    if (!refusal.empty()) return Fail(ErrorKind::kInternal, "{}", refusal);
    return kill_.Do([&] {
      ++writes;
      Resource copy{resource.kind, std::shared_ptr<google::protobuf::Message>(resource.message->New())};
      copy.message->CopyFrom(*resource.message);
      SetRevision(*copy.message, fmt::format("r{}", writes));
      resources[Key(resource.kind->kind, NameOf(*resource.message))] = std::move(copy);
    });
  }

  Kill& kill_;
};

Value Yaml(std::string_view text) { return ParseYaml(text, "test").value().front(); }

// Both sides, which outlive the operators that are killed.
struct Sides {
  Kill kill;
  FakeApi api{kill};
  FakeCluster cluster{kill};
  std::string own_role = "bot-operator";

  // Adds an object; `text` is its metadata beside the name, and its spec.
  void Add(std::string_view kind, const std::string& name, std::string_view text) {
    Value object = Yaml(text);
    Value* metadata = object.Find("metadata");
    if (metadata == nullptr) metadata = &object.Set("metadata", Value::EmptyMap());
    metadata->Set("name", name);
    metadata->Set("uid", fmt::format("uid-{}", kind));
    metadata->Set("generation", 1);
    if (metadata->Find("creationTimestamp") == nullptr) metadata->Set("creationTimestamp", "2026-11-29T09:11:09Z");
    api.objects[{std::string(kind), name}] = object;
  }
  Value& Object(const std::string& kind, const std::string& name) { return api.objects.at({kind, name}); }
  // Deletes an object as an API server does.
  void Delete(const std::string& kind, const std::string& name) {
    Value& metadata = *Object(kind, name).Find("metadata");
    const Value* const finalizers = metadata.Find("finalizers");
    if (finalizers == nullptr || finalizers->as_list().empty()) {
      api.objects.erase({kind, name});
    } else {
      metadata.Set("deletionTimestamp", "2026-11-29T09:11:27Z");
    }
  }
  bool Has(const std::string& kind, const std::string& name) const { return api.objects.contains({kind, name}); }

  // A resource of the cluster with an origin.
  void Store(std::string_view kind, std::string_view version, const std::string& name, const std::string& origin) {
    const KindRow& row = *FindKind(kind);
    Resource resource = NewResource(row);
    SetHeader(*resource.message, kind, version);
    SetName(*resource.message, name);
    if (!origin.empty()) SetLabel(*resource.message, std::string(kOriginLabel), origin);
    REQUIRE(CheckAs(row, *resource.message));
    cluster.resources[FakeCluster::Key(kind, name)] = resource;
  }

  CustomClaims claims;
  ReconcileResult Run(std::string_view kind, const std::string& name,
                      ReconcileCause cause = ReconcileCause::kCustomResource) {
    return Reconciler().Reconcile(*FindCustomKind(kind), name, cause);
  }
  // Does a pass with what a watch has shown of an object.
  ReconcileResult RunSeen(std::string_view kind, const CustomMetadata& seen) {
    return Reconciler().Reconcile(*FindCustomKind(kind), seen.name, ReconcileCause::kCustomResource, seen);
  }
  CustomReconciler Reconciler() {
    ReconcilerOptions options;
    options.own = [this](const KindRow& row, const std::string& resource) {
      return row.kind == "role" && resource == own_role ? std::string("the operator's own role") : std::string();
    };
    options.now = [] { return ParseTime("2026-11-29T09:11:28.5Z").value(); };
    return {api, cluster, claims, options};
  }

  // Returns "REASON STATUS MESSAGE" of a condition; "" without it.
  std::string Condition(const std::string& kind, const std::string& name, std::string_view type) {
    const Value* const status = Object(kind, name).Find("status");
    if (status == nullptr) return "";
    for (const Value& item : status->Find("conditions")->as_list()) {
      if (TextAt(item, "type") != type) continue;
      return fmt::format("{} {} {}", TextAt(item, "reason"), TextAt(item, "status"), TextAt(item, "message"));
    }
    return "";
  }
};

constexpr const char* kRoleObject = "TeleportRoleV7";
constexpr std::string_view kEmptyRole = "spec: {allow: {logins: [a]}}";

TEST_CASE("a new custom resource becomes a resource with its labels, and says so") {
  Sides sides;
  sides.Add(kRoleObject, "one",
            "metadata: {labels: {team: a}, annotations: {description: from a manifest}}\n"
            "spec: {allow: {logins: [a], node_labels: {env: [dev]}}}");
  const auto result = sides.Run(kRoleObject, "one");
  CHECK_FALSE(result.failure);
  CHECK(result.change == ReconcileResult::Change::kCreated);

  const Resource* const role = sides.cluster.At("role", "one");
  REQUIRE(role != nullptr);
  CHECK(VersionOf(*role->message) == "v7");
  CHECK(DescriptionOf(*role->message) == "from a manifest");
  CHECK(LabelsOf(*role->message) ==
        std::map<std::string, std::string>{{"team", "a"}, {"teleport.dev/origin", "kubernetes"}});
  CHECK(MetadataOfCustom(sides.Object(kRoleObject, "one")).HasFinalizer());

  CHECK(sides.Condition(kRoleObject, "one", kValidStructure) == "NoError True Kubernetes CR was successfully decoded.");
  CHECK(sides.Condition(kRoleObject, "one", kReconciled) ==
        "NoError True Teleport Resource was successfully reconciled, no error was returned by Teleport.");
  CHECK(sides.Condition(kRoleObject, "one", kOwned) ==
        "OriginLabelMatching True Teleport Resource has the Kubernetes origin label.");
  CHECK(result.content == MeaningDigest(*role->message));
}

TEST_CASE("the cluster's refusal of a new resource leaves the resource new") {
  Sides sides;
  sides.Add(kRoleObject, "one", kEmptyRole);
  sides.cluster.refusal = "no";
  CHECK(sides.Run(kRoleObject, "one").content.empty());
  CHECK(
      sides.Condition(kRoleObject, "one", kOwned).starts_with("NewResource True No existing Teleport Resource found"));
}

TEST_CASE("a pass that finds everything as it should be writes nothing") {
  Sides sides;
  sides.Add(kRoleObject, "one", kEmptyRole);
  sides.Run(kRoleObject, "one");
  const int calls = sides.kill.calls;
  CHECK(sides.Run(kRoleObject, "one").change == ReconcileResult::Change::kNone);
  CHECK(sides.kill.calls == calls);
}

TEST_CASE("what was seen of an object without the finalizer saves the read, if it holds") {
  Sides sides;
  sides.Add(kRoleObject, "one", kEmptyRole);
  const CustomMetadata seen = MetadataOfCustom(sides.Object(kRoleObject, "one"));
  CHECK(sides.RunSeen(kRoleObject, seen).change == ReconcileResult::Change::kCreated);
  CHECK(sides.api.reads == 0);
  CHECK(MetadataOfCustom(sides.Object(kRoleObject, "one")).HasFinalizer());

  sides.Add(kRoleObject, "two", kEmptyRole);
  const CustomMetadata before = MetadataOfCustom(sides.Object(kRoleObject, "two"));
  sides.api.conflicts = 1;
  CHECK(sides.RunSeen(kRoleObject, before).change == ReconcileResult::Change::kCreated);
  CHECK(sides.api.reads == 1);

  CustomMetadata gone = before;
  gone.name = "three";
  CHECK(sides.RunSeen(kRoleObject, gone).change == ReconcileResult::Change::kNone);
  CHECK(sides.cluster.At("role", "three") == nullptr);
}

TEST_CASE("what was seen gives an object that may not have its resource no finalizer") {
  Sides sides;
  sides.Add(kRoleObject, "bot-operator", kEmptyRole);
  sides.Add(kRoleObject, "ignored", "metadata: {annotations: {teleport.dev/ignore: \"true\"}}\nspec: {}");
  for (const char* const name : {"bot-operator", "ignored"}) {
    sides.RunSeen(kRoleObject, MetadataOfCustom(sides.Object(kRoleObject, name)));
    CHECK_FALSE(MetadataOfCustom(sides.Object(kRoleObject, name)).HasFinalizer());
    CHECK(sides.cluster.At("role", name) == nullptr);
  }
}

TEST_CASE("drift is put right, also of kinds that hide fields when it shows") {
  Sides sides;
  sides.Add(kRoleObject, "one", kEmptyRole);
  sides.Run(kRoleObject, "one");
  sides.Store("role", "v7", "one", "kubernetes");
  CHECK(sides.Run(kRoleObject, "one", ReconcileCause::kDrift).change == ReconcileResult::Change::kUpdated);

  sides.cluster.shows_all = false;
  CHECK(sides.Run(kRoleObject, "one", ReconcileCause::kDrift).change == ReconcileResult::Change::kNone);
  CHECK(sides.Run(kRoleObject, "one").change == ReconcileResult::Change::kUpdated);
}

TEST_CASE("a resource of another origin is neither changed nor deleted") {
  Sides sides;
  sides.Store("role", "v7", "manual", "dynamic");
  sides.Add(kRoleObject, "manual", kEmptyRole);
  CHECK(sides.Run(kRoleObject, "manual").failure->kind == ErrorKind::kAlreadyExists);
  CHECK(sides.cluster.writes == 0);
  CHECK(sides.Condition(kRoleObject, "manual", kReconciled).starts_with("NoError True"));
  CHECK(sides.Condition(kRoleObject, "manual", kOwned)
            .starts_with("OriginLabelNotMatching False A Resource with the same"));

  sides.Delete(kRoleObject, "manual");
  CHECK_FALSE(sides.Run(kRoleObject, "manual").failure);
  CHECK_FALSE(sides.Has(kRoleObject, "manual"));
  CHECK(sides.cluster.At("role", "manual") != nullptr);
}

TEST_CASE("a role in use keeps its custom resource, which says who has the role") {
  Sides sides;
  sides.Add(kRoleObject, "held", kEmptyRole);
  sides.Run(kRoleObject, "held");
  sides.Delete(kRoleObject, "held");
  sides.cluster.refusal = "failed to delete a role that is still in use by user alice";
  CHECK(sides.Run(kRoleObject, "held").failure);
  CHECK(sides.Condition(kRoleObject, "held", kReconciled) ==
        "TeleportError False Teleport returned the error: failed to delete a role that is still in use by user alice");
  CHECK(MetadataOfCustom(sides.Object(kRoleObject, "held")).HasFinalizer());

  sides.cluster.refusal.clear();
  CHECK(sides.Run(kRoleObject, "held").change == ReconcileResult::Change::kRemoved);
  CHECK_FALSE(sides.Has(kRoleObject, "held"));
}

TEST_CASE("a custom resource of a wrong shape names the field and keeps the other conditions") {
  Sides sides;
  sides.Add(kRoleObject, "bad", "spec: {allow: {node_labels: {env: {not: a list}}}}");
  CHECK(sides.Run(kRoleObject, "bad").failure->kind == ErrorKind::kBadParameter);
  const std::string decoded = sides.Condition(kRoleObject, "bad", kValidStructure);
  CHECK(decoded.starts_with("FailedToDecode False Failed to decode Kubernetes CR: spec.allow.node_labels"));
  CHECK(sides.Condition(kRoleObject, "bad", kReconciled).starts_with("FailedToDecode Unknown"));
  CHECK(sides.Condition(kRoleObject, "bad", kOwned).starts_with("FailedToDecode Unknown"));

  sides.Object(kRoleObject, "bad").Set("spec", Yaml("{allow: {logins: [a]}}"));
  sides.Run(kRoleObject, "bad");
  sides.Object(kRoleObject, "bad").Set("spec", Yaml("{nosuch: 1}"));
  CHECK(sides.Run(kRoleObject, "bad").failure);
  CHECK(sides.Condition(kRoleObject, "bad", kReconciled).starts_with("NoError True"));
}

TEST_CASE("a refusal of the cluster is a condition") {
  Sides sides;
  sides.Add(kRoleObject, "refused", kEmptyRole);
  sides.cluster.refusal = "role nosuch is not found";
  CHECK(sides.Run(kRoleObject, "refused").failure);
  CHECK(sides.Condition(kRoleObject, "refused", kReconciled) ==
        "TeleportError False Teleport returned the error: role nosuch is not found");
}

TEST_CASE("flags: ignored means nothing at all, kept means that the resource stays") {
  Sides sides;
  sides.Add(kRoleObject, "ignored", "{metadata: {annotations: {teleport.dev/ignore: 'T'}}, spec: {allow: {}}}");
  sides.Run(kRoleObject, "ignored");
  CHECK(sides.kill.calls == 0);

  sides.Add(kRoleObject, "kept", "{metadata: {annotations: {teleport.dev/keep: 'true'}}, spec: {allow: {}}}");
  sides.Run(kRoleObject, "kept");
  sides.Delete(kRoleObject, "kept");
  sides.Run(kRoleObject, "kept");
  CHECK_FALSE(sides.Has(kRoleObject, "kept"));
  CHECK(sides.cluster.At("role", "kept") != nullptr);
}

TEST_CASE("the operator's own role is refused, without a finalizer") {
  Sides sides;
  sides.Add(kRoleObject, "bot-operator", kEmptyRole);
  CHECK(sides.Run(kRoleObject, "bot-operator").failure->kind == ErrorKind::kAccessDenied);
  CHECK(sides.Condition(kRoleObject, "bot-operator", kReconciled).starts_with("OperatorRefused False"));
  CHECK_FALSE(MetadataOfCustom(sides.Object(kRoleObject, "bot-operator")).HasFinalizer());
  CHECK(sides.cluster.writes == 0);

  // Not even with the finalizer that someone has written into the manifest.
  sides.Store("role", "v7", "bot-operator", "kubernetes");
  sides.Object(kRoleObject, "bot-operator")
      .Find("metadata")
      ->Set("finalizers", Value::Strings({std::string(kDeletionFinalizer)}));
  sides.Delete(kRoleObject, "bot-operator");
  CHECK_FALSE(sides.Run(kRoleObject, "bot-operator").failure);
  CHECK(sides.cluster.At("role", "bot-operator") != nullptr);
}

TEST_CASE("of two custom resources for one resource the older one counts, and the resource outlives it") {
  Sides sides;
  sides.Add("TeleportRoleV6", "two", kEmptyRole);
  sides.Add(kRoleObject, "two", "{metadata: {creationTimestamp: '2026-11-29T09:12:00Z'}, spec: {allow: {}}}");
  CHECK_FALSE(sides.Run("TeleportRoleV6", "two").failure);
  CHECK(sides.Run(kRoleObject, "two").failure->kind == ErrorKind::kAlreadyExists);
  CHECK(sides.Condition(kRoleObject, "two", kOwned).starts_with("OtherCustomResource False The TeleportRoleV6"));

  sides.Delete("TeleportRoleV6", "two");
  CHECK_FALSE(sides.Run("TeleportRoleV6", "two").failure);
  REQUIRE(sides.cluster.At("role", "two") != nullptr);
  CHECK_FALSE(sides.Run(kRoleObject, "two").failure);
  CHECK(VersionOf(*sides.cluster.At("role", "two")->message) == "v7");
}

TEST_CASE("a client secret comes from a Secret that allows it, and from no other") {
  constexpr const char* kConnector = "TeleportGithubConnector";
  Sides sides;
  sides.Add(kConnector, "one",
            "spec: {client_id: id, client_secret: 'secret://gh/client', display: GH, redirect_url: 'https://a.test/x',"
            " teams_to_roles: [{organization: o, team: t, roles: [access]}]}");
  sides.api.secrets["gh"] = Yaml("{metadata: {name: gh}, data: {client: aHVzaC1odXNo}}");
  CHECK(sides.Run(kConnector, "one").failure);
  CHECK(sides.Condition(kConnector, "one", kReconciled) ==
        "MutationError False The reconciliation failed, the operator failed to mutate the resource before creating it "
        "in Teleport. Mutation failed with error: secret \"gh\" doesn't have the "
        "\"resources.teleport.dev/allow-lookup-from-cr\" annotation");

  Value& metadata = *sides.api.secrets["gh"].Find("metadata");
  metadata.Set("annotations", Yaml("{resources.teleport.dev/allow-lookup-from-cr: 'other, two'}"));
  CHECK(sides.Run(kConnector, "one").failure->kind == ErrorKind::kAccessDenied);
  CHECK(sides.cluster.writes == 0);

  metadata.Set("annotations", Yaml("{resources.teleport.dev/allow-lookup-from-cr: 'other, one'}"));
  CHECK_FALSE(sides.Run(kConnector, "one").failure);
  const Value written = EncodeMessage(*sides.cluster.At("github", "one")->message);
  CHECK(TextAt(*written.Find("spec"), "client_secret") == "hush-hush");
}

TEST_CASE("the name of a token is in no condition and no error") {
  constexpr const char* kToken = "TeleportProvisionToken";
  Sides sides;
  sides.Add(kToken, "s3cret", "spec: {roles: [Node], join_method: token}");
  sides.cluster.refusal = "token s3cret is refused";
  const auto result = sides.Run(kToken, "s3cret");
  CHECK(result.failure->message == "token ******** is refused");
  CHECK(sides.Condition(kToken, "s3cret", kReconciled).find("s3cret") == std::string::npos);
  CHECK(ShownName(*FindCustomKind(kToken), "s3cret", "u1") == "TeleportProvisionToken with the uid u1");
  CHECK(ShownName(*FindCustomKind(kRoleObject), "one", "u1") == "TeleportRoleV7 one");
}

TEST_CASE("two writers: a conflict changes nothing in the cluster, and the next pass goes on") {
  Sides sides;
  sides.Add(kRoleObject, "one", kEmptyRole);
  sides.api.conflicts = 1;
  CHECK(sides.Run(kRoleObject, "one").failure->kind == ErrorKind::kCompareFailed);
  CHECK(sides.cluster.writes == 0);
  CHECK_FALSE(sides.Run(kRoleObject, "one").failure);
}

TEST_CASE("after a kill at any step of a create, an update and a delete both sides agree in the end") {
  for (const bool after : {false, true}) {
    for (int at = 0; at < 6; ++at) {
      CAPTURE(after, at);
      Sides sides;
      const auto pass = [&](bool with_kill) {
        sides.kill = {.at = with_kill ? at : -1, .after = after};
        sides.Run(kRoleObject, "one");
        sides.kill = {};
        CHECK_FALSE(sides.Run(kRoleObject, "one").failure);
      };
      sides.Store("role", "v7", "bystander", "dynamic");

      sides.Add(kRoleObject, "one", kEmptyRole);
      pass(true);
      REQUIRE(sides.cluster.At("role", "one") != nullptr);
      CHECK(sides.Condition(kRoleObject, "one", kReconciled).starts_with("NoError True"));

      sides.Object(kRoleObject, "one").Set("spec", Yaml("{allow: {logins: [b]}}"));
      pass(true);
      const Value role = EncodeMessage(*sides.cluster.At("role", "one")->message);
      CHECK(*role.Find("spec")->Find("allow")->Find("logins") == Value::Strings({"b"}));

      sides.Delete(kRoleObject, "one");
      pass(true);
      CHECK_FALSE(sides.Has(kRoleObject, "one"));
      CHECK(sides.cluster.At("role", "one") == nullptr);
      CHECK(sides.cluster.At("role", "bystander") != nullptr);
    }
  }
}

}  // namespace
}  // namespace sallyport
