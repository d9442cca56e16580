// Defines the row of a kind of resources: names, versions, message, rules and columns.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "libbase/error.h"

namespace google::protobuf {
class Message;
}  // namespace google::protobuf

namespace sallyport {

// One column of a kind's table in the text format.
struct TextColumn {
  std::string_view header;
  std::string (*cell)(const google::protobuf::Message& resource);
};

struct KindRow {
  std::string_view kind{};            // "role"
  std::string_view aliases{};         // other names that commands accept, with spaces between
  std::string_view versions{};        // accepted, with spaces between, oldest first
  std::string_view singleton_name{};  // of the one resource of the kind; empty when there can be many
  bool name_is_secret = false;        // the name itself is a credential
  const google::protobuf::Message& (*prototype)() = nullptr;
  Status (*check)(google::protobuf::Message& resource) = nullptr;  // fills in defaults, then validates
  std::span<const TextColumn> columns{};
  // Names a resource without a name; nullptr: the resource must have a name.
  std::string (*default_name)(const google::protobuf::Message& resource) = nullptr;
  // Finds errors that are tolerated in a stored resource but not in a new resource; nullptr: none.
  Status (*check_new)(const google::protobuf::Message& resource) = nullptr;
  // Finds parts that allow nothing by mistake; clusters accept them. nullptr: none.
  Status (*check_allowances)(const google::protobuf::Message& resource) = nullptr;

  // Returns the version that new resources get: the newest.
  std::string_view default_version() const { return versions.substr(versions.rfind(' ') + 1); }
  // Returns whether the kind has this name or alias, in any case.
  bool IsNamed(std::string_view name) const;
  // Returns whether resources of the kind may have this version, in any case.
  bool HasVersion(std::string_view version) const;
};

// Returns the empty message of a type, for a row.
template <typename M>
const google::protobuf::Message& Prototype() {
  return M::default_instance();
}

}  // namespace sallyport
