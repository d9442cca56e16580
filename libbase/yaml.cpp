#include "libbase/yaml.h"

#include <algorithm>
#include <array>
#include <exception>
#include <optional>
#include <sstream>
#include <unordered_map>

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include "libbase/text.h"
#include "libbase/value_builder.h"
#include "libbase/yaml_scalar.h"

namespace sallyport {
namespace {

constexpr std::string_view kMergeKey = "<<";
constexpr std::string_view kTagPrefix = "tag:yaml.org,2002:";

// The cost of copying a value against the budget of aliases, and its number of values.
struct Weight {
  std::size_t bytes = 0;
  std::size_t nodes = 0;
};
Weight WeightOf(const Value& value) {
  Weight weight{.bytes = sizeof(Value) + value.as_string().size(), .nodes = 1};
  const auto add = [&weight](const Value& part) {
    const Weight more = WeightOf(part);
    weight.bytes += more.bytes;
    weight.nodes += more.nodes;
  };

  for (const Value& item : value.as_list()) add(item);
  for (const auto& [key, item] : value.as_map()) {
    weight.bytes += sizeof(Value::Entry) - sizeof(Value) + key.size();
    add(item);
  }
  return weight;
}

// Returns the depth of a value: 0 for a scalar.
int DepthOf(const Value& value) {
  int depth = 0;
  for (const Value& item : value.as_list()) depth = std::max(depth, 1 + DepthOf(item));
  for (const auto& [key, item] : value.as_map()) depth = std::max(depth, 1 + DepthOf(item));
  return depth;
}

// Copies the entries of a map that another does not have.
void MergeInto(Value& map, const Value& defaults) {
  for (const auto& [key, value] : defaults.as_map()) {
    if (map.Find(key) == nullptr) map.Set(key, value);
  }
}

// Returns the text of a scalar in UTF-8. yaml-cpp makes of the escapes \N and \_ the single bytes 0x85 and 0xA0; they
// mean U+0085 and U+00A0 (YAML 1.1, 5.7). Nothing else in a scalar is not UTF-8.
std::string WithEscapesAsUtf8(std::string_view text) {
  std::string fixed;
  while (!text.empty()) {
    const CodePoint next = FirstCodePoint(text);
    if (!next.valid) fixed += '\xC2';
    fixed += text.substr(0, next.bytes);
    text.remove_prefix(next.bytes);
  }
  return fixed;
}

// Returns the text after the tag, the anchor and the comments before a scalar.
std::string_view WithoutProperties(std::string_view node) {
  while (!node.empty()) {
    const char first = node.front();
    std::size_t end = 0;
    if (std::string_view(" \t\r\n").contains(first)) {
      end = 1;
    } else if (first == '#') {
      end = node.find('\n');
    } else if (first == '&') {
      end = node.find_first_of(" \t\r\n");
    } else if (first == '!') {
      end = node.find_first_of(" \t\r\n\"");
    } else {
      break;
    }
    node.remove_prefix(std::min(end, node.size()));
  }
  return node;
}

// Returns whether a node, given by the text from its start on, is a quoted scalar that has no end: yaml-cpp takes the
// end of the text after a line break for its end.
bool IsQuoteWithoutEnd(std::string_view node) {
  node = WithoutProperties(node);
  if (!node.starts_with('"') && !node.starts_with('\'')) return false;

  const char quote = node.front();
  for (std::size_t at = 1; at < node.size(); ++at) {
    const bool doubled = quote == '\'' && node.substr(at).starts_with("''");
    if (doubled || (quote == '"' && node[at] == '\\')) {
      ++at;
    } else if (node[at] == quote) {
      return false;
    }
  }
  return true;
}

// Builds values from yaml-cpp's events. After the first error, the handler ignores all later events: yaml-cpp can only
// be stopped by an exception.
class Handler : public YAML::EventHandler {
 public:
  Handler(std::string_view text, YamlLimits limits) : text_(text), limits_(limits), builder_(limits.max_depth) {}

  void OnDocumentStart(const YAML::Mark& mark) override {
    anchors_.clear();
    merges_.clear();
    const auto at = static_cast<std::size_t>(std::max(mark.pos, 0));
    if (document_at_ && !MayStart(at)) Refuse(mark, "unexpected text after the end of the document");
    document_at_ = at;
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    if (error_) return;
    if (builder_.expects_key()) return Refuse(mark, "a key is empty or null; quote it if that is its name");
    Complete(Value(), mark, anchor);
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& scalar) override {
    if (error_) return;
    const bool plain = tag == "?";
    const auto at = static_cast<std::size_t>(std::max(mark.pos, 0));
    if (!plain && IsQuoteWithoutEnd(text_.substr(std::min(at, text_.size())))) {
      return Refuse(mark, "the quote that starts here is not closed");
    }
    const std::string text = WithEscapesAsUtf8(scalar);
    if (builder_.expects_key()) {
      merges_.back() = merges_.back() || (plain && text == kMergeKey);
      if (anchor != 0) anchors_[anchor] = Value(text);
      return Check(mark, builder_.Key(text, PlaceOf(mark)));
    }
    if (plain) return Complete(ResolveYamlScalar(text), mark, anchor);
    if (tag == "!" || tag.empty() || tag == std::string(kTagPrefix) + "str") return Complete(Value(text), mark, anchor);
    Tagged(mark, tag, anchor, text);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    if (error_) return;
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end()) return Refuse(mark, "an alias refers to the value that contains the alias");
    if (builder_.expects_key()) {
      if (!found->second.is_string()) return Refuse(mark, "a key must be a string");
      return Check(mark, builder_.Key(found->second.as_string(), PlaceOf(mark)));
    }

