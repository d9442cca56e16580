#include "tools/shell/output.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "libbase/json.h"
#include "libbase/text.h"
#include "libbase/yaml.h"

namespace sallyport {
namespace {

// The minimum width of a column, including the space after it, as in Teleport's tables.
constexpr std::size_t kMinColumn = 5;
// A last column narrower than this is not wrapped.
constexpr std::size_t kMinWrapped = 16;

using Write = std::function<Status(std::string_view)>;

// Characters that take no column of a terminal, or two columns (Unicode's East Asian width W and F, emoji). Others take
// one.
struct WidthRange {
  char32_t first;
  char32_t last;
  std::size_t width;
};
constexpr WidthRange kWidths[] = {
    {0x300, 0x36F, 0},     {0x483, 0x489, 0},     {0x591, 0x5BD, 0},     {0x610, 0x61A, 0},     {0x64B, 0x65F, 0},
    {0x1100, 0x115F, 2},   {0x1AB0, 0x1AFF, 0},   {0x1DC0, 0x1DFF, 0},   {0x200B, 0x200D, 0},   {0x20D0, 0x20FF, 0},
    {0x2E80, 0x303E, 2},   {0x3041, 0xA4CF, 2},   {0xA960, 0xA97C, 2},   {0xAC00, 0xD7A3, 2},   {0xF900, 0xFAFF, 2},
    {0xFE00, 0xFE0F, 0},   {0xFE20, 0xFE2F, 0},   {0xFE30, 0xFE6F, 2},   {0xFEFF, 0xFEFF, 0},   {0xFF01, 0xFF60, 2},
    {0xFFE0, 0xFFE6, 2},   {0x1F300, 0x1F64F, 2}, {0x1F680, 0x1F6FF, 2}, {0x1F900, 0x1F9FF, 2}, {0x20000, 0x3FFFD, 2},
    {0xE0100, 0xE01EF, 0},
};

// Returns the number of terminal columns that a text takes.
std::size_t Width(std::string_view text) {
  std::size_t width = 0;
  while (!text.empty()) {
    const CodePoint next = FirstCodePoint(text);
    const auto* const range =
        std::ranges::find_if(kWidths, [&](const WidthRange& row) { return next.value <= row.last; });
    width += range != std::end(kWidths) && next.value >= range->first ? range->width : 1;
    text.remove_prefix(next.bytes);
  }
  return width;
}

using Lines = std::vector<std::vector<std::string>>;

std::vector<std::string> Printable(const std::vector<std::string>& row, std::size_t columns) {
  std::vector<std::string> line;
  for (std::size_t i = 0; i < columns; ++i) line.push_back(i < row.size() ? StripControl(row[i]) : "");
  return line;
}

std::vector<std::size_t> WidthsOf(const Lines& lines) {
  std::vector<std::size_t> widths;
  for (const auto& line : lines) {
    if (widths.size() < line.size()) widths.resize(line.size());
    for (std::size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], Width(line[i]));
  }
  return widths;
}

// The positions of a table's columns, and the maximum width of the last column.
struct Layout {
  Layout(std::vector<std::size_t> wanted, std::size_t line_width) : widths(std::move(wanted)) {
    for (std::size_t i = 0; i + 1 < widths.size(); ++i) last_begins += std::max(widths[i] + 1, kMinColumn);
    if (widths.empty() || line_width < last_begins + kMinWrapped) return;
    last_width = line_width - last_begins;
    widths.back() = std::min(widths.back(), last_width);
  }
  std::vector<std::size_t> widths;
  std::size_t last_begins = 0;
  std::size_t last_width = 0;  // 0: unlimited
};

// Returns how many bytes of a text fit into a width: up to a comma or a space, or, without these, as many as fit.
std::size_t FittingBytes(std::string_view text, std::size_t width) {
  std::size_t bytes = 0;
  std::size_t broken = 0;
  for (std::size_t used = 0; bytes < text.size();) {
    const CodePoint next = FirstCodePoint(text.substr(bytes));
    used += Width(text.substr(bytes, next.bytes));
    if (used > width) return std::max<std::size_t>(broken > 0 ? broken : bytes, 1);
    bytes += next.bytes;
    if (next.value == ',' || next.value == ' ') broken = bytes;
  }
  return bytes;
}

// Appends the last cell of a line; the rest that does not fit continues below the beginning of the cell.
void AppendLastCell(std::string_view cell, const Layout& layout, std::string& text) {
  while (layout.last_width > 0 && Width(cell) > layout.last_width) {
    const std::size_t bytes = FittingBytes(cell, layout.last_width);
    std::string_view piece = cell.substr(0, bytes);
    while (piece.ends_with(' ')) piece.remove_suffix(1);
    text.append(piece).append("\n").append(layout.last_begins, ' ');
    cell.remove_prefix(bytes);
  }
  text += cell;
}

// Returns the lines as text, without trailing empty cells.
std::string TextOf(const Lines& lines, const Layout& layout) {
  std::string text;
  for (const auto& line : lines) {
    std::size_t gap = 0;
    for (std::size_t i = 0; i < line.size(); ++i) {
      if (!line[i].empty()) text.append(std::exchange(gap, 0), ' ');
      if (i + 1 == layout.widths.size()) {
        AppendLastCell(line[i], layout, text);
      } else {
        text += line[i];
        gap += std::max(layout.widths[i] + 1, kMinColumn) - Width(line[i]);
      }
    }
    text += '\n';
  }
  return text;
}

std::string Indented(const std::string& json, int spaces) {
  const std::string pad(static_cast<std::size_t>(spaces), ' ');
  std::string text = pad;
  for (const char c : json) {
    text += c;
    if (c == '\n') text += pad;
  }
  return text;
}

Status RenderItemsAsText(const Output& output, const Write& write) {
  std::vector<std::vector<std::string>> rows;
  RETURN_IF_ERROR(output.items([&](const Value& item) -> Status {
    rows.push_back(output.row(item));
    return {};
  }));
  return write(RenderTable(output.columns, rows));
}

Status RenderItemsAsJson(const Output& output, int indent, const Write& write) {
  bool first = true;
  RETURN_IF_ERROR(output.items([&](const Value& item) -> Status {
    const std::string text = Indented(ToJson(item, {.indent = indent}), indent);
    RETURN_IF_ERROR(write((first ? "[\n" : ",\n") + text));
    first = false;
    return {};
  }));
  return write(first ? "[]\n" : "\n]\n");
}

std::string YamlOf(const Output& output, const Value& value) {
  return ToYaml(output.sort_keys_in_yaml ? SortedByKey(value) : value);
}

Status RenderItemsAsYaml(const Output& output, const Write& write) {
  bool first = true;
  RETURN_IF_ERROR(output.items([&](const Value& item) -> Status {
    if (output.yaml_documents) {
      RETURN_IF_ERROR(write((first ? "" : "---\n") + YamlOf(output, item)));
    } else {
      RETURN_IF_ERROR(write(YamlOf(output, Value(Value::List{item}))));
    }
    first = false;
    return {};
  }));
  return first ? write("[]\n") : Status();
}

}  // namespace

