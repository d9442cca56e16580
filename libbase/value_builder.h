// Builds a Value from the events of the JSON or the YAML reader. Refuses duplicate keys and nesting beyond a depth.
// Errors carry only the reason; the reader adds the place.
#pragma once

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "libbase/error.h"
#include "libbase/value.h"

namespace sallyport {

class ValueBuilder {
 public:
  explicit ValueBuilder(int max_depth) : max_depth_(max_depth) {}

  // Opens a map or a list. Fails with kBadParameter beyond the depth.
  Status BeginMap(Value::Place place);
  Status BeginList(Value::Place place);
  // Sets the key of the next value of the innermost map. Fails with kBadParameter when the map has it already.
  Status Key(std::string key, Value::Place place);
  // Adds a value to the open map or list, or makes it the root. A value in a map gets the place of its key.
  void Add(Value value);
  // Closes the innermost map or list and returns it; the caller adds it.
  Value Finish();

  // Returns whether the next value is a map's key.
  bool expects_key() const { return !open_.empty() && open_.back().value.is_map() && !open_.back().key; }
  bool has_open() const { return !open_.empty(); }
  // Returns the root, or null without one, and resets the builder.
  Value TakeRoot();

 private:
  struct Frame {
    Value value;
    std::optional<std::string> key;
    Value::Place key_place;
    std::unordered_map<std::string, int> lines;  // of the keys so far
  };
  Status Begin(Value value, Value::Place place);

  int max_depth_;
  std::vector<Frame> open_;
  Value root_;
};

}  // namespace sallyport
