// The node and login of a command: "[login@]host", where the host is a name, an address, a UUID or labels.
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

// Reads "[login@]host" or "[login@]key=value,...". Fails with kUsage when ssh could misread a part.
Result<NodeWish> ParseNodeWish(std::string_view text);

struct ChosenNode {
  std::string name;  // what ssh calls it: plain
  std::string id;    // empty: the proxy looks the name up
  std::string shown;
};

// Returns the nodes of a wish: the node with that name, without a call, or all nodes that match the filter. Fails with
// kNotFound when no node matches, and as ListNodes does.
Result<std::vector<ChosenNode>> ChooseNodes(const Invocation& invocation, const Session& session, const NodeWish& wish);

// Returns the login to use: the login of the wish; else the user's name on this host if the certificate has it, else
// the first login of the certificate. Fails with kAccessDenied when the certificate has no login.
Result<std::string> LoginOf(const Invocation& invocation, const Session& session, const NodeWish& wish);

// Returns the value of --port, or 0 when it is not given. Fails with kUsage.
Result<int> PortOf(const std::string& text);

// Returns the address by which the proxy finds a node; an ID has no port.
NodeAddress NodeAddressOf(const Invocation& invocation, const Session& session, const ChosenNode& node, int port);

// The connection to a node, and the options for it.
struct NodeUse {
  std::string login;
  int port = 0;
  bool forward_agent = false;
  std::string relay;             // the name of a relay that dials it already; empty: ssh starts "tsh proxy ssh"
  bool by_copy_program = false;  // scp or sftp, not ssh
  std::string certificate = {};  // see CertificateForLogin; empty: the login's own
};

// Returns the words of "tsh proxy ssh" that connect to a node, for ssh's configuration.
std::vector<std::string> ProxyCommandOf(const Invocation& invocation, const Session& session, const ChosenNode& node,
                                        int port);

// Returns the first words of ssh, scp and sftp for a node, up to their own options.
Result<std::vector<std::string>> SshWordsOf(const Invocation& invocation, const Session& session,
                                            const ChosenNode& node, const NodeUse& use);

// Returns the error for several nodes where one is required; it lists all of them.
Error SeveralNodes(std::string_view what, const std::vector<Value>& nodes);

}  // namespace sallyport
