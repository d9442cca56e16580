#include <algorithm>

#include "libclient/access_requests.h"
#include "libclient/listing.h"
#include "libresources/kinds/access_request.h"
#include "libresources/kinds/metadata.h"
#include "libresources/kinds/resource.h"
#include "teleport/legacy/client/proto/access_requests.pb.h"
#include "teleport/legacy/types/access_request.pb.h"
#include "tools/listing/list_options.h"
#include "tools/listing/request_views.h"
#include "tools/tsh/commands.h"
#include "tools/tsh/context.h"
#include "tools/tsh/request_flow.h"
#include "tools/tsh/status_view.h"

namespace sallyport {
namespace {

struct RequestLs {
  bool reviewable = false;
  bool suggested = false;
  bool my_requests = false;
};

struct RequestShow {
  std::string request_id;
};

struct RequestCreate {
  std::vector<std::string> roles;
  std::vector<std::string> resources;
  std::string reason;
  std::vector<std::string> reviewers;
  bool nowait = false;
  std::string request_ttl;
  std::string session_ttl;
  std::string max_duration;
  std::string assume_start_time;
};

struct RequestReview {
  ReviewOptions review;
  std::string assume_start_time;
};

struct RequestSearch {
  std::string kind;
  std::vector<std::string> search;
  std::string query;
  std::string labels;
  bool verbose = false;
};

struct RequestDrop {
  std::vector<std::string> request_ids;
};

using types::AccessRequestV3;
using Requests = std::vector<AccessRequestV3>;

constexpr std::size_t kCellWidth = 20;
constexpr std::string_view kHints =
    "\nhint: use 'tsh request show <request-id>' for additional details\n"
    "      use 'tsh login --request-id=<request-id>' to login with an approved request\n";

std::string RequestTableOf(Requests requests) {
  const auto created = [](const AccessRequestV3& request) { return ToTime(request.spec().created()); };
  std::ranges::stable_sort(requests, std::greater(), created);

  LongCells cells("[+]", "Columns are truncated, use 'tsh request show <request-id>' to view the full list");
  const Time now = Now();
  std::vector<std::vector<std::string>> rows;
  for (const auto& request : requests) {
    const auto& spec = request.spec();
    if (ToTime(spec.expires()).value_or(now) <= now) continue;
    rows.push_back({NameOf(request), spec.user(),
                    cells.Cut(fmt::format("{}", fmt::join(spec.roles(), ",")), kCellWidth),
                    cells.Cut(ResourceIdsText(spec.requestedresourceids()), kCellWidth), ShortTime(spec.created()),
                    TimeUntil(ExpiresOf(request), now), TimeUntil(ToTime(spec.expires()), now),
                    ShortTime(spec.assumestarttime()), StateText(request)});
  }

  return RenderTable({"ID", "User", "Roles", "Resources", "Created At (UTC)", "Request TTL", "Session TTL",
                      "Assume Time (UTC)", "Status"},
                     rows) +
         cells.Footnote() + std::string(kHints);
}

// Returns whether the user can review a request: it is another user's, and the user has not reviewed it.
bool IsReviewable(const AccessRequestV3& request, const std::string& user) {
  return request.spec().user() != user &&
         std::ranges::none_of(request.spec().reviews(), [&](const auto& review) { return review.author() == user; });
}

Result<Output> ListRequests(const Invocation& invocation, const RequestLs& given) {
  ASSIGN_OR_RETURN(const Session session, SessionOf(invocation));
  ASSIGN_OR_RETURN(const auto rpc, ConnectAuth(session, NetworkOf(invocation), invocation.program->name));
  ASSIGN_OR_RETURN(Requests requests, FetchAccessRequests(*rpc, {}));

  const std::string& user = session.user();
  const auto suggests = [&](const AccessRequestV3& request) {
    const auto& names = request.spec().suggestedreviewers();
    return std::ranges::find(names, user) != names.end();
  };
  std::erase_if(requests, [&](const AccessRequestV3& request) {
    if (given.my_requests && request.spec().user() != user) return true;
    if (given.suggested && !suggests(request)) return true;
    const bool reviewable = given.reviewable || given.suggested;
    return reviewable && !IsReviewable(request, user);
  });
  return Output::Of(RequestsValue(requests), [requests](const Value&) { return RequestTableOf(requests); });
}

Output Details(const AccessRequestV3& request) {
  return Output::Of(EncodeMessage(request), [text = RequestText(request)](const Value&) { return text; });
}

Result<Output> ShowRequest(const Invocation& invocation, const RequestShow& given) {
  ASSIGN_OR_RETURN(const Session session, SessionOf(invocation));
  ASSIGN_OR_RETURN(const auto rpc, ConnectAuth(session, NetworkOf(invocation), invocation.program->name));
  ASSIGN_OR_RETURN(const auto request, FetchAccessRequest(*rpc, given.request_id));
  return Details(request);
}

Result<Nanoseconds> DurationOf(std::string_view option, const std::string& text) {
  if (text.empty()) return Nanoseconds(0);
  ASSIGN_OR_RETURN(const Nanoseconds duration, ParseDuration(text));
  if (duration > Nanoseconds(0)) return duration;
  return Fail(ErrorKind::kBadParameter, "--{} must be longer than 0", option);
}

Result<std::optional<Time>> StartOf(const std::string& text) {
  if (text.empty()) return std::nullopt;
  ASSIGN_OR_RETURN(const Time start, ParseTime(text));
  return start;
}

Result<Output> Create(const Invocation& invocation, const RequestCreate& given) {
  WantedAccess wanted;
  wanted.roles = given.roles;
  wanted.resources = given.resources;
  wanted.reason = given.reason;
  wanted.reviewers = given.reviewers;
  ASSIGN_OR_RETURN(wanted.request_ttl, DurationOf("request-ttl", given.request_ttl));
  ASSIGN_OR_RETURN(wanted.session_ttl, DurationOf("session-ttl", given.session_ttl));
  ASSIGN_OR_RETURN(wanted.max_duration, DurationOf("max-duration", given.max_duration));
  ASSIGN_OR_RETURN(wanted.start, StartOf(given.assume_start_time));
  wanted.wait = !given.nowait;

  ASSIGN_OR_RETURN(Session session, SessionOf(invocation));
  ASSIGN_OR_RETURN(const auto request, ObtainAccess(invocation, session, wanted));
  if (!wanted.wait) return Details(request);
  ASSIGN_OR_RETURN(const Logins logins, ReadLogins(invocation, session.profile.Name()));
  return StatusOutput(invocation, logins, false);
}

Result<Output> Review(const Invocation& invocation, const RequestReview& given) {
  ASSIGN_OR_RETURN(auto submission, ReviewOf(given.review));
  ASSIGN_OR_RETURN(const Session session, SessionOf(invocation));
  auto& review = *submission.mutable_review();
  review.set_author(session.user());
  ASSIGN_OR_RETURN(const auto start, StartOf(given.assume_start_time));
  if (start) *review.mutable_assumestarttime() = ToStamp(*start);
  ASSIGN_OR_RETURN(const auto rpc, ConnectAuth(session, NetworkOf(invocation), invocation.program->name));
  ASSIGN_OR_RETURN(const auto request, rpc->Call<AccessRequestV3>("/proto.AuthService/SubmitAccessReview", submission));
  return ReviewedOutput(request);
}

Result<Output> Search(const Invocation& invocation, const RequestSearch& given) {
  if (given.kind != "kube_cluster") {
    return FailWithHint(ErrorKind::kNotImplemented, "the search for resources of this kind is not implemented",
                        "use --kind=kube_cluster");
  }

  ListFilter filter;
  ASSIGN_OR_RETURN(filter.labels, ParseLabels(given.labels));
  filter.search = given.search;
  filter.predicate = given.query;
  filter.use_search_as_roles = true;
  ASSIGN_OR_RETURN(const Session session, SessionOf(invocation));
  ASSIGN_OR_RETURN(const auto rpc, ConnectOf(invocation, session));
  ASSIGN_OR_RETURN(const auto clusters, ListKubeClusters(*rpc, filter));

  const std::string cluster = ClusterOf(invocation, session.profile);
  const bool verbose = given.verbose;
  Value list = Value::EmptyList();
  std::vector<std::vector<std::string>> rows;
  std::string ids;
  for (const auto& found : clusters) {
    const std::string id = fmt::format("/{}/kube_cluster/{}", cluster, found.name);
    rows.push_back({found.name, "", LabelsText(found.labels, verbose), id});
    list.Append(Value(Value::Map{{"name", found.name}, {"labels", LabelsValue(found.labels)}, {"resource_id", id}}));
    ids += (ids.empty() ? "" : " --resource ") + id;
  }

  std::string text = RenderTable({"Name", "Hostname", "Labels", "Resource ID"}, rows);
  if (!ids.empty()) {
    text += fmt::format(
        "\nTo request access to these resources, run\n> tsh request create --resource {} \\\n"
        "    --reason <request reason>\n\n",
        ids);
  }
  return Output::Of(std::move(list), [text](const Value&) { return text; });
}

Result<Output> Drop(const Invocation& invocation, const RequestDrop& given) {
  RequestChange change{{}, given.request_ids};
  if (change.drop.empty()) change.drop = {"*"};
  ASSIGN_OR_RETURN(Session session, SessionOf(invocation));
  RETURN_IF_ERROR(ChangeRequests(invocation, session, change));
  ASSIGN_OR_RETURN(const Logins logins, ReadLogins(invocation, session.profile.Name()));
  return StatusOutput(invocation, logins, false);
}

template <auto... To>
const Argument kId{.name = "request-id", .help = "ID of the request", .into = Into<To...>};
template <auto To>
const Option kStart{.name = "assume-start-time",
                    .value_name = "TIME",
                    .help = "Time when the access begins, as 2026-01-31T08:00:00Z",
                    .into = Into<To>};

Command CreateCommandRow() {
  return {.path = "request create",
          .summary = "Request more access, wait for the decision, and use the access",
          .options = {{.name = "roles",
                       .value_name = "ROLES",
                       .help = "Roles to request; * means all roles that you may request",
                       .repeated = true,
                       .into = Into<&RequestCreate::roles>},
                      {.name = "resource",
                       .value_name = "ID",
                       .help = "Resource to request, as tsh request search shows the resource",
                       .repeated = true,
                       .into = Into<&RequestCreate::resources>},
                      {.name = "reason", .value_name = "TEXT", .help = "Why", .into = Into<&RequestCreate::reason>},
                      {.name = "reviewers",
                       .value_name = "USERS",
                       .help = "Suggested reviewers of the request",
                       .repeated = true,
                       .into = Into<&RequestCreate::reviewers>},
                      {.name = "nowait", .help = "Do not wait for the decision", .into = Into<&RequestCreate::nowait>},
                      {.name = "request-ttl",
                       .value_name = "DURATION",
                       .help = "How long the request waits for the decision",
                       .into = Into<&RequestCreate::request_ttl>},
                      {.name = "session-ttl",
                       .value_name = "DURATION",
                       .help = "How long a login with the request lasts",
                       .into = Into<&RequestCreate::session_ttl>},
                      {.name = "max-duration",
                       .value_name = "DURATION",
                       .help = "How long the access lasts",
                       .into = Into<&RequestCreate::max_duration>},
                      kStart<&RequestCreate::assume_start_time>},

          .example = "tsh request create --roles=prod --reason='incident 7'",
          .needs_login = true,
          .run = RunWith<Create>};
}

Command SearchCommandRow() {
  return {.path = "request search",
          .summary = "Find resources that can be requested",
          .options = {{.name = "kind",
                       .value_name = "KIND",
                       .help = "Kind of the resources: kube_cluster",
                       .into = Into<&RequestSearch::kind>},
                      {.name = "search",
                       .value_name = "WORDS",
                       .help = "Only resources with all of these words, separated by commas",
                       .repeated = true,
                       .into = Into<&RequestSearch::search>},
                      {.name = "query",
                       .value_name = "EXPRESSION",
                       .help = "Only resources for which this predicate is true",
                       .into = Into<&RequestSearch::query>},
                      {.name = "labels",
                       .value_name = "KEY=VALUE,...",
                       .help = "Only resources with these labels",
                       .into = Into<&RequestSearch::labels>},
                      {.name = "verbose",
                       .short_name = 'v',
                       .help = "Show all labels",
                       .into = Into<&RequestSearch::verbose>}},

          .example = "tsh request search --kind=kube_cluster",
          .needs_login = true,
          .run = RunWith<Search>};
}

}  // namespace

std::vector<Command> RequestCommands() {
  const Command list{
      .path = "request ls",
      .summary = "List access requests: yours, and those that you may review",
      .options = {{.name = "reviewable",
                   .help = "Only requests that you can review",
                   .into = Into<&RequestLs::reviewable>},
                  {.name = "suggested",
                   .help = "Only requests that name you as a reviewer",
                   .into = Into<&RequestLs::suggested>},
                  {.name = "my-requests", .help = "Only your own requests", .into = Into<&RequestLs::my_requests>}},
      .example = "tsh request ls",
      .needs_login = true,
      .run = RunWith<ListRequests>};
  const Command show{.path = "request show",
                     .summary = "Show an access request in full",
                     .arguments = {kId<&RequestShow::request_id>},
                     .example = "tsh request show 0199a1b2-c3d4-7e5f-8091-a2b3c4d5e6f7",
                     .needs_login = true,
                     .run = RunWith<ShowRequest>};
  const Command review{.path = "request review",
                       .summary = "Approve or deny an access request",
                       .arguments = {kId<&RequestReview::review, &ReviewOptions::request_id>},
                       .options = {{.name = "approve",
                                    .help = "Approve the request",
                                    .into = Into<&RequestReview::review, &ReviewOptions::approve>},
                                   {.name = "deny",
                                    .help = "Deny the request",
                                    .into = Into<&RequestReview::review, &ReviewOptions::deny>},
                                   {.name = "reason",
                                    .value_name = "TEXT",
                                    .help = "Why",
                                    .into = Into<&RequestReview::review, &ReviewOptions::reason>},
                                   kStart<&RequestReview::assume_start_time>},
                       .example = "tsh request review 0199a1b2-c3d4-7e5f-8091-a2b3c4d5e6f7 --approve",
                       .needs_login = true,
                       .run = RunWith<Review>};
  const Command drop{.path = "request drop",
                     .summary = "Drop access requests and the access that they give",
                     .arguments = {{.name = "request-id",
                                    .help = "IDs of the requests (default all requests)",
                                    .required = false,
                                    .repeated = true,
                                    .into = Into<&RequestDrop::request_ids>}},
                     .example = "tsh request drop",
                     .run = RunWith<Drop>};

  return {list, show, CreateCommandRow(), review, SearchCommandRow(), drop};
}

}  // namespace sallyport
