#include <google/protobuf/empty.pb.h>

#include <algorithm>

#include "libbase/json.h"
#include "libbase/text.h"
#include "libclient/access_requests.h"
#include "libresources/codec/codec.h"
#include "libresources/kinds/access_request.h"
#include "libresources/kinds/metadata.h"
#include "libresources/kinds/resource.h"
#include "teleport/legacy/client/proto/access_requests.pb.h"
#include "teleport/legacy/types/access_request.pb.h"
#include "teleport/legacy/types/resources.pb.h"
#include "tools/listing/request_views.h"
#include "tools/tctl/commands.h"
#include "tools/tctl/session.h"

namespace sallyport {
namespace {

using google::protobuf::Empty;
using types::AccessRequestV3;
using Requests = std::vector<AccessRequestV3>;

constexpr std::size_t kReasonWidth = 75;
constexpr std::size_t kResourcesWidth = 20;

// What Teleport's tctl shows with two spaces a level.
Output Indented(Output output) {
  output.json_indent = 2;
  return output;
}
Output Shown(Value value, std::function<std::string(const Value&)> text) {
  return Indented(Output::Of(std::move(value), std::move(text)));
}

std::string TableOf(const Requests& requests) {
  LongCells resources("[+]",
                      "Requested resources truncated, use the `tctl requests get` subcommand to view the full list");
  LongCells reasons("[*]",
                    "Full reason was truncated, use the `tctl requests get` subcommand to view the full reason.");

  const Time now = Now();
  std::vector<std::vector<std::string>> rows;
  for (const auto& request : requests) {
    const auto& spec = request.spec();
    rows.push_back({NameOf(request), spec.user(), fmt::format("roles={}", fmt::join(spec.roles(), ",")),
                    resources.Cut(ResourceIdsText(spec.requestedresourceids()), kResourcesWidth),
                    ShortTime(spec.created()), TimeUntil(ExpiresOf(request), now),
                    TimeUntil(ToTime(spec.expires()), now), StateText(request),
                    reasons.Cut(QuotedOr(spec.requestreason(), ""), kReasonWidth),
                    reasons.Cut(QuotedOr(spec.resolvereason(), ""), kReasonWidth)});
  }

  return RenderTable({"Token", "Requestor", "Metadata", "Resources", "Created At (UTC)", "Request TTL", "Session TTL",
                      "Status", "Request Reason", "Resolve Reason"},
                     rows) +
         resources.Footnote() + reasons.Footnote();
}

Result<Output> List(const Invocation& invocation) {
  proto::ListAccessRequestsRequest query;
  query.set_sort(invocation.Get("sort-index") == "state" ? proto::STATE : proto::CREATED);
  query.set_descending(invocation.Get("sort-order") != "ascending");
  ASSIGN_OR_RETURN(const auto rpc, ConnectToAuth(invocation));
  ASSIGN_OR_RETURN(Requests requests, FetchAccessRequests(*rpc, std::move(query)));
  const Time now = Now();
  std::erase_if(requests, [now](const auto& request) { return ToTime(request.spec().expires()).value_or(now) <= now; });
  return Shown(RequestsValue(requests), [requests](const Value&) { return TableOf(requests); });
}

std::string DetailsOf(const AccessRequestV3& request) {
  const auto& spec = request.spec();
  const std::string resources = ResourceIdsText(spec.requestedresourceids());
  return PairsText({{"Token: ", NameOf(request)},
                    {"Requestor: ", spec.user()},
                    {"Metadata: ", fmt::format("roles={}", fmt::join(spec.roles(), ","))},
                    {"Resources: ", resources.empty() ? "[none]" : resources},
                    {"Created At (UTC): ", ShortTime(spec.created())},
                    {"Status: ", StateText(request)},
                    {"Request Reason: ", QuotedOr(spec.requestreason(), "[none]")},
                    {"Resolve Reason: ", QuotedOr(spec.resolvereason(), "[none]")}}) +
         "\n";
}

// The requests that a command names, with commas between. Each must be there.
Result<Requests> Named(RpcClient& rpc, const Invocation& invocation) {
  Requests requests;
  for (const auto& id : SplitNonEmpty(invocation.Arg("request-id"), ',')) {
    ASSIGN_OR_RETURN(AccessRequestV3 request, FetchAccessRequest(rpc, id));
    requests.push_back(std::move(request));
  }
  if (requests.empty()) return Fail(ErrorKind::kUsage, "the ID of the access request is missing");
  return requests;
}

Result<Output> Get(const Invocation& invocation) {
  ASSIGN_OR_RETURN(const auto rpc, ConnectToAuth(invocation));
  ASSIGN_OR_RETURN(const Requests requests, Named(*rpc, invocation));
  return Shown(RequestsValue(requests), [requests](const Value&) {
    std::string text;
    for (const auto& request : requests) text += DetailsOf(request);
    return text;
  });
}

Status ReadAnnotations(const Invocation& invocation, proto::RequestStateSetter& setter) {
  for (const auto& pair : invocation.GetList("annotations")) {
    const auto equals = pair.find('=');
    if (equals == std::string::npos || equals == 0 || equals + 1 == pair.size()) {
      return Fail(ErrorKind::kBadParameter, "annotations are given as key=value, not \"{}\"", StripControl(pair));
    }
    (*setter.mutable_annotations()->mutable_values())[pair.substr(0, equals)].add_values(pair.substr(equals + 1));
  }
  return {};
}

Result<Output> Decide(const Invocation& invocation, types::RequestState state) {
  proto::RequestStateSetter setter;
  setter.set_state(state);
  setter.set_delegator(invocation.Get("delegator"));
  setter.set_reason(invocation.Get("reason"));
  RETURN_IF_ERROR(ReadAnnotations(invocation, setter));

  if (state == types::APPROVED) {
    for (auto& role : invocation.GetList("roles")) setter.add_roles(std::move(role));
    if (invocation.Has("assume-start-time")) {
      ASSIGN_OR_RETURN(const Time start, ParseTime(invocation.Get("assume-start-time")));
      *setter.mutable_assumestarttime() = ToStamp(start);
    }
  }

  const auto ids = SplitNonEmpty(invocation.Arg("request-id"), ',');
  if (ids.empty()) return Fail(ErrorKind::kUsage, "the ID of the access request is missing");
  ASSIGN_OR_RETURN(const auto rpc, ConnectToAuth(invocation));

  std::string text;
  for (const auto& id : ids) {
    setter.set_id(id);
    RETURN_IF_ERROR(rpc->Call<Empty>("/proto.AuthService/SetAccessRequestState", setter));
    text += fmt::format("access request \"{}\" is {}\n", id, state == types::APPROVED ? "approved" : "denied");
  }
  return Output::Text(std::move(text));
}
Result<Output> Approve(const Invocation& invocation) { return Decide(invocation, types::APPROVED); }
Result<Output> Deny(const Invocation& invocation) { return Decide(invocation, types::DENIED); }

Result<Output> Create(const Invocation& invocation) {
  AccessRequestV3 request = NewAccessRequest(invocation.Arg("username"), invocation.Get("reason"));
  auto& spec = *request.mutable_spec();
  spec.set_dryrun(invocation.Flag("dry-run"));
  for (auto& role : invocation.GetList("roles")) spec.add_roles(std::move(role));
  RETURN_IF_ERROR(AddResources(invocation.GetList("resource"), request));
  if (spec.roles().empty() && spec.requestedresourceids().empty()) spec.add_roles("*");

  ASSIGN_OR_RETURN(const auto rpc, ConnectToAuth(invocation));
  ASSIGN_OR_RETURN(const auto made, rpc->Call<AccessRequestV3>("/proto.AuthService/CreateAccessRequestV2", request));
  const bool rehearsed = spec.dryrun();
  return Shown(EncodeMessage(made), [name = NameOf(made), rehearsed](const Value& value) {
    return rehearsed ? ToJson(value, {.indent = 2}) + "\n" : name + "\n";
  });
}

Result<Output> Remove(const Invocation& invocation) {
  ASSIGN_OR_RETURN(const auto rpc, ConnectToAuth(invocation));
  ASSIGN_OR_RETURN(const Requests requests, Named(*rpc, invocation));

  for (const auto& request : requests) {
    if (request.spec().state() != types::APPROVED || invocation.Flag("force")) continue;
    return FailWithHint(
        ErrorKind::kBadParameter,
        fmt::format("access request \"{}\" is approved: who uses it already keeps it until it ends", NameOf(request)),
        fmt::format("end its use: tctl lock --access-request={}; delete it anyway: --force", NameOf(request)));
  }

  for (const auto& request : requests) {
    proto::RequestID id;
    id.set_id(NameOf(request));
    RETURN_IF_ERROR(rpc->Call<Empty>("/proto.AuthService/DeleteAccessRequest", id));
  }
  return Output::Text("Access request deleted successfully.\n");
}

Result<Output> Capabilities(const Invocation& invocation) {
  types::AccessCapabilitiesRequest query;
  query.set_user(invocation.Arg("username"));
  query.set_requestableroles(true);
  query.set_suggestedreviewers(true);
  ASSIGN_OR_RETURN(const auto rpc, ConnectToAuth(invocation));
  ASSIGN_OR_RETURN(const auto answer,
                   rpc->Call<types::AccessCapabilities>("/proto.AuthService/GetAccessCapabilities", query));

  return Shown(EncodeMessage(answer), [answer](const Value&) {
    const auto joined = [](const auto& list) {
      return list.empty() ? std::string("None") : fmt::format("{}", fmt::join(list, ","));
    };
    return RenderTable({"Name", "Value"}, {{"Requestable Roles:", joined(answer.requestableroles())},
                                           {"Suggested Reviewers:", joined(answer.suggestedreviewers())}});
  });
}

Result<Output> Review(const Invocation& invocation) {
  ASSIGN_OR_RETURN(auto submission, ReviewOf(invocation));
  if (!invocation.Has("author")) return Fail(ErrorKind::kUsage, "--author is missing: who reviews");
  submission.mutable_review()->set_author(invocation.Get("author"));
  ASSIGN_OR_RETURN(const auto rpc, ConnectToAuth(invocation));
  ASSIGN_OR_RETURN(const auto request, rpc->Call<AccessRequestV3>("/proto.AuthService/SubmitAccessReview", submission));
  return Indented(ReviewedOutput(request));
}

const Argument kIds{"request-id", "ID of the request, or several with commas between"};
const Option kReason{"reason", '\0', "TEXT", "Why"};
const Option kDelegator{"delegator", '\0', "NAME", "Who decided, when it was somebody else"};
const Option kAnnotations{"annotations", '\0', "KEY=VALUE,...", "What else to note with the decision", "", "", true};

// Those that anybody who administrates runs; the others act for somebody.
std::vector<Command> OwnRows() {
  return {
      {.path = "requests ls",
       .summary = "List access requests",
       .options = {{"sort-index", '\0', "FIELD", "By what to sort (default created)", "", "created state"},
                   {"sort-order", '\0', "ORDER", "Which comes first (default descending)", "", "ascending descending"}},
       .example = "tctl requests ls",
       .run = List},
      {.path = "requests get",
       .summary = "Show access requests in full",
       .arguments = {kIds},
       .example = "tctl requests get 0199a1b2-c3d4-7e5f-8091-a2b3c4d5e6f7",
       .run = Get},

      {.path = "requests approve",
       .summary = "Approve access requests",
       .arguments = {kIds},
       .options = {kReason,
                   kDelegator,
                   kAnnotations,
                   {"roles", '\0', "ROLES", "Approve only these of the roles", "", "", true, false, "role"},
                   {"assume-start-time", '\0', "TIME", "When the access begins, as 2026-01-31T08:00:00Z"}},
       .example = "tctl requests approve 0199a1b2-c3d4-7e5f-8091-a2b3c4d5e6f7 --reason='on call'",
       .formats = "",
       .run = Approve},
      {.path = "requests deny",
       .summary = "Deny access requests",
       .arguments = {kIds},
       .options = {kReason, kDelegator, kAnnotations},
       .example = "tctl requests deny 0199a1b2-c3d4-7e5f-8091-a2b3c4d5e6f7 --reason='not today'",
       .formats = "",
       .run = Deny},
  };
}

std::vector<Command> RowsForOthers() {
  return {
      {.path = "requests create",
       .summary = "Ask for access in the name of a user",
       .arguments = {{"username", "Who is to have the access", true, false, "user"}},
       .options = {{"roles", '\0', "ROLES", "Roles to ask for (default all that the user may ask for)", "", "", true,
                    false, "role"},
                   {"resource", '\0', "ID", "Resource to ask for: /CLUSTER/KIND/NAME", "", "", true},
                   kReason,
                   {"dry-run", '\0', "", "Show what the request would be, and create none"}},
       .example = "tctl requests create alice --roles=prod --reason='incident 7'",
       .run = Create},
      {.path = "requests rm",
       .summary = "Delete access requests",
       .arguments = {kIds},
       .options = {{"force", 'f', "", "Approved ones too"}},
       .example = "tctl requests rm 0199a1b2-c3d4-7e5f-8091-a2b3c4d5e6f7",
       .formats = "",
       .run = Remove},

      {.path = "requests capabilities",
       .summary = "Show what a user may ask for",
       .arguments = {{"username", "User", true, false, "user"}},
       .example = "tctl requests capabilities alice",
       .run = Capabilities},
      {.path = "requests review",
       .summary = "Review an access request in a reviewer's name",
       .arguments = {{"request-id", "ID of the request"}},
       .options = {{"author", '\0', "USER", "Who reviews", "", "", false, false, "user"},
                   {"approve", '\0', "", "The review approves"},
                   {"deny", '\0', "", "The review denies"},
                   kReason},
       .example = "tctl requests review 0199a1b2-c3d4-7e5f-8091-a2b3c4d5e6f7 --author=bob --approve",
       .run = Review},
  };
}

}  // namespace

std::vector<Command> RequestCommands() {
  std::vector<Command> commands = OwnRows();
  for (auto& command : RowsForOthers()) commands.push_back(std::move(command));
  return commands;
}

}  // namespace sallyport
