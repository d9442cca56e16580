// Gives list filters access to a resource: all labels, the fields of a query, the words of a search.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "libbase/error.h"
#include "libbase/value.h"
#include "libresources/matching/labels.h"
#include "libresources/matching/predicate.h"

namespace google::protobuf {
class Descriptor;
class Message;
}  // namespace google::protobuf

namespace sallyport {

// Returns a resource's labels together with the results of its commands (node, kube_cluster, app; a kube_server has
// those of its cluster, an app_server those of its application and its own).
Labels AllLabelsOf(const google::protobuf::Message& resource);

// The fields of a resource in the query language: name (the host name of a node), labels, health.status and resource.*
// (the JSON form). Keeps a copy; safe from several threads.
class ResourceFields : public PredicateFields {
 public:
  explicit ResourceFields(const google::protobuf::Message& resource);

  // Fails with kNotFound for a field that the kind does not have; empty fields and absent labels are null.
  Result<Value> Lookup(std::span<const std::string> path) const override;
  // Returns whether every word occurs in one of the resource's texts, in any case. The word "tunnel" stands for nodes
  // that are reached through a tunnel.
  bool Search(std::span<const std::string> words) const override;

 private:
  const google::protobuf::Descriptor* type_;
  Value fields_;
  std::vector<std::string> texts_;  // lower case
  bool tunnel_ = false;
};

}  // namespace sallyport
