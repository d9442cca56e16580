#include <atomic>
#include <optional>
#include <set>
#include <thread>

#include "libclient/calls/kind_calls.h"
#include "libresources/difference.h"
#include "libresources/kinds/metadata.h"
#include "tools/tctl/commands.h"
#include "tools/tctl/confirm_option.h"
#include "tools/tctl/documents.h"
#include "tools/tctl/own_access.h"
#include "tools/tctl/session.h"

namespace sallyport {
namespace {

struct CreateOptions {
  std::vector<std::string> files;
  bool force = false;
  bool go_on = false;
  bool dry_run = false;
  bool confirm = false;
  std::string validate;
};

constexpr std::size_t kInFlight = 32;

// The name of a token is its secret.
std::string Describe(const Resource& resource) {
  if (resource.kind->name_is_secret) return std::string(resource.kind->kind);
  return fmt::format("{} \"{}\"", resource.kind->kind, NameOf(*resource.message));
}

// The result for a document. Empty until it is sent; a failure from the start when the document is invalid.
using Written = std::optional<Result<Change>>;

struct Work {
  std::vector<Document> documents;
  std::vector<Written> written;
  bool force = false;
  bool go_on = false;    // continue after a failure
  bool dry_run = false;  // nothing is written
  std::vector<std::string> notices;
};

// Finds the documents that cannot be sent, before the first is sent. Returns their number.
std::size_t MarkWrong(Work& work) {
  std::size_t wrong = 0;
  work.written.resize(work.documents.size());
  for (std::size_t i = 0; i < work.documents.size(); ++i) {
    Document& document = work.documents[i];
    if (document) {
      const auto calls = WritingCallsOf(*document->kind);
      if (calls) continue;
      document = std::unexpected(calls.error());
    }
    work.written[i] = std::unexpected(document.error());
    ++wrong;
  }
  return wrong;
}

// Writes the documents [first, last), which do not depend on each other. It sends several at a time, and after a
// failure no more, unless told to continue.
class Batch {
 public:
  Batch(RpcClient& rpc, Work& work) : rpc_(rpc), work_(work) {}

  // Returns false when a document failed.
  bool Write(std::size_t first, std::size_t last) {
    next_ = first;
    std::vector<std::jthread> workers;
    const std::size_t count = std::min(kInFlight, last - first);
    for (std::size_t i = 1; i < count; ++i) workers.emplace_back([this, last] { SendDocument(last); });
    SendDocument(last);
    workers.clear();  // joins them
    return !failed_;
  }

 private:
  void SendDocument(std::size_t last) {
    while (!failed_ || work_.go_on) {
      const std::size_t index = next_++;
      if (index >= last) return;
      Written& written = work_.written[index];  // each worker has elements of its own
      if (written) continue;
      const Resource& resource = *work_.documents[index];
      written = WriteResource(rpc_, resource, work_.force);
      if (!*written) failed_ = true;
    }
  }

