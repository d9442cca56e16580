#include "libmachine/export/export_storage.h"

#include <algorithm>
#include <filesystem>

#include "libbase/address.h"
#include "libbase/encoding.h"
#include "libbase/json.h"
#include "libbase/secret.h"
#include "libbase/text.h"
#include "libbase/value_fields.h"

namespace sallyport {
namespace {

constexpr std::size_t kMaxStorageFile = 16 << 20;
constexpr std::size_t kMaxStorageName = 200;
constexpr std::size_t kDryRunBytes = 16;
constexpr std::string_view kSessionPrefix = "session";
constexpr std::string_view kMissingPrefix = "missing_recording";
constexpr std::string_view kDays = "cursor_v2";
constexpr std::string_view kCompleted = "completed-chunks";
constexpr std::string_view kChunkSuffix = ".chunk";
constexpr std::string_view kClusterFile = "cluster";
constexpr std::string_view kFollowedFile = "followed";

std::unexpected<Error> DamagedFile(const std::string& path, std::string_view reason) {
  return FailWithHint(ErrorKind::kBadParameter, fmt::format("{}: {}", path, reason),
                      "the file is damaged; restore it, or remove the folder to begin again at --start-time");
}

// Calls a function with the name of each file of a folder; a folder that is absent has none.
Status ForEachFile(const std::string& folder, const std::function<Status(const std::string& name)>& take) {
  std::error_code failed;
  for (std::filesystem::directory_iterator at(folder, failed), end; !failed && at != end; at.increment(failed)) {
    RETURN_IF_ERROR(take(at->path().filename().string()));
  }
  if (!failed || failed == std::errc::no_such_file_or_directory) return {};
  return Fail(ErrorKind::kInternal, "cannot read the folder {}: {}", folder, failed.message());
}

// Calls a function with the rest of each file's name behind a prefix, and the file's content.
template <typename Take>
Status ForEachWithPrefix(const std::string& folder, std::string_view prefix, const Take& take) {
  return ForEachFile(folder, [&](const std::string& name) -> Status {
    if (!name.starts_with(prefix)) return {};
    const std::string path = fmt::format("{}/{}", folder, name);
    ASSIGN_OR_RETURN(const std::string content, ReadFile(path, kMaxStorageFile));
    return take(name.substr(prefix.size()), content, path);
  });
}

// An index is eight bytes, the highest first.
std::string IndexBytes(std::int64_t index) {
  std::string bytes;
  for (int shift = 56; shift >= 0; shift -= 8) bytes += static_cast<char>(index >> shift & 0xff);
  return bytes;
}

Result<std::int64_t> ParseIndexBytes(std::string_view bytes, const std::string& path) {
  if (bytes.size() != 8 || static_cast<unsigned char>(bytes[0]) > 0x7f) return DamagedFile(path, "is not an index");
  std::int64_t index = 0;
  for (const char byte : bytes) index = index << 8 | static_cast<unsigned char>(byte);
  return index;
}

Status CheckStorageName(std::string_view name) {
  if (IsStorageName(name)) return {};
  return Fail(ErrorKind::kBadParameter, "\"{}\" cannot be the name of a file", StripControl(name));
}

}  // namespace

bool IsStorageName(std::string_view text) {
  const auto fits = [](unsigned char c) { return std::isalnum(c) != 0 || c == '-' || c == '_' || c == '.'; };
  return !text.empty() && text.size() <= kMaxStorageName && text[0] != '.' && std::ranges::all_of(text, fits);
}

Result<std::string> ExportFolder(const std::string& storage, const std::string& address) {
  ASSIGN_OR_RETURN(const HostPort parsed, ParseHostPort(address, 0));
  return fmt::format("{}/{}_{}", storage, parsed.host, parsed.port);
}

Result<std::unique_ptr<ExportStorage>> ExportStorage::Open(const std::string& storage, const std::string& address,
                                                           bool dry_run) {
  ASSIGN_OR_RETURN(std::string path, ExportFolder(storage, address));
  if (dry_run) path += fmt::format("/dry_run/{}", ToHex(RandomBytes(kDryRunBytes)));
  RETURN_IF_ERROR(MakeDirectories(path, 0700));

  auto lock = FileLock::Acquire(path + "/lock", 0);
  if (!lock) {
    if (lock.error().kind != ErrorKind::kLimitExceeded) return std::unexpected(lock.error());
    return FailWithHint(ErrorKind::kLimitExceeded, fmt::format("another event handler uses the folder {}", path),
                        "end it, or give this one a storage of its own");
  }
  return std::unique_ptr<ExportStorage>(new ExportStorage(std::move(path), std::move(*lock)));
}

Result<std::string> ExportStorage::ReadText(const std::string& name) const {
  auto text = ReadFile(fmt::format("{}/{}", path_, name), kMaxStorageFile);
  if (!text && text.error().kind == ErrorKind::kNotFound) return std::string();
  return text;
}

Status ExportStorage::WriteText(const std::string& name, std::string_view text) const {
  return WriteAt(fmt::format("{}/{}", path_, name), text);
}

Status ExportStorage::WriteAt(const std::string& path, std::string_view text) const {
  while (true) {
    const Status written = WritePrivateFile(path, text);
    if (written || !on_write_failure_ || !on_write_failure_(written.error())) return written;
  }
}

Result<std::optional<Time>> ExportStorage::ReadTime(const std::string& name) const {
  ASSIGN_OR_RETURN(const std::string text, ReadText(name));
  if (text.empty()) return std::nullopt;
  const auto time = ParseTime(text);
  if (!time) return DamagedFile(fmt::format("{}/{}", path_, name), time.error().message);
  return std::chrono::floor<std::chrono::seconds>(*time);
}

Result<Time> ExportStorage::StartTime(std::optional<Time> given, Time now) {
  ASSIGN_OR_RETURN(const std::optional<Time> kept, ReadTime("start_time"));
  if (kept && given && *kept != *given) {
    return FailWithHint(
        ErrorKind::kBadParameter,
        fmt::format("the folder {} began at {}, not at {}", path_, FormatTime(*kept), FormatTime(*given)),
        "leave --start-time out to go on, or remove the folder to begin again");
  }
  if (kept) return *kept;
  const Time start = given ? *given : Time(std::chrono::floor<std::chrono::seconds>(now));
  RETURN_IF_ERROR(WriteText("start_time", FormatTime(start)));
  return start;
}

Status ExportStorage::CheckCluster(std::string_view cluster) {
  ASSIGN_OR_RETURN(const std::string kept, ReadText(std::string(kClusterFile)));
  if (kept == cluster) return {};
  if (kept.empty()) return WriteText(std::string(kClusterFile), cluster);
  return FailWithHint(ErrorKind::kBadParameter,
                      fmt::format("the folder {} is of cluster {}, not of {}", path_, StripControl(kept), cluster),
                      "give each cluster a storage of its own");
}

// A log that is read page by page. The cursor counts with the window and the id that were written before it.

Result<PageCursor> ExportStorage::ReadPage() const {
  PageCursor page;
  ASSIGN_OR_RETURN(page.cursor, ReadText("cursor"));
  ASSIGN_OR_RETURN(page.id, ReadText("id"));
  ASSIGN_OR_RETURN(const std::optional<Time> window, ReadTime("window_time"));
  page.window_start = window.value_or(Time());
  return page;
}

Status ExportStorage::WritePage(const PageCursor& page) {
  RETURN_IF_ERROR(WriteText("window_time", FormatTime(std::chrono::floor<std::chrono::seconds>(page.window_start))));
  RETURN_IF_ERROR(WriteText("id", page.id));
  return WriteText("cursor", page.cursor);
}

Result<std::string> ExportStorage::ReadFollowed() const { return ReadText(std::string(kFollowedFile)); }

Status ExportStorage::WriteFollowed(std::string_view cursor) { return WriteText(std::string(kFollowedFile), cursor); }

// Chunks.

std::string ExportStorage::DayPath(const std::string& day) const { return fmt::format("{}/{}/{}", path_, kDays, day); }

Result<std::map<std::string, DayCursor>> ExportStorage::ReadDays() const {
  std::map<std::string, DayCursor> days;
  RETURN_IF_ERROR(ForEachFile(fmt::format("{}/{}", path_, kDays), [&](const std::string& name) -> Status {
    if (!ParseTime(name + "T00:00:00Z")) return {};
    DayCursor& day = days[name];
    return ForEachWithPrefix(DayPath(name), "",
                             [&](const std::string& file, const std::string& content, const std::string&) -> Status {
                               if (file == kCompleted) {
                                 for (auto& chunk : SplitNonEmpty(content, '\n'))
                                   day.completed.insert(std::move(chunk));
                               } else if (file.ends_with(kChunkSuffix)) {
                                 day.cursors[file.substr(0, file.size() - kChunkSuffix.size())] = content;
                               }
                               return {};
                             });
  }));
  return days;
}

Status ExportStorage::BeginDay(const std::string& day) { return MakeDirectories(DayPath(day), 0700); }

Status ExportStorage::CompleteChunk(const std::string& day, const std::string& chunk) {
  RETURN_IF_ERROR(CheckStorageName(chunk));
  const std::string path = fmt::format("{}/{}", DayPath(day), kCompleted);
  auto text = ReadFile(path, kMaxStorageFile);
  if (!text && text.error().kind != ErrorKind::kNotFound) return std::unexpected(text.error());
  RETURN_IF_ERROR(WriteAt(path, text.value_or("") + chunk + "\n"));
  return RemoveFile(fmt::format("{}/{}{}", DayPath(day), chunk, kChunkSuffix));
}

Status ExportStorage::WriteChunk(const std::string& day, const std::string& chunk, std::string_view cursor) {
  RETURN_IF_ERROR(CheckStorageName(chunk));
  return WriteAt(fmt::format("{}/{}{}", DayPath(day), chunk, kChunkSuffix), cursor);
}

Status ExportStorage::RemoveDay(const std::string& day) {
  std::error_code failed;
  std::filesystem::remove_all(DayPath(day), failed);
  if (!failed) return {};
  return Fail(ErrorKind::kInternal, "cannot remove the folder {}: {}", DayPath(day), failed.message());
}

// Sessions.

Result<std::map<std::string, std::int64_t>> ExportStorage::ReadSessions() const {
  std::map<std::string, std::int64_t> sessions;
  RETURN_IF_ERROR(ForEachWithPrefix(
      path_, kSessionPrefix, [&](const std::string& id, const std::string& content, const std::string& path) -> Status {
        ASSIGN_OR_RETURN(sessions[id], ParseIndexBytes(content, path));
        return {};
      }));
  return sessions;
}

Status ExportStorage::WriteSession(const std::string& id, std::int64_t index) {
  RETURN_IF_ERROR(CheckStorageName(id));
  return WriteText(fmt::format("{}{}", kSessionPrefix, id), IndexBytes(index));
}

Status ExportStorage::RemoveSession(const std::string& id) {
  RETURN_IF_ERROR(CheckStorageName(id));
  return RemoveFile(fmt::format("{}/{}{}", path_, kSessionPrefix, id));
}

Result<std::map<std::string, MissingRecording>> ExportStorage::ReadMissing() const {
  std::map<std::string, MissingRecording> all;
  RETURN_IF_ERROR(ForEachWithPrefix(
      path_, kMissingPrefix, [&](const std::string& id, const std::string& content, const std::string& path) -> Status {
        const auto json = ParseJson(content);
        if (!json) return DamagedFile(path, json.error().message);
        MissingRecording& missing = all[id];
        if (const Value* index = json->Find("Index")) missing.index = index->as_int();
        if (const Value* attempt = json->Find("Attempt")) missing.attempt = static_cast<int>(attempt->as_int());
        if (const auto uploaded = ParseTime(TextAt(*json, "Timestamp"))) missing.uploaded = *uploaded;
        return {};
      }));
  return all;
}

Status ExportStorage::WriteMissing(const std::string& id, const MissingRecording& missing) {
  RETURN_IF_ERROR(CheckStorageName(id));
  const std::string uploaded =
      missing.uploaded == Time() ? FormatTimestamp({kGoZeroSeconds, 0}) : FormatTime(missing.uploaded);
  const Value json(Value::Map{{"Index", missing.index}, {"Attempt", missing.attempt}, {"Timestamp", uploaded}});
  RETURN_IF_ERROR(WriteText(fmt::format("{}{}", kMissingPrefix, id), ToJson(json)));
  return RemoveSession(id);
}

Status ExportStorage::RemoveMissing(const std::string& id) {
  RETURN_IF_ERROR(CheckStorageName(id));
  return RemoveFile(fmt::format("{}/{}{}", path_, kMissingPrefix, id));
}

}  // namespace sallyport
