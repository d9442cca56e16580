// Parses the log of OpenSSH's sftp-server (`-e -l INFO`), line by line, into the file operations for the audit log.
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
  std::uint32_t flags = 0;  // of an open: the protocol's values
};

// The bytes of a file that were read and written.
struct SftpTransfer {
  std::int64_t read = 0;
  std::int64_t written = 0;
};

// Follows the log of one transfer session. For one thread.
class SftpLog {
 public:
  // Returns whether a line is the first line of sftp-server.
  static bool IsFirst(std::string_view line) { return line.starts_with("session opened for local user "); }
  // Parses a line. Returns the operation that the line completes, with its error ("" for none): the operation of an
  // earlier line, since sftp-server logs a failure after the operation.
  struct Done {
    SftpOperation operation;
    std::string error;
  };
  std::optional<Done> Take(std::string_view line);
  // Returns the last operation, if no line has completed it.
  std::optional<Done> Finish();
  // Returns the transferred files for the summary event; an empty list for none.
  Value Transfers() const;

 private:
  std::optional<SftpOperation> pending_;
  std::map<std::string, SftpTransfer> transfers_;
};

}  // namespace sallyport
