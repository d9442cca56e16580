// The kinds of resources: one table ties a kind to its names, versions, message, rules and columns. A new kind is a row
// here and a file with its rules.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "libbase/error.h"
#include "libbase/time.h"
#include "libbase/value.h"
#include "libresources/codec/codec.h"

namespace sallyport {

// One column of a kind's table in the text format.
struct TextColumn {
  std::string_view header;
  std::string (*cell)(const google::protobuf::Message& resource);
};

struct KindRow {
  std::string_view kind;            // "role"
  std::string_view aliases;         // other names that commands accept, with spaces between
  std::string_view versions;        // accepted, with spaces between, oldest first
  std::string_view singleton_name;  // of the one resource of the kind; empty when there can be many
  bool name_is_secret;              // the name itself is a credential
  const google::protobuf::Message& (*prototype)();
  Status (*check)(google::protobuf::Message& resource);  // fills in defaults, then validates
  std::span<const TextColumn> columns;
  // Names a resource that is written without a name; nullptr: it must have one.
  std::string (*default_name)(const google::protobuf::Message& resource) = nullptr;
  // Finds what a stored resource may have wrong but a new one may not; nullptr: nothing.
  Status (*check_new)(const google::protobuf::Message& resource) = nullptr;
  // Finds what would allow nothing, by mistake; nullptr: nothing. Clusters take it.
  Status (*check_allowances)(const google::protobuf::Message& resource) = nullptr;

  // Returns the version that new resources get: the newest.
  std::string_view default_version() const { return versions.substr(versions.rfind(' ') + 1); }
};

// Returns every row. Static storage.
std::span<const KindRow> Kinds();

// Returns the row of a kind by its name or an alias, in any case; nullptr when there is none.
const KindRow* FindKind(std::string_view name);
// The same, or kBadParameter with the kind that was probably meant.
Result<const KindRow*> KindNamed(std::string_view name);
// Returns the row whose message has this type, or nullptr.
const KindRow* KindOf(const google::protobuf::Message& resource);

// A resource: its row and its message, which several holders may share as long as nobody writes.
struct Resource {
  const KindRow* kind = nullptr;
  std::shared_ptr<google::protobuf::Message> message;

  // Returns the message as its type, which must be the row's.
  template <typename Message>
  const Message& as() const {
    return static_cast<const Message&>(*message);
  }
};

// Returns an empty resource of a kind with kind, version and, for a singleton, the name set.
Resource NewResource(const KindRow& kind);

// Reads one resource: finds its kind, reads the fields, fills in defaults and validates. Fails with kBadParameter and
// "FILE:LINE: reason", where the line is that of the field with which the reason begins, else that of the resource.
Result<Resource> DecodeResource(const Value& value, const DecodeOptions& options);
// Reads every resource of a YAML or JSON text (JSON is YAML), several documents or lists of resources: each, or why it
// is none. A text that is not YAML is one such failure.
std::vector<Result<Resource>> DecodeEach(std::string_view text, const DecodeOptions& options);
// The same, or the first failure.
Result<std::vector<Resource>> DecodeResources(std::string_view text, const DecodeOptions& options);

// Fills in defaults and validates a message of a known kind; kBadParameter says what is wrong.
Status CheckResource(google::protobuf::Message& resource);
// The same for a resource that is to be written, which both sides check: it may not have all that a stored one may.
Status CheckNewResource(google::protobuf::Message& resource);

// Returns a resource as a map with keys in the order of its fields: what `tctl get --format=json` shows.
Value EncodeResource(const google::protobuf::Message& resource);

// What all resources have in common, by reflection. A message without the field gives the empty thing.
std::string NameOf(const google::protobuf::Message& resource);
std::string KindNameOf(const google::protobuf::Message& resource);
std::string SubKindOf(const google::protobuf::Message& resource);
std::string VersionOf(const google::protobuf::Message& resource);
std::string RevisionOf(const google::protobuf::Message& resource);
std::string DescriptionOf(const google::protobuf::Message& resource);
std::map<std::string, std::string> LabelsOf(const google::protobuf::Message& resource);
std::optional<Time> ExpiresOf(const google::protobuf::Message& resource);

void SetName(google::protobuf::Message& resource, std::string_view name);
void SetRevision(google::protobuf::Message& resource, std::string_view revision);
void SetLabel(google::protobuf::Message& resource, const std::string& key, std::string_view value);
// Sets when the resource goes; nothing means never.
void SetExpires(google::protobuf::Message& resource, std::optional<Time> expires);

}  // namespace sallyport
