#include "libmachine/operator/custom_plan.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <google/protobuf/message.h>

#include "libbase/json.h"
#include "libbase/value_fields.h"
#include "libmachine/operator/custom_kind.h"
#include "libmachine/operator/custom_resource.h"
#include "libmachine/operator/prepared_resource.h"
#include "libmachine/operator/secret_reference.h"
#include "libresources/difference.h"
#include "libresources/kinds.h"
#include "libresources/kinds/metadata.h"

namespace sallyport {
namespace {

// Fields with secrets, in the specs of all kinds.
constexpr std::array<std::string_view, 7> kSecretFields = {
    "client_secret",       "google_service_account", "local_auth", "private_key",
    "registration_secret", "signing_key_pair",       "token"};
constexpr std::string_view kHidden = "(secret)";
constexpr std::string_view kOtherHidden = "(another secret)";

// Replaces the secrets of both states. A reference is equal to any secret: its value is in Kubernetes.
void HideSecrets(Value* before, Value& after) {
  if (after.is_list()) {
    auto& items = after.mutable_list();
    for (std::size_t i = 0; i < items.size(); ++i) {
      const bool pairs = before != nullptr && before->is_list() && i < before->as_list().size();
      HideSecrets(pairs ? &before->mutable_list()[i] : nullptr, items[i]);
    }
    return;
  }
  if (!after.is_map()) return;

  for (auto& [key, value] : after.mutable_map()) {
    Value* const was = before == nullptr ? nullptr : before->Find(key);
    if (std::ranges::find(kSecretFields, key) == kSecretFields.end()) {
      HideSecrets(was, value);
      continue;
    }
    const bool same = was == nullptr || *was == value || IsSecretReference(value.as_string());
    value = Value(same ? kHidden : kOtherHidden);
    if (was != nullptr) *was = Value(kHidden);
  }
}

// Replaces secrets that one state alone has.
void HideRest(Value& value) {
  if (value.is_list()) {
    for (Value& item : value.mutable_list()) HideRest(item);
  }
  if (!value.is_map()) return;
  for (auto& [key, item] : value.mutable_map()) {
    const bool secret = std::ranges::find(kSecretFields, key) != kSecretFields.end();
    const bool hidden = item == Value(kHidden) || item == Value(kOtherHidden);
    if (!secret) HideRest(item);
    if (secret && !hidden) item = Value(kHidden);
  }
}

// Returns a resource without what every write changes, and without what only the cluster says.
Value PlannedState(const google::protobuf::Message& message) {
  Value value = EncodeMessage(message);
  if (Value* const metadata = value.Find("metadata")) metadata->Remove("revision");
  value.Remove("status");
  if (Value* const spec = value.Find("spec")) spec->Remove("local_auth");
  return value;
}

Value FieldRows(Value before, Value after) {
  HideSecrets(&before, after);
  HideRest(before);
  HideRest(after);
  Value rows = Value::EmptyList();
  for (FieldDifference& field : Differences(before, after)) {
    Value& row = rows.Append(Value(Value::Map{{"path", field.path}}));
    if (field.before) row.Set("before", std::move(*field.before));
    if (field.after) row.Set("after", std::move(*field.after));
  }
  return rows;
}

struct PlannedChange {
  std::string_view change;
  Value fields = Value::EmptyList();
  std::string reason{};
};

PlannedChange Refused(std::string reason) { return {.change = "refused", .reason = std::move(reason)}; }

PlannedChange PlanDeletion(const CustomMetadata& metadata, const std::optional<Resource>& stored) {
  if (!metadata.HasFinalizer() || !stored || metadata.kept || !IsOfKubernetes(*stored->message)) {
    return {.change = "none"};
  }
  return {.change = "delete"};
}

PlannedChange PlanWrite(const CustomKind& kind, const Value& object, const std::optional<Resource>& stored) {
  auto wanted = ResourceOf(kind, object);
  if (!wanted) return Refused(wanted.error().message);
  if (const Status checked = CheckAsNew(*wanted->kind, *wanted->message); !checked) {
    return Refused(checked.error().message);
  }
  if (!stored) return {.change = "create"};
  if (!IsOfKubernetes(*stored->message)) {
    return Refused("the cluster has a resource of this name without the label teleport.dev/origin: kubernetes");
  }

  KeepOfStored(*wanted, *stored->message);
  Value fields = FieldRows(PlannedState(*stored->message), PlannedState(*wanted->message));
  const bool same = fields.as_list().empty();
  return {.change = same ? "none" : "update", .fields = std::move(fields)};
}

Result<const CustomKind*> KindOfObject(const Value& object) {
  const std::string api_version = TextAt(object, "apiVersion");
  const std::string kind = TextAt(object, "kind");
  for (const CustomKind& row : CustomKinds()) {
    if (row.kind == kind && ApiVersionOf(row) == api_version) return FindCustomKind(kind);
  }
  return FailWithHint(ErrorKind::kBadParameter,
                      fmt::format("{} {} is no custom resource of the operator", api_version, kind),
                      "teleport-operator crds writes the definitions of all kinds");
}

Result<Value> PlanOne(const Value& object, const StoredFinder& find) {
  ASSIGN_OR_RETURN(const CustomKind* const kind, KindOfObject(object));
  const CustomMetadata metadata = MetadataOfCustom(object);
  const KindRow* const row = FindKind(kind->teleport_kind);
  if (row == nullptr) {
    return Fail(ErrorKind::kNotImplemented, "resources of kind {} are not implemented", kind->teleport_kind);
  }
  if (metadata.name.empty()) return Fail(ErrorKind::kBadParameter, "a {} has no name", kind->kind);

  PlannedChange planned{.change = "ignored"};
  if (!metadata.ignored) {
    ASSIGN_OR_RETURN(const auto stored, find(*row, metadata.name));
    planned = metadata.deleted ? PlanDeletion(metadata, stored) : PlanWrite(*kind, object, stored);
  }

  Value result(Value::Map{{"kind", row->kind}});
  if (!row->name_is_secret) result.Set("name", metadata.name);
  result.Set("custom_resource", kind->kind);
  result.Set("change", planned.change);
  result.Set("fields", std::move(planned.fields));
  if (!planned.reason.empty()) {
    result.Set("reason", WithoutSecretName(*kind, metadata.name, std::move(planned.reason)));
  }
  return result;
}

// Adds the items of a list of Kubernetes, or the object itself.
void AddObjects(const Value& object, std::vector<const Value*>& objects) {
  const Value* const items = object.Find("items");
  if (items == nullptr || !TextAt(object, "kind").ends_with("List")) {
    objects.push_back(&object);
    return;
  }
  for (const Value& item : items->as_list()) objects.push_back(&item);
}

std::string FieldText(const Value& field) {
  const std::string path = TextAt(field, "path");
  const Value* const before = field.Find("before");
  const Value* const after = field.Find("after");
  if (before == nullptr && after != nullptr) return fmt::format("    + {}: {}\n", path, ToJson(*after));
  if (after == nullptr && before != nullptr) return fmt::format("    - {}: {}\n", path, ToJson(*before));
  if (before == nullptr) return {};
  return fmt::format("    ~ {}: {} -> {}\n", path, ToJson(*before), ToJson(*after));
}

std::string PlannedRowText(const Value& row) {
  constexpr std::array<std::pair<std::string_view, char>, 4> kSigns = {
      {{"create", '+'}, {"update", '~'}, {"delete", '-'}, {"refused", '!'}}};
  const std::string change = TextAt(row, "change");
  const auto* const sign = std::ranges::find(kSigns, change, [](const auto& item) { return item.first; });
  if (sign == kSigns.end()) return {};

  std::string text = fmt::format("{} {}", sign->second, TextAt(row, "kind"));
  if (const Value* const name = row.Find("name")) text += fmt::format(" {}", ToJson(*name));
  if (const std::string reason = TextAt(row, "reason"); !reason.empty()) text += fmt::format(": {}", reason);
  text += '\n';
  for (const Value& field : row.Find("fields")->as_list()) text += FieldText(field);
  return text;
}

}  // namespace

Result<CustomPlan> PlanCustomResources(const std::vector<Value>& objects, const StoredFinder& find) {
  std::vector<const Value*> each;
  for (const Value& object : objects) AddObjects(object, each);
  CustomPlan plan;
  for (const Value* object : each) {
    ASSIGN_OR_RETURN(Value row, PlanOne(*object, find));
    const std::string change = TextAt(row, "change");
    plan.differs = plan.differs || change == "create" || change == "update" || change == "delete";
    plan.refuses = plan.refuses || change == "refused";
    plan.rows.Append(std::move(row));
  }
  return plan;
}

std::string CustomPlanText(const Value& rows) {
  std::string text;
  for (const Value& row : rows.as_list()) text += PlannedRowText(row);
  return text.empty() ? "no differences\n" : text;
}

}  // namespace sallyport
