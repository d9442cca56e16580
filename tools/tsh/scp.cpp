#include <algorithm>
#include <cstdlib>

#include "libbase/text.h"
#include "tools/shell/exec.h"
#include "tools/tsh/commands.h"
#include "tools/tsh/context.h"
#include "tools/tsh/known_names.h"
#include "tools/tsh/login_certificate.h"
#include "tools/tsh/node_choice.h"
#include "tools/tsh/scp_transport.h"

namespace sallyport {
namespace {

// The options that scp and sftp share.
struct CopyOptions {
  std::string login;
  std::string port;
  bool recursive = false;
  bool preserve = false;
  bool quiet = false;
};

struct ScpOptions {
  std::vector<std::string> places;
  CopyOptions copy;
  std::string limit;
};

struct SftpOptions {
  std::string place;
  CopyOptions copy;
  std::string batch;
};

constexpr std::string_view kInstall = "install OpenSSH's client (openssh-client), or put its directory into PATH";

// A file on this host, or on a node.
struct Place {
  std::string text;  // as given; for a node: the path there
  std::string node;  // "[login@]host"; empty: a file on this host
};

// Parses a place. As for scp, a place is remote when a colon comes before the first slash; an IPv6 address is in
// brackets.
Place PlaceOf(const std::string& text) {
  const auto at = text.starts_with('[') ? 0 : text.find('@') + 1;
  if (at < text.size() && text[at] == '[') {
    const auto close = text.find("]:", at);
    if (close != std::string::npos) {
      return {text.substr(close + 2), text.substr(0, at) + text.substr(at + 1, close - at - 1)};
    }
  }
  const auto colon = text.find(':');
  if (colon == std::string::npos || colon == 0 || text.find('/') < colon) return {text, {}};
  return {text.substr(colon + 1), text.substr(0, colon)};
}

// One run of a program connects to one node.
Result<std::string> CopyNodeOf(const std::vector<Place>& places) {
  std::string node;
  for (const auto& place : places) {
    if (place.node.empty() || place.node == node) continue;
    if (!node.empty()) {
      return FailWithHint(ErrorKind::kUsage, fmt::format("the command names two nodes, {} and {}", node, place.node),
                          "copy the files to this host first, then to the other node");
    }
    node = place.node;
  }
  if (!node.empty()) return node;
  return FailWithHint(ErrorKind::kUsage, "no path is on a node", "write a path on a node as root@web-1:/etc/hosts");
}

// The flags of both programs.
std::vector<std::string> FlagsOf(const CopyOptions& given) {
  std::vector<std::string> words;
  if (given.recursive) words.emplace_back("-r");
  if (given.preserve) words.emplace_back("-p");
  if (given.quiet) words.emplace_back("-q");
  return words;
}

// The words of scp or sftp up to the places, and the name of the node in them.
struct CopyProgram {
  std::vector<std::string> words;
  std::string name;
};
Result<CopyProgram> PrepareCopy(const Invocation& invocation, const CopyOptions& given, std::string_view program,
                                const std::string& node, const std::vector<std::string>& flags) {
  ASSIGN_OR_RETURN(NodeWish wish, ParseNodeWish(node));
  if (wish.login.empty()) wish.login = given.login;
  ASSIGN_OR_RETURN(const int port, PortOf(given.port));
  ASSIGN_OR_RETURN(const Session session, SessionOf(invocation));
  ASSIGN_OR_RETURN(const std::string login, LoginOf(invocation, session, wish));
  ASSIGN_OR_RETURN(const auto nodes, ChooseNodes(invocation, session, wish));
  if (nodes.size() > 1) {
    return FailWithHint(ErrorKind::kUsage,
                        fmt::format("{} nodes match {}, and only one is allowed", nodes.size(), node),
                        "choose a node by its ID: tsh ls -v");
  }
  CopyProgram copy{{std::string(program)}, nodes.front().name};
  NodeUse use{.login = login, .port = port, .by_copy_program = true};
  ASSIGN_OR_RETURN(use.certificate, CertificateForLogin(invocation, session, login));
  ASSIGN_OR_RETURN(const auto own, SshWordsOf(invocation, session, nodes.front(), use));
  copy.words.insert(copy.words.end(), own.begin(), own.end());
  copy.words.insert(copy.words.end(), flags.begin(), flags.end());
  if (GivenToProgram<TshOptions>(invocation).debug) copy.words.emplace_back("-v");
  copy.words.emplace_back("--");
  return copy;
}

std::string Remote(const std::string& name, const std::string& path) {
  return fmt::format("{}:{}", name.contains(':') ? "[" + name + "]" : name, path);
}

Result<Output> Copy(const Invocation& invocation, const ScpOptions& given) {
  std::vector<Place> places;
  for (const auto& text : given.places) places.push_back(PlaceOf(text));
  if (places.size() < 2) {
    return FailWithHint(ErrorKind::kUsage, "a source or destination is missing",
                        "tsh scp FILE... [LOGIN@]HOST:PATH, or the other way round");
  }
  ASSIGN_OR_RETURN(const std::string node, CopyNodeOf(places));

  std::vector<std::string> flags = FlagsOf(given.copy);
  if (!given.limit.empty()) flags.insert(flags.end(), {"-l", given.limit});
  ASSIGN_OR_RETURN(CopyProgram copy, PrepareCopy(invocation, given.copy, "scp", node, flags));
  copy.words.insert(copy.words.begin() + 1, {"-S", OwnPath(invocation.executable)});
  ::setenv(kScpTransport, "1", 1);
  for (const auto& place : places) {
    copy.words.push_back(place.node.empty() ? place.text : Remote(copy.name, place.text));
  }
  return BecomeProgram(std::move(copy.words), std::string(kInstall));
}

Result<Output> Browse(const Invocation& invocation, const SftpOptions& given) {
  Place place = PlaceOf(given.place);
  if (place.node.empty()) place = {"", given.place};
  std::vector<std::string> flags = FlagsOf(given.copy);
  if (!given.batch.empty()) flags.insert(flags.begin(), {"-b", given.batch});
  ASSIGN_OR_RETURN(CopyProgram copy, PrepareCopy(invocation, given.copy, "sftp", place.node, flags));
  copy.words.push_back(place.text.empty() ? copy.name : Remote(copy.name, place.text));
  return BecomeProgram(std::move(copy.words), std::string(kInstall));
}

template <auto To>
std::vector<Option> CopyRows() {
  return {
      {.name = "login",
       .short_name = 'l',
       .value_name = "NAME",
       .help = "Login on the node",
       .environment = "TELEPORT_LOGIN",
       .into = Into<To, &CopyOptions::login>},
      {.name = "port",
       .short_name = 'P',
       .value_name = "PORT",
       .help = "SSH port of the node (default any)",
       .into = Into<To, &CopyOptions::port>},

      {.name = "recursive",
       .short_name = 'r',
       .help = "Copy directories with their files",
       .into = Into<To, &CopyOptions::recursive>},
      {.name = "preserve", .short_name = 'p', .help = "Keep times and modes", .into = Into<To, &CopyOptions::preserve>},
      {.name = "quiet", .short_name = 'q', .help = "Show no progress", .into = Into<To, &CopyOptions::quiet>}};
}

}  // namespace

Command ScpCommand() {
  std::vector<Option> options = CopyRows<&ScpOptions::copy>();
  options.push_back(
      {.name = "limit", .value_name = "KBIT/S", .help = "Limit of the bandwidth", .into = Into<&ScpOptions::limit>});
  return {.path = "scp",
          .summary = "Copy files to a node or from one",
          .arguments = {{.name = "place",
                         .help = "Sources and the destination: a path, or [LOGIN@]HOST:PATH",
                         .repeated = true,
                         .names = kNodeNames,
                         .into = Into<&ScpOptions::places>}},
          .options = std::move(options),
          .example = "tsh scp -r site/ deploy@web-1:/srv/",
          .formats = "",
          .needs_login = true,
          .run = RunWith<Copy>};
}

Command SftpCommand() {
  std::vector<Option> options = CopyRows<&SftpOptions::copy>();
  options.push_back({.name = "batch",
                     .short_name = 'b',
                     .value_name = "FILE",
                     .help = "File with commands to run, or - for stdin; the first command that fails ends the run",
                     .into = Into<&SftpOptions::batch>});
  return {.path = "sftp",
          .summary = "List and copy files of a node by commands",
          .arguments = {{.name = "place",
                         .help = "[LOGIN@]HOST[:PATH]",
                         .names = kNodeNames,
                         .into = Into<&SftpOptions::place>}},
          .options = std::move(options),
          .example = "tsh sftp root@web-1",
          .formats = "",
          .needs_login = true,
          .run = RunWith<Browse>};
}

}  // namespace sallyport
