#include "libclient/grpc_message.h"

#include <algorithm>
#include <optional>

#include "libbase/encoding.h"
#include "libbase/text.h"
#include "libbase/version.h"
#include "libbase/whole_number.h"
#include "libclient/network.h"

namespace sallyport {
namespace {

constexpr std::string_view kExpired = "access denied: client credentials have expired, please relogin.";
constexpr std::string_view kExpiredCertificate = "tls: expired certificate";

// The codes of gRPC that this file speaks of.
enum Code {
  kCancelled = 1,
  kUnknown = 2,
  kDeadlineExceeded = 4,
  kPermissionDenied = 7,
  kResourceExhausted = 8,
  kUnimplemented = 12,
  kInternal = 13,
  kUnavailable = 14,
  kUnauthenticated = 16,
};

// RFC 9113 section 7, by number.
constexpr int kCodeOfHttp2Error[] = {kInternal, kInternal,          kInternal,        kInternal,  kInternal,
                                     kInternal, kInternal,          kUnavailable,     kCancelled, kInternal,
                                     kInternal, kResourceExhausted, kPermissionDenied};

struct HttpStatusRow {
  std::string_view status;
  int code;
};
constexpr HttpStatusRow kCodeOfHttpStatus[] = {
    {"400", kInternal},    {"401", kUnauthenticated}, {"403", kPermissionDenied}, {"404", kUnimplemented},
    {"429", kUnavailable}, {"502", kUnavailable},     {"503", kUnavailable},      {"504", kUnavailable},
};

// Returns the last field with a name: from the trailers, if they have the field.
std::optional<std::string_view> FieldOf(const Http2Answer& answer, std::string_view name) {
  for (auto field = answer.fields.rbegin(); field != answer.fields.rend(); ++field) {
    if (field->first == name) return field->second;
  }
  return std::nullopt;
}

// Decodes "%0A"; keeps text that is not such an escape.
std::string DecodedGrpcText(std::string_view text) {
  std::string decoded;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto byte = text[at] == '%' ? FromHex(text.substr(at + 1, 2)) : Result<std::string>("");
    if (byte && byte->size() == 1) {
      decoded += *byte;
      at += 2;
    } else {
      decoded += text[at];
    }
  }
  return decoded;
}

// Returns a message of several lines as one line.
std::string OneLine(std::string_view message) {
  std::string text;
  for (const char c : message) {
    const bool space = c == '\n' || c == '\t' || c == '\r' || c == ' ';
    if (!space || (!text.empty() && text.back() != ' ')) text += space ? ' ' : c;
  }
  return StripControl(text);
}

GrpcStatus StatusOfHttp(std::string_view status) {
  const auto row = std::ranges::find(kCodeOfHttpStatus, status, &HttpStatusRow::status);
  return {row == std::end(kCodeOfHttpStatus) ? kUnknown : row->code, fmt::format("HTTP status {}", status)};
}

}  // namespace

HeaderFields GrpcRequestFields(const std::string& authority, const std::string& method, const std::string& program,
                               std::chrono::milliseconds timeout) {
  HeaderFields fields = {{":method", "POST"},
                         {":scheme", "https"},
                         {":path", method},
                         {":authority", authority},
                         {"te", "trailers"},
                         {"content-type", "application/grpc"},
                         {"user-agent", fmt::format("{}/{} sallyport/{}", program, kWireVersion, kSallyportVersion)}};
  if (timeout.count() == 0) return fields;
  fields.emplace_back("grpc-timeout", fmt::format("{}m", std::clamp<std::int64_t>(timeout.count(), 1, 99'999'999)));
  return fields;
}

Result<std::vector<std::string>> UnframeGrpcMessages(std::string_view body) {
  std::vector<std::string> messages;
  while (!body.empty()) {
    const bool has_prefix = body.size() >= kGrpcPrefixBytes && body[0] == 0;
    const std::size_t size = has_prefix ? GrpcMessageBytes(body) : 0;
    if (!has_prefix || size > body.size() - kGrpcPrefixBytes) {
      return Fail(ErrorKind::kBadParameter, "the auth service sent an answer that is not a gRPC message");
    }
    messages.emplace_back(body.substr(kGrpcPrefixBytes, size));
    body.remove_prefix(kGrpcPrefixBytes + size);
  }
  return messages;
}

Result<std::string> UnframeGrpcMessage(std::string body) {
  ASSIGN_OR_RETURN(auto messages, UnframeGrpcMessages(body));
  if (messages.size() == 1) return std::move(messages.front());
  return Fail(ErrorKind::kBadParameter, "the auth service sent {} messages instead of one", messages.size());
}

GrpcStatus StatusOfAnswer(const Http2Answer& answer) {
  if (answer.too_large) return {kResourceExhausted, "the answer is larger than the limit"};
  if (const auto text = FieldOf(answer, "grpc-status")) {
    const int code = ReadWholeNumber<int>(*text).value_or(kUnknown);
    return {code >= 0 ? code : kUnknown, DecodedGrpcText(FieldOf(answer, "grpc-message").value_or(""))};
  }
  if (answer.error_code != 0) {
    const bool known = answer.error_code < std::size(kCodeOfHttp2Error);
    return {known ? kCodeOfHttp2Error[answer.error_code] : kUnknown,
            fmt::format("the server ended the call with HTTP/2 error {}", answer.error_code)};
  }
  const auto status = FieldOf(answer, ":status");
  if (status && *status != "200") return StatusOfHttp(*status);
  return {kUnknown, "the server ended the call without a status"};
}

Error ErrorOfGrpcStatus(const GrpcStatus& status, std::string_view peer) {
  std::string text = OneLine(status.message);
  if (text.empty()) text = fmt::format("{} answers with gRPC status {}", peer, status.code);
  if (status.message.contains(kExpired) || status.message.contains(kExpiredCertificate)) {
    return {ErrorKind::kNotLoggedIn, std::move(text), "log in again: tsh login"};
  }
  if (status.code == kDeadlineExceeded) return AnswersTooLate(peer);
  if (status.code == kUnavailable) return CannotBeReached(peer, text);
  return {KindOfGrpcCode(status.code), std::move(text), {}};
}

}  // namespace sallyport
