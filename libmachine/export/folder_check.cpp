#include "libmachine/export/folder_check.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <functional>
#include <span>

#include "libbase/file.h"
#include "libbase/text.h"
#include "libmachine/export/exported_line.h"

namespace sallyport {
namespace {

constexpr std::size_t kMaxExportFiles = 100'000;
constexpr std::size_t kMaxExportedEvents = 50'000'000;
constexpr std::size_t kMaxUnreadable = 100;
constexpr std::size_t kMaxChainProblems = 300;
constexpr int kDeepestExportFolder = 16;
constexpr std::size_t kReadBytes = 1 << 16;

// Where an event is.
struct LinePlace {
  std::int64_t number;
  std::uint64_t offset;
  std::uint32_t file;
  std::uint32_t size;
};

std::unexpected<Error> CannotReadExport(const std::string& path, int reason) {
  return Fail(reason == EACCES ? ErrorKind::kAccessDenied : ErrorKind::kInternal, "cannot read {}: {}",
              StripControl(path), std::strerror(reason));
}

Result<std::vector<std::string>> ExportFiles(const std::string& folder) {
  namespace fs = std::filesystem;
  std::error_code failed;
  std::vector<std::string> files;
  fs::recursive_directory_iterator entries(folder, failed);
  if (failed) {
    const auto kind = failed == std::errc::permission_denied ? ErrorKind::kAccessDenied : ErrorKind::kNotFound;
    return Fail(kind, "cannot read the folder {}: {}", StripControl(folder), failed.message());
  }

  for (; entries != fs::recursive_directory_iterator(); entries.increment(failed)) {
    if (entries.depth() >= kDeepestExportFolder) entries.disable_recursion_pending();
    const std::string ending = entries->path().extension().string();
    std::error_code unknown;
    if (ending != ".log" && ending != ".json" && ending != ".jsonl") continue;
    if (entries->is_symlink(unknown) || !entries->is_regular_file(unknown)) continue;
    if (files.size() == kMaxExportFiles) {
      return Fail(ErrorKind::kLimitExceeded, "the folder {} has more than {} files", StripControl(folder),
                  kMaxExportFiles);
    }
    files.push_back(entries->path().string());
  }
  if (failed)
    return Fail(ErrorKind::kInternal, "cannot read the folder {}: {}", StripControl(folder), failed.message());
  std::ranges::sort(files);
  return files;
}

// Gives out the lines of a file with their offsets. A line that is too long is cut, by one byte more than it may have.
class LineReader {
 public:
  explicit LineReader(int fd) : fd_(fd), buffer_(kReadBytes, '\0') {}

  // Returns false at the end of the file. Fails with the number of an error.
  std::expected<bool, int> Next(std::string& line, std::uint64_t& offset) {
    line.clear();
    offset = place_;
    while (true) {
      if (begin_ == end_) {
        const ssize_t count = ::read(fd_, buffer_.data(), buffer_.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return std::unexpected(errno);
        if (count == 0) return place_ != offset;
        begin_ = 0;
        end_ = static_cast<std::size_t>(count);
      }

      const std::string_view rest(buffer_.data() + begin_, end_ - begin_);
      const auto newline = rest.find('\n');
      const std::string_view part = rest.substr(0, newline);
      if (line.size() <= kMaxExportedLine) line.append(part.substr(0, kMaxExportedLine + 1 - line.size()));
      const std::size_t used = newline == std::string_view::npos ? part.size() : part.size() + 1;
      begin_ += used;
      place_ += used;
      if (newline != std::string_view::npos) return true;
    }
  }

 private:
  const int fd_;
  std::string buffer_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::uint64_t place_ = 0;
};

class FolderChecker {
 public:
  FolderChecker(const std::string& folder, std::vector<std::string> files, const FolderCheckOptions& options)
      : folder_(folder), files_(std::move(files)), check_(options.trusted_keys) {}

  // Finds the events of all files.
  Status Index() {
    for (std::size_t file = 0; file < files_.size(); ++file) {
      RETURN_IF_ERROR(IndexFile(static_cast<std::uint32_t>(file)));
    }
    report_.files = static_cast<std::int64_t>(files_.size());
    std::ranges::stable_sort(places_, {}, &LinePlace::number);
    return {};
  }

  // Checks the events in the order of their numbers.
  Status Check() {
    for (auto begin = places_.begin(); begin != places_.end();) {
      const auto end =
          std::find_if(begin, places_.end(), [&](const LinePlace& one) { return one.number != begin->number; });
      RETURN_IF_ERROR(CheckCopies({begin, end}));
      begin = end;
    }
    return {};
  }

  FolderReport Finish() {
    report_.chain = check_.Finish();
    for (const std::int64_t number : differing_) {
      const ChainProblem problem{ChainProblem::Kind::kChanged, number, number, "copies of the event differ"};
      if (report_.chain.problems.size() < kMaxChainProblems) {
        report_.chain.problems.push_back(problem);
      } else {
        ++report_.chain.more_problems;
      }
    }
    return std::move(report_);
  }

