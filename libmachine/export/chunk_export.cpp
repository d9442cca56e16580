#include "libmachine/export/chunk_export.h"

#include <algorithm>
#include <chrono>

#include "libbase/log.h"
#include "libresources/events/log_cursor.h"

namespace sallyport {
namespace {

constexpr std::chrono::milliseconds kCursorPeriod{666};
constexpr std::chrono::hours kDay{24};
// Chunks of a day may appear for a while after its end.
constexpr std::chrono::hours kDayGrows{6};
constexpr std::chrono::hours kMostDaysBack{24 * 400};

std::string UtcDate(Time time) { return FormatTime(std::chrono::floor<std::chrono::days>(time)).substr(0, 10); }

Result<Time> BeginOfDay(const std::string& day) { return ParseTime(day + "T00:00:00Z"); }

// Returns the number of a cursor of a followed log; 0 for none.
Result<std::int64_t> NumberOfFollowed(const std::string& followed) {
  if (followed.empty()) return 0;
  ASSIGN_OR_RETURN(const LogCursor cursor, ParseLogCursor(followed));
  return cursor.number;
}

}  // namespace

// Goes over the chunks of the days from `day` until today, in the order of commits: `see` gets each chunk after it is
// done. Days that are over are removed from the storage.
Status ChunkExport::ForEachOpenChunk(std::string day, const TakeChunk& take, const SeeChunk& see) {
  ASSIGN_OR_RETURN(auto days, storage_.ReadDays());
  while (!stop_.stopped()) {
    RETURN_IF_ERROR(storage_.BeginDay(day));
    ASSIGN_OR_RETURN(const Time begin, BeginOfDay(day));
    ASSIGN_OR_RETURN(const auto chunks, source_.Chunks(begin));
    DayCursor& known = days[day];
    for (const auto& chunk : chunks) {
      if (!IsStorageName(chunk)) {
        return Fail(ErrorKind::kBadParameter, "the cluster lists a chunk whose id cannot be the name of a file");
      }
      if (!known.completed.contains(chunk)) RETURN_IF_ERROR(take(day, chunk, known.cursors[chunk]));
      see(chunk);
    }

    if (Now() < begin + kDay) return {};
    const std::string next = UtcDate(begin + kDay);
    RETURN_IF_ERROR(storage_.BeginDay(next));
    if (Now() > begin + kDay + kDayGrows) RETURN_IF_ERROR(storage_.RemoveDay(day));
    day = next;
  }
  return Fail(ErrorKind::kInterrupted, "the event handler stops");
}

Result<bool> ChunkExport::ExportListed(Time start) {
  ASSIGN_OR_RETURN(const auto days, storage_.ReadDays());
  std::string day = UtcDate(start);
  if (!days.empty()) {
    day = days.begin()->first;
  } else {
    // A folder that was used with pages goes on with the day of its window.
    ASSIGN_OR_RETURN(const PageCursor page, storage_.ReadPage());
    if (page.window_start > start) day = UtcDate(page.window_start);
  }

  bool some = false;
  RETURN_IF_ERROR(ForEachOpenChunk(
      day,
      [&](const std::string& of, const std::string& chunk, const std::string& cursor) {
        some = true;
        return ExportChunk(of, chunk, cursor);
      },
      [](const std::string&) {}));
  return some;
}

// Returns the last chunk of the days before `day`, not before that of `start`.
Result<std::optional<ChunkId>> ChunkExport::LastBefore(const std::string& day, Time start) {
  ASSIGN_OR_RETURN(Time begin, BeginOfDay(day));
  const Time oldest = std::max(start, begin - kMostDaysBack) - kDay;
  for (begin -= kDay; begin > oldest && !stop_.stopped(); begin -= kDay) {
    ASSIGN_OR_RETURN(const auto chunks, source_.Chunks(begin));
    if (!chunks.empty()) return ParseChunkId(chunks.back());
  }
  return std::nullopt;
}

Result<std::string> ChunkExport::ExportBeforeFollowing(const std::string& followed, Time start) {
  ASSIGN_OR_RETURN(const auto days, storage_.ReadDays());
  if (days.empty()) return followed;
  ASSIGN_OR_RETURN(const std::int64_t passed, NumberOfFollowed(followed));

  LogCursor after;
  RETURN_IF_ERROR(ForEachOpenChunk(
      days.begin()->first,
      [&](const std::string& day, const std::string& chunk, const std::string& cursor) -> Status {
        const auto id = ParseChunkId(chunk);
        if (!id) return Fail(ErrorKind::kBadParameter, "the cluster lists a chunk with an unknown kind of id");
        if (id->last <= passed) return storage_.CompleteChunk(day, chunk);
        return ExportChunk(day, chunk, id->first <= passed ? ChunkCursor(passed) : cursor);
      },
      [&](const std::string& chunk) {
        const auto id = ParseChunkId(chunk);
        if (id && id->last > after.number) after = {id->last, id->hash};
      }));

  if (followed.empty() && after.number == 0) {
    // Events that were committed before the oldest day of the storage are done.
    ASSIGN_OR_RETURN(const auto last, LastBefore(days.begin()->first, start));
    if (last) after = {last->last, last->hash};
  }
  if (after.number <= passed) return followed;
  const std::string cursor = FormatLogCursor(after);
  RETURN_IF_ERROR(storage_.WriteFollowed(cursor));
  return cursor;
}

Status ChunkExport::ListFollowed(const std::string& followed, Time first) {
  ASSIGN_OR_RETURN(const auto days, storage_.ReadDays());
  ASSIGN_OR_RETURN(const std::int64_t passed, NumberOfFollowed(followed));
  return ForEachOpenChunk(
      days.empty() ? UtcDate(first) : days.begin()->first,
      [&](const std::string& day, const std::string& chunk, const std::string& cursor) -> Status {
        const auto id = ParseChunkId(chunk);
        if (!id || id->first > passed) return {};
        if (id->last <= passed) return storage_.CompleteChunk(day, chunk);
        const std::string at = ChunkCursor(passed);
        return at == cursor ? Status() : storage_.WriteChunk(day, chunk, at);
      },
      [](const std::string&) {});
}

Status ChunkExport::ExportChunk(const std::string& day, const std::string& chunk, std::string cursor) {
  ASSIGN_OR_RETURN(const Time begin, BeginOfDay(day));
  std::vector<ExportedEvent> events;
  auto written = std::chrono::steady_clock::now();
  const auto flush = [&]() -> Status {
    RETURN_IF_ERROR(send_(std::exchange(events, {})));
    written = std::chrono::steady_clock::now();
    return storage_.WriteChunk(day, chunk, cursor);
  };

  const Status exported = source_.Export(
      begin, chunk, cursor,
      [&](ExportedEvent event, const std::string& after) -> Status {
        events.push_back(std::move(event));
        cursor = after;
        const bool due = std::chrono::steady_clock::now() - written >= kCursorPeriod;
        return due || events.size() >= batch_ ? flush() : Status();
      },
      stop_);
  if (!events.empty()) RETURN_IF_ERROR(flush());
  if (!exported && exported.error().kind == ErrorKind::kNotFound) {
    Log(LogLevel::kWarning, "a chunk is gone from the audit log, by its retention or a restored backup",
        {{"day", day}, {"chunk", chunk}});
    return storage_.CompleteChunk(day, chunk);
  }
  if (!exported) return exported;
  return storage_.CompleteChunk(day, chunk);
}

}  // namespace sallyport
