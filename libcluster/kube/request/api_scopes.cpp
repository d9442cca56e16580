#include "libcluster/kube/request/api_scopes.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <chrono>
#include <utility>

#include "libbase/json.h"
#include "libbase/value_fields.h"
#include "libresources/access/kube_kinds.h"

namespace sallyport {
namespace {

constexpr std::chrono::minutes kScopesLife{5};
constexpr std::chrono::seconds kShortLife{10};  // of a failure, and of a document without the resource
constexpr std::size_t kMaxDocuments = 1000;

using ScopeRow = std::pair<std::string_view, std::string_view>;  // API group, resource
constexpr std::array kClusterWide{
    ScopeRow{"", "componentstatuses"},
    ScopeRow{"", "namespaces"},
    ScopeRow{"", "nodes"},
    ScopeRow{"", "persistentvolumes"},
    ScopeRow{"admissionregistration.k8s.io", "mutatingadmissionpolicies"},
    ScopeRow{"admissionregistration.k8s.io", "mutatingadmissionpolicybindings"},
    ScopeRow{"admissionregistration.k8s.io", "mutatingwebhookconfigurations"},
    ScopeRow{"admissionregistration.k8s.io", "validatingadmissionpolicies"},
    ScopeRow{"admissionregistration.k8s.io", "validatingadmissionpolicybindings"},
    ScopeRow{"admissionregistration.k8s.io", "validatingwebhookconfigurations"},
    ScopeRow{"apiextensions.k8s.io", "customresourcedefinitions"},
    ScopeRow{"apiregistration.k8s.io", "apiservices"},
    ScopeRow{"authentication.k8s.io", "selfsubjectreviews"},
    ScopeRow{"authentication.k8s.io", "tokenreviews"},
    ScopeRow{"authorization.k8s.io", "selfsubjectaccessreviews"},
    ScopeRow{"authorization.k8s.io", "selfsubjectrulesreviews"},
    ScopeRow{"authorization.k8s.io", "subjectaccessreviews"},
    ScopeRow{"certificates.k8s.io", "certificatesigningrequests"},
    ScopeRow{"flowcontrol.apiserver.k8s.io", "flowschemas"},
    ScopeRow{"flowcontrol.apiserver.k8s.io", "prioritylevelconfigurations"},
    ScopeRow{"networking.k8s.io", "ingressclasses"},
    ScopeRow{"networking.k8s.io", "ipaddresses"},
    ScopeRow{"networking.k8s.io", "servicecidrs"},
    ScopeRow{"node.k8s.io", "runtimeclasses"},
    ScopeRow{"rbac.authorization.k8s.io", "clusterrolebindings"},
    ScopeRow{"rbac.authorization.k8s.io", "clusterroles"},
    ScopeRow{"scheduling.k8s.io", "priorityclasses"},
    ScopeRow{"storage.k8s.io", "csidrivers"},
    ScopeRow{"storage.k8s.io", "csinodes"},
    ScopeRow{"storage.k8s.io", "storageclasses"},
    ScopeRow{"storage.k8s.io", "volumeattachments"},
};

// Returns whether a name may stand in a path: names of groups and versions are DNS names.
bool IsDnsName(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](unsigned char c) {
    return (std::isalnum(c) != 0 && std::isupper(c) == 0) || c == '.' || c == '-';
  });
}

}  // namespace

std::optional<bool> KnownClusterWide(std::string_view api_group, std::string_view resource) {
  if (std::ranges::find(kClusterWide, ScopeRow{api_group, resource}) != kClusterWide.end()) return true;
  const bool core = api_group.empty() && IsCoreKubeResource(resource);
  if (core || IsNamespacedKubeResource(resource, api_group)) return false;
  return std::nullopt;
}

void ApiScopes::IsClusterWide(const std::string& api_group, const std::string& version, const std::string& resource,
                              Callback callback) {
  const auto known = KnownClusterWide(api_group, resource);
  if (known) return callback(known);
  const bool any_version = version.empty() || version == "*";
  if (api_group.empty()) return LookUp("/api/v1", resource, callback);
  if (!IsDnsName(api_group) || (!any_version && !IsDnsName(version))) return callback(std::nullopt);
  const std::string group_path = "/apis/" + api_group;
  if (!any_version) return LookUp(group_path + "/" + version, resource, callback);
  Load(group_path, kScopesLife, [self = shared_from_this(), group_path, resource, callback](const Pointer& group) {
    if (!IsDnsName(group->preferred_version)) return callback(std::nullopt);
    self->LookUp(group_path + "/" + group->preferred_version, resource, callback);
  });
}

// A resource created after the document was read is missing from it.
void ApiScopes::LookUp(const std::string& path, const std::string& resource, const Callback& callback) {
  const auto answer = [resource](const Pointer& document) -> Answer {
    const auto found = document->cluster_wide.find(resource);
    return found == document->cluster_wide.end() ? Answer() : Answer(found->second);
  };
  Load(path, kScopesLife, [self = shared_from_this(), path, answer, callback](const Pointer& document) {
    if (answer(document) || Now() - document->read < kShortLife) return callback(answer(document));
    self->Load(path, kShortLife, [answer, callback](const Pointer& newer) { callback(answer(newer)); });
  });
}

void ApiScopes::Load(const std::string& path, Nanoseconds max_age, std::function<void(const Pointer&)> callback) {
  Pointer document;
  std::shared_ptr<Flight> flight;
  bool first = false;
  {
    const MutexLock lock(mutex_);
    if (const auto found = documents_.find(path); found != documents_.end()) {
      const Nanoseconds age = found->second->failed ? kShortLife : max_age;
      if (Now() - found->second->read < age) document = found->second;
    }
    if (!document) {
      auto& shared = flights_[path];
      if (!shared) shared = std::make_shared<Flight>();
      flight = shared;
      first = flight->Join(callback);
    }
  }

  if (document) return callback(document);
  if (!first) return;
  fetch_(path, [self = shared_from_this(), path, flight](const Result<std::string>& body) {
    const Pointer fresh = Parse(body);
    self->Keep(path, fresh);
    flight->Finish(fresh);
  });
}

void ApiScopes::Keep(const std::string& path, const Pointer& document) {
  const MutexLock lock(mutex_);
  flights_.erase(path);
  if (documents_.size() >= kMaxDocuments) documents_.clear();  // a client requests many unknown groups
  documents_[path] = document;
}

// A list of resources ("APIResourceList") or a group ("APIGroup").
ApiScopes::Pointer ApiScopes::Parse(const Result<std::string>& body) {
  auto document = std::make_shared<Document>();
  document->read = Now();
  const auto json = body ? ParseJson(*body) : Result<Value>(std::unexpected(body.error()));
  document->failed = !json;
  if (!json) return document;

  document->preferred_version = TextAt(json->Find("preferredVersion"), "version");
  const Value* resources = json->Find("resources");
  if (resources == nullptr) return document;
  for (const auto& resource : resources->as_list()) {
    const Value* namespaced = resource.Find("namespaced");
    if (namespaced != nullptr) document->cluster_wide[TextAt(&resource, "name")] = !namespaced->as_bool();
  }
  return document;
}

}  // namespace sallyport
