// teleport-event-handler status: shows what the running handler does.
#include "libbase/json.h"
#include "libbase/value_fields.h"
#include "libmachine/export/export_pages.h"
#include "libmachine/export/export_storage.h"
#include "tools/teleport-event-handler/commands.h"

namespace sallyport {
namespace {

constexpr AskedProgram kAskedHandler{.name = "event handler",
                                     .hint =
                                         "start the event handler, or give the storage and the address of the running "
                                         "one: --storage=DIR --teleport-addr=HOST:PORT"};

struct ExportStatusOptions {
  std::string storage;
  std::string address;
};

std::string NumberAt(const Value& status, std::string_view key) {
  const Value* const number = status.Find(key);
  return number == nullptr ? "unknown" : fmt::format("{}", number->as_int());
}

std::string FailureText(const Value& status, std::string_view key, std::string_view label) {
  const Value* const failure = status.Find(key);
  if (failure == nullptr) return "";
  std::string text =
      fmt::format("\n{}: {}\n  next attempt {}\n", label, TextAt(*failure, "reason"), TextAt(*failure, "next_attempt"));
  if (const std::string step = TextAt(*failure, "next_step"); !step.empty()) text += fmt::format("  {}\n", step);
  return text;
}

std::string ExportStatusText(const Value& status) {
  const Value* const ready = status.Find("ready");
  std::string text = fmt::format("Status: {}\n", ready != nullptr && ready->as_bool() ? "ready" : "not ready");
  for (const auto& [key, label] : {std::pair("cluster", "Cluster"), std::pair("method", "Method"),
                                   std::pair("started", "Started"), std::pair("last_delivery", "Last delivery")}) {
    if (const std::string value = TextAt(status, key); !value.empty()) text += fmt::format("{}: {}\n", label, value);
  }
  text += fmt::format("Events sent: {}\nEvents to send: {}\nLag: {} s\nRecordings to send: {}\nRetries: {}\n",
                      NumberAt(status, "events_sent"), NumberAt(status, "lag_events"), NumberAt(status, "lag_seconds"),
                      NumberAt(status, "sessions_waiting"), NumberAt(status, "retries"));
  return text + FailureText(status, "cluster_failure", "Cluster") + FailureText(status, "sink_failure", "Sink") +
         FailureText(status, "storage_failure", "Storage");
}

Result<Output> ShowExportStatus(const Invocation& invocation, const ExportStatusOptions& given) {
  ASSIGN_OR_RETURN(ExportSettings settings, ReadConfiguration(invocation));
  if (!given.storage.empty()) settings.storage = given.storage;
  if (!given.address.empty()) settings.address = given.address;
  if (settings.storage.empty()) {
    return FailWithHint(ErrorKind::kBadParameter, "storage is missing", "give --config or --storage");
  }

  ASSIGN_OR_RETURN(const std::string folder, ExportFolder(settings.storage, settings.address));
  ASSIGN_OR_RETURN(const std::string answer,
                   AskLocalSocket(fmt::format("{}/{}", folder, kExportSocket), kAskedHandler));
  ASSIGN_OR_RETURN(Value status, ParseJson(answer));
  return Output::Of(std::move(status), ExportStatusText);
}

}  // namespace

Command ExportStatusCommand() {
  return {.path = "status",
          .summary = "Show how far the running handler is, what failed, and what to do",
          .options = {{.name = "storage",
                       .value_name = "DIR",
                       .help = "Storage of the handler (default that of the configuration)",
                       .into = Into<&ExportStatusOptions::storage>},
                      {.name = "teleport-addr",
                       .value_name = "HOST:PORT",
                       .help = "Proxy or auth service (default that of the configuration)",
                       .into = Into<&ExportStatusOptions::address>}},
          .example = "teleport-event-handler status -c teleport-event-handler.toml",
          .run = RunWith<ShowExportStatus>};
}

}  // namespace sallyport