Output Output::Text(std::string text) {
  Output output;
  output.kind = Kind::kValue;
  output.value = Value(std::move(text));
  output.text = [](const Value& value) { return value.as_string(); };
  return output;
}

Output Output::Of(Value value, std::function<std::string(const Value&)> text) {
  Output output;
  output.kind = Kind::kValue;
  output.value = std::move(value);
  output.text = std::move(text);
  return output;
}

Output Output::List(Value::List items, std::vector<std::string> columns,
                    std::function<std::vector<std::string>(const Value&)> row) {
  Output output;
  output.kind = Kind::kItems;
  output.items = [items = std::move(items)](const ItemSink& sink) -> Status {
    for (const auto& item : items) RETURN_IF_ERROR(sink(item));
    return {};
  };
  output.columns = std::move(columns);
  output.row = std::move(row);
  return output;
}

Status Render(const Output& output, std::string_view format, int json_indent, const Write& write) {
  if (output.kind == Output::Kind::kNothing || output.kind == Output::Kind::kBytes) return {};
  const bool items = output.kind == Output::Kind::kItems;
  if (format == "json") {
    if (items) return RenderItemsAsJson(output, json_indent, write);
    return write(ToJson(output.value, {.indent = json_indent}) + "\n");
  }
  if (format == "yaml") {
    if (items) return RenderItemsAsYaml(output, write);
    return write(YamlOf(output, output.value));
  }
  if (items) return RenderItemsAsText(output, write);
  return write(output.text(output.value));
}

std::string RenderTable(const std::vector<std::string>& columns, const std::vector<std::vector<std::string>>& rows,
                        std::size_t line_width) {
  Lines lines{columns, {}};
  for (const auto& row : rows) lines.push_back(Printable(row, columns.size()));
  const auto widths = WidthsOf(lines);
  const Layout layout(widths, line_width);
  for (const auto width : layout.widths) lines[1].emplace_back(width, '-');
  return TextOf(lines, layout);
}

std::string RenderRows(const std::vector<std::vector<std::string>>& rows, std::size_t line_width) {
  Lines lines;
  for (const auto& row : rows) lines.push_back(Printable(row, row.size()));
  return TextOf(lines, Layout(WidthsOf(lines), line_width));
}

std::size_t TerminalColumns() {
  winsize size{};
  if (::isatty(STDOUT_FILENO) != 1 || ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0) return 0;
  return size.ws_col;
}

}  // namespace sallyport
