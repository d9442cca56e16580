#include "libcluster/ssh/sftp_log.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace sallyport {
namespace {

constexpr std::size_t kMaxFiles = 1000;
constexpr std::string_view kStatus = "sent status ";
constexpr std::string_view kClose = "close \"";

// The beginning of a line, and its operation.
struct OperationRow {
  std::string_view begin;
  int action;
  AuditType success;
  AuditType failure;
};
constexpr OperationRow kOperationRows[] = {
    {"open \"", 1, audit::kSftpOpen, audit::kSftpOpenFailure},
    {"set \"", 7, audit::kSftpSetstat, audit::kSftpSetstatFailure},
    {"opendir \"", 9, audit::kSftpOpendir, audit::kSftpOpendirFailure},
    {"remove name \"", 11, audit::kSftpRemove, audit::kSftpRemoveFailure},
    {"mkdir name \"", 12, audit::kSftpMkdir, audit::kSftpMkdirFailure},
    {"rmdir name \"", 13, audit::kSftpRmdir, audit::kSftpRmdirFailure},
    {"rename old \"", 16, audit::kSftpRename, audit::kSftpRenameFailure},
    {"posix-rename old \"", 16, audit::kSftpRename, audit::kSftpRenameFailure},
    {"symlink old \"", 18, audit::kSftpSymlink, audit::kSftpSymlinkFailure},
    {"hardlink old \"", 19, audit::kSftpLink, audit::kSftpLinkFailure},
};

struct Flag {
  std::string_view name;
  std::uint32_t bit;
};
constexpr Flag kFlags[] = {{"READ", 1}, {"WRITE", 2}, {"APPEND", 4}, {"CREATE", 8}, {"TRUNCATE", 16}, {"EXCL", 32}};

// Names are quoted and may contain quotes: a name ends at the last place where the rest of the line matches.
std::string UpTo(std::string_view& rest, std::string_view end) {
  const auto at = rest.rfind(end);
  std::string name(rest.substr(0, at));
  rest.remove_prefix(at == std::string_view::npos ? rest.size() : at + end.size());
  return name;
}

std::uint32_t FlagsOf(std::string_view names) {
  std::uint32_t flags = 0;
  names = names.substr(0, names.find(' '));
  while (!names.empty()) {
    const std::string_view name = names.substr(0, names.find(','));
    const auto* const flag = std::ranges::find(kFlags, name, &Flag::name);
    if (flag != std::end(kFlags)) flags |= flag->bit;
    names.remove_prefix(std::min(names.size(), name.size() + 1));
  }
  return flags;
}

std::optional<SftpOperation> ParseOperation(std::string_view line) {
  for (const OperationRow& row : kOperationRows) {
    if (!line.starts_with(row.begin)) continue;
    SftpOperation operation{row.action, row.success, row.failure, {}, {}, 0};
    std::string_view rest = line.substr(row.begin.size());
    if (row.begin.ends_with("old \"")) {
      operation.path = UpTo(rest, "\" new \"");
      operation.target = UpTo(rest, "\"");
    } else if (row.begin == "open \"") {
      operation.path = UpTo(rest, "\" flags ");
      operation.flags = FlagsOf(rest);
    } else {
      operation.path = UpTo(rest, "\"");
    }
    return operation;
  }
  return std::nullopt;
}

std::int64_t NumberAfter(std::string_view text, std::string_view word) {
  const auto at = text.find(word);
  if (at == std::string_view::npos) return 0;
  text.remove_prefix(at + word.size());
  std::int64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

}  // namespace

std::optional<SftpLog::Done> SftpLog::Take(std::string_view line) {
  while (line.ends_with('\r') || line.ends_with('\n')) line.remove_suffix(1);
  if (line.starts_with(kStatus)) {
    auto failed = Finish();
    if (failed) failed->error = line.substr(kStatus.size());
    return failed;
  }

  auto done = Finish();
  if (line.starts_with(kClose)) {
    std::string_view rest = line.substr(kClose.size());
    const std::string path = UpTo(rest, "\" bytes ");
    if (transfers_.size() < kMaxFiles || transfers_.contains(path)) {
      SftpTransfer& transfer = transfers_[path];
      transfer.read += NumberAfter(rest, "read ");
      transfer.written += NumberAfter(rest, "written ");
    }
  }

  pending_ = ParseOperation(line);
  return done;
}

std::optional<SftpLog::Done> SftpLog::Finish() {
  if (!pending_) return std::nullopt;
  return Done{*std::exchange(pending_, std::nullopt), ""};
}

Value SftpLog::Transfers() const {
  Value list = Value::EmptyList();
  for (const auto& [path, transfer] : transfers_) {
    list.Append(Value(Value::Map{{"path", path}, {"bytes_read", transfer.read}, {"bytes_written", transfer.written}}));
  }
  return list;
}

}  // namespace sallyport
