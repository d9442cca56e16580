#include "libcluster/ssh/session_frames.h"

#include "libbase/json.h"
#include "libbase/value_fields.h"

namespace sallyport {
namespace {

constexpr std::size_t kLengthBytes = 4;

bool FlagOf(const Value& map, std::string_view key) {
  const Value* value = map.Find(key);
  return value != nullptr && value->as_bool();
}

Result<Value> ParseMap(std::string_view payload) {
  ASSIGN_OR_RETURN(Value value, ParseJson(payload, {.max_bytes = kMaxSessionFrameBytes, .max_depth = 4}));
  if (!value.is_map()) return Fail(ErrorKind::kBadParameter, "a frame of a session is no map");
  return value;
}

}  // namespace

std::string EncodeFrame(SessionFrameType type, std::string_view payload) {
  const std::size_t length = payload.size() + 1;
  std::string frame;
  frame.reserve(kLengthBytes + length);
  for (int shift = 24; shift >= 0; shift -= 8) frame += static_cast<char>((length >> shift) & 0xff);
  frame += static_cast<char>(type);
  frame += payload;
  return frame;
}

Result<std::optional<SessionFrame>> TakeFrame(std::string& bytes) {
  if (bytes.size() < kLengthBytes) return std::nullopt;
  std::size_t length = 0;
  for (std::size_t i = 0; i < kLengthBytes; ++i) length = length << 8 | static_cast<unsigned char>(bytes[i]);
  if (length == 0 || length > kMaxSessionFrameBytes) {
    return Fail(ErrorKind::kBadParameter, "a frame of a session has {} bytes", length);
  }
  if (bytes.size() < kLengthBytes + length) return std::nullopt;
  const auto type = static_cast<std::uint8_t>(bytes[kLengthBytes]);
  if (type < static_cast<std::uint8_t>(SessionFrameType::kHello) ||
      type > static_cast<std::uint8_t>(SessionFrameType::kFileLog)) {
    return Fail(ErrorKind::kBadParameter, "a frame of a session has the unknown type {}", type);
  }
  SessionFrame frame{static_cast<SessionFrameType>(type), bytes.substr(kLengthBytes + 1, length - 1)};
  bytes.erase(0, kLengthBytes + length);
  return std::optional(std::move(frame));
}

std::string EncodeHello(const SessionHello& hello) {
  return ToJson(Value(Value::Map{{"connection", hello.connection},
                                 {"command", hello.command},
                                 {"terminal", hello.terminal},
                                 {"size", hello.size}}));
}

Result<SessionHello> DecodeHello(std::string_view payload) {
  ASSIGN_OR_RETURN(const Value map, ParseMap(payload));
  return SessionHello{TextAt(map, "connection"), TextAt(map, "command"), FlagOf(map, "terminal"), TextAt(map, "size")};
}

std::string EncodeVerdict(const SessionVerdict& verdict) {
  Value environment = Value::EmptyMap();
  for (const auto& [name, value] : verdict.environment) environment.Set(name, value);
  return ToJson(Value(Value::Map{{"refusal", verdict.refusal},
                                 {"environment", std::move(environment)},
                                 {"record", verdict.record},
                                 {"notice", verdict.notice},
                                 {"sftp_server", verdict.sftp_server}}));
}

Result<SessionVerdict> DecodeVerdict(std::string_view payload) {
  ASSIGN_OR_RETURN(const Value map, ParseMap(payload));
  SessionVerdict verdict{
      TextAt(map, "refusal"), {}, FlagOf(map, "record"), TextAt(map, "notice"), TextAt(map, "sftp_server")};
  if (const Value* environment = map.Find("environment")) {
    for (const auto& [name, value] : environment->as_map()) verdict.environment.emplace_back(name, value.as_string());
  }
  return verdict;
}

}  // namespace sallyport
