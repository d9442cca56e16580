#include "libbase/json.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <exception>
#include <iterator>

#include <nlohmann/json.hpp>

#include "libbase/control.h"
#include "libbase/text.h"
#include "libbase/value_builder.h"

namespace sallyport {
namespace {

// Counts lines while nlohmann's lexer reads, which itself tells the place of errors only.
struct Cursor {
  Value::Place place{.line = 1, .column = 0};
  bool after_newline = false;

  void Pass(char c) {
    if (after_newline) {
      ++place.line;
      place.column = 0;
    }
    after_newline = c == '\n';
    ++place.column;
  }
};

class CountingIterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  CountingIterator(const char* at, Cursor* cursor) : at_(at), cursor_(cursor) {}
  const char& operator*() const { return *at_; }
  CountingIterator& operator++() {
    cursor_->Pass(*at_++);
    return *this;
  }
  CountingIterator operator++(int) {
    CountingIterator before = *this;
    ++*this;
    return before;
  }
  bool operator==(const CountingIterator& other) const { return at_ == other.at_; }

 private:
  const char* at_;
  Cursor* cursor_;
};

// Returns the reason from an error of nlohmann_json, without its prefix and place.
std::string ReasonOf(std::string_view what) {
  const std::size_t column = what.find("column ");
  const std::size_t colon = what.find(": ", column == std::string_view::npos ? 0 : column);
  if (column != std::string_view::npos && colon != std::string_view::npos) return std::string(what.substr(colon + 2));
  const std::size_t bracket = what.find("] ");
  return std::string(bracket == std::string_view::npos ? what : what.substr(bracket + 2));
}

class SaxHandler {
 public:
  using Json = nlohmann::json;

  SaxHandler(const Cursor& cursor, int max_depth) : cursor_(cursor), builder_(max_depth) {}

  bool null() { return Scalar(Value()); }
  bool boolean(bool value) { return Scalar(Value(value)); }
  bool number_integer(std::int64_t value) { return Scalar(Value(value)); }
  bool number_unsigned(std::uint64_t value) {
    if (value > static_cast<std::uint64_t>(INT64_MAX)) return Scalar(Value(static_cast<double>(value)));
    return Scalar(Value(static_cast<std::int64_t>(value)));
  }
  bool number_float(double value, const std::string& /*text*/) { return Scalar(Value(value)); }
  bool string(std::string& value) { return Scalar(Value(std::move(value))); }
  bool binary(Json::binary_t& /*value*/) { return false; }
  bool start_object(std::size_t /*size*/) { return Check(builder_.BeginMap(cursor_.place)); }
  bool start_array(std::size_t /*size*/) { return Check(builder_.BeginList(cursor_.place)); }
  bool key(std::string& value) { return Check(builder_.Key(std::move(value), cursor_.place)); }
  bool end_object() { return Close(); }
  bool end_array() { return Close(); }
  bool parse_error(std::size_t /*position*/, const std::string& /*token*/, const nlohmann::detail::exception& error) {
    return Check(Fail(ErrorKind::kBadParameter, "{}", ReasonOf(error.what())));
  }

  Result<Value> Take() {
    if (!status_) return std::unexpected(std::move(status_).error());
    return builder_.TakeRoot();
  }

 private:
  bool Scalar(Value value) {
    value.set_place(cursor_.place);
    builder_.Add(std::move(value));
    return true;
  }
  bool Close() {
    builder_.Add(builder_.Finish());
    return true;
  }
  bool Check(Status status) {
    if (status) return true;
    status.error().message =
        fmt::format("{}:{}: {}", cursor_.place.line, std::max(cursor_.place.column, 1), status.error().message);
    status_ = std::move(status);
    return false;
  }

  const Cursor& cursor_;
  ValueBuilder builder_;
  Status status_;
};

class Writer {
 public:
  explicit Writer(JsonStyle style) : style_(style) {}

