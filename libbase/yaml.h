// YAML text <-> Value. Reading wraps the event parser of yaml-cpp and keeps lines; plain scalars resolve as in YAML 1.1
// as Go reads it (yes, no, on, off are bools; 0o17, 0x1f are numbers). Duplicate keys, aliases that repeat more than a
// bounded amount of data, non-UTF-8 text and documents beyond the limits are refused with kBadParameter. Error texts
// are "FILE:LINE: reason".
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "libbase/error.h"
#include "libbase/value.h"

namespace sallyport {

struct YamlLimits {
  std::size_t max_bytes = 10 << 20;
  int max_depth = 64;
  std::size_t max_nodes = 4'000'000;
};

// Reads every document of a stream; empty documents are left out. `source` names the text in errors ("role.yaml").
Result<std::vector<Value>> ParseYaml(std::string_view text, std::string_view source, YamlLimits limits = {});

// Writes a value in block style, keys in the map's order, list items not indented below their key (as Go's writer
// does). Every string that another reader could take for another type is quoted. Ends with a newline.
std::string ToYaml(const Value& value);

// Returns the value with the keys of every map sorted: the order of `tctl get --format=yaml`.
Value SortedByKey(Value value);

}  // namespace sallyport
