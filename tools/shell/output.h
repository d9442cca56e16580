// The result of a command, and its three renderings. Only the result goes to stdout; notices go to stderr.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libbase/error.h"
#include "libbase/value.h"

namespace sallyport {

// Receives the items of a list one after the other.
using ItemSink = std::function<Status(const Value& item)>;

// Receives bytes unchanged.
using ByteSink = std::function<Status(std::string_view bytes)>;

struct Output {
  // The form of the result: nothing, a value, a list that is produced item by item (10,000 nodes never become one
  // tree), or bytes that are written as they arrive.
  enum class Kind { kNothing, kValue, kItems, kBytes } kind = Kind::kNothing;
  Value value;
  std::function<Status(const ItemSink& sink)> items;

  // The text format. For kValue: the text of the value, ending in a newline. For kItems: a table with a row for each
  // item.
  std::function<std::string(const Value& value)> text;
  std::vector<std::string> columns;
  std::function<std::vector<std::string>(const Value& item)> row;
  // For kBytes: writes to stdout and stderr in the requested format, and returns the exit code.
  std::function<Result<int>(const ByteSink& out, const ByteSink& err)> bytes;

  bool yaml_documents = false;  // YAML of a list is one document an item (tctl get) instead of one list
  bool sort_keys_in_yaml = false;
  std::optional<int> json_indent = {};            // instead of the program's
  std::vector<std::string> notices = {};          // for stderr, before the result
  std::vector<std::string> closing_notices = {};  // for stderr, after it
  std::vector<Error> failures = {};               // for stderr, after the result
  int exit_code = 0;                              // of a child program or the failures, say

  static Output Nothing() { return {}; }
  // Returns a text-only result, for results that have no other format.
  static Output Text(std::string text);
  static Output Of(Value value, std::function<std::string(const Value&)> text);
  // Returns a list whose items are all known.
  static Output List(Value::List items, std::vector<std::string> columns,
                     std::function<std::vector<std::string>(const Value&)> row);
};

// Writes an output in a format ("text", "json", "yaml") to a stream of bytes.
Status Render(const Output& output, std::string_view format, int json_indent,
              const std::function<Status(std::string_view)>& write);

// Returns the number of characters in a line of the terminal on stdout; 0 when stdout is no terminal.
std::size_t TerminalColumns();

// Returns a table: header, dashes, rows; every cell but the last padded and followed by a space, as Teleport's are.
// Control characters are escaped. A last column that does not fit into the line is wrapped; 0 is a line of unlimited
// width.
std::string RenderTable(const std::vector<std::string>& columns, const std::vector<std::vector<std::string>>& rows,
                        std::size_t line_width = TerminalColumns());

// Returns the rows of a table alone.
std::string RenderRows(const std::vector<std::vector<std::string>>& rows, std::size_t line_width = TerminalColumns());

}  // namespace sallyport
