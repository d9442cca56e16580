// Alerts of the cluster and their acknowledgements in the backend, and who sees which alert. No event is written about
// them: Teleport's audit log knows none.
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

// Returns the alerts that match a query and are meant for the caller, by ID. Left out are those that somebody has
// acknowledged and those that a more severe one among them supersedes, unless the query wants them; with_untargeted
// shows who may list and read alerts those for others too.
Result<std::vector<types::ClusterAlert>> AlertsFor(Backend& backend, const Caller& caller,
                                                   const types::GetClusterAlertsRequest& query);

// Writes an alert, instead of the one with the same ID if there is one. Without a time of its own it was made now and
// goes after a day. Fails with kBadParameter as CheckClusterAlert does.
Status UpsertAlert(Backend& backend, types::ClusterAlert alert);

// Acknowledges an alert, which need not be there. kAlreadyExists when it is acknowledged; kBadParameter as
// CheckAlertAck.
Status CreateAlertAck(Backend& backend, const types::AlertAcknowledgement& ack);
// Returns the acknowledgements that hold, by the alert's ID.
Result<std::vector<types::AlertAcknowledgement>> AlertAcks(Backend& backend);
// Ends the acknowledgement of an alert, or with "*" of all. One that is not there is no failure.
Status ClearAlertAcks(Backend& backend, std::string_view alert_id);

}  // namespace sallyport
