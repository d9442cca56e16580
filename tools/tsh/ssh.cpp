#include <algorithm>
#include <charconv>

#include "libbase/text.h"
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

constexpr int kConnectionFailed = 255;  // as ssh says it: the other codes are the remote command's
constexpr std::size_t kMaxAtOnce = 1000;
constexpr std::string_view kInstallSsh = "install OpenSSH's client (openssh-client), or put its directory into PATH";

// Options that ssh has too, under another name.
struct PassedOption {
  std::string_view name;
  std::string_view word;
  bool several_nodes = false;  // makes sense there
};
constexpr PassedOption kPassed[] = {
    {"forward-agent", "-A", true},
    {"forward", "-L"},
    {"dynamic-forward", "-D"},
    {"remote-forward", "-R"},
    {"tty", "-t"},
    {"no-tty", "-T", true},
    {"no-remote-exec", "-N"},
    {"x11-untrusted", "-X"},
    {"x11-trusted", "-Y"},
    {"debug", "-v", true},
    {"fork-after-authentication", "-f"},
    {"no-enable-escape-sequences", "-oEscapeChar=none", true},
};

// The command line, taken apart.
struct SshWish {
  NodeWish node;
  std::vector<std::string> command;
  int port = 0;
  bool forward_agent = false;
  ManyOptions many;
  std::vector<std::string> options;  // for ssh, after our own
  std::vector<std::string> notices;
};

std::string_view OptionName(std::string_view option) { return option.substr(0, option.find_first_of(" =\t")); }

// An option in the format of ssh_config. What tsh decides itself is said to be without effect; login and port are ours
// to use; ssh itself refuses what it does not know.
Status TakeSshOption(const std::string& option, SshWish& wish) {
  const std::string_view name = OptionName(option);
  std::string_view value = std::string_view(option).substr(name.size());
  value.remove_prefix(std::min(value.find_first_not_of(" =\t"), value.size()));
  const std::string lower = [&] {
    std::string text(name);
    std::ranges::transform(text, text.begin(), [](unsigned char c) { return std::tolower(c); });
    return text;
  }();

  if (std::ranges::any_of(option, [](unsigned char c) { return c < ' ' && c != '\t'; })) {
    return Fail(ErrorKind::kUsage, "an option of ssh has a control character: {}", StripControl(option));
  }
  if (IsOwnSshOption(name)) {
    wish.notices.push_back(fmt::format("tsh: -o {} has no effect: tsh decides that itself", StripControl(name)));
    return {};
  }

  if (lower == "user") {
    if (wish.node.login.empty()) wish.node.login = value;
    return {};
  }
  if (lower == "port") {
    const auto read = std::from_chars(value.data(), value.data() + value.size(), wish.port);
    if (read.ec == std::errc() && read.ptr == value.data() + value.size()) return {};
    return Fail(ErrorKind::kUsage, "-o Port takes a number, not \"{}\"", StripControl(value));
  }

  if (lower == "forwardagent") wish.forward_agent = value != "no";
  wish.options.emplace_back("-o");
  wish.options.push_back(option);
  return {};
}

const std::vector<std::string>& ValuesOf(const Invocation& invocation, std::string_view option) {
  static const std::vector<std::string> kNone;
  const auto found = invocation.options.find(option);
  return found == invocation.options.end() ? kNone : found->second;
}

void TakePassedOptions(const Invocation& invocation, SshWish& wish) {
  for (const auto& row : kPassed) {
    for (const auto& value : ValuesOf(invocation, row.name)) {
      wish.options.emplace_back(row.word);
      if (value != "true") wish.options.push_back(value);
    }
  }
  if (invocation.Has("x11-untrusted-timeout")) {
    wish.options.emplace_back("-o");
    wish.options.push_back("ForwardX11Timeout=" + invocation.Get("x11-untrusted-timeout"));
  }
}

Result<ManyOptions> ManyOptionsOf(const Invocation& invocation) {
  ManyOptions options;
  options.json = invocation.Get("format") == "json";
  options.log_dir = invocation.Get("log-dir");
  if (const std::string& text = invocation.Get("parallel"); !text.empty()) {
    const auto read = std::from_chars(text.data(), text.data() + text.size(), options.at_once);
    const bool whole = read.ec == std::errc() && read.ptr == text.data() + text.size();
    if (!whole || options.at_once == 0 || options.at_once > kMaxAtOnce) {
      return Fail(ErrorKind::kUsage, "--parallel takes a number from 1 to {}, not \"{}\"", kMaxAtOnce, text);
    }
  }
  return options;
}

Result<SshWish> WishOf(const Invocation& invocation) {
  SshWish wish;
  wish.command = invocation.Args("args");
  const bool filtered = invocation.Has("search") || invocation.Has("query");
  if (filtered) {
    wish.node.filter.search = invocation.GetList("search");
    wish.node.filter.predicate = invocation.Get("query");
  } else if (wish.command.empty()) {
    return FailWithHint(ErrorKind::kUsage, "the node is missing", "tsh ssh [LOGIN@]HOST [COMMAND]; see nodes: tsh ls");
  } else {
    ASSIGN_OR_RETURN(wish.node, ParseNodeWish(wish.command.front()));
    wish.command.erase(wish.command.begin());
  }
  if (!wish.command.empty() && wish.command.front() == "--") wish.command.erase(wish.command.begin());

  ASSIGN_OR_RETURN(wish.port, PortOf(invocation, "port"));
  ASSIGN_OR_RETURN(wish.many, ManyOptionsOf(invocation));
  wish.forward_agent = invocation.Flag("forward-agent");
  if (wish.node.login.empty()) wish.node.login = invocation.Get("login");

  TakePassedOptions(invocation, wish);
  for (const auto& option : ValuesOf(invocation, "option")) RETURN_IF_ERROR(TakeSshOption(option, wish));
  return wish;
}

