#include "libcluster/kube/answer/list_filter.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "libbase/json.h"

namespace sallyport {
namespace {

constexpr JsonLimits kListLimits{kMaxObjectBytes, 256};

// The fields of a list that are shown. Every other field is left out.
struct Part {
  std::string_view key;
  bool has_objects;
  bool of_rows;
};
constexpr std::array kParts{
    Part{"kind", false, false}, Part{"apiVersion", false, false},        Part{"metadata", false, false},
    Part{"items", true, false}, Part{"columnDefinitions", false, false}, Part{"rows", true, true},
};
constexpr std::array<std::string_view, 3> kObjectEvents{"ADDED", "MODIFIED", "DELETED"};

bool IsSpace(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

std::string Text(const Value* map, std::string_view key) {
  const Value* value = map == nullptr || !map->is_map() ? nullptr : map->Find(key);
  return value == nullptr || !value->is_string() ? "" : value->as_string();
}

bool MaySee(const Value* object, const ObjectPredicate& may_see) {
  const Value* metadata = object == nullptr || !object->is_map() ? nullptr : object->Find("metadata");
  const std::string name = Text(metadata, "name");
  return !name.empty() && may_see(Text(metadata, "namespace"), name);
}

// A row of a table contains its object.
bool MaySeeRow(const Value& row, const ObjectPredicate& may_see) {
  return row.is_map() && MaySee(row.Find("object"), may_see);
}

std::unexpected<Error> NoList(std::string_view why) {
  return Fail(ErrorKind::kNotImplemented, "the API server's answer cannot be filtered: {}", why);
}

// Finds the end of a JSON value that begins with the first byte.
class ValueEnd {
 public:
  // Reads a byte and returns whether the value has ended. Sets `is_after` when the byte follows the value, as after a
  // number or a word.
  bool Take(char c, bool& is_after) {
    is_after = false;
    if (in_string_) {
      if (escaped_) {
        escaped_ = false;
      } else if (c == '\\') {
        escaped_ = true;
      } else if (c == '"') {
        in_string_ = false;
        return depth_ == 0;
      }
      return false;
    }

    if (c == '"') {
      in_string_ = true;
    } else if (c == '{' || c == '[') {
      ++depth_;
    } else if (c == '}' || c == ']') {
      if (depth_ > 0) return --depth_ == 0;
      return is_after = true;
    } else if (depth_ == 0 && (c == ',' || c == ':' || IsSpace(c))) {
      return is_after = true;
    }
    return false;
  }

 private:
  int depth_ = 0;
  bool in_string_ = false;
  bool escaped_ = false;
};

}  // namespace

// Parses the list's own level byte by byte; collects each value below it, then parses it.
class ListFilter::Reader {
 public:
  explicit Reader(ObjectPredicate may_see) : may_see_(std::move(may_see)) {}

  Seen seen;

  Status Put(std::string_view json, std::string& out) {
    for (std::size_t at = 0; at < json.size();) {
      ASSIGN_OR_RETURN(const bool used, Take(json[at], out));
      if (used) ++at;
    }
    return {};
  }

  Status End() const {
    if (state_ != State::kAfter) return NoList("the JSON ends early");
    return {};
  }

 private:
  enum class State {
    kBefore,
    kKeyOrEnd,
    kKey,
    kColon,
    kValue,
    kCommaOrEnd,
    kObject,
    kObjectOrEnd,
    kObjectComma,
    kAfter
  };

  // Reads one byte. Returns whether the byte was used; else the caller must pass it again.
  Result<bool> Take(char c, std::string& out) {
    if (collecting_) return Collect(c, out);
    if (IsSpace(c)) return true;

    switch (state_) {
      case State::kBefore:
        if (c != '{') return NoList("the answer is not a JSON object");
        out += c;
        return Become(State::kKeyOrEnd);
      case State::kKeyOrEnd:
      case State::kKey:
        if (c == '}' && state_ == State::kKeyOrEnd) return Close(out);
        if (c != '"') return Malformed();
        return Begin(c, out);
      case State::kColon:
        return c == ':' ? Become(State::kValue) : Malformed();
      case State::kValue:
        if (part_ != nullptr && part_->has_objects && c == '[') return Open(out);
        return Begin(c, out);
      case State::kCommaOrEnd:
        if (c == '}') return Close(out);
        return c == ',' ? Become(State::kKey) : Malformed();
      case State::kObject:
      case State::kObjectOrEnd:
        if (c == ']' && state_ == State::kObjectOrEnd) return CloseObjects(out);
        return Begin(c, out);
      case State::kObjectComma:
        if (c == ']') return CloseObjects(out);
        return c == ',' ? Become(State::kObject) : Malformed();
      case State::kAfter:
        return NoList("text follows the JSON object");
    }
    return Malformed();
  }

  Result<bool> Become(State state) {
    state_ = state;
    return true;
  }

  static std::unexpected<Error> Malformed() { return NoList("the answer is not JSON"); }

  Result<bool> Begin(char c, std::string& out) {
    collecting_ = true;
    end_ = {};
    collected_.clear();
    return Collect(c, out);
  }

