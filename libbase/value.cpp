#include "libbase/value.h"

#include <algorithm>

namespace sallyport {
namespace {

char LowerAscii(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool EqualIgnoringCase(std::string_view a, std::string_view b) {
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return LowerAscii(x) == LowerAscii(y); });
}

}  // namespace

Value Value::Strings(const std::vector<std::string>& items) { return Value(List(items.begin(), items.end())); }

bool Value::as_bool() const {
  const auto* held = std::get_if<bool>(&data_);
  return held != nullptr && *held;
}

std::int64_t Value::as_int() const {
  const auto* held = std::get_if<std::int64_t>(&data_);
  return held != nullptr ? *held : 0;
}

double Value::as_double() const {
  if (const auto* held = std::get_if<double>(&data_)) return *held;
  return static_cast<double>(as_int());
}

const std::string& Value::as_string() const {
  static const std::string empty;
  const auto* held = std::get_if<std::string>(&data_);
  return held != nullptr ? *held : empty;
}

const Value::List& Value::as_list() const {
  static const List empty;
  const auto* held = std::get_if<List>(&data_);
  return held != nullptr ? *held : empty;
}

const Value::Map& Value::as_map() const {
  static const Map empty;
  const auto* held = std::get_if<Map>(&data_);
  return held != nullptr ? *held : empty;
}

Value::List& Value::mutable_list() {
  if (!is_list()) data_ = List{};
  return std::get<List>(data_);
}

Value::Map& Value::mutable_map() {
  if (!is_map()) data_ = Map{};
  return std::get<Map>(data_);
}

const Value* Value::Find(std::string_view key) const {
  for (const auto& [name, value] : as_map()) {
    if (name == key) return &value;
  }
  return nullptr;
}

Value* Value::Find(std::string_view key) { return const_cast<Value*>(std::as_const(*this).Find(key)); }

const Value* Value::FindIgnoringCase(std::string_view key) const {
  if (const Value* exact = Find(key)) return exact;
  for (const auto& [name, value] : as_map()) {
    if (EqualIgnoringCase(name, key)) return &value;
  }
  return nullptr;
}

Value& Value::Set(std::string_view key, Value value) {
  Map& map = mutable_map();
  if (Value* existing = Find(key)) {
    *existing = std::move(value);
    return *existing;
  }
  return map.emplace_back(std::string(key), std::move(value)).second;
}

bool Value::Remove(std::string_view key) {
  if (!is_map()) return false;
  return std::erase_if(mutable_map(), [key](const Entry& entry) { return entry.first == key; }) > 0;
}

Value& Value::Append(Value value) { return mutable_list().emplace_back(std::move(value)); }

std::string_view TypeName(const Value& value) {
  if (value.is_null()) return "null";
  if (value.is_bool()) return "a bool";
  if (value.is_int() || value.is_double()) return "a number";
  if (value.is_string()) return "a string";
  return value.is_list() ? "a list" : "a map";
}

}  // namespace sallyport
