#include "libcluster/agents/azure/arm_client.h"

#include <algorithm>
#include <set>

#include "libbase/digest.h"
#include "libbase/json.h"
#include "libbase/text.h"
#include "libbase/value_fields.h"

namespace sallyport {
namespace {

constexpr std::chrono::seconds kArmTime{30};
constexpr std::chrono::seconds kArmRetryPause{2};
constexpr std::chrono::seconds kOperationPause{1};
constexpr std::size_t kMaxLink = 16 << 10;
constexpr int kMaxArmDepth = 64;

bool IsSuccess(int status) { return status >= 200 && status <= 299; }
bool MayPass(int status) { return status == 429 || status == 408 || (status >= 500 && status <= 599); }

Error RefusalOf(const HttpCallAnswer& answer, const ArmSubject& subject, ArmRefusal* refused) {
  Error error = AzureRefusal(answer, subject.asked);
  ArmRefusal found{answer.status, AzureErrorCode(answer), {}, answer.RetryAfter()};
  if (answer.status == 403) {
    found.missing_right = fmt::format("{} at {}", subject.right, subject.scope);
    error.message = fmt::format("{}: Azure refuses ({}): the right {} is missing", subject.asked,
                                found.code.empty() ? "403" : StripControl(found.code), found.missing_right);
    error.hint = "assign a role with this right to the identity of the process";
  }
  if (refused != nullptr) *refused = std::move(found);
  return error;
}

Result<Value> ObjectOf(const HttpCallAnswer& answer, const ArmSubject& subject) {
  auto json = ParseJson(answer.body.Reveal(), {.max_bytes = kMaxArmAnswer, .max_depth = kMaxArmDepth});
  if (json && json->is_map()) return json;
  return Fail(ErrorKind::kConnectionProblem, "{}: the answer of Azure is not a JSON object", subject.asked);
}

}  // namespace

// Returns a link of an answer when it leads to the resource manager: tokens are sent there.
Result<std::string> ArmClient::LinkOf(std::string_view link) const {
  const std::string_view origin = parts_.cloud.resource_manager;
  const auto url = link.size() <= kMaxLink ? ParseHttpUrl(link) : Fail(ErrorKind::kBadParameter, "too long");
  const auto own = ParseHttpUrl(origin);
  const bool same = url && own && url->tls == own->tls && url->address.port == own->address.port &&
                    LowerCase(url->address.host) == LowerCase(own->address.host);
  if (same && StripControl(link) == link) return std::string(link);
  return Fail(ErrorKind::kConnectionProblem, "a link in the answer does not lead to {}", origin);
}

Result<HttpCallAnswer> ArmClient::AskOnce(const Request& request) {
  HttpCall call;
  call.method = request.method;
  ASSIGN_OR_RETURN(call.url, ParseHttpUrl(request.url));
  ASSIGN_OR_RETURN(const Secret token, parts_.tokens->For(parts_.cloud.audience));
  call.fields.push_back({"Accept", Secret("application/json")});
  call.fields.push_back({"Authorization", Secret("Bearer " + token.Reveal())});
  if (request.body != nullptr) {
    call.body_type = "application/json";
    call.body = Secret(ToJson(*request.body));
  }
  return parts_.call(call, {kArmTime, kMaxArmAnswer});
}

Result<HttpCallAnswer> ArmClient::Ask(const Request& request, const ArmSubject& subject, ArmRefusal* refused) {
  bool renewed = false;
  for (int attempt = 1;; ++attempt) {
    auto answer = AskOnce(request);
    if (!answer) return std::unexpected(InContext(subject.asked, std::move(answer).error()));
    if (IsSuccess(answer->status)) return answer;
    if (answer->status == 401 && !renewed) {
      renewed = true;  // the token was withdrawn
      parts_.tokens->Forget(parts_.cloud.audience);
      continue;
    }

    Error error = RefusalOf(*answer, subject, refused);
    if (!MayPass(answer->status) || attempt >= kArmAttempts) return std::unexpected(std::move(error));
    const std::chrono::seconds pause = answer->RetryAfter().value_or(kArmRetryPause * attempt);
    if (pause > kLongestArmPause) {
      error.kind = ErrorKind::kLimitExceeded;
      error.message += fmt::format(", and asks for a pause of {}",
                                   FormatDuration(std::min(pause, std::chrono::seconds(std::chrono::hours(24)))));
      return std::unexpected(std::move(error));
    }
    if (!parts_.pause(pause)) return Fail(ErrorKind::kInterrupted, "the process stops");
  }
}

Result<Value> ArmClient::Get(const std::string& path, const ArmSubject& subject, ArmRefusal* refused) {
  ASSIGN_OR_RETURN(const HttpCallAnswer answer, Ask({"GET", parts_.cloud.resource_manager + path}, subject, refused));
  return ObjectOf(answer, subject);
}

Result<Value> ArmClient::Post(const std::string& path, const Value* body, const ArmSubject& subject,
                              ArmRefusal* refused) {
  ASSIGN_OR_RETURN(const HttpCallAnswer answer,
                   Ask({"POST", parts_.cloud.resource_manager + path, body}, subject, refused));
  return ObjectOf(answer, subject);
}

Status ArmClient::List(const std::string& path, const ArmSubject& subject,
                       const std::function<Status(const Value&)>& take, ArmRefusal* refused) {
  const auto broken = [&](std::string_view why) {
    return Fail(ErrorKind::kConnectionProblem, "{}: the list of Azure is not whole: {}", subject.asked, why);
  };
  std::set<std::string> seen;  // digests of links
  std::string url = parts_.cloud.resource_manager + path;
  std::size_t items = 0;
  while (true) {
    if (!seen.insert(Sha256(url)).second) return broken("a page names itself or an earlier page as the next one");
    if (seen.size() > static_cast<std::size_t>(kMaxArmPages)) return broken("it has too many pages");
    ASSIGN_OR_RETURN(const HttpCallAnswer answer, Ask({"GET", url}, subject, refused));
    ASSIGN_OR_RETURN(const Value page, ObjectOf(answer, subject));
    const Value* const value = page.Find("value");
    if (value == nullptr || !value->is_list()) return broken("a page has no list");
    items += value->as_list().size();
    if (items > kMaxArmItems) return broken("it has too many items");
    for (const Value& item : value->as_list()) RETURN_IF_ERROR(take(item));

    const Value* const next = page.Find("nextLink");
    if (next == nullptr || next->is_null() || (next->is_string() && next->as_string().empty())) return {};
    if (!next->is_string()) return broken("the link to the next page is no text");
    auto link = LinkOf(next->as_string());
    if (!link) return broken(link.error().message);
    url = std::move(*link);
  }
}

Result<Value> ArmClient::Run(const std::string& path, const Value& body, const ArmSubject& subject,
                             std::chrono::seconds longest) {
  const auto deadline = std::chrono::steady_clock::now() + longest;
  ASSIGN_OR_RETURN(HttpCallAnswer answer, Ask({"POST", parts_.cloud.resource_manager + path, &body}, subject, nullptr));
  std::string link(answer.Field("location"));
  if (link.empty()) link = answer.Field("azure-asyncoperation");

  while (answer.status == 202) {
    if (std::chrono::steady_clock::now() >= deadline) {
      return Fail(ErrorKind::kLimitExceeded, "{}: the operation is not done after {}", subject.asked,
                  FormatDuration(longest));
    }
    const auto pause = std::clamp(answer.RetryAfter().value_or(kOperationPause), kOperationPause, kLongestArmPause);
    if (!parts_.pause(pause)) return Fail(ErrorKind::kInterrupted, "the process stops");
    auto url = LinkOf(link);
    if (!url) return std::unexpected(InContext(subject.asked, url.error()));
    ASSIGN_OR_RETURN(answer, Ask({"GET", *url}, subject, nullptr));
    if (const auto moved = answer.Field("location"); !moved.empty()) link = moved;
  }
  return ObjectOf(answer, subject);
}

}  // namespace sallyport
