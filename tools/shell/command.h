// Commands as rows of a table. A program lists its commands; parsing, help, man pages, completion, suggestions and the
// tests of all commands use the rows. A row of an option or argument names the field of the command's struct that its
// value goes into. A command gets that struct and returns an Output or an error; it does not print, does not exit, and
// reads the environment only through its Invocation.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "libbase/error.h"
#include "libbase/value.h"
#include "tools/shell/field.h"
#include "tools/shell/output.h"

namespace sallyport {

// How an option is handled. Scripts written for Teleport's programs give options that Sallyport lacks.
enum class Support {
  kWorks,
  kAccepted,  // taken, and nothing that the user asked for depends on it
  kMissing,   // not implemented: refused by its name before anything is done
};

// A flag (an option without a value) has an opposite, --no-NAME, which unsets it.
struct Option {
  std::string_view name;             // "proxy": given as --proxy
  char short_name = '\0';            // 'd': given as -d
  std::string_view value_name = {};  // "ADDR"; empty: a flag
  std::string_view help = {};
  std::string_view environment = {};  // the variable that stands in for it
  std::string_view choices = {};      // accepted values with spaces between; empty: any
  bool repeated = false;              // may be given several times
  bool hidden = false;                // not in help
  std::string_view names = {};        // what its values name ("role"): completion asks Program::known_names for them
  bool may_be_empty = false;          // --name= says something
  Support support = Support::kWorks;
  std::string_view harmless = {};  // values of a missing option, with spaces between, that ask for what is done anyway
  bool whole_values = false;       // commas are part of its values, where the field is a list
  Field into = {};                 // where the value goes
};

// Returns a row for an option that is accepted and has no effect.
constexpr Option Accepted(std::string_view name, std::string_view value_name = {}, char short_name = '\0') {
  return {.name = name,
          .short_name = short_name,
          .value_name = value_name,
          .repeated = true,
          .hidden = true,
          .may_be_empty = true,
          .support = Support::kAccepted};
}

// Returns a row for an option of which only some values are implemented.
constexpr Option Missing(std::string_view name, std::string_view value_name = {}, char short_name = '\0',
                         std::string_view harmless = {}, std::string_view environment = {}) {
  return {.name = name,
          .short_name = short_name,
          .value_name = value_name,
          .environment = environment,
          .repeated = true,
          .hidden = true,
          .may_be_empty = true,
          .support = Support::kMissing,
          .harmless = harmless};
}

struct Argument {
  std::string_view name;  // "cluster"
  std::string_view help = {};
  bool required = true;
  bool repeated = false;        // takes all that follow
  std::string_view names = {};  // as Option::names
  Field into = {};
};

class Invocation;

// The function that runs a command: a plain function, or RunWith of a function that takes a struct.
struct Runner {
  using Function = Result<Output> (*)(const Invocation& invocation);

  constexpr Runner() = default;
  constexpr Runner(Function run, const void* type = nullptr) : function(run), given(type) {}
  Result<Output> operator()(const Invocation& invocation) const { return function(invocation); }

