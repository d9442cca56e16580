// Validates workload identities: SPIFFE ids for workloads, and their rules.
#include "libresources/kinds/kind.h"
#include "libresources/kinds/metadata.h"
#include "libresources/matching/workload_expression.h"
#include "teleport/workloadidentity/v1/resource.pb.h"

namespace sallyport {
namespace {

namespace workloadv1 = teleport::workloadidentity::v1;
using google::protobuf::Message;
using workloadv1::WorkloadIdentity;

constexpr std::chrono::hours kMaxX509Ttl{14 * 24};
constexpr std::chrono::hours kMaxJwtTtl{24};

std::string SpiffeId(const Message& resource) {
  return static_cast<const WorkloadIdentity&>(resource).spec().spiffe().id();
}

constexpr TextColumn kWorkloadIdentityColumns[] = {{"Name", &NameOf}, {"SPIFFE ID", &SpiffeId}};

Status CheckTtl(std::string_view field, const google::protobuf::Duration& ttl, std::chrono::hours most) {
  const std::chrono::seconds seconds(ttl.seconds());
  const bool too_long = seconds > most || (seconds == most && ttl.nanos() > 0);
  if (!too_long && ttl.seconds() >= 0 && ttl.nanos() >= 0) return {};
  return Fail(ErrorKind::kBadParameter, "spec.spiffe.{}.maximum_ttl must be between 0 and {}", field,
              FormatDuration(most));
}

// Checks that a rule has conditions or an expression that can be read, and that each condition has an attribute and a
// comparison.
Status CheckRule(const std::string& path, const workloadv1::WorkloadIdentityRule& rule) {
  if (!rule.expression().empty() && !rule.conditions().empty()) {
    return Fail(ErrorKind::kBadParameter, "{} has conditions and an expression: use one of them", path);
  }
  if (rule.expression().empty() && rule.conditions().empty()) {
    return Fail(ErrorKind::kBadParameter, "{}.conditions is missing", path);
  }
  if (!rule.expression().empty()) {
    if (const Status read = CheckWorkloadExpression(rule.expression()); !read) {
      return std::unexpected(InContext(path + ".expression", read.error()));
    }
  }

  int index = 0;
  for (const auto& condition : rule.conditions()) {
    const std::string place = fmt::format("{}.conditions[{}]", path, index++);
    if (condition.attribute().empty()) return Fail(ErrorKind::kBadParameter, "{}.attribute is missing", place);
    if (condition.operator_case() == workloadv1::WorkloadIdentityCondition::OPERATOR_NOT_SET) {
      return FailWithHint(ErrorKind::kBadParameter, fmt::format("{} has no operator", place),
                          "use one of eq, not_eq, in, not_in");
    }
  }
  return {};
}

// Validates a workload identity. Fails with kBadParameter.
Status CheckWorkloadIdentity(Message& resource) {
  const auto& spec = static_cast<const WorkloadIdentity&>(resource).spec();
  const auto& spiffe = spec.spiffe();
  if (spiffe.id().empty()) return Fail(ErrorKind::kBadParameter, "spec.spiffe.id is missing");
  if (!spiffe.id().starts_with('/')) return Fail(ErrorKind::kBadParameter, "spec.spiffe.id must start with a /");
  RETURN_IF_ERROR(CheckTtl("x509", spiffe.x509().maximum_ttl(), kMaxX509Ttl));
  RETURN_IF_ERROR(CheckTtl("jwt", spiffe.jwt().maximum_ttl(), kMaxJwtTtl));

  int index = 0;
  for (const auto& rule : spec.rules().allow()) {
    RETURN_IF_ERROR(CheckRule(fmt::format("spec.rules.allow[{}]", index++), rule));
  }
  return {};
}

}  // namespace

KindRow WorkloadIdentityKind() {
  return {
      .kind = "workload_identity",
      .aliases = "workload_identities workload-identity workload-identities workloadidentity workloadidentities",
      .versions = "v1",
      .prototype = &Prototype<WorkloadIdentity>,
      .check = &CheckWorkloadIdentity,
      .columns = kWorkloadIdentityColumns,
  };
}

}  // namespace sallyport