  void Write(const Value& value, int level) {
    if (value.is_map()) {
      WriteAll('{', '}', value.as_map(), level, [&](const Value::Entry& entry) {
        String(entry.first);
        out_ += style_.indent > 0 ? ": " : ":";
        Write(entry.second, level + 1);
      });
    } else if (value.is_list()) {
      WriteAll('[', ']', value.as_list(), level, [&](const Value& item) { Write(item, level + 1); });
    } else if (value.is_string()) {
      String(value.as_string());
    } else if (value.is_double()) {
      Number(value.as_double());
    } else if (value.is_int()) {
      out_ += std::to_string(value.as_int());
    } else {
      out_ += value.is_null() ? "null" : value.as_bool() ? "true" : "false";
    }
  }

  std::string Take() { return std::move(out_); }

 private:
  template <typename Items, typename WriteItem>
  void WriteAll(char open, char close, const Items& items, int level, WriteItem write_item) {
    out_ += open;
    bool first = true;
    for (const auto& item : items) {
      if (!first) out_ += ',';
      first = false;
      NewLine(level + 1);
      write_item(item);
    }
    if (!first) NewLine(level);
    out_ += close;
  }

  void NewLine(int level) {
    if (style_.indent <= 0) return;
    out_ += '\n';
    out_.append(static_cast<std::size_t>(level) * static_cast<std::size_t>(style_.indent), ' ');
  }

  // JSON has no NaN and no infinity. A whole number has no point, as in Go, except for a negative zero, which would be
  // read as an integer.
  void Number(double value) {
    if (!std::isfinite(value)) {
      out_ += "null";
      return;
    }
    out_ += value == 0 && std::signbit(value) ? "-0.0" : fmt::format("{}", value);
  }

  void String(std::string_view text) {
    const std::string valid = ToValidUtf8(text);
    out_ += '"';
    for (std::string_view rest = valid; !rest.empty();) {
      const CodePoint next = FirstCodePoint(rest);
      if (next.bytes == 1) {
        Character(rest.front());
      } else if (IsControl(next.value)) {
        // Terminals interpret these control characters like those of ASCII.
        out_ += fmt::format("\\u{:04x}", static_cast<unsigned>(next.value));
      } else {
        out_ += rest.substr(0, next.bytes);
      }
      rest.remove_prefix(next.bytes);
    }
    out_ += '"';
  }

  void Character(char c) {
    static constexpr std::string_view kEscaped = "\"\\\b\f\n\r\t";
    static constexpr std::string_view kLetters = "\"\\bfnrt";
    if (const std::size_t at = kEscaped.find(c); at != std::string_view::npos) {
      out_ += '\\';
      out_ += kLetters[at];
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f ||
               (style_.escape_html && (c == '<' || c == '>' || c == '&'))) {
      out_ += fmt::format("\\u{:04x}", static_cast<unsigned>(static_cast<unsigned char>(c)));
    } else {
      out_ += c;
    }
  }

  JsonStyle style_;
  std::string out_;
};

}  // namespace

Result<Value> ParseJson(std::string_view text, JsonLimits limits) {
  if (text.size() > limits.max_bytes) {
    return Fail(ErrorKind::kBadParameter, "1:1: longer than {} bytes", limits.max_bytes);
  }
  Cursor cursor;
  SaxHandler handler(cursor, limits.max_depth);
  try {
    const char* const end = text.data() + text.size();
    nlohmann::json::sax_parse(CountingIterator(text.data(), &cursor), CountingIterator(end, &cursor), &handler);
  } catch (const std::exception& error) {
    return Fail(ErrorKind::kBadParameter, "{}:{}: {}", cursor.place.line, std::max(cursor.place.column, 1),
                ReasonOf(error.what()));
  }
  return handler.Take();
}

std::string ToJson(const Value& value, JsonStyle style) {
  Writer writer(style);
  writer.Write(value, 0);
  return writer.Take();
}

}  // namespace sallyport
