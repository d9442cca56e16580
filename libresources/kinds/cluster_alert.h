// Alerts of a cluster: short messages to its users and administrators, and the acknowledgements that silence them.
// Their labels say who sees an alert and when.
#pragma once

#include <optional>
#include <string_view>

#include "libbase/error.h"
#include "libbase/time.h"
#include "libresources/kinds/kind.h"

namespace types {
class AlertAcknowledgement;
class ClusterAlert;
class GetClusterAlertsRequest;
}  // namespace types

namespace sallyport {

// Labels with a meaning.
namespace alert_label {
inline constexpr std::string_view kOnLogin = "teleport.internal/alert-on-login";        // yes: shown after a login
inline constexpr std::string_view kPermitAll = "teleport.internal/alert-permit-all";    // yes: for everybody
inline constexpr std::string_view kVerbPermit = "teleport.internal/alert-verb-permit";  // KIND:VERB|KIND:VERB
inline constexpr std::string_view kSupersedes = "teleport.internal/alert-supersedes";   // ID of a less severe alert
inline constexpr std::string_view kLink = "teleport.internal/link";                     // where to read on
inline constexpr std::string_view kLinkText = "teleport.internal/link-text";            // what its button says
}  // namespace alert_label

// How long an alert stays, and an acknowledgement holds, when nobody says how long.
inline constexpr Nanoseconds kDefaultAlertTtl = std::chrono::hours(24);

// Fills in kind and version, then validates: an ID that can be stored, a message in one line, labels of a narrow set of
// characters, and a link that leads to Teleport's site alone. Fails with kBadParameter.
Status CheckClusterAlert(types::ClusterAlert& alert);
// The part of it that clients check before they show an alert.
Status CheckAlertMessage(const types::ClusterAlert& alert);
// An acknowledgement needs an alert's ID, a reason in one line and an end. Fails with kBadParameter.
Status CheckAlertAck(const types::AlertAcknowledgement& ack);

// Returns a label's value, or "".
std::string_view AlertLabel(const types::ClusterAlert& alert, std::string_view key);
// Returns when an alert goes; nothing: never.
std::optional<Time> ExpiresOf(const types::ClusterAlert& alert);
// Returns when an acknowledgement ends; nothing: never.
std::optional<Time> ExpiresOf(const types::AlertAcknowledgement& ack);

// Returns whether an alert is asked for: its severity is at least that of the query, and ID and labels are those of the
// query when it has any.
bool MatchesQuery(const types::ClusterAlert& alert, const types::GetClusterAlertsRequest& query);
// The order in which alerts are shown: the most severe first, among those the newest.
bool IsMoreUrgent(const types::ClusterAlert& a, const types::ClusterAlert& b);

// Returns the row of the kind.
KindRow ClusterAlertKind();

}  // namespace sallyport