    const Weight weight = WeightOf(found->second);
    aliased_bytes_ += weight.bytes;
    if (aliased_bytes_ > limits_.max_bytes) return Refuse(mark, "aliases expand to too much text");
    if (static_cast<int>(merges_.size()) + DepthOf(found->second) > limits_.max_depth) {
      return Refuse(mark, fmt::format("nested deeper than {} levels", limits_.max_depth));
    }
    if (!CountNodes(mark, weight.nodes)) return;
    builder_.Add(found->second);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value /*style*/) override {
    Open(mark, tag, anchor, "seq");
  }
  void OnSequenceEnd() override { Close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value /*style*/) override {
    Open(mark, tag, anchor, "map");
  }
  void OnMapEnd() override { Close(); }

  Value TakeDocument() { return builder_.TakeRoot(); }
  const std::optional<std::string>& error() const { return error_; }

 private:
  Value::Place PlaceOf(const YAML::Mark& mark) {
    if (!mark.is_null()) last_place_ = {.line = mark.line + 1, .column = mark.column + 1};
    return last_place_;
  }

  void Refuse(const YAML::Mark& mark, std::string_view reason) {
    if (!error_) error_ = fmt::format("{}: {}", PlaceOf(mark).line, reason);
  }
  void Check(const YAML::Mark& mark, const Status& status) {
    if (!status) Refuse(mark, status.error().message);
  }

  bool CountNodes(const YAML::Mark& mark, std::size_t count) {
    nodes_ += count;
    if (nodes_ > limits_.max_nodes) Refuse(mark, fmt::format("more than {} values", limits_.max_nodes));
    return !error_;
  }

  // Returns whether the last line before a place that is not a comment is the end marker "...".
  bool AfterDocumentEnd(std::size_t at) const {
    std::string_view before = text_.substr(0, at);
    while (!before.empty()) {
      const std::size_t newline = before.rfind('\n', before.size() - 2);
      const std::size_t begin = newline == std::string_view::npos ? 0 : newline + 1;
      const std::string_view line = before.substr(begin);
      if (line.starts_with("...")) return true;
      const std::size_t first = line.find_first_not_of(" \t\r\n");
      if (first != std::string_view::npos && line[first] != '#' && line[first] != '%') return false;
      before = before.substr(0, begin);
      if (before.size() < 2) break;
    }
    return false;
  }

  // Returns whether a document after the first may start there. yaml-cpp starts a document where text follows a
  // complete document; it takes text that it cannot read as a node for an empty document, and never moves past that
  // text.
  bool MayStart(std::size_t at) const {
    if (at == document_at_) return false;
    return at >= text_.size() || text_.substr(at).starts_with("---") || AfterDocumentEnd(at);
  }

  void Complete(Value value, const YAML::Mark& mark, YAML::anchor_t anchor) {
    if (!CountNodes(mark, 1)) return;
    value.set_place(PlaceOf(mark));
    if (anchor != 0) anchors_[anchor] = value;
    builder_.Add(std::move(value));
  }

  void Tagged(const YAML::Mark& mark, std::string_view tag, YAML::anchor_t anchor, std::string_view text) {
    Value value = ResolveYamlScalar(text);
    if (value.is_int() && tag == std::string(kTagPrefix) + "float") value = Value(value.as_double());
    const std::string_view type = tag.starts_with(kTagPrefix) ? tag.substr(kTagPrefix.size()) : tag;
    const bool fits = (type == "null" && value.is_null()) || (type == "bool" && value.is_bool()) ||
                      (type == "int" && value.is_int()) || (type == "float" && value.is_double());
    if (!fits)
      return Refuse(mark, fmt::format("\"{}\" does not fit the tag {}", StripControl(text), StripControl(tag)));
    Complete(std::move(value), mark, anchor);
  }