// The whole command line of ssh for one node.
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

// Nodes of one name are told apart by their IDs.
void TellApart(std::vector<ChosenNode>& nodes) {
  for (auto& node : nodes) {
    const auto same = std::ranges::count(nodes, node.shown, &ChosenNode::shown);
    if (same > 1 && !node.id.empty()) node.name = node.id;
  }
  for (auto& node : nodes) {
    if (node.name == node.id) node.shown = node.id;
  }
}

Result<Output> RunOnMany(const Invocation& invocation, const Session& session, const SshWish& wish,
                         std::vector<ChosenNode> nodes, const std::string& login) {
  for (const auto& row : kPassed) {
    if (row.several_nodes || !invocation.Has(row.name)) continue;
    return Fail(ErrorKind::kUsage, "--{} is for one node, and {} match", row.name, nodes.size());
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
  return {ErrorKind::kUsage, fmt::format("{} nodes match, and a shell is on one:{}", nodes.size(), names),
          "name one by its ID, or give a command to run on all of them"};
}

// Whether ssh may use a connection that is there already (ControlPath, ControlMaster), so that none need be dialled.
bool MayShare(const SshWish& wish) {
  constexpr std::string_view kControl = "control";
  return std::ranges::any_of(wish.options, [&](const std::string& option) {
    return std::ranges::equal(std::string_view(option).substr(0, kControl.size()), kControl,
                              [](unsigned char a, unsigned char b) { return std::tolower(a) == b; });
  });
}

Result<Output> Launch(const Invocation& invocation, const SshWish& wish) {
  ASSIGN_OR_RETURN(const Session session, SessionOf(invocation));
  ASSIGN_OR_RETURN(const std::string login, LoginOf(invocation, session, wish.node));
  ASSIGN_OR_RETURN(auto nodes, ChooseNodes(invocation, session, wish.node));
  if (nodes.size() > 1 && wish.command.empty()) return std::unexpected(TooMany(nodes));

  const bool collected = invocation.Get("format") == "json" || invocation.Has("log-dir");
  if (collected && wish.command.empty()) {
    return Fail(ErrorKind::kUsage, "--format=json and --log-dir are for a command, and there is none");
  }
  if (nodes.size() > 1 || collected) return RunOnMany(invocation, session, wish, std::move(nodes), login);

  // After what the user says: a forwarding that fails is not passed over.
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

// Whether ssh would say 255: the node was not reached. A mistake on the command line or a login that is over is not
// that.
bool IsFailedConnection(ErrorKind kind) {
  constexpr ErrorKind kOthers[] = {ErrorKind::kUsage, ErrorKind::kNotLoggedIn, ErrorKind::kNotImplemented,
                                   ErrorKind::kBadParameter};
  return std::ranges::find(kOthers, kind) == std::end(kOthers);
}

Result<Output> Run(const Invocation& invocation) {
  if (invocation.Flag("version")) return VersionCommand().run(invocation);
  ASSIGN_OR_RETURN(SshWish wish, WishOf(invocation));
  auto output = Launch(invocation, wish);
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

std::vector<Option> SshOptionRows() {
  return {
      {"login", 'l', "NAME", "Login on the node; else your own name there, or the first that your roles give",
       "TELEPORT_LOGIN"},
      {"port", 'p', "PORT", "SSH port of the node; any when it is not given"},
      {"search", '\0', "WORDS", "Nodes that have all of these words, commas between, in place of a host", "", "", true},
      {"query", '\0', "EXPRESSION", "Nodes that this predicate holds for, in place of a host"},

      {"forward-agent", 'A', "", "Use the agent of this host, and let the node use it"},
      {"forward", 'L', "[ADDR:]PORT:HOST:PORT", "Forward a port of this host to one seen from the node", "", "", true},
      {"remote-forward", 'R', "[ADDR:]PORT:HOST:PORT", "Forward a port of the node to one seen from here", "", "",
       true},
      {"dynamic-forward", 'D', "[ADDR:]PORT", "Be a SOCKS proxy that connects from the node", "", "", true},

      {"tty", 't', "", "Ask for a terminal; twice: even when there is none here", "", "", true},
      {"no-tty", 'T', "", "Ask for no terminal"},
      {"no-remote-exec", 'N', "", "Run nothing on the node: forward ports"},
      {"x11-untrusted", 'X', "", "Forward X11, with restrictions"},
      {"x11-trusted", 'Y', "", "Forward X11 without restrictions"},
      {"x11-untrusted-timeout", '\0', "DURATION", "How long restricted X11 clients may connect"},

      {"option", 'o', "OPTION", "Option in the format of ssh_config", "", "", true},
      {"fork-after-authentication", 'f', "", "Go to the background when the node has let you in"},
      {"parallel", '\0', "NUMBER", "How many nodes at once, when several match (10)"},
      {"log-dir", '\0', "DIRECTORY", "Write the output of each node to files there"},
      {.name = "no-enable-escape-sequences", .hidden = true},
      {.name = "version", .short_name = 'V', .hidden = true},
  };
}

}  // namespace

Command SshCommand() {
  return {.path = "ssh",
          .summary = "Open a shell on a node, or run a command on one or several",
          .arguments = {{"host", "[LOGIN@]HOST, or [LOGIN@]key=value,... for every node with these labels", false,
                         false, kNodesAndLabels},
                        {"command", "What to run there; all words from here on are the node's", false, true}},
          .options = SshOptionRows(),
          .example = "tsh ssh root@web-1",
          .formats = "text json",
          .options_first = true,
          .needs_login = true,
          .run = Run};
}

}  // namespace sallyport
