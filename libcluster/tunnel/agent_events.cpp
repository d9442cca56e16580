#include "libcluster/tunnel/agent_events.h"

#include <algorithm>
#include <array>

#include "libbase/digest.h"
#include "libbase/encoding.h"
#include "libbase/json.h"
#include "libbase/value_fields.h"

namespace sallyport {
namespace {

constexpr std::array kReported{audit::kSessionStart,
                               audit::kSessionEnd,
                               audit::kSessionLeave,
                               audit::kSessionData,
                               audit::kExec,
                               audit::kExecFailure,
                               audit::kSubsystem,
                               audit::kSubsystemFailure,
                               audit::kPortForward,
                               audit::kAuthFailure,
                               audit::kSftpSummary,
                               audit::kSftpOpen,
                               audit::kSftpOpenFailure,
                               audit::kSftpSetstat,
                               audit::kSftpSetstatFailure,
                               audit::kSftpOpendir,
                               audit::kSftpOpendirFailure,
                               audit::kSftpRemove,
                               audit::kSftpRemoveFailure,
                               audit::kSftpMkdir,
                               audit::kSftpMkdirFailure,
                               audit::kSftpRmdir,
                               audit::kSftpRmdirFailure,
                               audit::kSftpRename,
                               audit::kSftpRenameFailure,
                               audit::kSftpSymlink,
                               audit::kSftpSymlinkFailure,
                               audit::kSftpLink,
                               audit::kSftpLinkFailure};

// Fields that the auth service sets.
constexpr std::array<std::string_view, 6> kOwnKeys{"event", "code", "cluster_name", "uid", "time", "reported_time"};

constexpr std::size_t kMostKeys = 64;
constexpr std::size_t kMostKeyBytes = 64;

// Successive limits of texts and lists, until an event is short enough.
constexpr std::array<std::size_t, 4> kCuts{16 << 10, 2 << 10, 256, 16};

// Returns the first 16 bytes of a digest as an id (RFC 9562, version 8).
std::string UuidOf(std::string digest) {
  digest[6] = static_cast<char>((digest[6] & 0x0F) | 0x80);
  digest[8] = static_cast<char>((digest[8] & 0x3F) | 0x80);
  const std::string hex = ToHex(digest.substr(0, 16));
  return fmt::format("{}-{}-{}-{}-{}", hex.substr(0, 8), hex.substr(8, 4), hex.substr(12, 4), hex.substr(16, 4),
                     hex.substr(20));
}

const AuditType* TypeOf(const Value& event) {
  const auto found = std::ranges::find_if(kReported, [&](const AuditType& type) {
    return type.event == TextAt(event, "event") && type.code == TextAt(event, "code");
  });
  return found == kReported.end() ? nullptr : &*found;
}

// Cuts at the beginning of a character.
void CutText(std::string& text, std::size_t most) {
  if (text.size() <= most) return;
  while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xC0) == 0x80) --most;
  text.resize(most);
}

void Cut(Value& value, std::size_t most) {
  if (value.is_string()) {
    std::string text = value.as_string();
    CutText(text, most);
    value = Value(std::move(text));
  } else if (value.is_list()) {
    auto& list = value.mutable_list();
    if (list.size() > most) list.resize(most);
    for (Value& item : list) Cut(item, most);
  } else if (value.is_map()) {
    auto& map = value.mutable_map();
    if (map.size() > most) map.resize(most);
    for (auto& [key, item] : map) {
      CutText(key, most);
      Cut(item, most);
    }
  }
}

Value Trimmed(Value event) {
  for (auto& [key, value] : event.mutable_map()) CutText(key, kMostKeyBytes);
  for (const std::size_t most : kCuts) {
    if (ToJson(event).size() <= kMaxAgentEventBytes) return event;
    for (auto& [key, value] : event.mutable_map()) Cut(value, most);
  }
  if (ToJson(event).size() <= kMaxAgentEventBytes) return event;
  // Nodes report no lists nested so deeply.
  for (auto& [key, value] : event.mutable_map()) {
    if (value.is_list() || value.is_map()) value = Value();
  }
  return event;
}

}  // namespace

Result<AuditEvent> EventOfAgent(std::string_view json, const EventSource& source, Time now) {
  if (json.size() > kMaxReportedEventBytes)
    return Fail(ErrorKind::kBadParameter, "an event of {} bytes is too large", json.size());
  ASSIGN_OR_RETURN(Value reported, ParseJson(json));
  const AuditType* type = TypeOf(reported);
  if (type == nullptr) return Fail(ErrorKind::kBadParameter, "nodes do not report events of this type");

  AuditEvent event(*type, source.cluster);
  const std::string said = TextAt(reported, "time");
  const auto time = ParseTime(said);
  if (time && *time <= now && *time >= now - kOldestEvent) {
    event.At(*time);
  } else {
    event.At(now).Add("reported_time", said.substr(0, kCuts.back() * 4));
  }

  const std::string uid = TextAt(reported, "uid");
  auto& fields = reported.mutable_map();
  std::erase_if(fields, [](const auto& field) { return std::ranges::find(kOwnKeys, field.first) != kOwnKeys.end(); });
  if (fields.size() > kMostKeys)
    return Fail(ErrorKind::kBadParameter, "an event with {} fields has too many fields", fields.size());
  const Value trimmed = Trimmed(std::move(reported));
  for (const auto& [key, value] : trimmed.as_map()) event.Add(key, value);

  // The id is the same for each repetition of the event, and unique to this agent.
  const std::string said_id = uid.substr(0, kCuts.back() * 4);
  if (!said_id.empty()) event.Add("uid", UuidOf(Sha256(fmt::format("{}\n{}", source.host_id, said_id))));
  event.Add("server_id", source.host_id).Add("server_hostname", source.hostname);
  return event;
}

}  // namespace sallyport
