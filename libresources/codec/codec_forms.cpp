#include "libresources/codec/codec_forms.h"

#include <algorithm>
#include <limits>
#include <unordered_map>

#include <google/protobuf/descriptor.h>

#include "libbase/mutex.h"
#include "libbase/text.h"

namespace sallyport {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;

// A text that stands for a number of an enum. The first row of a number is the written one, unless the enum is written
// as a number.
struct EnumText {
  std::string_view type;
  int number;
  std::string_view text;
};
constexpr EnumText kEnumTexts[] = {
    {"types.RequireMFAType", 2, "hardware_key"},
    {"types.RequireMFAType", 3, "hardware_key_touch"},
    {"types.RequireMFAType", 4, "hardware_key_pin"},
    {"types.RequireMFAType", 5, "hardware_key_touch_and_pin"},
    {"types.CreateHostUserMode", 0, ""},
    {"types.CreateHostUserMode", 1, "off"},
    {"types.CreateHostUserMode", 3, "keep"},
    {"types.CreateHostUserMode", 4, "insecure-drop"},
    {"types.CreateHostUserMode", 4, "drop"},  // the old name; number 2 is only read
    {"types.CreateHostUserMode", 2, "drop"},
    {"types.CreateDatabaseUserMode", 0, ""},
    {"types.CreateDatabaseUserMode", 1, "off"},
    {"types.CreateDatabaseUserMode", 2, "keep"},
    {"types.CreateDatabaseUserMode", 3, "best_effort_drop"},
    {"types.CertExtensionType", 0, "ssh"},
    {"types.CertExtensionMode", 0, "extension"},
    {"types.SecondFactorType", 0, ""},
    {"types.SecondFactorType", 1, "otp"},
    {"types.SecondFactorType", 2, "webauthn"},
    {"types.SecondFactorType", 3, "sso"},
    {"types.SignatureAlgorithmSuite", 0, ""},
    {"types.SignatureAlgorithmSuite", 1, "legacy"},
    {"types.SignatureAlgorithmSuite", 2, "balanced-v1"},
    {"types.SignatureAlgorithmSuite", 3, "fips-v1"},
    {"types.SignatureAlgorithmSuite", 4, "hsm-v1"},
    {"types.SAMLForceAuthn", 0, ""},
    {"types.SAMLForceAuthn", 1, "yes"},
    {"types.SAMLForceAuthn", 2, "no"},
    {"types.IAMPolicyStatus", 0, "IAM_POLICY_STATUS_UNSPECIFIED"},
    {"types.IAMPolicyStatus", 1, "IAM_POLICY_STATUS_PENDING"},
    {"types.IAMPolicyStatus", 2, "IAM_POLICY_STATUS_FAILED"},
    {"types.IAMPolicyStatus", 3, "IAM_POLICY_STATUS_SUCCESS"},
    {"types.DatabaseTLSMode", 0, "verify-full"},
    {"types.DatabaseTLSMode", 0, ""},
    {"types.DatabaseTLSMode", 1, "verify-ca"},
    {"types.DatabaseTLSMode", 2, "insecure"},
    {"types.ProxyListenerMode", 0, "separate"},
    {"types.ProxyListenerMode", 1, "multiplex"},
    {"types.RoutingStrategy", 0, "unambiguous_match"},
    {"types.RoutingStrategy", 1, "most_recent"},
};

// Enums that read texts but are written as numbers.
constexpr std::string_view kWrittenAsNumbers[] = {"types.ProxyListenerMode", "types.RoutingStrategy",
                                                  "types.DatabaseTLSMode"};

// Enums that are also written or read as a bool.
struct EnumBools {
  std::string_view type;
  int off;
  std::optional<int> on;  // empty: true has no meaning
  bool written;
};
constexpr EnumBools kEnumBools[] = {
    {"types.RequireMFAType", 0, 1, true},
    {"types.CreateHostUserMode", 1, std::nullopt, false},
    {"types.CreateDatabaseUserMode", 1, std::nullopt, false},
    {"types.SAMLForceAuthn", 2, 1, false},
};

const EnumBools* BoolsOf(const EnumDescriptor& type) {
  for (const EnumBools& row : kEnumBools) {
    if (row.type == type.full_name()) return &row;
  }
  return nullptr;
}

std::vector<FieldForm> MakeForms(const Descriptor& type) {
  std::vector<FieldForm> forms;
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    const JsonField& options = field.options().GetExtension(json_field);
    FieldForm form;
    form.field = &field;
    form.key = field.has_json_name() ? field.json_name() : field.name();
    form.hidden = options.hidden();
    form.always = options.always();
    form.embedded = options.embedded() || form.key == "(inline)";
    form.form = options.form();
    forms.push_back(std::move(form));
  }
  return forms;
}

