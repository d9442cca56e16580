#include "tools/tsh/every_cluster.h"

#include "libclient/listing.h"
#include "tools/tsh/context.h"

namespace sallyport {
namespace {

// Visits the clusters of one login: its root cluster, and the clusters that trust it.
Status VisitLogin(const Invocation& invocation, const Session& session, const ClusterVisitor& visit,
                  std::vector<Error>& failures) {
  const std::string& proxy = session.profile.web_proxy_addr;
  const NetworkSettings network = NetworkOf(invocation);
  ASSIGN_OR_RETURN(const auto root, ConnectAuth(session, network, invocation.program->name));
  ASSIGN_OR_RETURN(const auto leaves, ListRemoteClusters(*root));
  RETURN_IF_ERROR(visit({proxy, session.root_cluster, *root}));
  for (const auto& leaf : leaves) {
    const auto rpc = ConnectAuth(session, network, invocation.program->name, leaf.name);
    const Status visited = rpc ? visit({proxy, leaf.name, **rpc}) : Status(std::unexpected(rpc.error()));
    if (!visited) failures.push_back(InContext("cluster " + leaf.name, visited.error()));
  }
  return {};
}

}  // namespace

Result<std::vector<Error>> VisitEveryCluster(const Invocation& invocation, const ClusterVisitor& visit) {
  std::vector<Error> failures;
  if (!GivenToProgram<TshOptions>(invocation).identity.empty()) {
    ASSIGN_OR_RETURN(const Session session, SessionOf(invocation));
    RETURN_IF_ERROR(VisitLogin(invocation, session, visit, failures));
    return failures;
  }

  ASSIGN_OR_RETURN(const ProfileDirectory directory, ProfilesOf(invocation));
  ASSIGN_OR_RETURN(const auto names, directory.Names());
  std::size_t visited = 0;
  for (const auto& name : names) {
    const auto session = OpenSession(directory, name, Now());
    const Status done =
        session ? VisitLogin(invocation, *session, visit, failures) : Status(std::unexpected(session.error()));
    if (done) ++visited;
    if (!done) failures.push_back(InContext("the login at " + name, done.error()));
  }

  if (visited > 0) return failures;
  if (!failures.empty()) return std::unexpected(failures.front());
  return FailWithHint(ErrorKind::kNotLoggedIn, "the profile directory has no login",
                      "log in: tsh login --proxy=HOST --user=USER");
}

Output EveryClusterOutput(Value::List items, std::vector<Error> failures) {
  Output output = Output::List(std::move(items), {}, {});
  output.sort_keys_in_yaml = true;
  if (!failures.empty()) output.exit_code = RowOf(failures.front().kind).exit_code;
  output.failures = std::move(failures);
  return output;
}

}  // namespace sallyport
