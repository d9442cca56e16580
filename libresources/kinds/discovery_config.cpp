#include "libresources/kinds/discovery_config.h"

#include <algorithm>

#include <fmt/ranges.h>

#include "libbase/text.h"
#include "libresources/kinds/metadata.h"
#include "teleport/discoveryconfig/v1/discoveryconfig.pb.h"

namespace sallyport {
namespace {

using google::protobuf::Message;
using teleport::discoveryconfig::v1::DiscoveryConfig;
using Texts = google::protobuf::RepeatedPtrField<std::string>;
using Words = std::span<const std::string_view>;

constexpr std::string_view kAll = "*";
constexpr std::string_view kAwsTypes[] = {"ec2",         "eks",
                                          "rds",         "rdsproxy",
                                          "redshift",    "redshift-serverless",
                                          "elasticache", "elasticache-serverless",
                                          "memorydb",    "opensearch",
                                          "docdb"};
// Users of these are roles of AWS, so an external id makes sense without a role.
constexpr std::string_view kUsersAreRoles[] = {"redshift-serverless", "opensearch", "docdb"};
constexpr std::string_view kAzureTypes[] = {"vm", "aks", "mysql", "postgres", "redis", "sqlserver"};
constexpr std::string_view kGcpTypes[] = {"gke", "gce"};
constexpr std::string_view kKubeTypes[] = {"app"};

// The settings by which installed agents join.
struct Joining {
  std::string_view cloud;
  std::string_view method;
  std::string_view token;
};
constexpr Joining kAwsJoining{"aws", "iam", "aws-discovery-iam-token"};
constexpr Joining kAzureJoining{"azure", "azure", "azure-discovery-token"};
constexpr Joining kGcpJoining{"gcp", "gcp", "gcp-discovery-token"};

std::string Group(const Message& resource) {
  return static_cast<const DiscoveryConfig&>(resource).spec().discovery_group();
}

constexpr TextColumn kDiscoveryColumns[] = {{"Name", &NameOf}, {"Discovery Group", &Group}};

template <typename... Args>
std::unexpected<Error> BadMatcher(fmt::format_string<Args...> text, Args&&... args) {
  return Fail(ErrorKind::kBadParameter, text, std::forward<Args>(args)...);
}

bool Contains(const Texts& texts, std::string_view wanted) { return std::ranges::find(texts, wanted) != texts.end(); }

Status CheckTypes(std::string_view cloud, const Texts& types, Words known) {
  if (types.empty()) return BadMatcher("spec.{}: types is missing: use some of {}", cloud, fmt::join(known, ", "));
  for (const std::string& type : types) {
    if (std::ranges::find(known, type) != known.end()) continue;
    return BadMatcher("spec.{}: types must be some of {}, not \"{}\"", cloud, fmt::join(known, ", "),
                      StripControl(type));
  }
  return {};
}

// "us-east-1", or the one of all regions.
Status CheckRegions(std::string_view part, const Texts& regions) {
  if (regions.empty()) return BadMatcher("spec.{}: regions is missing", part);
  for (const std::string& region : regions) {
    const bool letters = std::ranges::all_of(
        region, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; });
    const bool number = !region.empty() && region.back() >= '0' && region.back() <= '9';
    if (region == "aws-global" || (letters && number && std::ranges::count(region, '-') >= 2)) continue;
    return BadMatcher("spec.{}: \"{}\" is not a region", part, StripControl(region));
  }
  return {};
}

Status CheckRoleArn(std::string_view field, const std::string& arn) {
  if (arn.starts_with("arn:") && arn.contains(":iam:") && arn.contains(":role/") && !arn.ends_with('/')) return {};
  return BadMatcher("spec.aws: {} is not the ARN of a role: write arn:aws:iam::123456789012:role/NAME", field);
}

void MatchAll(Texts& texts) {
  if (!texts.empty() && !Contains(texts, kAll)) return;
  texts.Clear();
  texts.Add(std::string(kAll));
}

void MatchAll(wrappers::LabelValues& labels) {
  if (labels.values().empty()) (*labels.mutable_values())[std::string(kAll)].add_values(std::string(kAll));
}

Status CheckWord(std::string_view cloud, std::string_view field, const std::string& word) {
  const bool right = std::ranges::all_of(word, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
  });
  if (right) return {};
  return BadMatcher("spec.{}: {} can only have letters, digits and -", cloud, field);
}

