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

constexpr std::string_view kInstall = "install OpenSSH's client (openssh-client), or put its directory into PATH";

// A file of this host, or of a node.
struct Place {
  std::string text;  // as given; of a node: its path
  std::string node;  // "[login@]host"; empty: a file of this host
};

// What is remote is what scp takes for it: a colon before the first slash; an IPv6 address is in brackets.
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

// One program reaches one node.
Result<std::string> NodeOf(const std::vector<Place>& places) {
  std::string node;
  for (const auto& place : places) {
    if (place.node.empty() || place.node == node) continue;
    if (!node.empty()) {
      return FailWithHint(ErrorKind::kUsage, fmt::format("{} and {} are two nodes", node, place.node),
                          "copy to this host first, then on");
    }
    node = place.node;
  }
  if (!node.empty()) return node;
  return FailWithHint(ErrorKind::kUsage, "no place is on a node", "one looks like this: root@web-1:/etc/hosts");
}

struct Flag {
  std::string_view option;
  std::string_view word;
};

// The words of scp or sftp up to the places, and what the node is called in them.
struct CopyProgram {
  std::vector<std::string> words;
  std::string name;
};
Result<CopyProgram> Prepare(const Invocation& invocation, std::string_view program, const std::string& node,
                            std::initializer_list<Flag> flags) {
  ASSIGN_OR_RETURN(const NodeWish wish, ParseNodeWish(node));
  ASSIGN_OR_RETURN(const int port, PortOf(invocation, "port"));
  ASSIGN_OR_RETURN(const Session session, SessionOf(invocation));
  ASSIGN_OR_RETURN(const std::string login, LoginOf(invocation, session, wish));
  ASSIGN_OR_RETURN(const auto nodes, ChooseNodes(invocation, session, wish));
  if (nodes.size() > 1) {
    return FailWithHint(ErrorKind::kUsage, fmt::format("{} nodes match {}, and one is wanted", nodes.size(), node),
                        "name one by its ID: tsh ls -v");
  }
  CopyProgram copy{{std::string(program)}, nodes.front().name};
  NodeUse use{.login = login, .port = port, .by_copy_program = true};
  ASSIGN_OR_RETURN(use.certificate, CertificateForLogin(invocation, session, login));
  ASSIGN_OR_RETURN(const auto own, SshWordsOf(invocation, session, nodes.front(), use));
  copy.words.insert(copy.words.end(), own.begin(), own.end());
  for (const auto& flag : flags) {
    if (!invocation.Has(flag.option)) continue;
    copy.words.emplace_back(flag.word);
    if (const auto& value = invocation.Get(flag.option); value != "true") copy.words.push_back(value);
  }
  copy.words.emplace_back("--");
  return copy;
}

std::string Remote(const std::string& name, const std::string& path) {
  return fmt::format("{}:{}", name.contains(':') ? "[" + name + "]" : name, path);
}

Result<Output> Copy(const Invocation& invocation) {
  std::vector<Place> places;
  for (const auto& text : invocation.Args("place")) places.push_back(PlaceOf(text));
  if (places.size() < 2) {
    return FailWithHint(ErrorKind::kUsage, "a source and a destination are needed",
                        "tsh scp FILE... [LOGIN@]HOST:PATH, or the other way round");
  }
  ASSIGN_OR_RETURN(const std::string node, NodeOf(places));
  ASSIGN_OR_RETURN(
      CopyProgram copy,
      Prepare(invocation, "scp", node,
              {{"recursive", "-r"}, {"preserve", "-p"}, {"quiet", "-q"}, {"limit", "-l"}, {"debug", "-v"}}));
  copy.words.insert(copy.words.begin() + 1, {"-S", OwnPath(invocation.executable)});
  ::setenv(kScpTransport, "1", 1);
  for (const auto& place : places) {
    copy.words.push_back(place.node.empty() ? place.text : Remote(copy.name, place.text));
  }
  return BecomeProgram(std::move(copy.words), std::string(kInstall));
}

Result<Output> Browse(const Invocation& invocation) {
  const std::string& text = invocation.Arg("place");
  Place place = PlaceOf(text);
  if (place.node.empty()) place = {"", text};
  ASSIGN_OR_RETURN(
      CopyProgram copy,
      Prepare(invocation, "sftp", place.node,
              {{"batch", "-b"}, {"recursive", "-r"}, {"preserve", "-p"}, {"quiet", "-q"}, {"debug", "-v"}}));
  copy.words.push_back(place.text.empty() ? copy.name : Remote(copy.name, place.text));
  return BecomeProgram(std::move(copy.words), std::string(kInstall));
}

std::vector<Option> CopyOptions() {
  return {{"login", 'l', "NAME", "Login on the node", "TELEPORT_LOGIN"},
          {"port", 'P', "PORT", "SSH port of the node; any when it is not given"},
          {"recursive", 'r', "", "Copy directories with what is in them"},
          {"preserve", 'p', "", "Keep times and modes"},
          {"quiet", 'q', "", "Show no progress"}};
}

}  // namespace

Command ScpCommand() {
  std::vector<Option> options = CopyOptions();
  options.push_back({"limit", '\0', "KBIT/S", "Use no more of the network than this"});
  return {.path = "scp",
          .summary = "Copy files to a node or from one",
          .arguments = {{"place", "Sources and the destination: a path, or [LOGIN@]HOST:PATH", true, true, kNodeNames}},
          .options = std::move(options),
          .example = "tsh scp -r site/ deploy@web-1:/srv/",
          .formats = "",
          .needs_login = true,
          .run = Copy};
}

Command SftpCommand() {
  std::vector<Option> options = CopyOptions();
  options.push_back({"batch", 'b', "FILE", "Commands to run, or - for those of stdin; the first that fails ends it"});
  return {.path = "sftp",
          .summary = "Look at files of a node and copy them, by commands",
          .arguments = {{"place", "[LOGIN@]HOST[:PATH]", true, false, kNodeNames}},
          .options = std::move(options),
          .example = "tsh sftp root@web-1",
          .formats = "",
          .needs_login = true,
          .run = Browse};
}

}  // namespace sallyport
