#include "libresources/kinds/resource.h"

#include <algorithm>
#include <charconv>

#include "libbase/text.h"
#include "libbase/value_fields.h"
#include "libresources/kinds/metadata.h"

namespace sallyport {
namespace {

using google::protobuf::Message;

const Value* ItemAt(const Value::List& list, std::string_view number) {
  std::size_t index = list.size();
  std::from_chars(number.data(), number.data() + number.size(), index);
  return index < list.size() ? &list[index] : nullptr;
}

// Returns the part of a resource that a reason begins with ("spec.allow.rules[0].where: ..."), as far as it is there.
const Value& NamedField(const Value& resource, std::string_view reason) {
  const Value* part = &resource;
  while (true) {
    const std::size_t end = std::min(reason.find_first_of(".[]: "), reason.size());
    const std::string_view step = reason.substr(0, end);
    const Value* next = part->is_list() ? ItemAt(part->as_list(), step) : part->Find(step);
    if (!step.empty() && next == nullptr) return *part;
    if (!step.empty()) part = next;
    if (end == reason.size() || reason[end] == ' ' || reason[end] == ':') return *part;
    reason.remove_prefix(end + 1);
  }
}

Status CheckVersion(const Value& value, const KindRow& row, const DecodeOptions& options) {
  const Value* const version = value.Find("version");
  const std::string hint = fmt::format("write \"version: {}\"", row.default_version());
  if (version == nullptr || version->is_null()) return FailAtValue(value, options, "version is missing", hint);
  if (version->is_string() && row.HasVersion(version->as_string())) return {};
  return FailAtValue(*version, options,
                     fmt::format("{} version \"{}\" is not supported, only {}", row.kind,
                                 StripControl(version->as_string()), row.versions),
                     hint);
}

Status CheckSingletonName(const KindRow& kind, Message& resource) {
  if (NameOf(resource).empty()) SetName(resource, kind.singleton_name);
  if (NameOf(resource) == kind.singleton_name) return {};
  return FailWithHint(ErrorKind::kBadParameter,
                      fmt::format("there is only one {}, and its name is \"{}\"", kind.kind, kind.singleton_name),
                      "remove metadata.name");
}

}  // namespace

std::unexpected<Error> FailAtValue(const Value& value, const DecodeOptions& options, std::string reason,
                                   std::string hint) {
  return FailWithHint(ErrorKind::kBadParameter, fmt::format("{}: {}", PlaceIn(options.source, value), reason),
                      std::move(hint));
}

Resource NewResource(const KindRow& kind) {
  Resource resource{.kind = &kind, .message = std::shared_ptr<Message>(kind.prototype().New())};
  SetHeader(*resource.message, kind.kind, kind.default_version());
  if (!kind.singleton_name.empty()) SetName(*resource.message, kind.singleton_name);
  return resource;
}

Status CheckAs(const KindRow& kind, Message& resource) {
  const std::string version = VersionOf(resource);
  SetHeader(resource, kind.kind, version.empty() ? kind.default_version() : version);
  if (!kind.HasVersion(VersionOf(resource))) {
    return Fail(ErrorKind::kBadParameter, "{} version \"{}\" is not supported, only {}", kind.kind,
                StripControl(version), kind.versions);
  }

  if (!kind.singleton_name.empty()) RETURN_IF_ERROR(CheckSingletonName(kind, resource));
  if (kind.default_name != nullptr && NameOf(resource).empty()) SetName(resource, kind.default_name(resource));
  RETURN_IF_ERROR(CheckMetadata(resource));
  return kind.check(resource);
}

Status CheckAsNew(const KindRow& kind, Message& resource) {
  RETURN_IF_ERROR(CheckAs(kind, resource));
  return kind.check_new == nullptr ? Status() : kind.check_new(resource);
}

Result<Resource> DecodeAs(const KindRow& kind, const Value& value, const DecodeOptions& options) {
  RETURN_IF_ERROR(CheckVersion(value, kind, options));
  Resource resource{.kind = &kind, .message = std::shared_ptr<Message>(kind.prototype().New())};
  RETURN_IF_ERROR(DecodeMessage(value, options, *resource.message));
  SetHeader(*resource.message, kind.kind, VersionOf(*resource.message));

  const auto at_field = [&](const Error& error) {
    return FailAtValue(NamedField(value, error.message), options, error.message, error.hint);
  };
  const Status status = options.as_new ? CheckAsNew(kind, *resource.message) : CheckAs(kind, *resource.message);
  if (!status) return at_field(status.error());

  if (!options.as_new || kind.check_allowances == nullptr) return resource;
  if (const Status allows = kind.check_allowances(*resource.message); !allows) {
    RETURN_IF_ERROR(Tolerate(options, options.useless_allowances, at_field(allows.error()).error()));
  }
  return resource;
}

}  // namespace sallyport
