#include "libmachine/operator/operator_report.h"

#include "libbase/encoding.h"
#include "libbase/log.h"
#include "libbase/secret.h"
#include "libbase/time.h"
#include "libmachine/operator/custom_resource.h"
#include "libresources/kinds.h"

namespace sallyport {
namespace {

constexpr std::size_t kMaxEventMessage = 1000;

// The words for a change: in messages, as `tctl` has them, and as the reason of an Event.
struct ChangeWords {
  std::string_view word;
  std::string_view reason;
};

ChangeWords WordsOf(ReconcileResult::Change change) {
  switch (change) {
    case ReconcileResult::Change::kCreated:
      return {"created", "Created"};
    case ReconcileResult::Change::kRemoved:
      return {"deleted", "Deleted"};
    default:
      return {"updated", "Updated"};
  }
}

}  // namespace

void OperatorReport::Take(const CustomKind& kind, const std::string& name, const std::string& uid,
                          const ReconcileResult& result) {
  const std::string shown = ShownName(kind, name, uid);
  std::string told;
  {
    const MutexLock lock(mutex_);
    Counts& counts = counts_[kind.kind];
    ++(result.failure ? counts.failed : counts.succeeded);
    std::string& last = failures_[{kind.kind, name}];
    told = std::exchange(last, result.failure ? result.failure->message : std::string());
    if (last.empty()) failures_.erase({kind.kind, name});
  }

  if (result.failure) {
    if (told == result.failure->message) return;
    Log(LogLevel::kError, "a custom resource is not reconciled",
        {{"custom_resource", shown}, {"reason", result.failure->message}, {"next step", result.failure->hint}});
    return AddEvent(kind, name, uid, "Failed", result.failure->message, true);
  }
  if (result.change == ReconcileResult::Change::kNone) return;
  const ChangeWords words = WordsOf(result.change);
  const std::string message = fmt::format("{} has been {}", kind.teleport_kind, words.word);
  Log(LogLevel::kInfo, message, {{"custom_resource", shown}});
  AddEvent(kind, name, uid, words.reason, message, false);
}

// An Event names its object in clear, so there is none for an object whose name is a secret.
void OperatorReport::AddEvent(const CustomKind& kind, const std::string& name, const std::string& uid,
                              std::string_view reason, const std::string& message, bool is_failure) {
  const KindRow* const row = FindKind(kind.teleport_kind);
  if (uid.empty() || row == nullptr || row->name_is_secret) return;
  const std::string now = FormatTime(std::chrono::floor<std::chrono::seconds>(Now()));
  Value event(Value::Map{{"apiVersion", "v1"},
                         {"kind", "Event"},
                         {"metadata", Value(Value::Map{{"name", fmt::format("{}.{}", name, ToHex(RandomBytes(8)))},
                                                       {"namespace", names_.kube_namespace}})},
                         {"involvedObject", Value(Value::Map{{"apiVersion", ApiVersionOf(kind)},
                                                             {"kind", kind.kind},
                                                             {"name", name},
                                                             {"namespace", names_.kube_namespace},
                                                             {"uid", uid}})},
                         {"reason", reason},
                         {"message", message.substr(0, kMaxEventMessage)},
                         {"type", is_failure ? "Warning" : "Normal"},
                         {"firstTimestamp", now},
                         {"lastTimestamp", now},
                         {"count", 1},
                         {"source", Value(Value::Map{{"component", "teleport-operator"}, {"host", names_.hostname}})}});
  events_.Add(std::move(event));
}

void OperatorReport::SetLeader(bool leads) {
  const MutexLock lock(mutex_);
  leads_ = leads;
}

std::string OperatorReport::Metrics(std::size_t depth) const {
  const MutexLock lock(mutex_);
  std::string text = "# TYPE controller_runtime_reconcile_total counter\n";
  std::string errors = "# TYPE controller_runtime_reconcile_errors_total counter\n";
  for (const CustomKind& kind : CustomKinds()) {
    if (!kind.stored) continue;
    const auto found = counts_.find(kind.kind);
    const Counts counts = found == counts_.end() ? Counts() : found->second;
    const auto line = [&](std::string_view result, std::uint64_t count) {
      text += fmt::format("controller_runtime_reconcile_total{{controller=\"{}\",result=\"{}\"}} {}\n", kind.singular,
                          result, count);
    };
    line("error", counts.failed);
    line("success", counts.succeeded);
    errors += fmt::format("controller_runtime_reconcile_errors_total{{controller=\"{}\"}} {}\n", kind.singular,
                          counts.failed);
  }

  text += errors;
  text += fmt::format("# TYPE workqueue_depth gauge\nworkqueue_depth{{name=\"custom-resources\"}} {}\n", depth);
  text += fmt::format("# TYPE leader_election_master_status gauge\nleader_election_master_status{{name=\"{}\"}} {}\n",
                      names_.lease, leads_ ? 1 : 0);
  return text;
}

}  // namespace sallyport
