// Tests that every field of every kind is read as it was written, and that the files of tests/fixtures/every_field,
// which tests/e2e sends through a cluster, have every field.
#include <google/protobuf/descriptor.h>
#include <google/protobuf/duration.pb.h>
#include <google/protobuf/message.h>
#include <google/protobuf/struct.pb.h>
#include <google/protobuf/timestamp.pb.h>
#include <google/protobuf/util/message_differencer.h>

#include <filesystem>
#include <set>

#include "libbase/file.h"
#include "libbase/yaml.h"
#include "libresources/codec/codec_forms.h"
#include "libresources/kinds.h"
#include "tests/unit/libresources/fixtures.h"

namespace sallyport {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

bool IsHidden(const FieldDescriptor& field) {
  for (const auto& form : FieldFormsOf(*field.containing_type())) {
    if (form.field == &field) return form.hidden;
  }
  return true;
}

// Sets every field to a value that is not its default. `variant` chooses a member of each oneof.
class Filler {
 public:
  explicit Filler(int variant) : variant_(variant) {}

  void Fill(Message& message) {
    if (auto* time = dynamic_cast<google::protobuf::Timestamp*>(&message)) {
      time->set_seconds(1900000000);
      return;
    }
    if (auto* duration = dynamic_cast<google::protobuf::Duration*>(&message)) {
      duration->set_seconds(5400);
      return;
    }
    if (auto* fields = dynamic_cast<google::protobuf::Struct*>(&message)) {
      (*fields->mutable_fields())["key"].mutable_list_value()->add_values()->set_string_value("text");
      return;
    }
    const Descriptor& type = *message.GetDescriptor();
    for (int i = 0; i < type.field_count(); ++i) {
      const FieldDescriptor& field = *type.field(i);
      const auto* one_of = field.real_containing_oneof();
      if (one_of != nullptr && one_of->field(variant_ % one_of->field_count()) != &field) continue;
      if (!IsHidden(field)) FillField(message, field);
    }
  }

 private:
  void FillField(Message& message, const FieldDescriptor& field) {
    const auto& reflection = *message.GetReflection();
    if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      // Reflection treats a map as a list of entries.
      Fill(field.is_repeated() ? *reflection.AddMessage(&message, &field)
                               : *reflection.MutableMessage(&message, &field));
      return;
    }
    const std::string text = field.type() == FieldDescriptor::TYPE_BYTES ? "bytes" : "text";
    switch (field.cpp_type()) {
      case FieldDescriptor::CPPTYPE_STRING:
        return field.is_repeated() ? reflection.AddString(&message, &field, text)
                                   : reflection.SetString(&message, &field, text);
      case FieldDescriptor::CPPTYPE_BOOL:
        return reflection.SetBool(&message, &field, true);
      case FieldDescriptor::CPPTYPE_ENUM: {
        const int number = field.enum_type()->value(field.enum_type()->value_count() - 1)->number();
        return field.is_repeated() ? reflection.AddEnumValue(&message, &field, number)
                                   : reflection.SetEnumValue(&message, &field, number);
      }
      case FieldDescriptor::CPPTYPE_INT32:
        return field.is_repeated() ? reflection.AddInt32(&message, &field, 7)
                                   : reflection.SetInt32(&message, &field, 7);
      case FieldDescriptor::CPPTYPE_INT64:
        return reflection.SetInt64(&message, &field, 3600000000000);
      case FieldDescriptor::CPPTYPE_UINT32:
        return field.is_repeated() ? reflection.AddUInt32(&message, &field, 7)
                                   : reflection.SetUInt32(&message, &field, 7);
      case FieldDescriptor::CPPTYPE_UINT64:
        return reflection.SetUInt64(&message, &field, 7);
      default:
        FAIL("no value for " << field.full_name());
    }
  }

  const int variant_;
};

