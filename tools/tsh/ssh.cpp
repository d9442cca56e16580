#include <algorithm>

#include "libbase/text.h"
#include "libbase/whole_number.h"
#include "tools/listing/list_options.h"
#include "tools/shell/exec.h"
#include "tools/tsh/commands.h"
#include "tools/tsh/context.h"
#include "tools/tsh/known_names.h"
#include "tools/tsh/login_certificate.h"
#include "tools/tsh/node_choice.h"
#include "tools/tsh/node_dial.h"
#include "tools/tsh/ssh_many.h"

namespace sallyport {
namespace {

struct SshOptions {
  std::vector<std::string> words;  // the node and the command
  std::string login;
  std::string port;
  std::optional<std::vector<std::string>> search;
  std::string query;

  bool forward_agent = false;
  std::vector<std::string> forward;
  std::vector<std::string> remote_forward;
  std::vector<std::string> dynamic_forward;
  int tty = 0;
  bool no_tty = false;
  bool no_remote_exec = false;
  bool x11_untrusted = false;
  bool x11_trusted = false;
  std::string x11_untrusted_timeout;
  bool no_enable_escape_sequences = false;

  std::vector<std::string> options;  // in the format of ssh_config
  bool fork_after_authentication = false;
  std::string parallel;
  std::string log_dir;
  bool version = false;
};

constexpr int kConnectionFailed = 255;  // as in ssh: all other codes come from the remote command
constexpr std::size_t kMaxAtOnce = 1000;
constexpr std::string_view kInstallSsh = "install OpenSSH's client (openssh-client), or put its directory into PATH";

// An option that ssh has under another name.
struct PassedOption {
  std::string_view name;
  std::string_view word;
  int times = 0;                         // for a flag: how often it is given
  std::vector<std::string> values = {};  // for other options
  bool several_nodes = false;            // allowed with several nodes
};

std::vector<PassedOption> PassedOptions(const Invocation& invocation, const SshOptions& given) {
  const bool debug = GivenToProgram<TshOptions>(invocation).debug;
  return {
      {.name = "forward-agent", .word = "-A", .times = given.forward_agent, .several_nodes = true},
      {.name = "forward", .word = "-L", .values = given.forward},
      {.name = "dynamic-forward", .word = "-D", .values = given.dynamic_forward},
      {.name = "remote-forward", .word = "-R", .values = given.remote_forward},

      {.name = "tty", .word = "-t", .times = given.tty},
      {.name = "no-tty", .word = "-T", .times = given.no_tty, .several_nodes = true},
      {.name = "no-remote-exec", .word = "-N", .times = given.no_remote_exec},
      {.name = "x11-untrusted", .word = "-X", .times = given.x11_untrusted},
      {.name = "x11-trusted", .word = "-Y", .times = given.x11_trusted},
      {.name = "debug", .word = "-v", .times = debug, .several_nodes = true},
      {.name = "fork-after-authentication", .word = "-f", .times = given.fork_after_authentication},
      {.name = "no-enable-escape-sequences",
       .word = "-oEscapeChar=none",
       .times = given.no_enable_escape_sequences,
       .several_nodes = true},
  };
}

// The parsed command line.
struct SshWish {
  NodeWish node;
  std::vector<std::string> command;
  int port = 0;
  bool forward_agent = false;
  ManyOptions many;
  std::vector<std::string> options;  // for ssh, after tsh's own
  std::vector<std::string> notices;
};

std::string_view OptionName(std::string_view option) { return option.substr(0, option.find_first_of(" =\t")); }

// An option in the format of ssh_config. A notice names options without effect, because tsh decides them itself; tsh
// itself uses login and port; ssh refuses options that it does not know.
Status TakeSshOption(const std::string& option, SshWish& wish) {
  const std::string_view name = OptionName(option);
  std::string_view value = std::string_view(option).substr(name.size());
  value.remove_prefix(std::min(value.find_first_not_of(" =\t"), value.size()));
  const std::string lower = LowerCase(name);

  if (std::ranges::any_of(option, [](unsigned char c) { return c < ' ' && c != '\t'; })) {
    return Fail(ErrorKind::kUsage, "an option of ssh has a control character: {}", StripControl(option));
  }
  if (IsOwnSshOption(name)) {
    wish.notices.push_back(fmt::format("tsh: -o {} has no effect: tsh sets this option", StripControl(name)));
    return {};
  }

  if (lower == "user") {
    if (wish.node.login.empty()) wish.node.login = value;
    return {};
  }
  if (lower == "port") {
    const auto port = ReadWholeNumber<int>(value);
    if (!port) return Fail(ErrorKind::kUsage, "-o Port takes a number, not \"{}\"", StripControl(value));
    wish.port = *port;
    return {};
  }

  if (lower == "forwardagent") wish.forward_agent = value != "no";
  wish.options.emplace_back("-o");
  wish.options.push_back(option);
  return {};
}

void TakePassedOptions(const Invocation& invocation, const SshOptions& given, SshWish& wish) {
  for (const auto& option : PassedOptions(invocation, given)) {
    for (int i = 0; i < option.times; ++i) wish.options.emplace_back(option.word);
    for (const auto& value : option.values) {
      wish.options.emplace_back(option.word);
      wish.options.push_back(value);
    }
  }

  if (!given.x11_untrusted_timeout.empty()) {
    wish.options.emplace_back("-o");
    wish.options.push_back("ForwardX11Timeout=" + given.x11_untrusted_timeout);
  }
}

Result<ManyOptions> ManyOptionsOf(const Invocation& invocation, const SshOptions& given) {
  ManyOptions options;
  options.json = invocation.format() == "json";
  options.log_dir = given.log_dir;
  const std::string& text = given.parallel;
  if (!text.empty()) {
    options.at_once = ReadWholeNumber<decltype(options.at_once)>(text).value_or(0);
    if (options.at_once == 0 || options.at_once > kMaxAtOnce) {
      return Fail(ErrorKind::kUsage, "--parallel takes a number from 1 to {}, not \"{}\"", kMaxAtOnce, text);
    }
  }
  return options;
}

Result<SshWish> WishOf(const Invocation& invocation, const SshOptions& given) {
  SshWish wish;
  wish.command = given.words;
  const bool filtered = given.search || !given.query.empty();
  if (filtered) {
    if (given.search) wish.node.filter.search = *given.search;
    wish.node.filter.predicate = given.query;
  } else if (wish.command.empty()) {
    return FailWithHint(ErrorKind::kUsage, "the node is missing",
                        "write tsh ssh [LOGIN@]HOST [COMMAND]; list the nodes: tsh ls");
  } else {
    ASSIGN_OR_RETURN(wish.node, ParseNodeWish(wish.command.front()));
    wish.command.erase(wish.command.begin());
  }
  if (!wish.command.empty() && wish.command.front() == "--") wish.command.erase(wish.command.begin());

  ASSIGN_OR_RETURN(wish.port, PortOf(given.port));
  ASSIGN_OR_RETURN(wish.many, ManyOptionsOf(invocation, given));
  wish.forward_agent = given.forward_agent;
  if (wish.node.login.empty()) wish.node.login = given.login;

  TakePassedOptions(invocation, given, wish);
  for (const auto& option : given.options) RETURN_IF_ERROR(TakeSshOption(option, wish));
  return wish;
}

// Returns the whole command line of ssh for one node.
Result<std::vector<std::string>> CommandLineOf(const Invocation& invocation, const Session& session,
                                               const SshWish& wish, const ChosenNode& node, const NodeUse& use,
                                               const std::vector<std::string>& more) {
  ASSIGN_OR_RETURN(const auto own, SshWordsOf(invocation, session, node, use));
  std::vector<std::string> words{"ssh"};
  for (const auto* part : {&own, &wish.options, &more}) words.insert(words.end(), part->begin(), part->end());
  words.insert(words.end(), {"--", node.name});
  words.insert(words.end(), wish.command.begin(), wish.command.end());
  return words;
}

// Nodes with the same name are distinguished by their IDs.
void TellApart(std::vector<ChosenNode>& nodes) {
  for (auto& node : nodes) {
    const auto same = std::ranges::count(nodes, node.shown, &ChosenNode::shown);
    if (same > 1 && !node.id.empty()) node.name = node.id;
  }
  for (auto& node : nodes) {
    if (node.name == node.id) node.shown = node.id;
  }
}

Result<Output> RunOnMany(const Invocation& invocation, const SshOptions& given, const Session& session,
                         const SshWish& wish, std::vector<ChosenNode> nodes, const std::string& login) {
  for (const auto& option : PassedOptions(invocation, given)) {
    if (option.several_nodes || (option.times == 0 && option.values.empty())) continue;
    return Fail(ErrorKind::kUsage, "--{} is for one node, and {} nodes match", option.name, nodes.size());
  }
  TellApart(nodes);
  NodeUse use{login, wish.port, wish.forward_agent, {}};
  ASSIGN_OR_RETURN(use.certificate, CertificateForLogin(invocation, session, login));
  std::vector<NodeCommand> commands;
  for (const auto& node : nodes) {
    ASSIGN_OR_RETURN(auto words, CommandLineOf(invocation, session, wish, node, use, {"-o", "BatchMode=yes", "-T"}));
    commands.push_back({node, std::move(words)});
  }
  return RunOnNodes(std::move(commands), wish.many);
}

Error TooMany(const std::vector<ChosenNode>& nodes) {
  std::string names;
  for (const auto& node : nodes) names += fmt::format("\n  {}  {}", node.shown, node.id);
  return {ErrorKind::kUsage, fmt::format("{} nodes match, and a shell needs one node:{}", nodes.size(), names),
          "choose a node by its ID, or give a command to run on all of them"};
}

// Returns whether ssh may use an existing connection (ControlPath, ControlMaster), so that no new connection is needed.
bool MayShare(const SshWish& wish) {
  constexpr std::string_view kControl = "control";
  return std::ranges::any_of(wish.options, [&](const std::string& option) {
    return std::ranges::equal(std::string_view(option).substr(0, kControl.size()), kControl,
                              [](unsigned char a, unsigned char b) { return std::tolower(a) == b; });
  });
}

Result<Output> Launch(const Invocation& invocation, const SshOptions& given, const SshWish& wish) {
  ASSIGN_OR_RETURN(const Session session, SessionOf(invocation));
  ASSIGN_OR_RETURN(const std::string login, LoginOf(invocation, session, wish.node));
  ASSIGN_OR_RETURN(auto nodes, ChooseNodes(invocation, session, wish.node));
  if (nodes.size() > 1 && wish.command.empty()) return std::unexpected(TooMany(nodes));

  const bool collected = invocation.format() == "json" || !given.log_dir.empty();
  if (collected && wish.command.empty()) {
    return Fail(ErrorKind::kUsage, "--format=json and --log-dir need a command");
  }
  if (nodes.size() > 1 || collected) return RunOnMany(invocation, given, session, wish, std::move(nodes), login);

  // These defaults come after the user's options: a failed forwarding ends ssh.
  const std::vector<std::string> defaults{"-o", "ExitOnForwardFailure=yes", "-o", "SendEnv=LANG LANGUAGE"};
  NodeUse use{login, wish.port, wish.forward_agent, {}};
  ASSIGN_OR_RETURN(use.certificate, CertificateForLogin(invocation, session, login));
  if (!MayShare(wish)) {
    ASSIGN_OR_RETURN(use.relay,
                     StartDialling(invocation, session, NodeAddressOf(invocation, session, nodes.front(), wish.port)));
  }
  ASSIGN_OR_RETURN(auto words, CommandLineOf(invocation, session, wish, nodes.front(), use, defaults));

  Output output;
  output.kind = Output::Kind::kBytes;
  output.bytes = [words](const ByteSink&, const ByteSink&) -> Result<int> {
    return BecomeProgram(words, std::string(kInstallSsh));
  };
  return output;
}

// Returns whether ssh would exit with 255: the node was not reached. Mistakes on the command line and expired logins
// have other codes.
bool IsFailedConnection(ErrorKind kind) {
  constexpr ErrorKind kOthers[] = {ErrorKind::kUsage, ErrorKind::kNotLoggedIn, ErrorKind::kNotImplemented,
                                   ErrorKind::kBadParameter};
  return std::ranges::find(kOthers, kind) == std::end(kOthers);
}

Result<Output> RunSsh(const Invocation& invocation, const SshOptions& given) {
  if (given.version) return VersionCommand().run(invocation);
  ASSIGN_OR_RETURN(SshWish wish, WishOf(invocation, given));
  auto output = Launch(invocation, given, wish);
  if (!output) {
    if (!IsFailedConnection(output.error().kind)) return output;
    Output failed;
    failed.failures.push_back(output.error());
    failed.exit_code = kConnectionFailed;
    output = std::move(failed);
  }

  output->notices = std::move(wish.notices);
  return output;
}

std::vector<Option> WhereRows() {
  return {{.name = "login",
           .short_name = 'l',
           .value_name = "NAME",
           .help = "Login on the node (default your own name, or the first login of your roles)",
           .environment = "TELEPORT_LOGIN",
           .into = Into<&SshOptions::login>},
          {.name = "port",
           .short_name = 'p',
           .value_name = "PORT",
           .help = "SSH port of the node (default any)",
           .into = Into<&SshOptions::port>},
          {.name = "search",
           .value_name = "WORDS",
           .help = "Nodes with all of these words, separated by commas, instead of a host",
           .repeated = true,
           .into = Into<&SshOptions::search>},
          {.name = "query",
           .value_name = "EXPRESSION",
           .help = "Nodes for which this predicate is true, instead of a host",
           .into = Into<&SshOptions::query>},

          {.name = "forward-agent",
           .short_name = 'A',
           .help = "Use the agent of this host, and let the node use it",
           .into = Into<&SshOptions::forward_agent>},
          {.name = "forward",
           .short_name = 'L',
           .value_name = "[ADDR:]PORT:HOST:PORT",
           .help = "Forward a port of this host to one seen from the node",
           .repeated = true,
           .whole_values = true,
           .into = Into<&SshOptions::forward>},
          {.name = "remote-forward",
           .short_name = 'R',
           .value_name = "[ADDR:]PORT:HOST:PORT",
           .help = "Forward a port of the node to one seen from here",
           .repeated = true,
           .whole_values = true,
           .into = Into<&SshOptions::remote_forward>},
          {.name = "dynamic-forward",
           .short_name = 'D',
           .value_name = "[ADDR:]PORT",
           .help = "Be a SOCKS proxy that connects from the node",
           .repeated = true,
           .whole_values = true,
           .into = Into<&SshOptions::dynamic_forward>}};
}

std::vector<Option> HowRows() {
  return {{.name = "tty",
           .short_name = 't',
           .help = "Request a terminal; twice: even when tsh has no terminal",
           .repeated = true,
           .into = Into<&SshOptions::tty>},
          {.name = "no-tty", .short_name = 'T', .help = "Request no terminal", .into = Into<&SshOptions::no_tty>},
          {.name = "no-remote-exec",
           .short_name = 'N',
           .help = "Run nothing on the node: forward ports",
           .into = Into<&SshOptions::no_remote_exec>},
          {.name = "x11-untrusted",
           .short_name = 'X',
           .help = "Forward X11, with restrictions",
           .into = Into<&SshOptions::x11_untrusted>},
          {.name = "x11-trusted",
           .short_name = 'Y',
           .help = "Forward X11 without restrictions",
           .into = Into<&SshOptions::x11_trusted>},
          {.name = "x11-untrusted-timeout",
           .value_name = "DURATION",
           .help = "How long restricted X11 clients may connect",
           .into = Into<&SshOptions::x11_untrusted_timeout>},

          {.name = "option",
           .short_name = 'o',
           .value_name = "OPTION",
           .help = "Option in the format of ssh_config",
           .repeated = true,
           .whole_values = true,
           .into = Into<&SshOptions::options>},
          {.name = "fork-after-authentication",
           .short_name = 'f',
           .help = "Go to the background after the login on the node",
           .into = Into<&SshOptions::fork_after_authentication>},
          {.name = "parallel",
           .value_name = "NUMBER",
           .help = "Number of nodes at the same time, when several nodes match (default 10)",
           .into = Into<&SshOptions::parallel>},
          {.name = "log-dir",
           .value_name = "DIRECTORY",
           .help = "Directory for files with the output of each node",
           .into = Into<&SshOptions::log_dir>},
          {.name = "no-enable-escape-sequences", .hidden = true, .into = Into<&SshOptions::no_enable_escape_sequences>},
          {.name = "version", .short_name = 'V', .hidden = true, .into = Into<&SshOptions::version>}};
}

}  // namespace

Command SshCommand() {
  Command command{.path = "ssh",
                  .summary = "Open a shell on a node, or run a command on one or several",
                  .arguments = {{.name = "host",
                                 .help = "[LOGIN@]HOST, or [LOGIN@]key=value,... for every node with these labels",
                                 .required = false,
                                 .names = kNodesAndLabels},
                                {.name = "command",
                                 .help = "Command to run; all following words belong to the command",
                                 .required = false,
                                 .repeated = true}},
                  .options = WhereRows(),
                  .example = "tsh ssh root@web-1",
                  .formats = "text json",
                  .options_first = true,
                  .words = Into<&SshOptions::words>,
                  .needs_login = true,
                  .run = RunWith<RunSsh>};

  for (const auto& option : HowRows()) command.options.push_back(option);
  return command;
}

}  // namespace sallyport
