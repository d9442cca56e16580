// Keeps the cluster's alerts and their acknowledgements in the backend and selects the alerts for a caller. Writes no
// audit events: Teleport defines none for alerts.
#pragma once

#include <string_view>
#include <vector>

#include "libbase/error.h"
#include "libcluster/backend/backend.h"

namespace types {
class AlertAcknowledgement;
class ClusterAlert;
class GetClusterAlertsRequest;
}  // namespace types

namespace sallyport {

struct Caller;

// Returns the alerts that match a query and target the caller, ordered by ID. Leaves out acknowledged alerts and alerts
// that a more severe alert supersedes, unless the query includes them. with_untargeted adds the alerts for others if
// the caller may list and read alerts.
Result<std::vector<types::ClusterAlert>> AlertsFor(Backend& backend, const Caller& caller,
                                                   const types::GetClusterAlertsRequest& query);

// Writes an alert and replaces an alert with the same ID. The default creation time is now, the default lifetime a day.
// Fails with kBadParameter as CheckClusterAlert does.
Status UpsertAlert(Backend& backend, types::ClusterAlert alert);

// Acknowledges an alert, which need not exist. Fails with kAlreadyExists for an acknowledged alert, and with
// kBadParameter as CheckAlertAck does.
Status CreateAlertAck(Backend& backend, const types::AlertAcknowledgement& ack);
// Returns the acknowledgements in force, ordered by the alert's ID.
Result<std::vector<types::AlertAcknowledgement>> AlertAcks(Backend& backend);
// Removes the acknowledgement of an alert, or of all alerts ("*"). A missing acknowledgement is no failure.
Status ClearAlertAcks(Backend& backend, std::string_view alert_id);

}  // namespace sallyport
