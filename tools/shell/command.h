// Commands as rows of a table. A program lists its commands; from the rows come parsing, help, man page, completion,
// did-you-mean and the list that tests walk. A command gets what was parsed and returns an Output or an error; it does
// not print, does not exit, and reads the environment only through its Invocation.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "libbase/error.h"
#include "libbase/value.h"
#include "tools/shell/output.h"

namespace sallyport {

// What becomes of an option. Scripts that are written for Teleport's programs give options that we lack.
enum class Support {
  kWorks,
  kAccepted,  // taken, and nothing that the user asked for depends on it
  kMissing,   // not implemented: refused by its name before anything is done
};

// A flag (an option without a value) has an opposite, --no-NAME, which takes it back.
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
};

// Returns a row for an option that is taken and changes nothing.
constexpr Option Accepted(std::string_view name, std::string_view value_name = {}, char short_name = '\0') {
  return {.name = name,
          .short_name = short_name,
          .value_name = value_name,
          .repeated = true,
          .hidden = true,
          .may_be_empty = true,
          .support = Support::kAccepted};
}

// Returns a row for an option that is not implemented, but for some values.
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
};

class Invocation;

struct Command {
  std::string_view path;     // "kube login"
  std::string_view summary;  // one line, no full stop
  std::vector<Argument> arguments = {};
  std::vector<Option> options = {};
  std::string_view example = {};  // a whole command line
  // Values of --format; the first is the default. Empty: the command has no result to format.
  std::string_view formats = "text json yaml";
  bool passthrough = false;  // everything after the path is the command's own (kubectl)
  // Options end at the first argument; from there on all words are "args", as they are (ssh).
  bool options_first = false;
  bool hidden = false;
  bool needs_login = false;  // Program::log_in_again may help when it fails with kNotLoggedIn
  Result<Output> (*run)(const Invocation& invocation) = nullptr;
};

// An option of one command, or of every command when the path is "". A command's own option of that name stands before
// it.
struct OptionRow {
  std::string_view command;
  Option option;
};

// Another name for the commands whose path is this, or begins with it: "recording" for "recordings".
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
  // Returns the names of a sort that begin with a text, from what is on this host: no network, no question.
  std::vector<KnownName> (*known_names)(const Invocation& environment, std::string_view sort,
                                        std::string_view prefix) = nullptr;
  // What Teleport's program has and this one has not, or not as a thing of its own: constant tables, which cost nothing
  // before a command line needs them.
  std::span<const std::string_view> missing_commands = {};  // not implemented: refused by their names
  std::span<const OptionRow> further_options = {};
  std::span<const Alias> aliases = {};
  // Returns what logs in again before a command that needs it is run once more, or nothing when that is not to be.
  std::optional<Invocation> (*log_in_again)(const Invocation& failed) = nullptr;
};

// What a command was called with.
class Invocation {
 public:
  // Returns an option's value: as given, or of its environment variable, or "".
  const std::string& Get(std::string_view option) const;
  // Returns an option's values when it is repeated; each may hold several with commas between, which are split.
  std::vector<std::string> GetList(std::string_view option) const;
  bool Has(std::string_view option) const;  // given on the command line or by the environment
  bool Flag(std::string_view option) const { return Get(option) == "true"; }
  // Returns an argument's value, or "".
  const std::string& Arg(std::string_view argument) const;
  const std::vector<std::string>& Args(std::string_view argument) const;

  // Returns an environment variable, or "".
  std::string Env(std::string_view name) const;
  // Returns the same as a function, for the libraries; good as long as this is.
  std::function<std::string(std::string_view)> Environment() const {
    return [this](std::string_view name) { return Env(name); };
  }

  const Program* program = nullptr;
  const Command* command = nullptr;
  std::string executable;  // argv[0]
  std::map<std::string, std::vector<std::string>, std::less<>> options;
  std::map<std::string, std::vector<std::string>, std::less<>> arguments;
};

// Parses, runs, prints; returns the exit code of the error table. The whole of a program's main.
int RunProgram(const Program& program, int argc, char** argv);

// Tells the user of an error as RunProgram does; returns its exit code.
int ReportError(const Program& program, const Error& error);

// Parses a command line (without argv[0]). kUsage says what is wrong and what was probably meant.
Result<Invocation> ParseCommandLine(const Program& program, std::span<const std::string> words);

// Returns a command's own options: those of its row, --format where it has formats, and its further ones.
std::vector<Option> OptionsOf(const Program& program, const Command& command);

// Returns a command's own options and those of every command; one name or letter is that of the first which has it.
std::vector<Option> AllOptionsOf(const Program& program, const Command& command);

// Says that something of a program is not implemented: "kube exec", "ssh --invite".
std::unexpected<Error> NotImplemented(const Program& program, std::string_view what);

// Texts made from the table. With everything: also what is not implemented, marked.
std::string ProgramHelp(const Program& program, std::string_view group,  // group "" is the whole program
                        bool everything = false);
std::string CommandHelp(const Program& program, const Command& command, bool everything = false);
std::string ManPage(const Program& program);
std::string Completion(const Program& program, std::string_view shell);  // "bash", "zsh" or "fish"

}  // namespace sallyport
