#include "tools/tsh/request_flow.h"

#include <cstdio>
#include <ctime>

#include "libresources/kinds/access_request.h"
#include "libresources/kinds/metadata.h"
#include "teleport/legacy/types/access_request.pb.h"
#include "tools/listing/request_views.h"
#include "tools/tsh/context.h"

namespace sallyport {
namespace {

using types::AccessRequestV3;

constexpr std::string_view kReviewLine = "------------------------------------------------";

// Prints a message to stderr, for a user who waits for the decision.
void Say(const std::string& text) {
  std::fputs(text.c_str(), stderr);
  std::fflush(stderr);
}

Result<AccessRequestV3> NewRequest(const Session& session, const WantedAccess& wanted) {
  AccessRequestV3 request = NewAccessRequest(session.user(), wanted.reason);
  auto& spec = *request.mutable_spec();
  spec.mutable_roles()->Assign(wanted.roles.begin(), wanted.roles.end());
  spec.mutable_suggestedreviewers()->Assign(wanted.reviewers.begin(), wanted.reviewers.end());
  RETURN_IF_ERROR(AddResources(wanted.resources, request));
  if (spec.roles().empty() && spec.requestedresourceids().empty()) {
    return FailWithHint(ErrorKind::kUsage, "the request names neither roles nor resources",
                        "give --roles or --resource");
  }

  const Time now = Now();
  const Nanoseconds none{};
  if (wanted.request_ttl > none) *spec.mutable_resourceexpiry() = ToStamp(now + wanted.request_ttl);
  if (wanted.session_ttl > none) *spec.mutable_expires() = ToStamp(now + wanted.session_ttl);
  if (wanted.max_duration > none) *spec.mutable_maxduration() = ToStamp(now + wanted.max_duration);
  if (wanted.start) *spec.mutable_assumestarttime() = ToStamp(*wanted.start);
  return request;
}

Result<std::unique_ptr<RpcClient>> ConnectToRoot(const Invocation& invocation, const Session& session) {
  return ConnectAuth(session, NetworkOf(invocation), invocation.program->name);
}

Status CheckApproved(const AccessRequestV3& request) {
  const auto& spec = request.spec();
  if (spec.state() == types::APPROVED) return {};
  const std::string reason = spec.resolvereason().empty() ? "" : ", reason=" + QuotedOr(spec.resolvereason(), "");
  const auto kind = spec.state() == types::DENIED ? ErrorKind::kAccessDenied : ErrorKind::kBadParameter;
  return Fail(kind, "request {} has been set to {}{}", NameOf(request), StateText(request), reason);
}

std::string RequestLocalTime(const google::protobuf::Timestamp& stamp) {
  const std::time_t seconds = stamp.seconds();
  std::tm parts{};
  ::localtime_r(&seconds, &parts);
  char text[64];
  return {text, std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &parts)};
}

std::string ReviewsText(const AccessRequestV3& request, types::RequestState state, std::string_view title) {
  std::string text;
  for (const auto& review : request.spec().reviews()) {
    if (review.proposedstate() != state) continue;
    if (text.empty()) text = fmt::format("{}\n{}:\n", kReviewLine, title);
    text += fmt::format("  {}\n", kReviewLine.substr(2));
    text += PairsText({{"  Reviewer:", review.author()}, {"  Reason:", QuotedOr(review.reason(), "[none]")}});
  }
  return text;
}

}  // namespace

Status ChangeRequests(const Invocation& invocation, Session& session, const RequestChange& change) {
  ASSIGN_OR_RETURN(const auto rpc, ConnectToRoot(invocation, session));
  return ReissueLogin(session, *rpc, change);
}

Result<AccessRequestV3> ObtainAccess(const Invocation& invocation, Session& session, const WantedAccess& wanted) {
  ASSIGN_OR_RETURN(const auto rpc, ConnectToRoot(invocation, session));
  AccessRequestV3 request;
  if (wanted.id.empty()) {
    ASSIGN_OR_RETURN(const AccessRequestV3 made, NewRequest(session, wanted));
    ASSIGN_OR_RETURN(request, rpc->Call<AccessRequestV3>("/proto.AuthService/CreateAccessRequestV2", made));
  } else {
    ASSIGN_OR_RETURN(request, FetchAccessRequest(*rpc, wanted.id));
  }
  if (!wanted.wait) return request;

  if (request.spec().state() == types::PENDING) {
    Say(RequestText(request) + "\nWaiting for request approval...\n");
    ASSIGN_OR_RETURN(request, AwaitDecision(*rpc, NameOf(request)));
  }
  RETURN_IF_ERROR(CheckApproved(request));

  const std::string& reason = request.spec().resolvereason();
  Say(reason.empty()
          ? "Approval received, getting updated certificates...\n\n"
          : fmt::format("Approval received, reason={}\nGetting updated certificates...\n\n", QuotedOr(reason, "")));
  RETURN_IF_ERROR(ReissueLogin(session, *rpc, {{NameOf(request)}, {}}));
  return request;
}

std::string RequestText(const AccessRequestV3& request) {
  const auto& spec = request.spec();
  std::vector<std::pair<std::string, std::string>> pairs{{"Request ID:", NameOf(request)},
                                                         {"Username:", spec.user()},
                                                         {"Roles:", fmt::format("{}", fmt::join(spec.roles(), ", "))}};
  if (const auto ids = ResourceIdsText(spec.requestedresourceids()); !ids.empty())
    pairs.emplace_back("Resources:", ids);
  pairs.emplace_back("Reason:", QuotedOr(spec.requestreason(), "[none]"));
  const std::string reviewers = fmt::format("{}", fmt::join(spec.suggestedreviewers(), ", "));
  pairs.emplace_back("Reviewers:", (reviewers.empty() ? "[none]" : reviewers) + " (suggested)");
  if (ToTime(spec.expires())) pairs.emplace_back("Access Expires:", RequestLocalTime(spec.expires()));
  if (ToTime(spec.assumestarttime()))
    pairs.emplace_back("Assume Start Time:", RequestLocalTime(spec.assumestarttime()));
  pairs.emplace_back("Status:", StateText(request));

  return PairsText(pairs) + ReviewsText(request, types::APPROVED, "Approvals") +
         ReviewsText(request, types::DENIED, "Denials") +
         "\nhint: use 'tsh login --request-id=<request-id>' to login with an approved request\n";
}

}  // namespace sallyport
