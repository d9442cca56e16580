// The input of a command: its options and arguments in its struct, and the environment.
#include <cstdlib>

#include "libbase/text.h"
#include "tools/shell/command.h"
#include "tools/shell/parsed_line.h"

namespace sallyport {
namespace {

std::vector<std::string> SplitAtCommas(const std::vector<std::string>& values) {
  std::vector<std::string> all;
  for (const auto& value : values) {
    for (auto& part : SplitNonEmpty(value, ',')) all.push_back(std::move(part));
  }
  return all;
}

void PutOptions(const std::vector<Option>& rows, const ParsedLine& line, const void* of, void* target) {
  for (const auto& row : rows) {
    const auto* const values = row.into.of == of ? line.FindOption(row.name) : nullptr;
    if (values == nullptr) continue;
    row.into.put(target, row.into.is_list && !row.whole_values ? SplitAtCommas(*values) : *values);
  }
}

}  // namespace

void Invocation::Fill(const void* of, void* target) const {
  if (line == nullptr) return;
  PutOptions(program->options, *line, of, target);
  PutOptions(command->options, *line, of, target);

  for (const auto& row : command->arguments) {
    const auto* const values = row.into.of == of ? line->FindArgument(row.name) : nullptr;
    if (values != nullptr) row.into.put(target, *values);
  }
  if (command->words.of == of) command->words.put(target, line->words);
}

bool Invocation::format_given() const { return line != nullptr && line->FindOption(kFormatOption) != nullptr; }

std::string Invocation::format() const {
  if (format_given()) return line->FindOption(kFormatOption)->back();
  const std::string_view formats = command == nullptr ? "" : command->formats;
  return std::string(formats.substr(0, formats.find(' ')));
}

std::string Invocation::Env(std::string_view name) const {
  const char* value = std::getenv(std::string(name).c_str());
  return value == nullptr ? "" : value;
}

}  // namespace sallyport
