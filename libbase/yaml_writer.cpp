#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "libbase/control.h"
#include "libbase/text.h"
#include "libbase/yaml.h"
#include "libbase/yaml_scalar.h"

namespace sallyport {
namespace {

// Readers refuse a key that stands before its colon and is longer than 1024 characters.
constexpr std::size_t kLongestSimpleKey = 1000;

// Returns whether a character may stand outside of double quotes, on one line: YAML allows the character, and no
// terminal obeys it.
bool IsPrintable(char32_t c) {
  if (IsControl(c)) return false;
  return (c >= 0x20 && c < 0x7F) || (c >= 0xA0 && c < 0xFEFF) || (c > 0xFEFF && c <= 0xFFFD) || c >= 0x10000;
}

bool AllPrintable(std::string_view text, bool newlines_too) {
  while (!text.empty()) {
    const CodePoint next = FirstCodePoint(text);
    if (!next.valid) return false;
    if (!IsPrintable(next.value) && !(newlines_too && next.value == '\n')) return false;
    text.remove_prefix(next.bytes);
  }
  return true;
}

bool IsPlain(std::string_view text) {
  if (text.empty() || text.front() == ' ' || text.back() == ' ' || text.back() == ':') return false;
  if (std::string_view("#,[]{}&*!|>'\"%@`").contains(text.front())) return false;
  if (std::string_view("-?:").contains(text.front()) && (text.size() == 1 || text[1] == ' ')) return false;
  if (text.starts_with("---") || text.starts_with("...")) return false;
  return !text.contains(": ") && !text.contains(" #");
}

std::string SingleQuoted(std::string_view text) {
  std::string quoted = "'";
  for (const char c : text) {
    quoted += c;
    if (c == '\'') quoted += c;
  }
  return quoted + "'";
}

std::string DoubleQuoted(std::string_view text) {
  std::string quoted = "\"";
  while (!text.empty()) {
    const CodePoint next = FirstCodePoint(text);
    if (next.value == '"' || next.value == '\\') {
      quoted += fmt::format("\\{}", static_cast<char>(next.value));
    } else if (next.value == '\n') {
      quoted += "\\n";
    } else if (next.value == '\t') {
      quoted += "\\t";
    } else if (next.valid && IsPrintable(next.value)) {
      quoted += text.substr(0, next.bytes);
    } else if (next.value <= 0xFF) {
      quoted += fmt::format("\\x{:02X}", static_cast<unsigned>(next.value));
    } else if (next.value <= 0xFFFF) {
      quoted += fmt::format("\\u{:04X}", static_cast<unsigned>(next.value));
    } else {
      quoted += fmt::format("\\U{:08X}", static_cast<unsigned>(next.value));
    }
    text.remove_prefix(next.bytes);
  }

  return quoted + "\"";
}

std::string OneLine(std::string_view text) {
  if (LooksLikeAnotherYamlType(text) || !AllPrintable(text, false)) return DoubleQuoted(text);
  return IsPlain(text) ? std::string(text) : SingleQuoted(text);
}

// A literal block shows a text line by line; it cannot start with a space and should not hide spaces at line ends.
bool FitsLiteralBlock(std::string_view text) {
  if (!text.contains('\n') || text.front() == ' ' || text.front() == '\n' || !AllPrintable(text, true)) return false;
  return !text.contains(" \n") && text.back() != ' ';
}

std::string NumberText(double number) {
  if (std::isnan(number)) return ".nan";
  if (std::isinf(number)) return number > 0 ? ".inf" : "-.inf";
  std::string text = fmt::format("{}", number);
  if (text.contains('.')) return text;
  const std::size_t exponent = text.find('e');
  text.insert(exponent == std::string::npos ? text.size() : exponent, ".0");
  return text;
}

class YamlTextWriter {
 public:
  // Writes a value that starts on the current line. `indent` is the column of the collection it opens, if any.
  void Write(const Value& value, int indent) {
    if (value.is_map() && !value.as_map().empty()) {
      Map(value.as_map(), indent);
    } else if (value.is_list() && !value.as_list().empty()) {
      List(value.as_list(), indent);
    } else {
      Scalar(value, indent);
    }
  }

  std::string Take() { return std::move(out_); }

 private:
  static bool IsBlock(const Value& value) { return !value.as_map().empty() || !value.as_list().empty(); }