  Result<bool> Collect(char c, std::string& out) {
    bool is_after = false;
    const bool ends = end_.Take(c, is_after);
    if (!is_after) collected_ += c;
    if (collected_.size() > kMaxObjectBytes) return NoList("an object of the list is too large");
    if (!ends) return true;
    collecting_ = false;
    RETURN_IF_ERROR(Use(out));
    return !is_after;
  }

  // Handles a collected value.
  Status Use(std::string& out) {
    ASSIGN_OR_RETURN(const Value value, ParseJson(collected_, kListLimits));
    switch (state_) {
      case State::kKeyOrEnd:
      case State::kKey:
        return UseKey(value);
      case State::kValue:
        return UsePart(value, out);
      default:
        return UseObject(value, out);
    }
  }

  Status UseKey(const Value& key) {
    state_ = State::kColon;
    const std::string name = key.as_string();
    if (std::ranges::find(keys_, name) != keys_.end()) return NoList("two fields have the same name");
    keys_.push_back(name);
    const auto found = std::ranges::find(kParts, name, &Part::key);
    part_ = found == kParts.end() ? nullptr : &*found;
    if (keys_.size() > kMaxKeys) return NoList("the answer has too many fields");
    return {};
  }

  Status UsePart(const Value& value, std::string& out) {
    state_ = State::kCommaOrEnd;
    if (part_ == nullptr) return {};
    // Go writes null for a nil slice.
    if (part_->has_objects && !value.is_null()) return NoList("the field of the objects is not a list");
    if (part_->has_objects) RETURN_IF_ERROR(HaveObjects());
    AppendKey(out);
    out += collected_;
    return {};
  }

  Status UseObject(const Value& object, std::string& out) {
    state_ = State::kObjectComma;
    const bool shown = part_->of_rows ? MaySeeRow(object, may_see_) : MaySee(&object, may_see_);
    if (!shown) return {};
    if (std::exchange(any_object_, true)) out += ',';
    out += collected_;
    if (seen) seen(object, collected_);
    return {};
  }

  void AppendKey(std::string& out) {
    if (std::exchange(any_part_, true)) out += ',';
    out.append("\"").append(part_->key).append("\":");
  }

  Status HaveObjects() {
    if (std::exchange(has_objects_, true)) return NoList("two fields have objects");
    return {};
  }

  Result<bool> Open(std::string& out) {
    RETURN_IF_ERROR(HaveObjects());
    AppendKey(out);
    out += '[';
    return Become(State::kObjectOrEnd);
  }

  Result<bool> CloseObjects(std::string& out) {
    out += ']';
    return Become(State::kCommaOrEnd);
  }

  Result<bool> Close(std::string& out) {
    if (!has_objects_) return NoList("the answer has no objects");
    out += '}';
    return Become(State::kAfter);
  }

  static constexpr std::size_t kMaxKeys = 64;

  const ObjectPredicate may_see_;
  State state_ = State::kBefore;
  const Part* part_ = nullptr;  // the part whose value is next
  std::vector<std::string> keys_;
  bool any_part_ = false;
  bool any_object_ = false;
  bool has_objects_ = false;
  bool collecting_ = false;
  ValueEnd end_;
  std::string collected_;
};

ListFilter::ListFilter(ObjectPredicate may_see) : reader_(std::make_unique<Reader>(std::move(may_see))) {}
ListFilter::~ListFilter() = default;

void ListFilter::OnObject(Seen seen) { reader_->seen = std::move(seen); }

Status ListFilter::Put(std::string_view json, std::string& out) { return reader_->Put(json, out); }

Status ListFilter::End() const { return reader_->End(); }

Result<std::string> FilterList(std::string_view json, const ObjectPredicate& may_see) {
  ListFilter filter(may_see);
  std::string out;
  RETURN_IF_ERROR(filter.Put(json, out));
  RETURN_IF_ERROR(filter.End());
  return out;
}

Result<std::optional<std::string>> FilterWatchEvent(std::string_view json, const ObjectPredicate& may_see) {
  ASSIGN_OR_RETURN(const Value event, ParseJson(json, kListLimits));
  const Value* object = event.is_map() ? event.Find("object") : nullptr;
  if (object == nullptr || !object->is_map()) return std::nullopt;

  const std::string type = Text(&event, "type");
  const Value* rows = object->Find("rows");
  const bool has_rows = rows != nullptr && rows->is_list() && !rows->as_list().empty();

  if (type == "BOOKMARK" || type == "ERROR") {
    // Bookmarks and errors have no name and no rows.
    const bool nameless =
        !has_rows && object->Find("items") == nullptr && Text(object->Find("metadata"), "name").empty();
    if (!nameless) return std::nullopt;
    return ToJson(event);
  }

  if (std::ranges::find(kObjectEvents, type) == kObjectEvents.end()) return std::nullopt;
  if (rows == nullptr) {
    if (!MaySee(object, may_see)) return std::nullopt;
    return ToJson(event);
  }
  // A table in an event has one object; a table with more could not be shown in part.
  if (!has_rows || !std::ranges::all_of(rows->as_list(), [&](const Value& row) { return MaySeeRow(row, may_see); })) {
    return std::nullopt;
  }
  return ToJson(event);
}

}  // namespace sallyport
