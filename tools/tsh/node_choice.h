// Which node a command is about, and as whom: "[login@]host", where the host is a name, an address, a UUID or labels.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "libclient/listing.h"
#include "libclient/session.h"
#include "libclient/ssh_launch.h"
#include "libclient/transport.h"
#include "tools/shell/command.h"

namespace sallyport {

struct NodeWish {
  std::string login;  // empty: none was given
  std::string host;   // empty: the filter finds it
  ListFilter filter;
};

// Reads "[login@]host" or "[login@]key=value,...". Fails with kUsage when ssh could take a part for something else.
Result<NodeWish> ParseNodeWish(std::string_view text);

struct ChosenNode {
  std::string name;  // what ssh calls it: plain
  std::string id;    // empty: the proxy looks the name up
  std::string shown;
};

// Returns the nodes of a wish: the one with that name, without asking anybody, or all that the filter finds. Fails with
// kNotFound when that is none, and as ListNodes does.
Result<std::vector<ChosenNode>> ChooseNodes(const Invocation& invocation, const Session& session, const NodeWish& wish);

// The login to use: the one of the wish; else the user's name on this host if the certificate has it, else the first it
// has. Fails with kAccessDenied when it has none.
Result<std::string> LoginOf(const Invocation& invocation, const Session& session, const NodeWish& wish);

// Reads the value of --port. 0 when it is not given. Fails with kUsage.
Result<int> PortOf(const std::string& text);

// The address by which the proxy finds a node; an ID has no port.
NodeAddress NodeAddressOf(const Invocation& invocation, const Session& session, const ChosenNode& node, int port);

// How a node is reached and used.
struct NodeUse {
  std::string login;
  int port = 0;
  bool forward_agent = false;
  std::string relay;             // the name of a relay that dials it already; empty: ssh starts "tsh proxy ssh"
  bool by_copy_program = false;  // scp or sftp, not ssh
  std::string certificate = {};  // see CertificateForLogin; empty: the login's own
};

// The words that reach a node by "tsh proxy ssh" from ssh's configuration.
std::vector<std::string> ProxyCommandOf(const Invocation& invocation, const Session& session, const ChosenNode& node,
                                        int port);

// Returns all that ssh, scp and sftp begin with for a node, up to their own options.
Result<std::vector<std::string>> SshWordsOf(const Invocation& invocation, const Session& session,
                                            const ChosenNode& node, const NodeUse& use);

// The error of several nodes where one was wanted, with all of them.
Error SeveralNodes(std::string_view what, const std::vector<Value>& nodes);

}  // namespace sallyport
