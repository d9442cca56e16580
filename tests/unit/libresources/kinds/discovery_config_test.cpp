#include "libresources/kinds/discovery_config.h"
#include "libresources/kinds.h"

#include "teleport/discoveryconfig/v1/discoveryconfig.pb.h"
#include "tests/unit/libresources/fixtures.h"

namespace sallyport {
namespace {

Result<Resource> Config(const std::string& spec) {
  return DecodeResource(
      Yaml("kind: discovery_config\nversion: v1\nmetadata: {name: a}\nspec: {discovery_group: g, " + spec + "}\n"), {});
}

teleport::discoveryconfig::v1::DiscoveryConfigSpec AcceptedSpec(const std::string& spec) {
  INFO(spec);
  const auto config = Config(spec);
  if (!config) FAIL(ToText(config.error()));
  return config->as<teleport::discoveryconfig::v1::DiscoveryConfig>().spec();
}

TEST_CASE("what a discovery config leaves out matches everything") {
  const auto aws = AcceptedSpec("aws: [{types: [ec2], regions: [us-east-1]}]").aws(0);
  CHECK(aws.tags().values().at("*").values(0) == "*");
  CHECK(aws.params().joinmethod() == "iam");
  CHECK(aws.params().jointoken() == "aws-discovery-iam-token");
  CHECK(aws.params().scriptname() == "default-installer");
  CHECK(aws.params().enrollmode() == types::INSTALL_PARAM_ENROLL_MODE_SCRIPT);
  CHECK(aws.ssm().documentname() == "TeleportDiscoveryInstaller");
  const auto agentless =
      AcceptedSpec("aws: [{types: [ec2], regions: [us-east-1], install: {install_teleport: false}, integration: i}]")
          .aws(0);
  CHECK(agentless.params().scriptname() == "default-agentless-installer");
  CHECK(agentless.params().enrollmode() == types::INSTALL_PARAM_ENROLL_MODE_EICE);
  const auto azure = AcceptedSpec("azure: [{types: [vm], regions: ['*', eastus]}]").azure(0);
  CHECK(azure.regions_size() == 1);
  CHECK(azure.subscriptions(0) == "*");
  CHECK(azure.params().jointoken() == "azure-discovery-token");
  const auto gcp = AcceptedSpec("gcp: [{types: [gke], project_ids: [p], tags: {env: dev}}]").gcp(0);
  CHECK(gcp.labels().values().at("env").values(0) == "dev");
  CHECK_FALSE(gcp.has_tags());
  CHECK_FALSE(gcp.has_params());
  CHECK(AcceptedSpec("kube: [{}]").kube(0).types(0) == "app");
}

TEST_CASE("discovery configs that cannot be are refused") {
  for (const char* const spec :
       {"aws: [{types: [s3], regions: [us-east-1]}]", "aws: [{regions: [us-east-1]}]", "aws: [{types: [ec2]}]",
        "aws: [{types: [ec2], regions: [moon]}]",
        "aws: [{types: [ec2], regions: [us-east-1], assume_role: {role_arn: x}}]",
        "aws: [{types: [ec2], regions: [us-east-1], assume_role: {external_id: x}}]",
        "aws: [{types: [ec2], regions: [us-east-1], setup_access_for_arn: 'arn:aws:iam::123456789012:role/a'}]",
        "aws: [{types: [ec2], regions: [us-east-1], install: {enroll_mode: 2}}]",
        "aws: [{types: [ec2], regions: [us-east-1], install: {join_method: token}}]",
        "aws: [{types: [ec2], regions: [us-east-1], install: {suffix: 'a b'}}]", "azure: [{types: [ec2]}]",
        "azure: [{}]", "gcp: [{types: [gke]}]", "gcp: [{types: [gke], project_ids: ['*', p]}]",
        "gcp: [{types: [gke], project_ids: [p], tags: {a: b}, labels: {c: d}}]", "kube: [{types: [pod]}]",
        "access_graph: {aws: [{}]}", "access_graph: {aws: [{regions: [us-east-1], cloud_trail_logs: {region: a}}]}"}) {
    INFO(spec);
    CHECK_FALSE(Config(spec));
  }
  CHECK(Config("aws: [{types: [docdb], regions: [us-east-1], assume_role: {external_id: x}}]"));
}

}  // namespace
}  // namespace sallyport