Status CheckInstaller(types::InstallerParams& installer, const Joining& joining) {
  RETURN_IF_ERROR(CheckWord(joining.cloud, "suffix", installer.suffix()));
  RETURN_IF_ERROR(CheckWord(joining.cloud, "update_group", installer.updategroup()));
  if (installer.joinmethod().empty()) installer.set_joinmethod(std::string(joining.method));
  if (installer.joinmethod() != joining.method) {
    return BadMatcher("spec.{}: join_method can only be {}", joining.cloud, joining.method);
  }
  if (installer.jointoken().empty()) installer.set_jointoken(std::string(joining.token));
  if (!installer.scriptname().empty()) return {};
  const bool agentless = &joining == &kAwsJoining && !installer.installteleport();
  installer.set_scriptname(agentless ? "default-agentless-installer" : "default-installer");
  return {};
}

Status CheckAwsRoles(const types::AWSMatcher& matcher) {
  if (!matcher.assumerole().rolearn().empty()) {
    RETURN_IF_ERROR(CheckRoleArn("assume_role.role_arn", matcher.assumerole().rolearn()));
  } else if (!matcher.assumerole().externalid().empty()) {
    for (const std::string& type : matcher.types()) {
      if (std::ranges::find(kUsersAreRoles, type) != std::end(kUsersAreRoles)) continue;
      return BadMatcher("spec.aws: assume_role.external_id needs role_arn");
    }
  }
  if (matcher.setupaccessforarn().empty()) return {};
  if (!Contains(matcher.types(), "eks")) return BadMatcher("spec.aws: setup_access_for_arn is for eks only");
  return CheckRoleArn("setup_access_for_arn", matcher.setupaccessforarn());
}

Status CheckAws(types::AWSMatcher& matcher) {
  RETURN_IF_ERROR(CheckTypes("aws", matcher.types(), kAwsTypes));
  RETURN_IF_ERROR(CheckRegions("aws", matcher.regions()));
  RETURN_IF_ERROR(CheckAwsRoles(matcher));
  MatchAll(*matcher.mutable_tags());

  if (!matcher.has_params()) matcher.mutable_params()->set_installteleport(true);
  auto& installer = *matcher.mutable_params();
  if (installer.enrollmode() == types::INSTALL_PARAM_ENROLL_MODE_UNSPECIFIED) {
    installer.set_enrollmode(matcher.integration().empty() ? types::INSTALL_PARAM_ENROLL_MODE_SCRIPT
                                                           : types::INSTALL_PARAM_ENROLL_MODE_EICE);
  }
  if (installer.enrollmode() == types::INSTALL_PARAM_ENROLL_MODE_EICE && matcher.integration().empty()) {
    return BadMatcher("spec.aws: integration is missing: this enroll_mode needs an integration");
  }
  RETURN_IF_ERROR(CheckInstaller(installer, kAwsJoining));

  if (installer.sshdconfig().empty()) installer.set_sshdconfig("/etc/ssh/sshd_config");
  if (!matcher.ssm().documentname().empty()) return {};
  matcher.mutable_ssm()->set_documentname(installer.installteleport() ? "TeleportDiscoveryInstaller"
                                                                      : "TeleportAgentlessDiscoveryInstaller");
  return {};
}

