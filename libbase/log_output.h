// Where the lines of the log go and what is in them. A log that cannot be written, on a full disk for instance, stops
// nothing: lines are lost, and the next one that is written says how many. A file whose name was given to another file,
// as logrotate does, is opened anew by itself, and on request.
#pragma once

#include <string>
#include <string_view>

#include "libbase/error.h"

namespace sallyport {

struct LogOutput {
  enum class Target { kStderr, kStdout, kFile };
  Target target = Target::kStderr;
  std::string path;   // of kFile
  bool time = true;   // whether a line begins with the time
  bool level = true;  // and with its level
};

// Sends the log of the whole process there. A file is made with mode 0600 when it is absent, and appended to. Fails
// with kNotFound, kAccessDenied or kInternal and names the file; then the log goes where it went. Call it before other
// threads start.
Status OpenLog(const LogOutput& output);

// Opens the file of the log by its name again; when that fails, the file that is open stays. Nothing to do for the
// other targets. Safe from several threads.
void ReopenLog();

// Returns the target that OpenLog was given.
const LogOutput& LogTarget();

// Writes a whole line with its line end. Safe from several threads.
void WriteLogLine(std::string_view line);

}  // namespace sallyport
