// Labels that nodes are given from outside, by server_info resources: they stand among the labels of the node's
// resource, so that lists, watches and decisions see them as any other.
#pragma once

#include <mutex>
#include <shared_mutex>
#include <string>

#include "libbase/error.h"
#include "libcluster/backend/backend.h"
#include "libresources/kinds/metadata.h"
#include "libresources/matching/labels.h"

namespace types {
class ServerInfoV1;
class ServerV2;
}  // namespace types

namespace sallyport {

// Safe from several threads. The backend must outlive it.
class NodeLabels {
 public:
  explicit NodeLabels(Backend& backend) : backend_(backend) {}

  // Writes a node as its agent announces it, with the labels that it is given. The agent does not say such labels
  // itself.
  Status Announce(types::ServerV2 node);

  // Returns the labels by which it is decided who reaches a node: those of its resource, but of the given ones those
  // that a server_info gives now, whoever wrote the resource.
  Result<Labels> LabelsOf(const types::ServerV2& node) const;

  // Writes a server_info, as it was checked, and gives its labels to the node that is there, in place of those that it
  // gave before. Labels of nodes with OpenSSH alone are theirs.
  Status Put(types::ServerInfoV1 info);
  // Removes one, and its labels from the node. kNotFound.
  Status Remove(const std::string& name);

 private:
  Status Change(const std::string& name, types::ServerInfoV1* to);
  Status TryChange(const std::string& name, types::ServerInfoV1* to);
  Status ChangeNode(BackendTransaction& transaction, const std::string& info, const types::ServerInfoV1* to);

  Backend& backend_;
  std::shared_mutex mutex_;  // announcements share it, so that they share commits; a change of labels has it alone
};

}  // namespace sallyport
