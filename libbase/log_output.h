// Sends the lines of the log to their target. When the log cannot be written, on a full disk for instance, the program
// continues: lines are lost, and the next line written says how many. When another file takes the name of the log file,
// as logrotate does, the log is reopened automatically, and on request.
#pragma once

#include <string>
#include <string_view>

#include "libbase/error.h"

namespace sallyport {

struct LogOutput {
  enum class Target { kStderr, kStdout, kFile };
  Target target = Target::kStderr;
  std::string path;   // of the file, for kFile
  bool time = true;   // lines begin with the time
  bool level = true;  // lines contain the level
};

// Sends the log of the whole process to a target. An absent file is created with mode 0600; an existing file is
// appended to. Fails with kNotFound, kAccessDenied or kInternal and names the file; the previous target then stays.
// Call it before other threads start.
Status OpenLog(const LogOutput& output);

// Reopens the log file by its name; when opening fails, the open file stays in use. Does nothing for the other targets.
// Thread-safe.
void ReopenLog();

// Returns the target that OpenLog was given.
const LogOutput& LogTarget();

// Writes a whole line with its line end. Safe from several threads.
void WriteLogLine(std::string_view line);

}  // namespace sallyport
