// What OpenSSH's sftp-server says of the files that it touches, line by line (`-e -l INFO`), and what the audit log has
// of it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "libbase/value.h"
#include "libcluster/auth/audit/audit.h"

namespace sallyport {

// One operation.
struct SftpOperation {
  int action = 0;  // of events.SFTPAction
  AuditType success;
  AuditType failure;
  std::string path;
  std::string target;       // of a rename or link
  std::uint32_t flags = 0;  // of an open: as in the protocol
};

// How many bytes of a file went each way.
struct SftpTransfer {
  std::int64_t read = 0;
  std::int64_t written = 0;
};

// Follows the log of one transfer session. For one thread.
class SftpLog {
 public:
  // Whether a line is the first that sftp-server writes.
  static bool IsFirst(std::string_view line) { return line.starts_with("session opened for local user "); }
  // Takes a line. Returns the operation that it shows to be over, with the error that it had ("" for none): that of an
  // earlier line, since a failure is told after it.
  struct Done {
    SftpOperation operation;
    std::string error;
  };
  std::optional<Done> Take(std::string_view line);
  // Returns the last operation, when no line has shown it to be over.
  std::optional<Done> Finish();
  // The files that were transferred, as the summary at the end has them; an empty list for none.
  Value Transfers() const;

 private:
  std::optional<SftpOperation> pending_;
  std::map<std::string, SftpTransfer> transfers_;
};

}  // namespace sallyport