Status CheckAzure(types::AzureMatcher& matcher) {
  RETURN_IF_ERROR(CheckTypes("azure", matcher.types(), kAzureTypes));
  if (Contains(matcher.types(), "vm")) {
    matcher.mutable_params()->mutable_azure();
    RETURN_IF_ERROR(CheckInstaller(*matcher.mutable_params(), kAzureJoining));
  }
  MatchAll(*matcher.mutable_regions());
  MatchAll(*matcher.mutable_subscriptions());
  MatchAll(*matcher.mutable_resourcegroups());
  MatchAll(*matcher.mutable_resourcetags());
  return {};
}

Status CheckGcp(types::GCPMatcher& matcher) {
  RETURN_IF_ERROR(CheckTypes("gcp", matcher.types(), kGcpTypes));
  if (Contains(matcher.types(), "gce")) RETURN_IF_ERROR(CheckInstaller(*matcher.mutable_params(), kGcpJoining));
  MatchAll(*matcher.mutable_locations());
  if (matcher.projectids().empty()) return BadMatcher("spec.gcp: project_ids is missing");
  if (Contains(matcher.projectids(), kAll) && matcher.projectids_size() > 1) {
    return BadMatcher("spec.gcp: project_ids has * and other IDs: use * alone for all projects");
  }

  if (!matcher.tags().values().empty()) {
    if (!matcher.labels().values().empty())
      return BadMatcher("spec.gcp: labels and tags exclude each other: write labels");
    // Teleport copies the older name to the newer one, and then refuses a matcher with both.
    matcher.mutable_labels()->Swap(matcher.mutable_tags());
    matcher.clear_tags();
  }
  MatchAll(*matcher.mutable_labels());
  return {};
}

Status CheckKube(types::KubernetesMatcher& matcher) {
  if (matcher.types().empty()) matcher.add_types("app");
  RETURN_IF_ERROR(CheckTypes("kube", matcher.types(), kKubeTypes));
  if (matcher.namespaces().empty()) matcher.add_namespaces(std::string(kAll));
  MatchAll(*matcher.mutable_labels());
  return {};
}

Status CheckAccessGraph(const types::AccessGraphSync& sync) {
  for (const auto& aws : sync.aws()) {
    RETURN_IF_ERROR(CheckRegions("access_graph.aws", aws.regions()));
    if (!aws.has_cloud_trail_logs()) continue;
    if (aws.cloud_trail_logs().sqsqueue().empty()) return BadMatcher("spec.access_graph.aws: sqs_queue is missing");
    if (aws.cloud_trail_logs().region().empty())
      return BadMatcher("spec.access_graph.aws: region of the logs is missing");
  }
  return {};
}

// Fills in match-all defaults and the installation of agents, and validates. Fails with kBadParameter.
Status CheckDiscoveryConfig(Message& resource) {
  auto& spec = *static_cast<DiscoveryConfig&>(resource).mutable_spec();
  if (spec.discovery_group().empty()) return BadMatcher("spec.discovery_group is missing");
  for (auto& matcher : *spec.mutable_aws()) RETURN_IF_ERROR(CheckAws(matcher));
  for (auto& matcher : *spec.mutable_azure()) RETURN_IF_ERROR(CheckAzure(matcher));
  for (auto& matcher : *spec.mutable_gcp()) RETURN_IF_ERROR(CheckGcp(matcher));
  for (auto& matcher : *spec.mutable_kube()) RETURN_IF_ERROR(CheckKube(matcher));
  return CheckAccessGraph(spec.access_graph());
}

}  // namespace

KindRow DiscoveryConfigKind() {
  return {
      .kind = "discovery_config",
      .aliases = "discovery_configs discoveryconfig discoveryconfigs",
      .versions = "v1",
      .prototype = &Prototype<teleport::discoveryconfig::v1::DiscoveryConfig>,
      .check = &CheckDiscoveryConfig,
      .columns = kDiscoveryColumns,
  };
}

}  // namespace sallyport
