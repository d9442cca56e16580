// Applies the labels of server_info resources to nodes. The labels are stored in the node's resource, so that lists,
// watches and access decisions treat them as any other label.
#pragma once

#include <string>

#include "libbase/error.h"
#include "libbase/mutex.h"
#include "libcluster/backend/backend.h"
#include "libresources/kinds/metadata.h"
#include "libresources/matching/labels.h"

namespace types {
class ServerInfoV1;
class ServerV2;
}  // namespace types

namespace sallyport {

// Safe from several threads. The backend must outlive the object.
class NodeLabels {
 public:
  explicit NodeLabels(Backend& backend) : backend_(backend) {}

  // Writes a node as its agent announces it, with the labels of its server_info. Such labels in the announcement are
  // ignored.
  Status Announce(types::ServerV2 node);

  // Returns the labels for access decisions: the labels of the node's resource, but of server_info labels only the
  // current ones, whoever wrote the resource.
  Result<Labels> LabelsOf(const types::ServerV2& node) const;

  // Writes a checked server_info and replaces its earlier labels on the existing node. Agentless OpenSSH nodes keep
  // their own labels.
  Status Put(types::ServerInfoV1 info);
  // Removes a server_info, and its labels from the node. Fails with kNotFound.
  Status Remove(const std::string& name);

 private:
  Status Change(const std::string& name, types::ServerInfoV1* to);
  Status TryChange(const std::string& name, types::ServerInfoV1* to) REQUIRES(mutex_);
  Status ChangeNode(BackendTransaction& transaction, const std::string& info, const types::ServerInfoV1* to)
      REQUIRES(mutex_);

  Backend& backend_;
  SharedMutex mutex_;  // shared by announcements, so that they share commits; exclusive for a change of labels
};

}  // namespace sallyport
