#include "libbase/value_builder.h"

#include <utility>

namespace sallyport {

Status ValueBuilder::BeginMap(Value::Place place) { return Begin(Value::EmptyMap(), place); }

Status ValueBuilder::BeginList(Value::Place place) { return Begin(Value::EmptyList(), place); }

Status ValueBuilder::Begin(Value value, Value::Place place) {
  if (open_.size() >= static_cast<std::size_t>(max_depth_)) {
    return Fail(ErrorKind::kBadParameter, "nested deeper than {} levels", max_depth_);
  }
  value.set_place(place);
  open_.push_back(Frame{.value = std::move(value), .key = std::nullopt, .key_place = {}, .lines = {}});
  return {};
}

Status ValueBuilder::Key(std::string key, Value::Place place) {
  Frame& frame = open_.back();
  const auto [seen, is_new] = frame.lines.emplace(key, place.line);
  if (!is_new) {
    return Fail(ErrorKind::kBadParameter, "duplicate key \"{}\", first given on line {}", key, seen->second);
  }
  frame.key = std::move(key);
  frame.key_place = place;
  return {};
}

void ValueBuilder::Add(Value value) {
  if (open_.empty()) {
    root_ = std::move(value);
    return;
  }
  Frame& frame = open_.back();
  if (frame.value.is_list()) {
    frame.value.Append(std::move(value));
    return;
  }
  value.set_place(frame.key_place);
  frame.value.mutable_map().emplace_back(std::move(frame.key).value_or(""), std::move(value));
  frame.key.reset();
}

Value ValueBuilder::Finish() {
  Value value = std::move(open_.back().value);
  open_.pop_back();
  return value;
}

Value ValueBuilder::TakeRoot() {
  open_.clear();
  return std::exchange(root_, Value());
}

}  // namespace sallyport
