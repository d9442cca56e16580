// Validates the alerts of a cluster: short messages to its users and administrators, and the acknowledgements that
// silence them. The labels of an alert decide which users see it and when.
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
inline constexpr std::string_view kLink = "teleport.internal/link";                     // a link to more information
inline constexpr std::string_view kLinkText = "teleport.internal/link-text";            // the text of the link
}  // namespace alert_label

// The default lifetime of an alert and of an acknowledgement.
inline constexpr Nanoseconds kDefaultAlertTtl = std::chrono::hours(24);

// Fills in kind and version, then validates: an ID that can be stored, a message in one line, labels of a narrow set of
// characters, and a link that leads to Teleport's site alone. Fails with kBadParameter.
Status CheckClusterAlert(types::ClusterAlert& alert);
// Checks the part of an alert that clients verify before they show it.
Status CheckAlertMessage(const types::ClusterAlert& alert);
// Checks that an acknowledgement has the ID of an alert, a reason in one line and an end. Fails with kBadParameter.
Status CheckAlertAck(const types::AlertAcknowledgement& ack);

// Returns a label's value, or "".
std::string_view AlertLabel(const types::ClusterAlert& alert, std::string_view key);
// Returns when an alert expires; nothing: never.
std::optional<Time> ExpiresOf(const types::ClusterAlert& alert);
// Returns when an acknowledgement ends; nothing: never.
std::optional<Time> ExpiresOf(const types::AlertAcknowledgement& ack);

// Returns whether an alert matches a query: its severity is at least that of the query, and its ID and labels equal
// those that the query sets.
bool MatchesQuery(const types::ClusterAlert& alert, const types::GetClusterAlertsRequest& query);
// Returns whether `a` is shown before `b`: by descending severity, then newest first.
bool IsMoreUrgent(const types::ClusterAlert& a, const types::ClusterAlert& b);

// Returns the row of the kind.
KindRow ClusterAlertKind();

}  // namespace sallyport