 private:
  Status IndexFile(std::uint32_t file) {
    const UniqueFd fd(::open(files_[file].c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd.valid()) return CannotReadExport(files_[file], errno);
    LineReader reader(fd.get());
    std::string line;
    std::uint64_t offset = 0;
    std::int64_t latest = 0;
    for (std::int64_t number = 1;; ++number) {
      const auto more = reader.Next(line, offset);
      if (!more) return CannotReadExport(files_[file], more.error());
      if (!*more) return {};
      if (line.empty()) continue;

      ++report_.lines;
      const auto read = ReadExportedLine(line);
      if (!read) {
        TellUnreadable(file, number, read.error().message);
      } else if (!read->has_chain) {
        ++report_.without_chain;
      } else {
        if (places_.size() == kMaxExportedEvents) {
          return FailWithHint(ErrorKind::kLimitExceeded,
                              fmt::format("there are more than {} events", kMaxExportedEvents),
                              "check the folder in parts: --first and --last");
        }
        places_.push_back({read->link.number, offset, file, static_cast<std::uint32_t>(line.size())});
        if (read->link.number < latest) ++report_.out_of_order;
        latest = std::max(latest, read->link.number);
        if (!read->left_out && read->event.Find("time") == nullptr) ++report_.without_time;
      }
    }
  }

  void TellUnreadable(std::uint32_t file, std::int64_t line, std::string_view reason) {
    if (report_.unreadable.size() == kMaxUnreadable) {
      ++report_.more_unreadable;
      return;
    }
    const std::string name = std::filesystem::path(files_[file]).lexically_relative(folder_).string();
    report_.unreadable.push_back(fmt::format("{}:{}: {}", StripControl(name), line, StripControl(reason)));
  }

  Result<ExportedLine> ReadAt(const LinePlace& place) {
    if (place.file != open_file_ || !open_.valid()) {
      open_ = UniqueFd(::open(files_[place.file].c_str(), O_RDONLY | O_CLOEXEC));
      open_file_ = place.file;
    }
    std::string line(place.size, '\0');
    const ssize_t count = ::pread(open_.get(), line.data(), line.size(), static_cast<off_t>(place.offset));
    if (count == static_cast<ssize_t>(line.size())) {
      auto read = ReadExportedLine(line);
      if (read && read->has_chain && read->link.number == place.number) return read;
    }
    return FailWithHint(ErrorKind::kInternal,
                        fmt::format("{} was changed while it was read", StripControl(files_[place.file])),
                        "check a copy of the folder");
  }

  // Checks the copies of one event: all are to be equal, and one that fits its chain is the event.
  Status CheckCopies(std::span<const LinePlace> copies) {
    ASSIGN_OR_RETURN(ExportedLine chosen, ReadAt(copies.front()));
    bool differ = false;
    for (const LinePlace& place : copies.subspan(1)) {
      ASSIGN_OR_RETURN(ExportedLine other, ReadAt(place));
      const bool same = other.link.hash == chosen.link.hash && other.digest == chosen.digest;
      if (same) ++report_.duplicates;
      differ = differ || !same;
      if (!same && !FitsItsChain(chosen) && FitsItsChain(other)) chosen = std::move(other);
    }

    if (differ) differing_.push_back(copies.front().number);
    if (chosen.left_out) {
      check_.AddLeftOut(chosen.link, chosen.digest);
    } else {
      check_.Add(chosen.link, chosen.event);
    }
    return {};
  }

  const std::string& folder_;
  const std::vector<std::string> files_;
  std::vector<LinePlace> places_;
  std::vector<std::int64_t> differing_;  // numbers of events with copies that are not equal
  ChainCheck check_;
  FolderReport report_;
  UniqueFd open_;
  std::uint32_t open_file_ = 0;
};

// A chain made anew would pass without the heads that it contradicts.
void RequireHead(const FolderCheckOptions& options, ChainReport& report) {
  if (options.trusted_keys.empty() || !report.keys.empty()) return;
  report.problems.push_back({ChainProblem::Kind::kHead, report.first, report.last,
                             "there is no head, which a trusted key would have signed"});
}

// Takes the numbers into account with which the export is to begin and to end.
void ApplyBounds(const FolderCheckOptions& options, ChainReport& report) {
  if (options.first > 1) {
    const auto at_begin = [](const ChainProblem& problem) {
      return problem.kind == ChainProblem::Kind::kMissing && problem.first == 1;
    };
    const auto found = std::ranges::find_if(report.problems, at_begin);
    if (found != report.problems.end() && found->last < options.first) {
      report.problems.erase(found);
    } else if (found != report.problems.end()) {
      found->first = options.first;
    }
  }
  if (options.last <= report.last) return;
  report.problems.push_back(
      {ChainProblem::Kind::kMissing, report.last + 1, options.last, "the export was to reach them"});
}

}  // namespace

Result<FolderReport> CheckFolder(const std::string& folder, const FolderCheckOptions& options) {
  ASSIGN_OR_RETURN(auto files, ExportFiles(folder));
  FolderChecker checker(folder, std::move(files), options);
  RETURN_IF_ERROR(checker.Index());
  RETURN_IF_ERROR(checker.Check());
  FolderReport report = checker.Finish();
  if (report.chain.first == 0 && report.unreadable.empty()) {
    return FailWithHint(ErrorKind::kNotFound,
                        fmt::format("the folder {} has no event with a chain", StripControl(folder)),
                        "the handler adds the chain with chain = true; files end with .log, .json or .jsonl");
  }

  RequireHead(options, report.chain);
  ApplyBounds(options, report.chain);
  return report;
}

}  // namespace sallyport
