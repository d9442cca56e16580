// Represents a JSON or YAML value. Results of commands, resources on input and output, and bodies of the web API are
// values. Maps keep the order of insertion. A value read from a file keeps its line for errors.
//
// Values are plain data: copy them freely; share them between threads only when no thread writes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace sallyport {

class Value {
 public:
  using List = std::vector<Value>;
  using Entry = std::pair<std::string, Value>;
  using Map = std::vector<Entry>;

  // The position of a value in the text it was read from (of its key, for a value of a map); 0 is unknown. Lines and
  // columns count from 1.
  struct Place {
    int line = 0;
    int column = 0;
  };

  Value() = default;                                             // null
  Value(bool value) : data_(value) {}                            // NOLINT(google-explicit-constructor)
  Value(int value) : data_(static_cast<std::int64_t>(value)) {}  // NOLINT(google-explicit-constructor)
  Value(std::int64_t value) : data_(value) {}                    // NOLINT(google-explicit-constructor)
  Value(double value) : data_(value) {}                          // NOLINT(google-explicit-constructor)
  Value(std::string value) : data_(std::move(value)) {}          // NOLINT(google-explicit-constructor)
  Value(std::string_view value) : data_(std::string(value)) {}   // NOLINT(google-explicit-constructor)
  Value(const char* value) : data_(std::string(value)) {}        // NOLINT(google-explicit-constructor)
  Value(List value) : data_(std::move(value)) {}                 // NOLINT(google-explicit-constructor)
  Value(Map value) : data_(std::move(value)) {}                  // NOLINT(google-explicit-constructor)
  static Value EmptyList() { return Value(List{}); }
  static Value EmptyMap() { return Value(Map{}); }
  // Returns a list of strings.
  static Value Strings(const std::vector<std::string>& items);

  bool is_null() const { return std::holds_alternative<std::monostate>(data_); }
  bool is_bool() const { return std::holds_alternative<bool>(data_); }
  bool is_int() const { return std::holds_alternative<std::int64_t>(data_); }
  bool is_double() const { return std::holds_alternative<double>(data_); }
  bool is_string() const { return std::holds_alternative<std::string>(data_); }
  bool is_list() const { return std::holds_alternative<List>(data_); }
  bool is_map() const { return std::holds_alternative<Map>(data_); }

  // Return the content of the value, or an empty value of the type when the content has another type.
  bool as_bool() const;
  std::int64_t as_int() const;
  double as_double() const;  // an integer too
  const std::string& as_string() const;
  const List& as_list() const;
  const Map& as_map() const;
  List& mutable_list();  // turns anything else into an empty list
  Map& mutable_map();    // turns anything else into an empty map

  // Returns the value under a key of a map, or nullptr. The pointer lives until the map changes.
  const Value* Find(std::string_view key) const;
  Value* Find(std::string_view key);
  // Finds a key in any case, as Go's JSON decoder does; an exact match wins.
  const Value* FindIgnoringCase(std::string_view key) const;
  // Sets a key of a map (in place when it exists, else at the end) and returns the new value.
  Value& Set(std::string_view key, Value value);
  // Removes a key of a map; returns whether it was there.
  bool Remove(std::string_view key);
  // Appends to a list and returns the new item.
  Value& Append(Value value);

  // Returns the original text of a YAML plain scalar that was read as a bool or a number ("1.10", "yes"); else "".
  const std::string& source_text() const { return source_text_; }
  void set_source_text(std::string text) { source_text_ = std::move(text); }
  Place place() const { return place_; }
  void set_place(Place place) { place_ = place; }

  // Compares the content and the order of map keys; ignores places and source texts.
  bool operator==(const Value& other) const { return data_ == other.data_; }

 private:
  std::variant<std::monostate, bool, std::int64_t, double, std::string, List, Map> data_;
  std::string source_text_;
  Place place_;
};

// Returns "null", "a bool", "a number", "a string", "a list" or "a map": for error texts.
std::string_view TypeName(const Value& value);

}  // namespace sallyport
