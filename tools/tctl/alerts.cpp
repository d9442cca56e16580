#include <google/protobuf/empty.pb.h>

#include "libbase/secret.h"
#include "libclient/alerts.h"
#include "libclient/listing.h"
#include "libresources/codec/codec.h"
#include "libresources/kinds/cluster_alert.h"
#include "libresources/kinds/metadata.h"
#include "libresources/kinds/resource.h"
#include "teleport/legacy/client/proto/authservice.pb.h"
#include "teleport/legacy/types/resources.pb.h"
#include "tools/listing/list_options.h"
#include "tools/tctl/commands.h"
#include "tools/tctl/session.h"

namespace sallyport {
namespace {

struct AlertsLs {
  std::string labels;
  bool verbose = false;
};

struct AlertsCreate {
  std::string message;
  std::string ttl;
  std::string severity;
  std::string labels;
};

struct AlertsAck {
  std::string id;
  std::string reason;
  std::string ttl;
  bool clear = false;
};

using google::protobuf::Empty;

types::AlertSeverity SeverityOf(const std::string& text) {
  if (text.empty() || text == "low") return types::LOW;
  return text == "medium" ? types::MEDIUM : types::HIGH;
}

// Returns the duration that --ttl gives, or the default.
Result<Nanoseconds> AlertTtlOf(const std::string& text) {
  if (text.empty()) return kDefaultAlertTtl;
  ASSIGN_OR_RETURN(const Nanoseconds ttl, ParseDuration(text));
  if (ttl <= Nanoseconds(0)) return Fail(ErrorKind::kBadParameter, "--ttl must be longer than 0");
  if (Now() > Time::max() - ttl) return Fail(ErrorKind::kBadParameter, "--ttl is too long");
  return ttl;
}

std::string TimeLeft(const Value& expires) {
  const auto time = ParseTime(expires.is_string() ? expires.as_string() : "");
  if (!time || *time == Time{}) return "never";
  const auto left = std::chrono::round<std::chrono::minutes>(*time - Now());
  return FormatDuration(std::max(left, std::chrono::minutes(0)));
}

std::string ToTheSecond(const Value& time) {
  const auto read = ParseTime(time.is_string() ? time.as_string() : "");
  return read ? FormatTime(std::chrono::floor<std::chrono::seconds>(*read)) : "";
}

std::vector<std::string> AlertRow(const Value& alert) {
  const Value& severity = At(alert, "spec", "severity");
  const auto number = severity.is_int() ? static_cast<int>(severity.as_int()) : 0;
  return {At(alert, "metadata", "name").as_string(),
          types::AlertSeverity_IsValid(number) ? types::AlertSeverity_Name(number) : fmt::format("{}", number),
          TimeLeft(At(alert, "metadata", "expires")), At(alert, "spec", "message").as_string()};
}

std::vector<std::string> VerboseRow(const Value& alert) {
  auto cells = AlertRow(alert);
  std::map<std::string, std::string> labels;
  if (const Value& given = At(alert, "metadata", "labels"); given.is_map()) {
    for (const auto& [key, value] : given.as_map()) labels[key] = value.as_string();
  }
  cells.push_back(ToTheSecond(At(alert, "spec", "created")));
  cells.push_back(LabelsText(labels, true));
  return cells;
}

// Returns a list whose YAML has one document for each item.
Output ListOf(Value::List items, std::vector<std::string> columns, std::vector<std::string> (*row)(const Value&)) {
  Output output = Output::List(std::move(items), std::move(columns), row);
  output.yaml_documents = true;
  output.sort_keys_in_yaml = true;
  return output;
}

Result<Output> ListAlerts(const Invocation& invocation, const AlertsLs& given) {
  types::GetClusterAlertsRequest query;
  ASSIGN_OR_RETURN(const auto labels, ParseLabels(given.labels));
  for (const auto& [key, value] : labels) (*query.mutable_labels())[key] = value;
  const bool verbose = given.verbose;
  query.set_withacknowledged(verbose);
  query.set_withuntargeted(true);

  ASSIGN_OR_RETURN(const auto rpc, ConnectToAuth(invocation));
  ASSIGN_OR_RETURN(const auto found, FetchAlerts(*rpc, query));
  if (found.empty() && invocation.format() == "text") return Output::Text("no alerts\n");
  Value::List alerts;
  for (const auto& alert : found) alerts.push_back(EncodeMessage(alert));
  if (!verbose) return ListOf(std::move(alerts), {"ID", "Severity", "Expires In", "Message"}, AlertRow);
  return ListOf(std::move(alerts), {"ID", "Severity", "Expires In", "Message", "Created", "Labels"}, VerboseRow);
}

Result<types::ClusterAlert> AlertOf(const AlertsCreate& given) {
  types::ClusterAlert alert;
  auto& header = *alert.mutable_header();
  header.mutable_metadata()->set_name(RandomUuid());
  alert.mutable_spec()->set_message(given.message);
  alert.mutable_spec()->set_severity(SeverityOf(given.severity));

  ASSIGN_OR_RETURN(auto labels, ParseLabels(given.labels));
  if (labels.empty())
    labels = {{std::string(alert_label::kOnLogin), "yes"}, {std::string(alert_label::kPermitAll), "yes"}};
  for (const auto& [key, value] : labels) SetLabel(header, key, value);

  ASSIGN_OR_RETURN(const Nanoseconds ttl, AlertTtlOf(given.ttl));
  const Time now = Now();
  SetExpires(header, now + ttl);
  const auto seconds = std::chrono::floor<std::chrono::seconds>(now);
  alert.mutable_spec()->mutable_created()->set_seconds(seconds.time_since_epoch().count());
  alert.mutable_spec()->mutable_created()->set_nanos(static_cast<std::int32_t>((now - seconds).count()));
  RETURN_IF_ERROR(CheckClusterAlert(alert));
  return alert;
}

Result<Output> CreateAlert(const Invocation& invocation, const AlertsCreate& given) {
  proto::UpsertClusterAlertRequest request;
  ASSIGN_OR_RETURN(*request.mutable_alert(), AlertOf(given));
  ASSIGN_OR_RETURN(const auto rpc, ConnectToAuth(invocation));
  RETURN_IF_ERROR(rpc->Call<Empty>("/proto.AuthService/UpsertClusterAlert", request));
  return Output::Of(EncodeMessage(request.alert()), [](const Value& alert) {
    return fmt::format("Created an alert with ID \"{}\".\n", At(alert, "metadata", "name").as_string());
  });
}

Result<Output> ListAcks(const Invocation& invocation) {
  ASSIGN_OR_RETURN(const auto rpc, ConnectToAuth(invocation));
  ASSIGN_OR_RETURN(const auto answer, rpc->Call<proto::GetAlertAcksResponse>("/proto.AuthService/GetAlertAcks",
                                                                             proto::GetAlertAcksRequest()));
  Value::List acks;
  for (const auto& ack : answer.acks()) acks.push_back(EncodeMessage(ack));
  return ListOf(std::move(acks), {"ID", "Reason", "Expires"}, [](const Value& ack) -> std::vector<std::string> {
    return {ack.Find("alert_id")->as_string(), ack.Find("reason")->as_string(), ToTheSecond(*ack.Find("expires"))};
  });
}

Result<Output> ClearAck(const Invocation& invocation, const AlertsAck& given) {
  proto::ClearAlertAcksRequest request;
  request.set_alertid(given.id);
  ASSIGN_OR_RETURN(const auto rpc, ConnectToAuth(invocation));
  RETURN_IF_ERROR(rpc->Call<Empty>("/proto.AuthService/ClearAlertAcks", request));
  return Output::Of(EncodeMessage(request), [](const Value& cleared) {
    const std::string& id = cleared.Find("alert_id")->as_string();
    if (id == "*") return std::string("All acknowledgements are removed: all alerts are shown again.\n");
    return fmt::format("The acknowledgement of alert \"{}\" is removed: the alert is shown again.\n", id);
  });
}

Result<Output> Acknowledge(const Invocation& invocation, const AlertsAck& given) {
  if (given.clear) return ClearAck(invocation, given);
  if (given.reason.empty()) {
    return FailWithHint(ErrorKind::kUsage, "the reason of the acknowledgement is missing",
                        "give the reason: --reason=TEXT");
  }

  types::AlertAcknowledgement ack;
  ack.set_alertid(given.id);
  ack.set_reason(given.reason);
  ASSIGN_OR_RETURN(const Nanoseconds ttl, AlertTtlOf(given.ttl));
  const Time expires = std::chrono::floor<std::chrono::seconds>(Now() + ttl);
  ack.mutable_expires()->set_seconds(expires.time_since_epoch() / std::chrono::seconds(1));
  RETURN_IF_ERROR(CheckAlertAck(ack));

  ASSIGN_OR_RETURN(const auto rpc, ConnectToAuth(invocation));
  if (auto done = rpc->Call<Empty>("/proto.AuthService/CreateAlertAck", ack); !done) {
    Error error = std::move(done).error();
    if (error.kind == ErrorKind::kAlreadyExists)
      error.hint = fmt::format("remove the acknowledgement first: tctl alerts ack --clear {}", ack.alertid());
    return std::unexpected(std::move(error));
  }

  return Output::Of(EncodeMessage(ack), [ttl](const Value& written) {
    return fmt::format("Alert \"{}\" is acknowledged: the alert is not shown for {}.\n",
                       written.Find("alert_id")->as_string(), FormatDuration(ttl));
  });
}

Command AlertListCommand() {
  return {.path = "alerts ls",
          .summary = "List alerts of the cluster",
          .options = {{.name = "labels",
                       .value_name = "KEY=VALUE,...",
                       .help = "Only alerts with these labels",
                       .into = Into<&AlertsLs::labels>},
                      {.name = "verbose",
                       .short_name = 'v',
                       .help = "Show acknowledged alerts too, and more columns",
                       .into = Into<&AlertsLs::verbose>}},
          .example = "tctl alerts ls",
          .run = RunWith<ListAlerts>};
}

Command CreateAlertCommand() {
  return {
      .path = "alerts create",
      .summary = "Create an alert, which users see when they log in unless its labels say otherwise",
      .arguments = {{.name = "message",
                     .help = "Message of the alert, in one line",
                     .into = Into<&AlertsCreate::message>}},

      .options = {{.name = "ttl",
                   .value_name = "DURATION",
                   .help = "Lifetime of the alert (default 24h)",
                   .into = Into<&AlertsCreate::ttl>},
                  {.name = "severity",
                   .value_name = "SEVERITY",
                   .help = "Severity of the alert (default low)",
                   .choices = "low medium high",
                   .into = Into<&AlertsCreate::severity>},
                  {.name = "labels",
                   .value_name = "KEY=VALUE,...",
                   .help = "Labels that decide which users see the alert and when (default all users at each login)",
                   .into = Into<&AlertsCreate::labels>}},
      .example = "tctl alerts create --severity=high --ttl=2h 'maintenance at noon'",
      .run = RunWith<CreateAlert>};
}

Command AcknowledgeCommand() {
  return {.path = "alerts ack",
          .summary = "Acknowledge an alert, so that the alert is not shown for a time",
          .arguments = {{.name = "id",
                         .help = "ID of the alert; with --clear, * means all alerts",
                         .into = Into<&AlertsAck::id>}},
          .options = {{.name = "reason",
                       .value_name = "TEXT",
                       .help = "Reason of the acknowledgement, in one line",
                       .into = Into<&AlertsAck::reason>},
                      {.name = "ttl",
                       .value_name = "DURATION",
                       .help = "Duration of the acknowledgement (default 24h)",
                       .into = Into<&AlertsAck::ttl>},
                      {.name = "clear", .help = "Show the alert again", .into = Into<&AlertsAck::clear>}},
          .example = "tctl alerts ack 0b2c5a4e-9f2d-4e1b-8b1c-0d3a4e5f6a7b --reason='seen by operations' --ttl=1h",
          .run = RunWith<Acknowledge>};
}

Command ListAcksCommand() {
  return {
      .path = "alerts ack ls", .summary = "List acknowledged alerts", .example = "tctl alerts ack ls", .run = ListAcks};
}

}  // namespace

std::vector<Command> AlertCommands() {
  return {AlertListCommand(), CreateAlertCommand(), AcknowledgeCommand(), ListAcksCommand()};
}

}  // namespace sallyport
