// Gives the tables of X.509 attributes and SSH extensions access to the fields of an identity, and encodes the fields
// that need a special form in both tables. Internal to this library.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "libidentity/identity.h"

namespace sallyport {

using TextField = std::string& (*)(Identity&);
using ListField = std::vector<std::string>& (*)(Identity&);
using FlagField = bool& (*)(Identity&);
struct CodedField {
  std::string (*write)(const Identity&);  // empty text leaves the field out
  Status (*read)(Identity&, const std::string&);
};
using IdentityField = std::variant<TextField, ListField, FlagField, CodedField>;

extern const CodedField kTargetPortField;        // decimal
extern const CodedField kGenerationField;        // decimal
extern const CodedField kPreviousExpiryField;    // RFC 3339 in whole seconds
extern const CodedField kAllowedResourcesField;  // JSON list
extern const CodedField kScopePinField;          // a JSON object, kept as text
extern const CodedField kJoinAttributesField;    // a JSON object, kept as text
extern const CodedField kTraitsField;            // JSON, "null" when there are none

}  // namespace sallyport
