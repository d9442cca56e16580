// Runs a program from start to exit code.
#include <fcntl.h>
#include <unistd.h>
#include <csignal>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <system_error>

#include "libbase/json.h"
#include "libbase/write_all.h"
#include "tools/shell/find_command.h"
#include "tools/shell/parsed_line.h"

namespace sallyport {
namespace {

constexpr std::string_view kNamesCommand = "__names";

// Returns whether a shell reads a word unchanged. Names come from servers, and completion puts them on the command
// line.
bool IsPlainWord(std::string_view word) {
  return !word.empty() && word.front() != '-' && word.front() != '=' && std::ranges::all_of(word, [](unsigned char c) {
    return std::isalnum(c) != 0 || std::string_view("._-@:/+,=").contains(static_cast<char>(c));
  });
}

bool stdout_was_closed = false;

// Opens /dev/null for each of the descriptors 0 to 2 that is closed: otherwise the next file or connection would get
// that number, and the result would be written to it.
void OpenStandardDescriptors() {
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd) {
    if (::fcntl(fd, F_GETFD) >= 0 || errno != EBADF) continue;
    if (fd == STDOUT_FILENO) stdout_was_closed = true;
    std::ignore = ::open("/dev/null", O_RDWR);  // opens the lowest free descriptor, which is this one
  }
}

std::unexpected<Error> NotWritten(std::string_view why) {
  return std::unexpected(
      Error{ErrorKind::kInternal, fmt::format("cannot write the result: {}", why), {}, ErrorDetail::kOutputFailed});
}

Status WriteFd(int fd, std::string_view text) {
  if (fd == STDOUT_FILENO && stdout_was_closed && !text.empty()) return NotWritten("standard output is closed");
  if (!WriteAll(fd, text)) return NotWritten(std::system_category().message(errno));
  return {};
}

// Writes a text that is the whole result; returns the exit code.
int WriteAnswer(const Program& program, std::string_view text) {
  const Status written = WriteFd(STDOUT_FILENO, text);
  return written ? 0 : ReportError(program, written.error());
}

void Notice(std::string_view text) { std::ignore = WriteFd(STDERR_FILENO, std::string(text) + "\n"); }

bool WantsHelp(std::span<const std::string> words) {
  for (const auto& word : words) {
    if (word == "--") return false;
    if (word == "--help" || word == "-h") return true;
  }
  return false;
}

// Runs help [--all] [COMMAND...] and COMMAND --help.
int Help(const Program& program, std::vector<std::string> words) {
  const bool everything = !words.empty() && words.front() == "help" && std::ranges::find(words, "--all") != words.end();
  std::erase_if(words, [](const std::string& word) { return word.starts_with('-') || word == "help"; });

  const Found found = FindCommand(program, words);
  if (!found.missing.empty()) return ReportError(program, NotImplemented(program, found.missing).error());
  if (found.command != nullptr) return WriteAnswer(program, CommandHelp(program, *found.command, everything));

  const auto is_group = [&](const std::string& path) {
    return std::ranges::any_of(program.commands,
                               [&](const Command& command) { return command.path.starts_with(path + " "); });
  };
  std::string group = fmt::format("{}", fmt::join(found.names, " "));
  while (!group.empty() && !is_group(group)) {
    const auto space = group.rfind(' ');
    group.erase(space == std::string::npos ? 0 : space);
  }
  return WriteAnswer(program, ProgramHelp(program, group, everything));
}

// Runs __names SORT [PREFIX], for completion scripts: prints one name a line, with a description after a tab. Errors
// give no output.
int Names(const Program& program, const std::vector<std::string>& words) {
  if (program.known_names == nullptr || words.size() < 2) return 0;
  std::string text;
  for (const auto& [name, about] : program.known_names({}, words[1], words.size() > 2 ? words[2] : "")) {
    if (IsPlainWord(name)) text += fmt::format("{}{}{}\n", name, about.empty() ? "" : "\t", about);
  }
  return WriteAnswer(program, text);
}

// Runs the commands that every program has besides its own.
std::optional<int> BuiltIn(const Program& program, const std::vector<std::string>& words) {
  const auto parsed = ParseCommandLine(program, words);
  // Words that are passed on may be "--help".
  const std::size_t passed_on = parsed ? parsed->line->words.size() : 0;
  const bool wants_help = WantsHelp(std::span(words).first(words.size() - passed_on));
  if (words.empty() || wants_help) return Help(program, words);

  const auto rest = WithoutLeadingOptions(program, words);
  if (rest.empty()) return std::nullopt;
  if (rest.front() == "help") return Help(program, {rest.begin(), rest.end()});
  if (rest.front() == "man" && rest.size() == 1) return WriteAnswer(program, ManPage(program));
  if (rest.front() == kNamesCommand) return Names(program, {rest.begin(), rest.end()});
  if (rest.front() == "completion" && rest.size() == 2) {
    const std::string text = Completion(program, rest[1]);
    if (!text.empty()) return WriteAnswer(program, text);
    return ReportError(program, {ErrorKind::kUsage, "completion supports bash, zsh and fish", {}});
  }
  return std::nullopt;
}

// When the login has expired and the user can be asked, the command continues after a new login.
Result<Output> RunCommand(const Invocation& invocation) {
  const Command& command = *invocation.command;
  const Program& program = *invocation.program;
  auto output = command.run(invocation);
  if (output || output.error().kind != ErrorKind::kNotLoggedIn || !command.needs_login) return output;
  const auto login = program.log_in_again == nullptr ? std::nullopt : program.log_in_again(invocation);
  if (!login) return output;
  Notice(fmt::format("{}: {}; log in to continue", program.name, output.error().message));
  const auto logged_in = login->command->run(*login);
  if (!logged_in) return logged_in;
  for (const auto& notice : logged_in->closing_notices) Notice(notice);
  return command.run(invocation);
}

}  // namespace

