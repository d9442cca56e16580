// Checks the tables of a program for mistakes that the compiler does not find.
#include <algorithm>

#include "tools/shell/command.h"

namespace sallyport {
namespace {

// The rows of one struct.
class FieldCheck {
 public:
  FieldCheck(std::string_view whose, const void* of) : whose_(whose), of_(of) {}

  // Fails unless the row has a field of the struct, which no other row has.
  Status Take(std::string_view row, const Field& field) {
    if (field.put == nullptr) return Wrong(row, "its value goes nowhere: it needs .into");
    if (of_ == nullptr) return Wrong(row, "nothing takes its value: .run needs RunWith");
    if (field.of != of_) return Wrong(row, "its value goes into another struct");
    if (std::ranges::find(taken_, field.put, &Field::put) != taken_.end())
      return Wrong(row, "another row has the same field");
    taken_.push_back(field);
    return {};
  }

 private:
  Status Wrong(std::string_view row, std::string_view what) const {
    return Fail(ErrorKind::kInternal, "the table is wrong: {}: {}: {}", whose_, row, what);
  }

  std::string_view whose_;
  const void* of_;
  std::vector<Field> taken_;
};

Status CheckOptions(const std::vector<Option>& rows, FieldCheck& check) {
  for (const auto& row : rows) {
    if (row.support == Support::kWorks) RETURN_IF_ERROR(check.Take(row.name, row.into));
  }
  return {};
}

Status CheckCommand(const Command& command) {
  FieldCheck check(command.path, command.run.given);
  RETURN_IF_ERROR(CheckOptions(command.options, check));
  if (command.passthrough || command.options_first) return check.Take("words", command.words);
  for (const auto& row : command.arguments) RETURN_IF_ERROR(check.Take(row.name, row.into));
  return {};
}

}  // namespace

Status CheckTables(const Program& program) {
  const auto works = std::ranges::find(program.options, Support::kWorks, &Option::support);
  FieldCheck check(program.name, works == program.options.end() ? nullptr : works->into.of);
  RETURN_IF_ERROR(CheckOptions(program.options, check));
  for (const auto& command : program.commands) RETURN_IF_ERROR(CheckCommand(command));

  for (const auto& row : program.further_options) {
    if (row.option.support != Support::kWorks) continue;
    return Fail(ErrorKind::kInternal, "the table is wrong: {}: an option that works belongs to its command's own",
                row.option.name);
  }
  return {};
}

}  // namespace sallyport