  void Indent(int indent) { out_.append(static_cast<std::size_t>(indent), ' '); }

  void Map(const Value::Map& map, int indent) {
    bool first = true;
    for (const auto& [name, value] : map) {
      if (!first) Indent(indent);
      first = false;
      const std::string key = OneLine(name);
      out_ += key.size() > kLongestSimpleKey ? fmt::format("? {}\n{:{}}:", key, "", indent) : key + ":";

      if (IsBlock(value)) {
        // Items of a list stand right below their key.
        const int inner = value.is_list() && key.size() <= kLongestSimpleKey ? indent : indent + 2;
        out_ += '\n';
        Indent(inner);
        Write(value, inner);
      } else {
        out_ += ' ';
        Scalar(value, indent + 2);
      }
    }
  }

  void List(const Value::List& list, int indent) {
    bool first = true;
    for (const Value& item : list) {
      if (!first) Indent(indent);
      first = false;
      out_ += "- ";
      Write(item, indent + 2);
    }
  }

  void Scalar(const Value& value, int indent) {
    if (value.is_string()) {
      String(value.as_string(), indent);
    } else if (value.is_int()) {
      out_ += std::to_string(value.as_int());
    } else if (value.is_double()) {
      out_ += NumberText(value.as_double());
    } else if (value.is_bool()) {
      out_ += value.as_bool() ? "true" : "false";
    } else {
      out_ += value.is_map() ? "{}" : value.is_list() ? "[]" : "null";
    }

    if (!out_.ends_with('\n')) out_ += '\n';
  }

  void String(std::string_view text, int indent) {
    if (!FitsLiteralBlock(text)) {
      out_ += OneLine(text);
      return;
    }

    const std::size_t last = text.find_last_not_of('\n');
    const std::size_t newlines = text.size() - last - 1;
    out_ += newlines == 0 ? "|-" : newlines == 1 ? "|" : "|+";

    while (!text.empty()) {
      const std::size_t end = text.find('\n');
      const std::string_view line = text.substr(0, end);
      out_ += '\n';
      if (!line.empty()) Indent(std::max(indent, 2));
      out_ += line;
      text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
    out_ += '\n';
  }

  std::string out_;
};

bool IsLetter(char32_t c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c > 0x7F; }

// Returns the run of digits around a place of a text, without leading zeros.
std::string_view NumberAround(std::string_view text, std::size_t at) {
  std::size_t begin = at;
  while (begin > 0 && IsDigit(text[begin - 1])) --begin;
  std::size_t end = at;
  while (end < text.size() && IsDigit(text[end])) ++end;
  while (begin < end && text[begin] == '0') ++begin;
  return text.substr(begin, end - begin);
}

// The order of Go's YAML writer: letters after everything else, runs of digits as numbers.
bool KeyBefore(std::string_view a, std::string_view b) {
  const auto [in_a, in_b] = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
  if (in_a == a.end() || in_b == b.end()) return in_a == a.end() && in_b != b.end();

  const auto at = static_cast<std::size_t>(in_a - a.begin());
  const auto x = static_cast<unsigned char>(*in_a);
  const auto y = static_cast<unsigned char>(*in_b);
  if (IsLetter(x) || IsLetter(y)) return IsLetter(x) && IsLetter(y) ? x < y : IsLetter(y);
  if (IsDigit(x) && IsDigit(y)) {
    const std::string_view m = NumberAround(a, at);
    const std::string_view n = NumberAround(b, at);
    if (m.size() != n.size()) return m.size() < n.size();
    if (m != n) return m < n;
  }
  return x < y;
}

}  // namespace

std::string ToYaml(const Value& value) {
  YamlTextWriter writer;
  writer.Write(value, 0);
  return writer.Take();
}

Value SortedByKey(Value value) {
  if (value.is_list()) {
    for (Value& item : value.mutable_list()) item = SortedByKey(std::move(item));
  }
  if (value.is_map()) {
    for (auto& [key, item] : value.mutable_map()) item = SortedByKey(std::move(item));
    std::stable_sort(value.mutable_map().begin(), value.mutable_map().end(),
                     [](const Value::Entry& a, const Value::Entry& b) { return KeyBefore(a.first, b.first); });
  }
  return value;
}

}  // namespace sallyport