  Function function = nullptr;
  const void* given = nullptr;  // the kTypeTag of the struct; nullptr: it takes none
};

struct Command {
  std::string_view path;     // "kube login"
  std::string_view summary;  // one line, no full stop
  std::vector<Argument> arguments = {};
  std::vector<Option> options = {};
  std::string_view example = {};  // a whole command line
  // Values of --format; the first is the default. Empty: the command has no result to format.
  std::string_view formats = "text json yaml";
  bool passthrough = false;  // everything after the path is the command's own (kubectl)
  // Options end at the first argument; all later words go to the command unchanged (ssh).
  bool options_first = false;
  Field words = {};  // where those of either go
  bool hidden = false;
  bool needs_login = false;  // Program::log_in_again may help when it fails with kNotLoggedIn
  Runner run = {};
};

// An option of one command, or of every command when the path is "". A command's own option of the same name takes
// precedence.
struct OptionRow {
  std::string_view command;
  Option option;
};

// Another name for the commands whose path is this path or begins with it: "recording" for "recordings".
struct Alias {
  std::string_view path;
  std::string_view of;
};

// A name that completion offers.
struct KnownName {
  std::string name;
  std::string about;  // for the shells that show it; may be empty
};

struct Program {
  std::string_view name;
  std::string_view summary;
  std::vector<Option> options;  // of every command
  std::vector<Command> commands;
  int json_indent = 4;
  char format_short_name = '\0';  // of --format, where a command has no other use for it
  // Returns the names of a sort that begin with a text, from files of this host, without network and prompts.
  std::vector<KnownName> (*known_names)(const Invocation& environment, std::string_view sort,
                                        std::string_view prefix) = nullptr;
  // Commands and options of Teleport's program that this program lacks or has under another name: constant tables,
  // which cost nothing until a command line needs them.
  std::span<const std::string_view> missing_commands = {};  // not implemented: refused by their names
  std::span<const OptionRow> further_options = {};
  std::span<const Alias> aliases = {};
  // Returns the command line that logs in again before the program repeats a command, or nothing when a new login is
  // not allowed.
  std::optional<Invocation> (*log_in_again)(const Invocation& failed) = nullptr;
};

struct ParsedLine;

// The command line and environment of a command.
class Invocation {
 public:
  // Puts the given values into the struct whose kTypeTag is `of`: see RunWith and GivenToProgram.
  void Fill(const void* of, void* target) const;

  // Returns the format of the result: the given format, or the command's default; "" when the command has no formats.
  std::string format() const;
  // Returns whether the format was given.
  bool format_given() const;

  // Returns an environment variable, or "".
  std::string Env(std::string_view name) const;
  // Returns the same as a function, for the libraries; valid as long as this object lives.
  std::function<std::string(std::string_view)> Environment() const {
    return [this](std::string_view name) { return Env(name); };
  }

  const Program* program = nullptr;
  const Command* command = nullptr;
  std::string executable;                  // argv[0]
  std::shared_ptr<const ParsedLine> line;  // for the shell; commands have it in their structs
};

// Returns the program's own options, in the struct that their rows fill.
template <typename T>
T GivenToProgram(const Invocation& invocation) {
  T options;
  invocation.Fill(&kTypeTag<T>, &options);
  return options;
}

// The Runner of a function that takes the command's options and arguments as a struct: RunWith<Add> runs
// `Result<Output> Add(const Invocation&, const TokensAdd&)`. The struct is destroyed when the function returns.
template <auto Function>
inline constexpr Runner RunWith = [] {
  return []<typename T>(Result<Output> (*)(const Invocation&, const T&)) {
    return Runner(
        [](const Invocation& invocation) {
          T given;
          invocation.Fill(&kTypeTag<T>, &given);
          return Function(invocation, given);
        },
        &kTypeTag<T>);
  }(Function);
}();

// Parses the command line, runs the command, prints the result; returns the exit code of the error table. A program's
// main calls only this.
int RunProgram(const Program& program, int argc, char** argv);

// Prints an error as RunProgram does; returns its exit code.
int ReportError(const Program& program, const Error& error);

// Parses a command line (without argv[0]). Fails with kUsage, with the mistake and a suggestion.
Result<Invocation> ParseCommandLine(const Program& program, std::span<const std::string> words);

// Returns a command's own options: those of its row, --format where it has formats, and its further ones.
std::vector<Option> OptionsOf(const Program& program, const Command& command);

// Returns a command's own options and those of every command; a name or letter belongs to the first option that has it.
std::vector<Option> AllOptionsOf(const Program& program, const Command& command);

// Fails with kInternal when an implemented row has no field, a field of another struct, or a field of another row.
// Debug builds check this at every start.
Status CheckTables(const Program& program);

// Returns the error that a part of a program is not implemented: "kube exec", "ssh --invite".
std::unexpected<Error> NotImplemented(const Program& program, std::string_view what);

// Texts made from the table. With `everything` they include commands and options that are not implemented, marked as
// such.
std::string ProgramHelp(const Program& program, std::string_view group,  // group "" is the whole program
                        bool everything = false);
std::string CommandHelp(const Program& program, const Command& command, bool everything = false);
std::string ManPage(const Program& program);
std::string Completion(const Program& program, std::string_view shell);  // "bash", "zsh" or "fish"

}  // namespace sallyport
