#include <unistd.h>

#include <atomic>
#include <optional>
#include <set>
#include <thread>

#include "libbase/file.h"
#include "tools/tctl/commands.h"
#include "tools/tctl/kind_calls.h"
#include "tools/tctl/session.h"

namespace sallyport {
namespace {

constexpr std::size_t kMaxInputBytes = 10 << 20;
constexpr std::size_t kInFlight = 32;

Result<std::string> ReadInput(const std::string& path) {
  if (!path.empty() && path != "-") return ReadFile(path, kMaxInputBytes);
  std::string text;
  char buffer[16384];
  while (true) {
    const ssize_t count = ::read(STDIN_FILENO, buffer, sizeof buffer);
    if (count == 0) return text;
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return Fail(ErrorKind::kInternal, "cannot read standard input");
    text.append(buffer, static_cast<std::size_t>(count));
    if (text.size() > kMaxInputBytes) {
      return Fail(ErrorKind::kLimitExceeded, "standard input is larger than {} bytes", kMaxInputBytes);
    }
  }
}

// The name of a token is its secret.
std::string Describe(const Resource& resource) {
  if (resource.kind->name_is_secret) return std::string(resource.kind->kind);
  return fmt::format("{} \"{}\"", resource.kind->kind, NameOf(*resource.message));
}

// What became of one document. Nothing yet: it was not sent.
using Written = std::optional<Result<bool>>;

// Writes the documents [first, last), which do not depend on each other: several are on their way at a time, and after
// a failure no more are sent.
class Batch {
 public:
  Batch(RpcClient& rpc, const std::vector<Resource>& resources, bool force, std::vector<Written>& written)
      : rpc_(rpc), resources_(resources), force_(force), written_(written) {}

  // Returns false when one of them failed.
  bool Write(std::size_t first, std::size_t last) {
    next_ = first;
    std::vector<std::jthread> workers;
    const std::size_t count = std::min(kInFlight, last - first);
    for (std::size_t i = 1; i < count; ++i) workers.emplace_back([this, last] { Work(last); });
    Work(last);
    workers.clear();  // joins them
    return !failed_;
  }

 private:
  void Work(std::size_t last) {
    while (!failed_) {
      const std::size_t index = next_++;
      if (index >= last) return;
      const Resource& resource = resources_[index];
      const auto calls = CallsOf(*resource.kind);
      written_[index] = calls ? (*calls)->put(rpc_, resource, force_) : std::unexpected(calls.error());
      if (!*written_[index]) failed_ = true;
    }
  }

  RpcClient& rpc_;
  const std::vector<Resource>& resources_;
  const bool force_;
  std::vector<Written>& written_;  // each worker writes elements of its own
  std::atomic<std::size_t> next_ = 0;
  std::atomic<bool> failed_ = false;
};

// Returns the end of the run that starts at `first`: documents of one kind, each name once. Users need roles that may
// stand before them, and of two documents with one name the later counts.
std::size_t EndOfRun(const std::vector<Resource>& resources, std::size_t first) {
  std::set<std::string> names;
  std::size_t end = first;
  while (end < resources.size() && resources[end].kind == resources[first].kind &&
         names.insert(NameOf(*resources[end].message)).second) {
    ++end;
  }
  return end;
}

// In the order of the documents, however they were answered. A failure tells what was written beside it.
Result<Output> Report(const std::vector<Resource>& resources, const std::vector<Written>& written) {
  std::string report;
  const Error* failure = nullptr;
  std::size_t done = 0;
  for (std::size_t i = 0; i < resources.size(); ++i) {
    if (!written[i]) continue;
    if (!*written[i]) {
      if (failure == nullptr) failure = &written[i]->error();
      continue;
    }
    ++done;
    report += fmt::format("{} has been {}\n", Describe(resources[i]), **written[i] ? "created" : "updated");
  }
  if (failure == nullptr) return Output::Text(std::move(report));
  Error error = *failure;
  if (done > 0) error.message += fmt::format(" ({} of {} documents were written)", done, resources.size());
  return std::unexpected(std::move(error));
}

Status CheckOrigins(RpcClient& rpc, const std::vector<Resource>& resources) {
  for (const auto& resource : resources) {
    if (resource.kind->singleton_name.empty()) continue;
    ASSIGN_OR_RETURN(const KindCalls* calls, CallsOf(*resource.kind));
    RETURN_IF_ERROR(calls->get(rpc, NameOf(*resource.message), false, [&](const google::protobuf::Message& stored) {
      return CheckNotOfFile(*resource.kind, stored);
    }));
  }
  return {};
}

Result<Output> Run(const Invocation& invocation) {
  const std::string& path = invocation.Arg("file");
  ASSIGN_OR_RETURN(const std::string text, ReadInput(path));
  DecodeOptions options;
  options.source = path.empty() || path == "-" ? "stdin" : path;
  // All documents are read before the first is written: a mistake in one changes nothing.
  ASSIGN_OR_RETURN(const auto resources, DecodeResources(text, options));
  if (resources.empty()) return Fail(ErrorKind::kBadParameter, "{}: no resources", options.source);
  for (const auto& resource : resources) {
    ASSIGN_OR_RETURN(const KindCalls* calls, CallsOf(*resource.kind));
    if (calls->put == nullptr) {
      return Fail(ErrorKind::kNotImplemented, "a {} cannot be written with tctl create", resource.kind->kind);
    }
  }
  ASSIGN_OR_RETURN(const auto rpc, ConnectToAuth(invocation));
  const bool force = invocation.Flag("force");
  // Without --force a setting that somebody has decided is there already, which Batch says.
  if (force && !invocation.Flag("confirm")) RETURN_IF_ERROR(CheckOrigins(*rpc, resources));
  std::vector<Written> written(resources.size());
  Batch batch(*rpc, resources, force, written);
  for (std::size_t first = 0; first < resources.size();) {
    const std::size_t end = EndOfRun(resources, first);
    if (!batch.Write(first, end)) break;
    first = end;
  }
  return Report(resources, written);
}

}  // namespace

Command CreateCommand() {
  return {.path = "create",
          .summary = "Write resources from YAML or JSON",
          .arguments = {{"file", "File to read; standard input without it", false}},
          .options = {{"force", 'f', "", "Replace what exists"}, kConfirmOption},
          .example = "tctl create -f role.yaml",
          .formats = "",
          .run = Run};
}

}  // namespace sallyport
