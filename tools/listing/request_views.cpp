#include "tools/listing/request_views.h"

#include <algorithm>
#include <ctime>
#include <optional>

#include "libbase/secret.h"
#include "libbase/text.h"
#include "libresources/kinds.h"
#include "libresources/kinds/access_request.h"
#include "libresources/kinds/metadata.h"
#include "teleport/legacy/types/access_request.pb.h"

namespace sallyport {

std::string ShortTime(const google::protobuf::Timestamp& stamp) {
  const auto time = ToTime(stamp);
  if (!time) return {};
  const std::time_t seconds = std::chrono::floor<std::chrono::seconds>(*time).time_since_epoch().count();
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  char text[64];
  return {text, std::strftime(text, sizeof text, "%d %b %y %H:%M UTC", &parts)};
}

std::string TimeUntil(std::optional<Time> time, Time now) {
  const auto left = std::chrono::round<std::chrono::minutes>(time.value_or(now) - now);
  return FormatDuration(std::max(left, std::chrono::minutes(0)));
}

std::string QuotedOr(const std::string& text, std::string_view none) {
  if (text.empty()) return std::string(none);
  std::string quoted = "\"";
  for (const char c : StripControl(text)) {
    if (c == '"') quoted += '\\';
    quoted += c;
  }
  return quoted + '"';
}

std::string StateText(const types::AccessRequestV3& request) {
  return types::RequestState_Name(request.spec().state());
}

std::string LongCells::Cut(std::string text, std::size_t length) {
  if (text.size() <= length) return text;
  any_ = true;
  // Do not cut within a character.
  while (length > 0 && (static_cast<unsigned char>(text[length]) & 0xC0) == 0x80) --length;
  return text.substr(0, length) + "... " + label_;
}

std::string PairsText(const std::vector<std::pair<std::string, std::string>>& pairs) {
  std::size_t width = 0;
  for (const auto& [name, value] : pairs) width = std::max(width, name.size());
  std::string text;
  for (const auto& [name, value] : pairs) {
    text += fmt::format("{:<{}} {}\n", name, width, StripControl(value));
  }
  return text;
}

Value RequestsValue(const std::vector<types::AccessRequestV3>& requests) {
  Value list = Value::EmptyList();
  for (const auto& request : requests) list.Append(EncodeMessage(request));
  return list;
}

Status AddResources(const std::vector<std::string>& texts, types::AccessRequestV3& request) {
  for (const auto& text : texts) {
    ASSIGN_OR_RETURN(*request.mutable_spec()->add_requestedresourceids(), ParseResourceId(text));
  }
  return {};
}

types::AccessRequestV3 NewAccessRequest(const std::string& user, const std::string& reason) {
  auto request = NewResource<types::AccessRequestV3>();
  SetName(request, RandomUuid());
  request.mutable_spec()->set_user(user);
  request.mutable_spec()->set_state(types::PENDING);
  request.mutable_spec()->set_requestreason(reason);
  return request;
}

Result<types::AccessReviewSubmission> ReviewOf(const ReviewOptions& given) {
  if (given.approve == given.deny) {
    return Fail(ErrorKind::kUsage, "give one of --approve and --deny");
  }
  types::AccessReviewSubmission submission;
  submission.set_requestid(given.request_id);
  submission.mutable_review()->set_reason(given.reason);
  submission.mutable_review()->set_proposedstate(given.approve ? types::APPROVED : types::DENIED);
  return submission;
}

Output ReviewedOutput(const types::AccessRequestV3& request) {
  return Output::Of(EncodeMessage(request), [state = StateText(request)](const Value&) {
    return fmt::format("Successfully submitted review.  Request state: {}\n", state);
  });
}

}  // namespace sallyport
