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

struct RequestsLs {
  std::string sort_index;
  std::string sort_order;
};

// The options of commands that change or show existing requests.
struct RequestsNamed {
  std::string ids;  // separated by commas
  bool force = false;
};

// The options of approve and deny.
struct RequestsDecided {
  std::string ids;
  std::string reason;
  std::string delegator;
  std::vector<std::string> annotations;
  std::vector<std::string> roles;
  std::string assume_start_time;
};

struct RequestsCreate {
  std::string username;
  std::vector<std::string> roles;
  std::vector<std::string> resources;
  std::string reason;
  bool dry_run = false;
};

struct RequestsCapabilities {
  std::string username;
};

struct RequestsReview {
  ReviewOptions review;
  std::string author;
};

using google::protobuf::Empty;
using types::AccessRequestV3;
using Requests = std::vector<AccessRequestV3>;

constexpr std::size_t kReasonWidth = 75;
constexpr std::size_t kResourcesWidth = 20;

// Returns JSON with an indent of two spaces, as Teleport's tctl prints it.
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

Result<Output> ListRequests(const Invocation& invocation, const RequestsLs& given) {
  proto::ListAccessRequestsRequest query;
  query.set_sort(given.sort_index == "state" ? proto::STATE : proto::CREATED);
  query.set_descending(given.sort_order != "ascending");
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

// Returns the requests that a command names, separated by commas. Fails when a request does not exist.
Result<Requests> NamedRequest(RpcClient& rpc, const std::string& ids) {
  Requests requests;
  for (const auto& id : SplitNonEmpty(ids, ',')) {
    ASSIGN_OR_RETURN(AccessRequestV3 request, FetchAccessRequest(rpc, id));
    requests.push_back(std::move(request));
  }
  if (requests.empty()) return Fail(ErrorKind::kUsage, "the ID of the access request is missing");
  return requests;
}

Result<Output> GetRequests(const Invocation& invocation, const RequestsNamed& given) {
  ASSIGN_OR_RETURN(const auto rpc, ConnectToAuth(invocation));
  ASSIGN_OR_RETURN(const Requests requests, NamedRequest(*rpc, given.ids));
  return Shown(RequestsValue(requests), [requests](const Value&) {
    std::string text;
    for (const auto& request : requests) text += DetailsOf(request);
    return text;
  });
}

Status ReadAnnotations(const RequestsDecided& given, proto::RequestStateSetter& setter) {
  for (const auto& pair : given.annotations) {
    const auto equals = pair.find('=');
    if (equals == std::string::npos || equals == 0 || equals + 1 == pair.size()) {
      return Fail(ErrorKind::kBadParameter, "annotations are given as key=value, not \"{}\"", StripControl(pair));
    }
    (*setter.mutable_annotations()->mutable_values())[pair.substr(0, equals)].add_values(pair.substr(equals + 1));
  }
  return {};
}

Result<Output> Decide(const Invocation& invocation, const RequestsDecided& given, types::RequestState state) {
  proto::RequestStateSetter setter;
  setter.set_state(state);
  setter.set_delegator(given.delegator);
  setter.set_reason(given.reason);
  RETURN_IF_ERROR(ReadAnnotations(given, setter));

  if (state == types::APPROVED) {
    for (const auto& role : given.roles) setter.add_roles(role);
    if (!given.assume_start_time.empty()) {
      ASSIGN_OR_RETURN(const Time start, ParseTime(given.assume_start_time));
      *setter.mutable_assumestarttime() = ToStamp(start);
    }
  }

  const auto ids = SplitNonEmpty(given.ids, ',');
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
Result<Output> Approve(const Invocation& invocation, const RequestsDecided& given) {
  return Decide(invocation, given, types::APPROVED);
}
Result<Output> Deny(const Invocation& invocation, const RequestsDecided& given) {
  return Decide(invocation, given, types::DENIED);
}

Result<Output> CreateRequest(const Invocation& invocation, const RequestsCreate& given) {
  AccessRequestV3 request = NewAccessRequest(given.username, given.reason);
  auto& spec = *request.mutable_spec();
  spec.set_dryrun(given.dry_run);
  for (const auto& role : given.roles) spec.add_roles(role);
  RETURN_IF_ERROR(AddResources(given.resources, request));
  if (spec.roles().empty() && spec.requestedresourceids().empty()) spec.add_roles("*");

  ASSIGN_OR_RETURN(const auto rpc, ConnectToAuth(invocation));
  ASSIGN_OR_RETURN(const auto made, rpc->Call<AccessRequestV3>("/proto.AuthService/CreateAccessRequestV2", request));
  const bool rehearsed = spec.dryrun();
  return Shown(EncodeMessage(made), [name = NameOf(made), rehearsed](const Value& value) {
    return rehearsed ? ToJson(value, {.indent = 2}) + "\n" : name + "\n";
  });
}

Result<Output> RemoveRequests(const Invocation& invocation, const RequestsNamed& given) {
  ASSIGN_OR_RETURN(const auto rpc, ConnectToAuth(invocation));
  ASSIGN_OR_RETURN(const Requests requests, NamedRequest(*rpc, given.ids));

  for (const auto& request : requests) {
    if (request.spec().state() != types::APPROVED || given.force) continue;
    return FailWithHint(
        ErrorKind::kBadParameter,
        fmt::format("access request \"{}\" is approved: its user keeps the access until the end", NameOf(request)),
        fmt::format("end the use of the request: tctl lock --access-request={}; delete the request anyway: --force",
                    NameOf(request)));
  }

  for (const auto& request : requests) {
    proto::RequestID id;
    id.set_id(NameOf(request));
    RETURN_IF_ERROR(rpc->Call<Empty>("/proto.AuthService/DeleteAccessRequest", id));
  }
  return Output::Text("Access request deleted successfully.\n");
}

Result<Output> Capabilities(const Invocation& invocation, const RequestsCapabilities& given) {
  types::AccessCapabilitiesRequest query;
  query.set_user(given.username);
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

Result<Output> Review(const Invocation& invocation, const RequestsReview& given) {
  ASSIGN_OR_RETURN(auto submission, ReviewOf(given.review));
  if (given.author.empty()) return Fail(ErrorKind::kUsage, "--author, the name of the reviewer, is missing");
  submission.mutable_review()->set_author(given.author);
  ASSIGN_OR_RETURN(const auto rpc, ConnectToAuth(invocation));
  ASSIGN_OR_RETURN(const auto request, rpc->Call<AccessRequestV3>("/proto.AuthService/SubmitAccessReview", submission));
  return Indented(ReviewedOutput(request));
}

template <auto To>
const Argument kIds{
    .name = "request-id", .help = "ID of the request, or several IDs separated by commas", .into = Into<To>};

template <auto... To>
const Option kReason{.name = "reason", .value_name = "TEXT", .help = "Why", .into = Into<To...>};

const Option kDelegator{.name = "delegator",
                        .value_name = "NAME",
                        .help = "User who made the decision, if not the caller",
                        .into = Into<&RequestsDecided::delegator>};
const Option kAnnotations{.name = "annotations",
                          .value_name = "KEY=VALUE,...",
                          .help = "Annotations of the decision",
                          .repeated = true,
                          .into = Into<&RequestsDecided::annotations>};

// Commands that any administrator runs; the other commands act on behalf of a user.
Command ApproveCommand() {
  return {.path = "requests approve",
          .summary = "Approve access requests",
          .arguments = {kIds<&RequestsDecided::ids>},
          .options = {kReason<&RequestsDecided::reason>,
                      kDelegator,
                      kAnnotations,
                      {.name = "roles",
                       .value_name = "ROLES",
                       .help = "Approve only these of the roles",
                       .repeated = true,
                       .names = "role",
                       .into = Into<&RequestsDecided::roles>},
                      {.name = "assume-start-time",
                       .value_name = "TIME",
                       .help = "Time when the access begins, as 2026-01-31T08:00:00Z",
                       .into = Into<&RequestsDecided::assume_start_time>}},

          .example = "tctl requests approve 0199a1b2-c3d4-7e5f-8091-a2b3c4d5e6f7 --reason='on call'",
          .formats = "",
          .run = RunWith<Approve>};
}

std::vector<Command> OwnRows() {
  return {{.path = "requests ls",
           .summary = "List access requests",
           .options = {{.name = "sort-index",
                        .value_name = "FIELD",
                        .help = "Key to sort by (default created)",
                        .choices = "created state",
                        .into = Into<&RequestsLs::sort_index>},
                       {.name = "sort-order",
                        .value_name = "ORDER",
                        .help = "Order of the list (default descending)",
                        .choices = "ascending descending",
                        .into = Into<&RequestsLs::sort_order>}},
           .example = "tctl requests ls",
           .run = RunWith<ListRequests>},
          {.path = "requests get",
           .summary = "Show access requests in full",
           .arguments = {kIds<&RequestsNamed::ids>},

           .example = "tctl requests get 0199a1b2-c3d4-7e5f-8091-a2b3c4d5e6f7",
           .run = RunWith<GetRequests>},
          ApproveCommand(),
          {.path = "requests deny",
           .summary = "Deny access requests",
           .arguments = {kIds<&RequestsDecided::ids>},
           .options = {kReason<&RequestsDecided::reason>, kDelegator, kAnnotations},
           .example = "tctl requests deny 0199a1b2-c3d4-7e5f-8091-a2b3c4d5e6f7 --reason='not today'",
           .formats = "",
           .run = RunWith<Deny>}};
}

Command CreateRequestCommand() {
  return {.path = "requests create",
          .summary = "Request access in the name of a user",
          .arguments = {{.name = "username",
                         .help = "User who gets the access",
                         .names = "user",
                         .into = Into<&RequestsCreate::username>}},
          .options = {{.name = "roles",
                       .value_name = "ROLES",
                       .help = "Roles to request (default all roles that the user may request)",
                       .repeated = true,
                       .names = "role",
                       .into = Into<&RequestsCreate::roles>},
                      {.name = "resource",
                       .value_name = "ID",
                       .help = "Resource to request: /CLUSTER/KIND/NAME",
                       .repeated = true,
                       .into = Into<&RequestsCreate::resources>},
                      kReason<&RequestsCreate::reason>,
                      {.name = "dry-run",
                       .help = "Show the request without creating the request",
                       .into = Into<&RequestsCreate::dry_run>}},

          .example = "tctl requests create alice --roles=prod --reason='incident 7'",
          .run = RunWith<CreateRequest>};
}

Command ReviewCommand() {
  return {.path = "requests review",
          .summary = "Review an access request in a reviewer's name",
          .arguments = {{.name = "request-id",
                         .help = "ID of the request",
                         .into = Into<&RequestsReview::review, &ReviewOptions::request_id>}},
          .options = {{.name = "author",
                       .value_name = "USER",
                       .help = "Name of the reviewer",
                       .names = "user",
                       .into = Into<&RequestsReview::author>},
                      {.name = "approve",
                       .help = "The review approves",
                       .into = Into<&RequestsReview::review, &ReviewOptions::approve>},
                      {.name = "deny",
                       .help = "The review denies",
                       .into = Into<&RequestsReview::review, &ReviewOptions::deny>},
                      kReason<&RequestsReview::review, &ReviewOptions::reason>},

          .example = "tctl requests review 0199a1b2-c3d4-7e5f-8091-a2b3c4d5e6f7 --author=bob --approve",
          .run = RunWith<Review>};
}

std::vector<Command> RowsForOthers() {
  return {CreateRequestCommand(),
          {.path = "requests rm",
           .summary = "Delete access requests",
           .arguments = {kIds<&RequestsNamed::ids>},
           .options =
               {{.name = "force", .short_name = 'f', .help = "Approved ones too", .into = Into<&RequestsNamed::force>}},
           .example = "tctl requests rm 0199a1b2-c3d4-7e5f-8091-a2b3c4d5e6f7",
           .formats = "",
           .run = RunWith<RemoveRequests>},
          {.path = "requests capabilities",
           .summary = "Show what a user may request",
           .arguments =
               {{.name = "username", .help = "User", .names = "user", .into = Into<&RequestsCapabilities::username>}},
           .example = "tctl requests capabilities alice",
           .run = RunWith<Capabilities>},
          ReviewCommand()};
}

}  // namespace

std::vector<Command> RequestCommands() {
  std::vector<Command> commands = OwnRows();
  for (auto& command : RowsForOthers()) commands.push_back(std::move(command));
  return commands;
}

}  // namespace sallyport
