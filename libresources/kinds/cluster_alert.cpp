#include "libresources/kinds/cluster_alert.h"

#include <algorithm>

#include "libbase/text.h"
#include "libresources/kinds/kind.h"
#include "libresources/kinds/metadata.h"
#include "teleport/legacy/types/resources.pb.h"

namespace sallyport {
namespace {

constexpr std::string_view kKind = "cluster_alert";
constexpr std::string_view kVersion = "v1";
constexpr std::string_view kLinkHost = "goteleport.com";

constexpr std::string_view kLower = "abcdefghijklmnopqrstuvwxyz";
constexpr std::string_view kUpper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
constexpr std::string_view kDigits = "0123456789";

// Returns whether a text is not empty and every character is in one of the sets.
bool IsMadeOf(std::string_view text, std::initializer_list<std::string_view> sets) {
  return !text.empty() && std::ranges::all_of(text, [&](char c) {
    return std::ranges::any_of(sets, [c](std::string_view set) { return set.contains(c); });
  });
}

// Control characters are those of Unicode's category Cc: C0, DEL and C1.
bool HasControl(std::string_view text) {
  while (!text.empty()) {
    const CodePoint next = FirstCodePoint(text);
    if (next.value < 0x20 || (next.value >= 0x7F && next.value < 0xA0)) return true;
    text.remove_prefix(next.bytes);
  }
  return false;
}

// IDs become parts of keys, with slashes between.
Status CheckId(std::string_view id) {
  if (id.empty()) return Fail(ErrorKind::kBadParameter, "the alert's ID is missing");

  std::string_view rest = id;
  for (bool more = true; more;) {
    const auto slash = rest.find('/');
    const std::string_view part = rest.substr(0, slash);
    more = slash != std::string_view::npos;
    if (more) rest.remove_prefix(slash + 1);
    if (part != "." && part != ".." && IsMadeOf(part, {kLower, kUpper, kDigits, "@_:.+-"})) continue;
    return FailWithHint(ErrorKind::kBadParameter, fmt::format("\"{}\" cannot be an alert's ID", StripControl(id)),
                        "use letters, digits and @ _ : . + -, with single slashes between them");
  }
  return {};
}

// A host in other places of a URL (before an @, in a path) makes a link misleading, so only scheme, host and an
// optional port may precede the path.
bool IsAllowedLink(std::string_view url) {
  const auto scheme = url.find("://");
  if (scheme == std::string_view::npos) return false;
  if (url.substr(0, scheme) != "https" && url.substr(0, scheme) != "http") return false;
  if (HasControl(url) || url.contains(' ')) return false;
  std::string_view host = url.substr(scheme + 3);
  host = host.substr(0, host.find_first_of("/?#"));
  if (!host.starts_with(kLinkHost)) return false;
  host.remove_prefix(kLinkHost.size());
  return host.empty() || (host.front() == ':' && IsMadeOf(host.substr(1), {kDigits}));
}

Status CheckLabel(std::string_view key, std::string_view value) {
  if (!IsMadeOf(key, {kLower, kDigits, ".-/"})) {
    return FailWithHint(ErrorKind::kBadParameter, fmt::format("\"{}\" cannot be an alert's label", StripControl(key)),
                        "use lower case letters, digits and . - /");
  }

  if (key == alert_label::kLink && !IsAllowedLink(value)) {
    return Fail(ErrorKind::kBadParameter, "the link of an alert must lead to https://{}, not to \"{}\"", kLinkHost,
                StripControl(value));
  }
  if (key == alert_label::kLink) return {};

  if (key == alert_label::kLinkText) {
    if (IsMadeOf(value, {kLower, kUpper, kDigits, " "})) return {};
    return FailWithHint(ErrorKind::kBadParameter,
                        fmt::format("\"{}\" cannot be the text of an alert's link", StripControl(value)),
                        "use letters, digits and spaces");
  }

  if (IsMadeOf(value, {kLower, kDigits, ".-_/:|"})) return {};
  return FailWithHint(ErrorKind::kBadParameter,
                      fmt::format("label {}: \"{}\" cannot be the value of an alert's label", key, StripControl(value)),
                      "use lower case letters, digits and . - _ / : |");
}

Status CheckLine(std::string_view text, std::string_view what) {
  if (text.empty()) return Fail(ErrorKind::kBadParameter, "{} is missing", what);
  if (!HasControl(text)) return {};
  return FailWithHint(ErrorKind::kBadParameter, fmt::format("{} has control characters", what), "write it in one line");
}

const types::ClusterAlert& AsAlert(const google::protobuf::Message& resource) {
  return static_cast<const types::ClusterAlert&>(resource);
}
std::string Severity(const google::protobuf::Message& resource) {
  const auto severity = AsAlert(resource).spec().severity();
  return types::AlertSeverity_IsValid(severity) ? types::AlertSeverity_Name(severity) : fmt::format("{}", +severity);
}
std::string AlertMessage(const google::protobuf::Message& resource) { return AsAlert(resource).spec().message(); }

constexpr TextColumn kAlertColumns[] = {{"ID", &NameOf}, {"Severity", &Severity}, {"Message", &AlertMessage}};

// Works as CheckClusterAlert, with the signature of the row.
Status CheckAlertResource(google::protobuf::Message& resource) {
  return CheckClusterAlert(static_cast<types::ClusterAlert&>(resource));
}

}  // namespace

KindRow ClusterAlertKind() {
  return {
      .kind = "cluster_alert",
      .aliases = "cluster_alerts",
      .versions = "v1",
      .prototype = &Prototype<types::ClusterAlert>,
      .check = &CheckAlertResource,
      .columns = kAlertColumns,
  };
}

Status CheckClusterAlert(types::ClusterAlert& alert) {
  auto& header = *alert.mutable_header();
  if (header.kind().empty()) header.set_kind(std::string(kKind));
  if (header.version().empty()) header.set_version(std::string(kVersion));
  if (header.kind() != kKind) return Fail(ErrorKind::kBadParameter, "\"{}\" is not an alert", header.kind());
  if (header.version() != kVersion) {
    return Fail(ErrorKind::kBadParameter, "the version of an alert must be {}, not \"{}\"", kVersion, header.version());
  }
  RETURN_IF_ERROR(CheckId(NameOf(header)));
  RETURN_IF_ERROR(CheckAlertMessage(alert));
  for (const auto& [key, value] : LabelsOf(header)) RETURN_IF_ERROR(CheckLabel(key, value));
  return {};
}

Status CheckAlertMessage(const types::ClusterAlert& alert) {
  return CheckLine(alert.spec().message(), "the alert's message");
}

Status CheckAlertAck(const types::AlertAcknowledgement& ack) {
  RETURN_IF_ERROR(CheckId(ack.alertid()));
  RETURN_IF_ERROR(CheckLine(ack.reason(), "the reason of the acknowledgement"));
  if (!ack.has_expires() || ack.expires().seconds() == kGoZeroSeconds) {
    return Fail(ErrorKind::kBadParameter, "the end of the acknowledgement is missing");
  }
  return {};
}

std::string_view AlertLabel(const types::ClusterAlert& alert, std::string_view key) {
  const auto& labels = alert.header().metadata().labels();
  const auto found = labels.find(std::string(key));
  return found == labels.end() ? std::string_view() : std::string_view(found->second);
}

std::optional<Time> ExpiresOf(const types::ClusterAlert& alert) { return ExpiresOf(alert.header()); }

std::optional<Time> ExpiresOf(const types::AlertAcknowledgement& ack) {
  types::ResourceHeader header;
  *header.mutable_metadata()->mutable_expires() = ack.expires();
  return ExpiresOf(header);
}

bool MatchesQuery(const types::ClusterAlert& alert, const types::GetClusterAlertsRequest& query) {
  if (alert.spec().severity() < query.severity()) return false;
  if (!query.alertid().empty() && query.alertid() != NameOf(alert.header())) return false;
  return std::ranges::all_of(query.labels(),
                             [&](const auto& label) { return AlertLabel(alert, label.first) == label.second; });
}

bool IsMoreUrgent(const types::ClusterAlert& a, const types::ClusterAlert& b) {
  if (a.spec().severity() != b.spec().severity()) return a.spec().severity() > b.spec().severity();
  const auto& left = a.spec().created();
  const auto& right = b.spec().created();
  if (left.seconds() != right.seconds()) return left.seconds() > right.seconds();
  return left.nanos() > right.nanos();
}

}  // namespace sallyport
