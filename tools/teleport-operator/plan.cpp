// teleport-operator plan: shows what the operator would do to a cluster for some custom resources.
#include <iterator>

#include "libbase/file.h"
#include "libbase/yaml.h"
#include "libclient/calls/kind_calls.h"
#include "libclient/environment.h"
#include "libclient/identity_connection.h"
#include "libmachine/operator/custom_plan.h"
#include "tools/teleport-operator/commands.h"

namespace sallyport {
namespace {

constexpr std::size_t kMaxPlanBytes = 64 << 20;

struct PlanOfFiles {
  std::vector<std::string> files;
  std::string identity;
  std::string auth_server = "127.0.0.1:3025";
  bool insecure = false;
  bool exit_code = false;
};

Result<std::vector<Value>> ReadCustomResources(std::vector<std::string> files) {
  if (files.empty()) files.emplace_back("-");
  std::vector<Value> objects;
  for (const auto& file : files) {
    ASSIGN_OR_RETURN(const std::string text, ReadFile(file == "-" ? "/dev/stdin" : file, kMaxPlanBytes));
    const std::string source = file == "-" ? "standard input" : file;
    ASSIGN_OR_RETURN(auto read, ParseYaml(text, source, {.max_bytes = kMaxPlanBytes}));
    objects.insert(objects.end(), std::make_move_iterator(read.begin()), std::make_move_iterator(read.end()));
  }
  return objects;
}

Result<Output> ShowPlan(const Invocation& invocation, const PlanOfFiles& given) {
  if (given.identity.empty()) {
    return FailWithHint(ErrorKind::kBadParameter, "--identity is missing",
                        "tctl auth sign --user=NAME --out=FILE writes an identity file");
  }
  ASSIGN_OR_RETURN(const auto objects, ReadCustomResources(given.files));
  ASSIGN_OR_RETURN(const IdentityFile identity, ReadIdentityFile(given.identity));
  const NetworkSettings network = NetworkFromEnvironment(invocation.Environment(), given.insecure);
  ASSIGN_OR_RETURN(const IdentityConnection connection,
                   ConnectWithIdentity(identity, given.auth_server, "teleport-operator", network));
  const auto find = [&](const KindRow& kind, const std::string& name) -> Result<std::optional<Resource>> {
    ASSIGN_OR_RETURN(const KindCalls* const calls, WritingCallsOf(kind));
    return FindResource(*connection.client, *calls, kind, name, calls->compared_with_secrets);
  };
  ASSIGN_OR_RETURN(CustomPlan plan, PlanCustomResources(objects, find));

  Output output = Output::Of(std::move(plan.rows), CustomPlanText);
  if (given.exit_code && (plan.differs || plan.refuses)) output.exit_code = 1;
  return output;
}

constexpr Argument kPlannedFiles{
    .name = "file",
    .help = "Files of custom resources, also lists that kubectl writes (default standard input)",
    .required = false,
    .repeated = true,
    .into = Into<&PlanOfFiles::files>};

constexpr Option kPlanIdentity{.name = "identity",
                               .short_name = 'i',
                               .value_name = "FILE",
                               .help = "Identity file of who may read the resources",
                               .into = Into<&PlanOfFiles::identity>};
constexpr Option kPlanAddress{.name = "auth-server",
                              .value_name = "ADDR",
                              .help = "Address of the auth service or of the proxy (default 127.0.0.1:3025)",
                              .into = Into<&PlanOfFiles::auth_server>};
constexpr Option kPlanInsecure{
    .name = "insecure", .help = "Do not check the certificate of the proxy", .into = Into<&PlanOfFiles::insecure>};
constexpr Option kPlanExitCode{.name = "exit-code",
                               .help = "Exit with 1 when something would be done or refused",
                               .into = Into<&PlanOfFiles::exit_code>};

}  // namespace

Command PlanOfFilesCommand() {
  return {.path = "plan",
          .summary = "Show what the operator would create, change, delete and refuse, without doing it",
          .arguments = {kPlannedFiles},
          .options = {kPlanIdentity, kPlanAddress, kPlanInsecure, kPlanExitCode},
          .example = "kubectl get teleportroles,teleportusers -o yaml | teleport-operator plan -i identity",
          .run = RunWith<ShowPlan>};
}

}  // namespace sallyport
