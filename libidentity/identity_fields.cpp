#include "libidentity/identity_fields.h"

#include <chrono>

#include "libbase/whole_number.h"
#include "libidentity/go_json.h"

namespace sallyport {
namespace {

template <typename Number>
Status ReadNumber(std::string_view what, const std::string& text, Number& number) {
  const auto read = ReadWholeNumber<Number>(text);
  if (!read) return Fail(ErrorKind::kBadParameter, "{} is not a number in the valid range", what);
  number = *read;
  return {};
}

std::string WriteTargetPort(const Identity& identity) {
  const auto port = identity.route_to_app.target_port;
  return port == 0 ? std::string() : std::to_string(port);
}
Status ReadTargetPort(Identity& identity, const std::string& text) {
  return ReadNumber("target port", text, identity.route_to_app.target_port);
}

std::string WriteGeneration(const Identity& identity) {
  return identity.generation == 0 ? std::string() : std::to_string(identity.generation);
}
Status ReadGeneration(Identity& identity, const std::string& text) {
  return ReadNumber("generation", text, identity.generation);
}

std::string WritePreviousExpiry(const Identity& identity) {
  if (!identity.previous_identity_expires) return {};
  return FormatTime(std::chrono::floor<std::chrono::seconds>(*identity.previous_identity_expires));
}
Status ReadPreviousExpiry(Identity& identity, const std::string& text) {
  ASSIGN_OR_RETURN(identity.previous_identity_expires, ParseTime(text));
  return {};
}

std::string WriteAllowedResources(const Identity& identity) {
  return identity.allowed_resources.empty() ? std::string() : GoJsonStrings(identity.allowed_resources);
}
Status ReadAllowedResources(Identity& identity, const std::string& text) {
  ASSIGN_OR_RETURN(identity.allowed_resources, ParseAllowedResources(text));
  return {};
}

Status ReadScopePin(Identity& identity, const std::string& text) {
  RETURN_IF_ERROR(CheckJsonObject(text));
  identity.scope_pin = text;
  return {};
}
Status ReadJoinAttributes(Identity& identity, const std::string& text) {
  RETURN_IF_ERROR(CheckJsonObject(text));
  identity.join_attributes = text;
  return {};
}

std::string WriteTraits(const Identity& identity) { return identity.traits.ToJson(); }
Status ReadTraits(Identity& identity, const std::string& text) {
  if (text.empty()) return {};
  ASSIGN_OR_RETURN(identity.traits, Traits::FromJson(text));
  return {};
}

std::string WriteScopePin(const Identity& identity) { return identity.scope_pin; }
std::string WriteJoinAttributes(const Identity& identity) { return identity.join_attributes; }

}  // namespace

constinit const CodedField kTargetPortField{WriteTargetPort, ReadTargetPort};
constinit const CodedField kGenerationField{WriteGeneration, ReadGeneration};
constinit const CodedField kPreviousExpiryField{WritePreviousExpiry, ReadPreviousExpiry};
constinit const CodedField kAllowedResourcesField{WriteAllowedResources, ReadAllowedResources};
constinit const CodedField kScopePinField{WriteScopePin, ReadScopePin};
constinit const CodedField kJoinAttributesField{WriteJoinAttributes, ReadJoinAttributes};
constinit const CodedField kTraitsField{WriteTraits, ReadTraits};

Result<std::vector<std::string>> ParseAllowedResources(std::string_view json) {
  if (json.empty()) return std::vector<std::string>();
  ASSIGN_OR_RETURN(std::vector<std::string> resources, ParseJsonStrings(json));
  for (const std::string& resource : resources) {
    const std::size_t kind = resource.find('/', 1);
    if (!resource.starts_with('/') || kind == std::string::npos || resource.find('/', kind + 1) == std::string::npos) {
      return Fail(ErrorKind::kBadParameter, "allowed resource is not of the form /cluster/kind/name");
    }
  }
  return resources;
}

}  // namespace sallyport
