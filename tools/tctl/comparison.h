// What documents would change in a cluster, field by field. The cluster tries it and answers with what it would keep,
// its defaults included; one that cannot is compared with the documents as they are read here.
#pragma once

#include <string>
#include <vector>

#include "libclient/rpc.h"
#include "libresources/kinds/resource.h"
#include "tools/shell/command.h"

namespace sallyport {

struct Comparison {
  Value rows = Value::EmptyList();  // a row a resource: kind, name, change (create, update, none), fields
  bool differs = false;
  std::string notice;  // what to know of how it was compared; may be empty
};

// Compares resources with what the cluster has. Nothing is changed.
Result<Comparison> CompareWithCluster(const Invocation& invocation, RpcClient& real,
                                      const std::vector<Resource>& resources);

// Returns the rows for people.
std::string ComparisonText(const Value& rows);

// Returns the resources that a command compares: those of the argument `file` and of the option --filename, read as
// --validate says. Fails with the first document that is none; notices tell what is wrong with the others.
Result<std::vector<Resource>> ResourcesToCompare(const Invocation& invocation, std::vector<std::string>& notices);
std::vector<Argument> ComparedFiles();
inline constexpr Option kComparedFileOption{
    .name = "filename", .short_name = 'f', .value_name = "PATH", .help = "As an argument", .repeated = true};

}  // namespace sallyport
