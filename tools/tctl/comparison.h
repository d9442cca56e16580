// Compares documents with a cluster, field by field. The cluster rehearses the write and answers with the resource that
// it would store, including its defaults; for a cluster without rehearsals, the documents are compared as tctl reads
// them.
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

// Compares resources with those of the cluster, without changing any.
Result<Comparison> CompareWithCluster(const Invocation& invocation, RpcClient& real,
                                      const std::vector<Resource>& resources);

// Returns the rows for people.
std::string ComparisonText(const Value& rows);

// The options that choose the resources of a comparison.
struct ComparedOptions {
  std::vector<std::string> files;
  std::vector<std::string> more_files;  // of options
  std::string validate;                 // the value of kValidateOption
};

// Returns the rows of these options; `To` is the path to them in the command's struct.
template <auto... To>
inline constexpr Argument kComparedFiles{.name = "file",
                                         .help = "Files and directories to read (default standard input)",
                                         .required = false,
                                         .repeated = true,
                                         .into = Into<To..., &ComparedOptions::files>};
template <auto... To>
inline constexpr Option kComparedFileOption{.name = "filename",
                                            .short_name = 'f',
                                            .value_name = "PATH",
                                            .help = "The same as an argument",
                                            .repeated = true,
                                            .into = Into<To..., &ComparedOptions::more_files>};

// Returns the chosen resources. Fails with the first invalid document; notices name the mistakes of the others.
Result<std::vector<Resource>> ResourcesToCompare(const ComparedOptions& given, std::vector<std::string>& notices);

}  // namespace sallyport
