// Reads values of tbot.yaml into the fields of structs. A struct has a table of its keys; keys outside of the table are
// noted, not refused.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "libbase/error.h"
#include "libbase/time.h"
#include "libbase/value.h"

namespace sallyport {

// The notes of reading a file: its path and its warnings.
struct ConfigNotes {
  std::string source;          // the file's path
  std::vector<Error> unknown;  // keys without a row
  std::vector<std::string> notes;
};

// A value of the file, with the path of its key. Each Read fails with kBadParameter and the place when the value has
// another type, and leaves the field as it is for null.
struct ConfigNode {
  const Value& value;
  std::string path;  // "outputs[0].destination"; empty: the file
  ConfigNotes& notes;

  Status Read(std::string& to) const;
  Status Read(bool& to) const;
  Status Read(Nanoseconds& to) const;               // "1h30m"
  Status Read(std::vector<std::string>& to) const;  // a list of strings
  Status Read(std::map<std::string, std::string>& to) const;

  // Returns the error with file, line and key before its message.
  std::unexpected<Error> At(Error error) const;
  // Returns the node of a key of this map, or of an item of this list.
  ConfigNode Key(std::string_view name, const Value& below) const;
  ConfigNode Item(std::size_t index, const Value& below) const;
  // Notes that a key of this map is unknown; `known` are the names that were possible.
  void NoteUnknown(std::string_view name, const Value& below, const std::vector<std::string_view>& known) const;
};

// A key of a struct T.
template <typename T>
struct BotKey {
  std::string_view name;
  Status (*read)(T& to, const ConfigNode& node);
};

// Reads all keys of a map. Fails with kBadParameter when the value is no map, and as the readers do.
template <typename T>
Status ReadKeys(T& to, const ConfigNode& node, std::span<const BotKey<T>> keys) {
  if (node.value.is_null()) return {};
  if (!node.value.is_map()) {
    return node.At({ErrorKind::kBadParameter, fmt::format("expected a map, found {}", TypeName(node.value)), {}});
  }

  for (const auto& [name, value] : node.value.as_map()) {
    const BotKey<T>* row = nullptr;
    for (const auto& key : keys) {
      if (key.name == name) row = &key;
    }
    if (row == nullptr) {
      std::vector<std::string_view> known;
      for (const auto& key : keys) known.push_back(key.name);
      node.NoteUnknown(name, value, known);
    } else if (!value.is_null()) {
      RETURN_IF_ERROR(row->read(to, node.Key(name, value)));
    }
  }
  return {};
}

// Reads each item of a list. Fails with kBadParameter when the value is no list, and as `read` does.
template <typename T>
Status ReadItems(std::vector<T>& to, const ConfigNode& node, Status (*read)(T& to, const ConfigNode& node)) {
  if (!node.value.is_list()) {
    return node.At({ErrorKind::kBadParameter, fmt::format("expected a list, found {}", TypeName(node.value)), {}});
  }
  std::size_t index = 0;
  for (const auto& item : node.value.as_list()) {
    RETURN_IF_ERROR(read(to.emplace_back(), node.Item(index++, item)));
  }
  return {};
}

// The reader of a field, for a row: {"token", ReadField<&OnboardingConfig::token>}.
template <auto Member, typename T>
Status ReadField(T& to, const ConfigNode& node) {
  return node.Read(to.*Member);
}

// The reader of a key that is known and has no field, because nothing depends on it.
template <typename T>
Status IgnoreKey(T&, const ConfigNode&) {
  return {};
}

}  // namespace sallyport
