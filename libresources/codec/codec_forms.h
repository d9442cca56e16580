// Gives the codec the forms of fields and the texts of enums.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libbase/value.h"
#include "sallyport/json.pb.h"

namespace google::protobuf {
class Descriptor;
class EnumDescriptor;
class FieldDescriptor;
}  // namespace google::protobuf

namespace sallyport {

// How one field is written.
struct FieldForm {
  const google::protobuf::FieldDescriptor* field = nullptr;
  std::string key;
  bool hidden = false;
  bool always = false;
  bool embedded = false;
  JsonForm form = PLAIN;
};

// Returns the forms of a message's fields in the order of the proto file. The result is made once for each type and
// never freed; thread-safe.
const std::vector<FieldForm>& FieldFormsOf(const google::protobuf::Descriptor& type);

// Returns the form with a key among a message's fields and those embedded in it, or nullptr.
const FieldForm* FindField(const google::protobuf::Descriptor& type, std::string_view key, bool any_case);
// Returns all keys that a message can have.
std::vector<std::string> KeysOf(const google::protobuf::Descriptor& type);

// Returns how a number of an enum is written: a text, a bool, or the number itself.
Value EnumToValue(const google::protobuf::EnumDescriptor& type, int number);
// Returns the number that a text, a bool or a number means, or nothing.
std::optional<int> EnumFromValue(const google::protobuf::EnumDescriptor& type, const Value& value);
// Returns the texts that EnumFromValue accepts, for error texts.
std::vector<std::string> EnumTexts(const google::protobuf::EnumDescriptor& type);

// Returns the bool that a text means (yes, no, on, off, true, false, 1, 0, y, n in any case), or nothing.
std::optional<bool> BoolFromText(std::string_view text);

}  // namespace sallyport
