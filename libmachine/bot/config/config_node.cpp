#include "libmachine/bot/config/config_node.h"

#include "libbase/text.h"
#include "libbase/value_fields.h"

namespace sallyport {
namespace {

std::string WrongType(std::string_view expected, const Value& found) {
  return fmt::format("expected {}, found {}", expected, TypeName(found));
}

// A number or a bool where a text belongs counts as its source text: `ssh_config: off`.
Result<std::string> TextOfScalar(const Value& value) {
  if (value.is_string()) return value.as_string();
  if (!value.source_text().empty()) return value.source_text();
  return Fail(ErrorKind::kBadParameter, "{}", WrongType("a string", value));
}

}  // namespace

Status ConfigNode::Read(std::string& to) const {
  if (value.is_null()) return {};
  auto text = TextOfScalar(value);
  if (!text) return At(std::move(text).error());
  to = std::move(*text);
  return {};
}

Status ConfigNode::Read(bool& to) const {
  if (value.is_null()) return {};
  if (!value.is_bool()) return At({ErrorKind::kBadParameter, WrongType("true or false", value), {}});
  to = value.as_bool();
  return {};
}

Status ConfigNode::Read(Nanoseconds& to) const {
  if (value.is_null()) return {};
  const auto text = TextOfScalar(value);
  if (!text) return At({ErrorKind::kBadParameter, WrongType("a duration", value), "write a duration as 20m or 1h30m"});
  const auto duration = ParseDuration(*text);
  if (!duration) {
    return At({ErrorKind::kBadParameter, duration.error().message, "write a duration as 20m or 1h30m"});
  }
  to = *duration;
  return {};
}

Status ConfigNode::Read(std::vector<std::string>& to) const {
  if (value.is_null()) return {};
  to.clear();
  return ReadItems<std::string>(to, *this,
                                [](std::string& item, const ConfigNode& node) -> Status { return node.Read(item); });
}

Status ConfigNode::Read(std::map<std::string, std::string>& to) const {
  if (value.is_null()) return {};
  if (!value.is_map()) return At({ErrorKind::kBadParameter, WrongType("a map of strings", value), {}});
  to.clear();
  for (const auto& [name, item] : value.as_map()) {
    RETURN_IF_ERROR(Key(name, item).Read(to[name]));
  }
  return {};
}

std::unexpected<Error> ConfigNode::At(Error error) const {
  if (!path.empty()) error = InContext(path, std::move(error));
  return std::unexpected(InContext(PlaceIn(notes.source, value), std::move(error)));
}

ConfigNode ConfigNode::Key(std::string_view name, const Value& below) const {
  const std::string shown = StripControl(name);
  return {below, path.empty() ? shown : fmt::format("{}.{}", path, shown), notes};
}

ConfigNode ConfigNode::Item(std::size_t index, const Value& below) const {
  return {below, fmt::format("{}[{}]", path, index), notes};
}

void ConfigNode::NoteUnknown(std::string_view name, const Value& below,
                             const std::vector<std::string_view>& known) const {
  const ConfigNode unknown = Key(name, below);
  Error error{ErrorKind::kBadParameter, fmt::format("unknown key \"{}\"", unknown.path), {}};
  if (const auto meant = DidYouMean(name, std::span<const std::string_view>(known))) {
    error.hint = fmt::format("did you mean \"{}\"?", *meant);
  }
  notes.unknown.push_back(InContext(PlaceIn(notes.source, below), std::move(error)));
}

}  // namespace sallyport