int ReportError(const Program& program, const Error& error) {
  // These errors already name their kind.
  const bool prefixed = error.kind == ErrorKind::kUsage || error.detail == ErrorDetail::kOutputFailed;
  std::string text =
      fmt::format("{}: {}", program.name, prefixed ? error.message : ToText({error.kind, error.message, {}}));
  if (!error.hint.empty()) text += fmt::format("\n  hint: {}", error.hint);
  Notice(text);
  return RowOf(error.kind).exit_code;
}

int RunProgram(const Program& program, int argc, char** argv) {
#ifndef NDEBUG
  if (const Status right = CheckTables(program); !right) return ReportError(program, right.error());
#endif
  OpenStandardDescriptors();
  std::signal(SIGPIPE, SIG_IGN);
  const std::vector<std::string> words(argv + 1, argv + argc);
  if (const auto code = BuiltIn(program, words)) return *code;

  auto invocation = ParseCommandLine(program, words);
  if (!invocation) return ReportError(program, invocation.error());
  invocation->executable = argv[0];
  const auto output = RunCommand(*invocation);
  if (!output) return ReportError(program, output.error());
  for (const auto& notice : output->notices) Notice(notice);

  if (output->kind == Output::Kind::kBytes) {
    const auto code = output->bytes([](std::string_view bytes) { return WriteFd(STDOUT_FILENO, bytes); },
                                    [](std::string_view bytes) { return WriteFd(STDERR_FILENO, bytes); });
    return code ? *code : ReportError(program, code.error());
  }

  // Lists are written as they arrive; only they can fail half-way.
  std::string buffer;
  const auto write = [&](std::string_view text) -> Status {
    constexpr std::size_t kFlushBytes = 64 << 10;
    buffer += text;
    if (buffer.size() < kFlushBytes) return {};
    const Status status = WriteFd(STDOUT_FILENO, buffer);
    buffer.clear();
    return status;
  };
  Status status = Render(*output, invocation->format(), output->json_indent.value_or(program.json_indent), write);
  if (status) status = WriteFd(STDOUT_FILENO, buffer);
  if (!status) return ReportError(program, status.error());

  for (const auto& failure : output->failures) ReportError(program, failure);
  for (const auto& notice : output->closing_notices) Notice(notice);
  return output->exit_code;
}

}  // namespace sallyport