// Adds the paths of the fields that are set.
void AddPaths(const Message& message, const std::string& prefix, std::set<std::string>& found) {
  std::vector<const FieldDescriptor*> fields;
  const auto& reflection = *message.GetReflection();
  reflection.ListFields(message, &fields);
  for (const auto* field : fields) {
    if (IsHidden(*field)) continue;
    const std::string path = prefix + "." + field->name();
    found.insert(path);
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE || field->is_map()) continue;
    if (field->message_type() == google::protobuf::Timestamp::descriptor()) continue;
    if (!field->is_repeated()) AddPaths(reflection.GetMessage(message, field), path, found);
    for (int i = 0; field->is_repeated() && i < reflection.FieldSize(message, field); ++i) {
      AddPaths(reflection.GetRepeatedMessage(message, field, i), path, found);
    }
  }
}

int CountVariants(const Descriptor& type, std::set<const Descriptor*>& seen) {
  int count = 1;
  if (!seen.insert(&type).second) return count;
  for (int i = 0; i < type.oneof_decl_count(); ++i) count = std::max(count, type.oneof_decl(i)->field_count());
  for (int i = 0; i < type.field_count(); ++i) {
    if (const auto* below = type.field(i)->message_type()) count = std::max(count, CountVariants(*below, seen));
  }
  return count;
}

std::vector<std::unique_ptr<Message>> Filled(const KindRow& kind) {
  std::set<const Descriptor*> seen;
  std::vector<std::unique_ptr<Message>> all;
  const int variants = CountVariants(*kind.prototype().GetDescriptor(), seen);
  for (int variant = 0; variant < variants; ++variant) {
    all.emplace_back(kind.prototype().New());
    Filler(variant).Fill(*all.back());
  }
  return all;
}

TEST_CASE("every field that is written is read again") {
  for (const auto& kind : Kinds()) {
    for (const auto& message : Filled(kind)) {
      INFO(kind.kind);
      const std::string yaml = ToYaml(EncodeMessage(*message));
      INFO(yaml);
      std::unique_ptr<Message> again(kind.prototype().New());
      const Status read = DecodeMessage(Yaml(yaml), {}, *again);
      REQUIRE(read);
      google::protobuf::util::MessageDifferencer differencer;
      std::string difference;
      differencer.ReportDifferencesToString(&difference);
      const bool same = differencer.Compare(*message, *again);
      INFO(difference);
      CHECK(same);
    }
  }
}

// The beginnings of paths of fields that users do not write: the cluster sets them, or refuses a role that has them.
constexpr std::string_view kNotWritten[] = {".SubKind",
                                            ".sub_kind",
                                            ".Metadata.Revision",
                                            ".metadata.revision",
                                            ".header.sub_kind",
                                            ".header.metadata.revision",
                                            ".Status",
                                            ".status",
                                            ".Spec.TeamsToLogins.Kube",
                                            ".Spec.Status",
                                            ".Spec.LocalAuth",
                                            ".Spec.CreatedBy",
                                            ".spec.gcp.Tags",  // becomes labels
                                            ".Spec.Deny.Impersonate.Where",
                                            ".Spec.Deny.Request.Thresholds",
                                            ".Spec.Deny.Request.Reason"};

std::string FixturePath(const KindRow& kind) {
  return fmt::format("{}/tests/fixtures/every_field/{}.yaml", SALLYPORT_SOURCE_DIR, kind.kind);
}

TEST_CASE("the files with every field leave none out") {
  for (const auto& kind : Kinds()) {
    if (!std::filesystem::exists(FixturePath(kind))) continue;
    INFO(kind.kind);
    const auto resources = DecodeResources(ReadFile(FixturePath(kind)).value(), {.source = FixturePath(kind)});
    if (!resources) FAIL(ToText(resources.error()));
    std::set<std::string> written;
    for (const auto& resource : *resources) AddPaths(*resource.message, "", written);
    std::set<std::string> all;
    for (const auto& message : Filled(kind)) AddPaths(*message, "", all);
    for (const auto& path : all) {
      const bool exempt =
          std::ranges::any_of(kNotWritten, [&](std::string_view start) { return path.starts_with(start); });
      INFO(path);
      CHECK((exempt || written.contains(path)));
    }
  }
}

}  // namespace
}  // namespace sallyport
