#include "libcluster/auth/nodes/node_labels.h"

#include "libcluster/backend/store.h"
#include "libresources/kinds/node.h"
#include "libresources/kinds/server_info.h"
#include "teleport/legacy/types/server.pb.h"

namespace sallyport {
namespace {

using types::ServerInfoV1;
using types::ServerV2;

constexpr std::string_view kServerInfo = "server_info";
constexpr int kTries = 5;

// A missing server_info has no labels.
Result<ServerInfoV1> FindInfo(Backend& backend, const std::string& name) {
  auto info = GetResource<ServerInfoV1>(backend, name);
  if (info || info.error().kind != ErrorKind::kNotFound) return info;
  ServerInfoV1 none;
  none.mutable_metadata()->set_name(name);
  return none;
}

void AddLabels(ServerV2& node, const ServerInfoV1& info) {
  auto& labels = *node.mutable_metadata()->mutable_labels();
  for (const auto& [key, value] : info.spec().newlabels()) labels[key] = value;
}

template <typename Labels>
void RemoveGiven(Labels& labels) {
  for (auto label = labels.begin(); label != labels.end();) {
    label = IsGivenLabel(label->first) ? labels.erase(label) : std::next(label);
  }
}

// Removes all labels with a server_info's prefix, whoever wrote them.
void RemoveLabels(ServerV2& node) {
  RemoveGiven(*node.mutable_metadata()->mutable_labels());
  RemoveGiven(*node.mutable_spec()->mutable_cmdlabels());
}

}  // namespace

Status NodeLabels::Announce(ServerV2 node) {
  const ReaderLock lock(mutex_);
  ASSIGN_OR_RETURN(const ServerInfoV1 info, FindInfo(backend_, ServerInfoName(node.metadata().name())));
  RemoveLabels(node);
  AddLabels(node, info);
  BackendTransaction transaction;
  WriteResource(transaction, node, WriteMode::kUpsert);
  return backend_.Commit(std::move(transaction));
}

Result<Labels> NodeLabels::LabelsOf(const ServerV2& node) const {
  if (IsAgentless(node)) return LabelsOfNode(node);
  ASSIGN_OR_RETURN(const ServerInfoV1 info, FindInfo(backend_, ServerInfoName(node.metadata().name())));
  ServerV2 given = node;
  RemoveLabels(given);
  AddLabels(given, info);
  return LabelsOfNode(given);
}

Status NodeLabels::Put(ServerInfoV1 info) {
  const std::string name = info.metadata().name();
  return Change(name, &info);
}

Status NodeLabels::Remove(const std::string& name) {
  RETURN_IF_ERROR(GetResource<ServerInfoV1>(backend_, name));
  return Change(name, nullptr);
}

Status NodeLabels::Change(const std::string& name, ServerInfoV1* to) {
  const WriterLock lock(mutex_);
  Status changed;
  for (int i = 0; i < kTries; ++i) {
    changed = TryChange(name, to);
    // The node was removed or rewritten in between.
    const bool again =
        !changed && (changed.error().kind == ErrorKind::kCompareFailed || changed.error().kind == ErrorKind::kNotFound);
    if (!again) break;
  }
  return changed;
}

Status NodeLabels::TryChange(const std::string& name, ServerInfoV1* to) {
  BackendTransaction transaction;
  if (to == nullptr) {
    transaction.Remove(ResourceKey(kServerInfo, name), false);
  } else {
    WriteResource(transaction, *to, WriteMode::kUpsert);
  }
  RETURN_IF_ERROR(ChangeNode(transaction, name, to));
  return backend_.Commit(std::move(transaction));
}

Status NodeLabels::ChangeNode(BackendTransaction& transaction, const std::string& info, const ServerInfoV1* to) {
  const std::string name = NodeOfServerInfo(info);
  if (name.empty()) return {};
  auto node = GetResource<ServerV2>(backend_, name);
  if (!node) return node.error().kind == ErrorKind::kNotFound ? Status() : std::unexpected(node.error());
  if (IsAgentless(*node)) return {};
  RemoveLabels(*node);
  if (to != nullptr) AddLabels(*node, *to);
  WriteResource(transaction, *node, WriteMode::kUpdate);
  return {};
}

}  // namespace sallyport
