#include "libresources/kinds.h"

#include <google/protobuf/message.h>

#include "libbase/text.h"
#include "libbase/yaml.h"

namespace sallyport {

#define ROW(name) KindRow name();
#include "kinds.inc"
#include "role_kinds.inc"
#undef ROW

namespace {

using google::protobuf::Message;

constexpr KindRow (*kRows[])() = {
#define ROW(name) &name,
#include "kinds.inc"
#include "role_kinds.inc"
#undef ROW
};

Result<const KindRow*> RowOf(const Message& resource) {
  const KindRow* const row = KindOf(resource);
  if (row == nullptr) return Fail(ErrorKind::kBadParameter, "{} is not a resource", resource.GetTypeName());
  return row;
}

}  // namespace

std::span<const KindRow> Kinds() {
  static const auto* const rows = [] {
    auto* made = new std::vector<KindRow>();
    for (const auto row : kRows) made->push_back(row());
    return made;
  }();
  return *rows;
}

const KindRow* FindKind(std::string_view name) {
  for (const KindRow& row : Kinds()) {
    if (row.IsNamed(name)) return &row;
  }
  return nullptr;
}

Result<const KindRow*> KindNamed(std::string_view name) {
  if (const KindRow* row = FindKind(name)) return row;
  std::vector<std::string_view> names;
  for (const KindRow& row : Kinds()) names.push_back(row.kind);
  const auto meant = DidYouMean(name, std::span<const std::string_view>(names));
  return FailWithHint(ErrorKind::kBadParameter, fmt::format("unknown kind of resource \"{}\"", StripControl(name)),
                      meant ? fmt::format("did you mean \"{}\"?", *meant) : std::string());
}

const KindRow* KindOf(const Message& resource) {
  for (const KindRow& row : Kinds()) {
    if (row.prototype().GetDescriptor() == resource.GetDescriptor()) return &row;
  }
  return nullptr;
}

Result<Resource> DecodeResource(const Value& value, const DecodeOptions& options) {
  if (!value.is_map()) return FailAtValue(value, options, fmt::format("a resource is a map, not {}", TypeName(value)));
  const Value* const kind = value.Find("kind");
  if (kind == nullptr || !kind->is_string()) {
    return FailAtValue(value, options, "kind is missing", "every resource starts with \"kind: ...\"");
  }

  const auto row = KindNamed(kind->as_string());
  if (!row) return FailAtValue(*kind, options, row.error().message, row.error().hint);
  return DecodeAs(**row, value, options);
}

std::vector<Result<Resource>> DecodeEach(std::string_view text, const DecodeOptions& options) {
  const auto documents = ParseYaml(text, options.source);
  std::vector<Result<Resource>> resources;
  if (!documents) {
    resources.emplace_back(std::unexpected(documents.error()));
    return resources;
  }
  for (const Value& document : *documents) {
    const Value::List one{document};
    for (const Value& value : document.is_list() ? document.as_list() : one) {
      resources.push_back(DecodeResource(value, options));
    }
  }
  return resources;
}

Result<std::vector<Resource>> DecodeResources(std::string_view text, const DecodeOptions& options) {
  std::vector<Resource> resources;
  for (auto& resource : DecodeEach(text, options)) {
    if (!resource) return std::unexpected(std::move(resource.error()));
    resources.push_back(std::move(*resource));
  }
  return resources;
}

Status CheckResource(Message& resource) {
  ASSIGN_OR_RETURN(const KindRow* const row, RowOf(resource));
  return CheckAs(*row, resource);
}

Status CheckNewResource(Message& resource) {
  ASSIGN_OR_RETURN(const KindRow* const row, RowOf(resource));
  return CheckAsNew(*row, resource);
}

}  // namespace sallyport
