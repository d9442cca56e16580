// Reads configuration keys that are fields of the cluster's settings, with the resources' own codec, so that a value
// has the same meaning in the file and in a resource.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "libbase/value.h"
#include "libcluster/config/config_key.h"
#include "libcluster/config/teleport_config.h"
#include "libresources/codec/codec.h"

namespace sallyport {

// Reads one field of a setting's spec. Fails as the codec does.
template <typename Setting>
Status SetField(std::shared_ptr<Setting>& setting, std::string_view field, const Value& value) {
  if (!setting) setting = std::make_shared<Setting>();
  Value map = Value::EmptyMap();
  map.Set("spec", Value::Map{{std::string(field), value}});
  Setting parsed;
  RETURN_IF_ERROR(DecodeMessage(map, {}, parsed));
  setting->mutable_spec()->MergeFrom(parsed.spec());
  return {};
}

// Reads a field with a key type: a switch accepts all of its words.
template <typename Setting>
Status SetField(std::shared_ptr<Setting>& setting, std::string_view field, ConfigType type, const Value& value) {
  if (type != ConfigType::kSwitch) return SetField(setting, field, value);
  ASSIGN_OR_RETURN(const bool on, ConfigSwitch(value));
  return SetField(setting, field, Value(on));
}

}  // namespace sallyport