  void Open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, std::string_view type) {
    if (error_) return;
    if (builder_.expects_key()) return Refuse(mark, "a key must be a string, not a list or a map");
    if (tag != "?" && tag != "!" && !tag.empty() && tag != fmt::format("{}{}", kTagPrefix, type)) {
      return Refuse(mark, fmt::format("unknown tag {}", StripControl(tag)));
    }
    if (!CountNodes(mark, 1)) return;
    Check(mark, type == "map" ? builder_.BeginMap(PlaceOf(mark)) : builder_.BeginList(PlaceOf(mark)));
    open_anchors_.push_back(anchor);
    merges_.push_back(false);
  }

  void Close() {
    if (error_) return;
    Value value = builder_.Finish();
    if (merges_.back()) Merge(value);
    if (open_anchors_.back() != 0) anchors_[open_anchors_.back()] = value;
    merges_.pop_back();
    open_anchors_.pop_back();
    builder_.Add(std::move(value));
  }

  // Replaces the key << by the entries of the map, or of the list of maps, that it names.
  void Merge(Value& map) {
    const Value named = *map.Find(kMergeKey);
    map.Remove(kMergeKey);
    if (named.is_map()) return MergeInto(map, named);
    bool all_maps = named.is_list();
    for (const Value& part : named.as_list()) all_maps = all_maps && part.is_map();
    if (!all_maps) {
      error_ = fmt::format("{}: << needs a map or a list of maps, not {}", named.place().line, TypeName(named));
      return;
    }
    for (const Value& part : named.as_list()) MergeInto(map, part);
  }

  std::string_view text_;
  YamlLimits limits_;
  ValueBuilder builder_;
  std::unordered_map<YAML::anchor_t, Value> anchors_;
  std::vector<YAML::anchor_t> open_anchors_;  // one for each open map or list
  std::vector<bool> merges_;                  // whether it has the key <<
  std::optional<std::string> error_;          // "LINE: reason"
  Value::Place last_place_{.line = 1, .column = 1};
  std::optional<std::size_t> document_at_;  // where the last one began
  std::size_t nodes_ = 0;
  std::size_t aliased_bytes_ = 0;
};

std::size_t LineAt(std::string_view text, std::size_t at) {
  return 1 + static_cast<std::size_t>(std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), '\n'));
}

// Refuses characters that YAML does not allow, and text that yaml-cpp would take for UTF-16.
std::optional<std::string> CheckCharacters(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint next = FirstCodePoint(text.substr(at));
    if (!next.valid) return fmt::format("{}: not UTF-8", LineAt(text, at));
    if ((next.value < 0x20 && next.value != '\t' && next.value != '\n' && next.value != '\r') || next.value == 0x7F) {
      return fmt::format("{}: control character \\x{:02x}", LineAt(text, at), static_cast<unsigned>(next.value));
    }
    at += next.bytes;
  }
  return std::nullopt;
}

// Returns the meaning of a yaml-cpp error for the author of the text; yaml-cpp's own messages describe its grammar.
std::unexpected<Error> Explain(const YAML::Exception& error, std::string_view source) {
  constexpr std::array<std::array<std::string_view, 3>, 3> kMeanings{{
      {"end of map not found", "the text does not continue the map before it",
       "quote a value that contains one of [ ] { } : # or a quote, and start the keys of a map in the same column"},
      {"illegal map value", "a value is not allowed here",
       "quote a value that contains \": \", and indent lines with spaces, not with tabs"},
      {" flow not found", "a [ or { before this line is not closed", "close the bracket, or quote the value"},
  }};

  const std::string place = fmt::format("{}:{}", source, std::max(error.mark.line, 0) + 1);
  for (const auto& [words, reason, hint] : kMeanings) {
    if (!error.msg.contains(words)) continue;
    return FailWithHint(ErrorKind::kBadParameter, fmt::format("{}: {}", place, reason), std::string(hint));
  }
  return Fail(ErrorKind::kBadParameter, "{}: {}", place, error.msg);
}

}  // namespace

Result<std::vector<Value>> ParseYaml(std::string_view text, std::string_view source, YamlLimits limits) {
  if (text.size() > limits.max_bytes) {
    return Fail(ErrorKind::kBadParameter, "{}:1: longer than {} bytes", source, limits.max_bytes);
  }
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  if (const auto reason = CheckCharacters(text)) return Fail(ErrorKind::kBadParameter, "{}:{}", source, *reason);

  std::vector<Value> documents;
  Handler handler(text, limits);
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    while (!handler.error() && parser.HandleNextDocument(handler)) {
      Value document = handler.TakeDocument();
      if (!document.is_null()) documents.push_back(std::move(document));
    }
  } catch (const YAML::Exception& error) {
    if (!handler.error()) return Explain(error, source);
  } catch (const std::exception& error) {
    return Fail(ErrorKind::kBadParameter, "{}:1: {}", source, error.what());
  }

  if (handler.error()) return Fail(ErrorKind::kBadParameter, "{}:{}", source, *handler.error());
  return documents;
}

}  // namespace sallyport