  RpcClient& rpc_;
  Work& work_;
  std::atomic<std::size_t> next_ = 0;
  std::atomic<bool> failed_ = false;
};

// Returns the end of the run that starts at `first`: documents of one kind, each name once. Users need roles that may
// come before them in the file, and of two documents with one name the later one wins.
std::size_t EndOfRun(const std::vector<Document>& documents, std::size_t first) {
  const KindRow* kind = nullptr;
  std::set<std::string> names;
  std::size_t end = first;
  for (; end < documents.size(); ++end) {
    const Document& document = documents[end];
    if (!document) continue;
    if (kind != nullptr && document->kind != kind) break;
    kind = document->kind;
    if (!names.insert(NameOf(*document->message)).second) break;
  }
  return end;
}

// Reports all mistakes; nothing was sent.
Result<Output> Refuse(const Work& work, std::size_t wrong) {
  Output output;
  for (const auto& document : work.documents) {
    if (!document) output.failures.push_back(document.error());
  }
  if (wrong == 1) return std::unexpected(std::move(output.failures.front()));
  output.failures.push_back(
      {ErrorKind::kBadParameter,
       fmt::format("{} of {} documents are wrong: nothing was written", wrong, work.documents.size()),
       "correct the documents, or write the other documents with --continue"});
  output.exit_code = RowOf(ErrorKind::kBadParameter).exit_code;
  return output;
}

std::string ReportOf(const Resource& resource, Change change, bool dry_run) {
  if (change == Change::kNone) return fmt::format("{} is unchanged\n", Describe(resource));
  return fmt::format("{} {} {}\n", Describe(resource), dry_run ? "would be" : "has been",
                     change == Change::kCreated ? "created" : "updated");
}

// Reports in the order of the documents, whatever the order of the answers.
Output Report(Work& work) {
  std::string report;
  std::vector<Error> failures;
  std::size_t done = 0;
  for (std::size_t i = 0; i < work.documents.size(); ++i) {
    const Written& written = work.written[i];
    if (!written) continue;
    if (!*written) {
      failures.push_back(written->error());
      continue;
    }
    ++done;
    report += ReportOf(*work.documents[i], **written, work.dry_run);
  }

  const std::string counts =
      fmt::format("{} of {} documents {} written", done, work.documents.size(), work.dry_run ? "would be" : "were");
  Output output = Output::Text(work.go_on || failures.empty() ? std::move(report) : std::string());
  output.notices = std::move(work.notices);
  if (failures.empty()) return output;

  if (!work.go_on) {
    if (done > 0) failures.front().message += fmt::format(" ({})", counts);
    output.exit_code = RowOf(failures.front().kind).exit_code;
    output.failures = {std::move(failures.front())};
    return output;
  }

  const Error summary{ErrorKind::kPartlyDone, counts, {}};
  output.exit_code = RowOf(done > 0 ? summary.kind : failures.front().kind).exit_code;
  output.failures = std::move(failures);
  output.failures.push_back(summary);
  return output;
}

// Refuses settings that would change values of the configuration file.
Status CheckSettings(RpcClient& rpc, const std::vector<Document>& documents) {
  for (const Document& document : documents) {
    if (!document || document->kind->singleton_name.empty()) continue;
    ASSIGN_OR_RETURN(const KindCalls* calls, CallsOf(*document->kind));
    const auto check = [&](const google::protobuf::Message& stored) -> Status {
      return SaysTheSame(*document->message, stored) ? Status() : CheckNotOfFile(*document->kind, stored);
    };
    RETURN_IF_ERROR(calls->get(rpc, NameOf(*document->message), false, check));
  }
  return {};
}

std::vector<Resource> RightOnes(const std::vector<Document>& documents) {
  std::vector<Resource> resources;
  for (const auto& document : documents) {
    if (document) resources.push_back(*document);
  }
  return resources;
}

Result<Output> RunCreate(const Invocation& invocation, const CreateOptions& given) {
  Work work;
  work.force = given.force;
  work.go_on = given.go_on;
  work.dry_run = given.dry_run;

  // All documents are read before the first is written: a mistake in one changes nothing.
  ASSIGN_OR_RETURN(work.documents, ReadDocuments(given.files, given.validate, work.notices));
  const std::size_t wrong = MarkWrong(work);
  if (wrong > 0 && (!work.go_on || wrong == work.documents.size())) return Refuse(work, wrong);

  ASSIGN_OR_RETURN(const auto rpc, ConnectToAuth(invocation));
  if (work.dry_run) RETURN_IF_ERROR(rpc->Rehearse());
  // Without --force, a setting that was changed before counts as existing; Batch reports it.
  if (work.force && !given.confirm) {
    RETURN_IF_ERROR(CheckSettings(*rpc, work.documents));
    RETURN_IF_ERROR(CheckWritesKeepOwnAccess(*rpc, RightOnes(work.documents)));
  }

  Batch batch(*rpc, work);
  for (std::size_t first = 0; first < work.documents.size();) {
    const std::size_t end = EndOfRun(work.documents, first);
    if (!batch.Write(first, end) && !work.go_on) break;
    first = end;
  }
  return Report(work);
}

}  // namespace

Command CreateCommand() {
  return {.path = "create",
          .summary = "Write resources from YAML or JSON",
          .arguments = {{.name = "file",
                         .help = "Files and directories to read (default standard input)",
                         .required = false,
                         .repeated = true,
                         .into = Into<&CreateOptions::files>}},
          .options = {{.name = "force",
                       .short_name = 'f',
                       .help = "Replace existing resources",
                       .into = Into<&CreateOptions::force>},
                      {.name = "continue",
                       .help = "Write the other documents when some are wrong or refused",
                       .into = Into<&CreateOptions::go_on>},
                      {.name = "dry-run",
                       .help = "Let the cluster check all documents, and change nothing",
                       .into = Into<&CreateOptions::dry_run>},
                      kConfirmOption<&CreateOptions::confirm>,
                      kValidateOption<&CreateOptions::validate>},

          .example = "tctl create -f role.yaml",
          .formats = "",
          .run = RunWith<RunCreate>};
}

}  // namespace sallyport
