// Checks the files of a folder, into which a sink wrote exported events, against the hash chain of the audit log
// (docs/protocol/audit.md#exported-files).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "libbase/error.h"
#include "libresources/events/chain_check.h"

namespace sallyport {

struct FolderCheckOptions {
  std::vector<std::string> trusted_keys;  // as ChainCheck takes them; when given, there must be a head
  std::int64_t first = 0;                 // the number with which the export began on purpose; 0: not given
  std::int64_t last = 0;                  // the number that it must reach; 0: not given
};

struct FolderReport {
  ChainReport chain;
  std::int64_t files = 0;
  std::int64_t lines = 0;
  std::int64_t duplicates = 0;          // further copies of an event, which are equal
  std::int64_t without_chain = 0;       // events of recordings, say
  std::int64_t out_of_order = 0;        // lines after one of a later event in their file
  std::int64_t without_time = 0;        // events whose key `time` was removed on the way
  std::vector<std::string> unreadable;  // "events.log:7: reason"
  std::int64_t more_unreadable = 0;     // beyond the limit of `unreadable`

  bool is_whole() const { return chain.problems.empty() && unreadable.empty(); }
};

// Reads the files *.log, *.json and *.jsonl of a folder and of those below, an event a line. The order of lines and
// files does not matter, because events of one export arrive by several connections; numbers decide. Keeps 24 bytes for
// each event. Fails with kNotFound (no folder, no event with a chain), kAccessDenied, kLimitExceeded (too many files or
// events), kInternal (a file was changed meanwhile).
Result<FolderReport> CheckFolder(const std::string& folder, const FolderCheckOptions& options);

}  // namespace sallyport
