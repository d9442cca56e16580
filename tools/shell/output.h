// What a command gives back, and its three renderings. stdout carries only this; notices go to stderr.
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

// Receives bytes as they are.
using ByteSink = std::function<Status(std::string_view bytes)>;

struct Output {
  // One of these: nothing, a value, a list that is produced item by item (10,000 nodes never become one tree), or bytes
  // that go out as they come.
  enum class Kind { kNothing, kValue, kItems, kBytes } kind = Kind::kNothing;
  Value value;
  std::function<Status(const ItemSink& sink)> items;

  // How a person reads it. For kValue: the text of the value, ending in a newline. For kItems: a table with a row an
  // item.
  std::function<std::string(const Value& value)> text;
  std::vector<std::string> columns;
  std::function<std::vector<std::string>(const Value& item)> row;
  // For kBytes: writes to stdout and stderr, in whatever format was asked for, and returns the exit code.
  std::function<Result<int>(const ByteSink& out, const ByteSink& err)> bytes;

  bool yaml_documents = false;  // YAML of a list is one document an item (tctl get) instead of one list
  bool sort_keys_in_yaml = false;
  std::optional<int> json_indent = {};            // instead of the program's
  std::vector<std::string> notices = {};          // for stderr, before the result
  std::vector<std::string> closing_notices = {};  // for stderr, after it
  std::vector<Error> failures = {};               // for stderr, after the result
  int exit_code = 0;                              // of a child program or the failures, say

  static Output Nothing() { return {}; }
  // A text alone: what has no other format.
  static Output Text(std::string text);
  static Output Of(Value value, std::function<std::string(const Value&)> text);
  // A list that is already there.
  static Output List(Value::List items, std::vector<std::string> columns,
                     std::function<std::vector<std::string>(const Value&)> row);
};

// Writes an output in a format ("text", "json", "yaml") to a stream of bytes.
Status Render(const Output& output, std::string_view format, int json_indent,
              const std::function<Status(std::string_view)>& write);

// Returns how many characters a line of the terminal on stdout has; 0 when stdout is none.
std::size_t TerminalColumns();

// Returns a table: header, dashes, rows; every cell but the last padded and followed by a space, as Teleport's are.
// Control characters are escaped. A last column that does not fit into the line is wrapped; 0 is a line without an end.
std::string RenderTable(const std::vector<std::string>& columns, const std::vector<std::vector<std::string>>& rows,
                        std::size_t line_width = TerminalColumns());

// Returns the rows of a table alone.
std::string RenderRows(const std::vector<std::vector<std::string>>& rows, std::size_t line_width = TerminalColumns());

}  // namespace sallyport