std::optional<int> EnumFromText(const EnumDescriptor& type, std::string_view text) {
  for (const EnumText& row : kEnumTexts) {
    if (row.type == type.full_name() && LowerCase(text) == row.text) return row.number;
  }
  if (const EnumBools* bools = BoolsOf(type)) {
    const auto on = BoolFromText(text);
    if (on) return *on ? bools->on : std::optional(bools->off);
    if (text.empty()) return 0;
  }
  const auto* const named = type.FindValueByName(std::string(text));
  return named == nullptr ? std::nullopt : std::optional(named->number());
}

}  // namespace

const std::vector<FieldForm>& FieldFormsOf(const Descriptor& type) {
  static Mutex mutex;
  using Forms = std::unordered_map<const Descriptor*, std::vector<FieldForm>>;
  static Forms* const forms PT_GUARDED_BY(mutex) = new Forms();
  const MutexLock lock(mutex);
  const auto found = forms->find(&type);
  if (found != forms->end()) return found->second;
  return forms->emplace(&type, MakeForms(type)).first->second;
}

const FieldForm* FindField(const Descriptor& type, std::string_view key, bool any_case) {
  const FieldForm* close = nullptr;
  for (const FieldForm& form : FieldFormsOf(type)) {
    if (form.embedded) {
      if (FindField(*form.field->message_type(), key, any_case) != nullptr) return &form;
      continue;
    }
    if (form.hidden) continue;
    if (form.key == key) return &form;
    if (any_case && LowerCase(form.key) == LowerCase(key)) close = &form;
  }
  return close;
}

std::vector<std::string> KeysOf(const Descriptor& type) {
  std::vector<std::string> keys;
  for (const FieldForm& form : FieldFormsOf(type)) {
    if (form.embedded) {
      const auto inner = KeysOf(*form.field->message_type());
      keys.insert(keys.end(), inner.begin(), inner.end());
    } else if (!form.hidden) {
      keys.push_back(form.key);
    }
  }
  return keys;
}

Value EnumToValue(const EnumDescriptor& type, int number) {
  if (const EnumBools* bools = BoolsOf(type); bools != nullptr && bools->written) {
    if (number == bools->off) return Value(false);
    if (bools->on == number) return Value(true);
  }
  const bool as_number = std::find(std::begin(kWrittenAsNumbers), std::end(kWrittenAsNumbers), type.full_name()) !=
                         std::end(kWrittenAsNumbers);
  for (const EnumText& row : kEnumTexts) {
    if (!as_number && row.type == type.full_name() && row.number == number) return Value(row.text);
  }
  // Kinds of the newer form use the names of protobuf's own JSON.
  const auto* const named = type.FindValueByNumber(number);
  if (named != nullptr && type.full_name().starts_with("teleport.")) return Value(named->name());
  return Value(number);
}

std::optional<int> EnumFromValue(const EnumDescriptor& type, const Value& value) {
  if (value.is_string()) return EnumFromText(type, value.as_string());
  if (value.is_bool()) {
    const EnumBools* const bools = BoolsOf(type);
    if (bools == nullptr) return EnumFromText(type, value.source_text());
    return value.as_bool() ? bools->on : std::optional(bools->off);
  }
  if (!value.is_int() || value.as_int() < 0 || value.as_int() > std::numeric_limits<int>::max()) return std::nullopt;
  const int number = static_cast<int>(value.as_int());
  // The legacy mode "drop" became insecure-drop.
  if (type.full_name() == "types.CreateHostUserMode" && number == 2) return 4;
  return type.FindValueByNumber(number) == nullptr ? std::nullopt : std::optional(number);
}

std::vector<std::string> EnumTexts(const EnumDescriptor& type) {
  std::vector<std::string> texts;
  if (const EnumBools* bools = BoolsOf(type); bools != nullptr && bools->on) texts = {"true", "false"};
  for (const EnumText& row : kEnumTexts) {
    if (row.type == type.full_name() && !row.text.empty()) texts.emplace_back(row.text);
  }
  std::sort(texts.begin(), texts.end());
  texts.erase(std::unique(texts.begin(), texts.end()), texts.end());
  return texts;
}

std::optional<bool> BoolFromText(std::string_view text) {
  const std::string word = LowerCase(text);
  for (const std::string_view yes : {"true", "yes", "yeah", "y", "on", "1"}) {
    if (word == yes) return true;
  }
  for (const std::string_view no : {"false", "no", "nope", "n", "off", "0"}) {
    if (word == no) return false;
  }
  return std::nullopt;
}

}  // namespace sallyport
