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

using types::AccessRequestV3;
using Requests = std::vector<AccessRequestV3>;

constexpr std::size_t kCellWidth = 20;
constexpr std::string_view kHints =
    "\nhint: use 'tsh request show <request-id>' for additional details\n"
    "      use 'tsh login --request-id=<request-id>' to login with an approved request\n";

std::string TableOf(Requests requests) {
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

// Whether a request is for somebody else to decide who has not done so yet.
bool IsReviewable(const AccessRequestV3& request, const std::string& user) {
  return request.spec().user() != user &&
         std::ranges::none_of(request.spec().reviews(), [&](const auto& review) { return review.author() == user; });
}

Result<Output> List(const Invocation& invocation) {
  ASSIGN_OR_RETURN(const Session session, SessionOf(invocation));
  ASSIGN_OR_RETURN(const auto rpc, ConnectAuth(session, NetworkOf(invocation), invocation.program->name));
  ASSIGN_OR_RETURN(Requests requests, FetchAccessRequests(*rpc, {}));

  const std::string& user = session.user();
  const auto suggests = [&](const AccessRequestV3& request) {
    const auto& names = request.spec().suggestedreviewers();
    return std::ranges::find(names, user) != names.end();
  };
  std::erase_if(requests, [&](const AccessRequestV3& request) {
    if (invocation.Flag("my-requests") && request.spec().user() != user) return true;
    if (invocation.Flag("suggested") && !suggests(request)) return true;
    const bool reviewable = invocation.Flag("reviewable") || invocation.Flag("suggested");
    return reviewable && !IsReviewable(request, user);
  });
  return Output::Of(RequestsValue(requests), [requests](const Value&) { return TableOf(requests); });
}

Output Details(const AccessRequestV3& request) {
  return Output::Of(EncodeMessage(request), [text = RequestText(request)](const Value&) { return text; });
}

Result<Output> Show(const Invocation& invocation) {
  ASSIGN_OR_RETURN(const Session session, SessionOf(invocation));
  ASSIGN_OR_RETURN(const auto rpc, ConnectAuth(session, NetworkOf(invocation), invocation.program->name));
  ASSIGN_OR_RETURN(const auto request, FetchAccessRequest(*rpc, invocation.Arg("request-id")));
  return Details(request);
}

Result<Nanoseconds> DurationOf(const Invocation& invocation, std::string_view option) {
  if (!invocation.Has(option)) return Nanoseconds(0);
  ASSIGN_OR_RETURN(const Nanoseconds duration, ParseDuration(invocation.Get(option)));
  if (duration > Nanoseconds(0)) return duration;
  return Fail(ErrorKind::kBadParameter, "--{} must be longer than 0", option);
}

Result<std::optional<Time>> StartOf(const Invocation& invocation) {
  if (!invocation.Has("assume-start-time")) return std::nullopt;
  ASSIGN_OR_RETURN(const Time start, ParseTime(invocation.Get("assume-start-time")));
  return start;
}

Result<Output> Create(const Invocation& invocation) {
  WantedAccess wanted;
  wanted.roles = invocation.GetList("roles");
  wanted.resources = invocation.GetList("resource");
  wanted.reason = invocation.Get("reason");
  wanted.reviewers = invocation.GetList("reviewers");
  ASSIGN_OR_RETURN(wanted.request_ttl, DurationOf(invocation, "request-ttl"));
  ASSIGN_OR_RETURN(wanted.session_ttl, DurationOf(invocation, "session-ttl"));
  ASSIGN_OR_RETURN(wanted.max_duration, DurationOf(invocation, "max-duration"));
  ASSIGN_OR_RETURN(wanted.start, StartOf(invocation));
  wanted.wait = !invocation.Flag("nowait");

  ASSIGN_OR_RETURN(Session session, SessionOf(invocation));
  ASSIGN_OR_RETURN(const auto request, ObtainAccess(invocation, session, wanted));
  if (!wanted.wait) return Details(request);
  ASSIGN_OR_RETURN(const Logins logins, ReadLogins(invocation, session.profile.Name()));
  return StatusOutput(invocation, logins);
}

Result<Output> Review(const Invocation& invocation) {
  ASSIGN_OR_RETURN(auto submission, ReviewOf(invocation));
  ASSIGN_OR_RETURN(const Session session, SessionOf(invocation));
  auto& review = *submission.mutable_review();
  review.set_author(session.user());
  ASSIGN_OR_RETURN(const auto start, StartOf(invocation));
  if (start) *review.mutable_assumestarttime() = ToStamp(*start);
  ASSIGN_OR_RETURN(const auto rpc, ConnectAuth(session, NetworkOf(invocation), invocation.program->name));
  ASSIGN_OR_RETURN(const auto request, rpc->Call<AccessRequestV3>("/proto.AuthService/SubmitAccessReview", submission));
  return ReviewedOutput(request);
}

Result<Output> Search(const Invocation& invocation) {
  if (invocation.Get("kind") != "kube_cluster") {
    return FailWithHint(ErrorKind::kNotImplemented, "resources of this kind cannot be searched for yet",
                        "use --kind=kube_cluster");
  }

  ListFilter filter;
  ASSIGN_OR_RETURN(filter.labels, ParseLabels(invocation.Get("labels")));
  filter.search = invocation.GetList("search");
  filter.predicate = invocation.Get("query");
  filter.use_search_as_roles = true;
  ASSIGN_OR_RETURN(const Session session, SessionOf(invocation));
  ASSIGN_OR_RETURN(const auto rpc, ConnectOf(invocation, session));
  ASSIGN_OR_RETURN(const auto clusters, ListKubeClusters(*rpc, filter));

  const std::string cluster = ClusterOf(invocation, session.profile);
  const bool verbose = invocation.Flag("verbose");
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

Result<Output> Drop(const Invocation& invocation) {
  RequestChange change{{}, invocation.Args("request-id")};
  if (change.drop.empty()) change.drop = {"*"};
  ASSIGN_OR_RETURN(Session session, SessionOf(invocation));
  RETURN_IF_ERROR(ChangeRequests(invocation, session, change));
  ASSIGN_OR_RETURN(const Logins logins, ReadLogins(invocation, session.profile.Name()));
  return StatusOutput(invocation, logins);
}

const Argument kId{"request-id", "ID of the request"};
const Option kStart{"assume-start-time", '\0', "TIME", "When the access begins, as 2026-01-31T08:00:00Z"};

Command CreateCommandRow() {
  return {.path = "request create",
          .summary = "Ask for more access, wait for the decision, and use it",
          .options = {{"roles", '\0', "ROLES", "Roles to ask for; * means all that there are for you", "", "", true},
                      {"resource", '\0', "ID", "Resource to ask for, as tsh request search shows it", "", "", true},
                      {"reason", '\0', "TEXT", "Why"},
                      {"reviewers", '\0', "USERS", "Who should decide", "", "", true},
                      {"nowait", '\0', "", "Do not wait for the decision"},
                      {"request-ttl", '\0', "DURATION", "How long the request waits to be decided"},
                      {"session-ttl", '\0', "DURATION", "How long a login with it lasts"},
                      {"max-duration", '\0', "DURATION", "How long the access lasts"},
                      kStart},
          .example = "tsh request create --roles=prod --reason='incident 7'",
          .needs_login = true,
          .run = Create};
}

Command SearchCommandRow() {
  return {.path = "request search",
          .summary = "Find resources that can be asked for",
          .options = {{"kind", '\0', "KIND", "Kind of the resources: kube_cluster"},
                      {"search", '\0', "WORDS", "Only what has all of these words, commas between", "", "", true},
                      {"query", '\0', "EXPRESSION", "Only what this predicate holds for"},
                      {"labels", '\0', "KEY=VALUE,...", "Only what has these labels"},
                      {"verbose", 'v', "", "Show all labels"}},
          .example = "tsh request search --kind=kube_cluster",
          .needs_login = true,
          .run = Search};
}

}  // namespace

std::vector<Command> RequestCommands() {
  const Command list{.path = "request ls",
                     .summary = "List access requests: yours, and those that you may review",
                     .options = {{"reviewable", '\0', "", "Only those that you can review"},
                                 {"suggested", '\0', "", "Only those that name you as a reviewer"},
                                 {"my-requests", '\0', "", "Only your own"}},
                     .example = "tsh request ls",
                     .needs_login = true,
                     .run = List};
  const Command show{.path = "request show",
                     .summary = "Show an access request in full",
                     .arguments = {kId},
                     .example = "tsh request show 0199a1b2-c3d4-7e5f-8091-a2b3c4d5e6f7",
                     .needs_login = true,
                     .run = Show};
  const Command review{.path = "request review",
                       .summary = "Approve or deny somebody's access request",
                       .arguments = {kId},
                       .options = {{"approve", '\0', "", "Approve it"},
                                   {"deny", '\0', "", "Deny it"},
                                   {"reason", '\0', "TEXT", "Why"},
                                   kStart},
                       .example = "tsh request review 0199a1b2-c3d4-7e5f-8091-a2b3c4d5e6f7 --approve",
                       .needs_login = true,
                       .run = Review};
  const Command drop{.path = "request drop",
                     .summary = "Give access back that was asked for",
                     .arguments = {{"request-id", "IDs of the requests; all without any", false, true}},
                     .example = "tsh request drop",
                     .run = Drop};

  return {list, show, CreateCommandRow(), review, SearchCommandRow(), drop};
}

}  // namespace sallyport
