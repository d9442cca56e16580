// A recording, played back on the terminal in its own time.
#pragma once

#include <functional>

#include "libbase/error.h"
#include "libclient/recordings.h"
#include "tools/shell/output.h"

namespace sallyport {

struct PlayOptions {
  double speed = 1;
  bool skip_idle = false;  // no pause is longer than half a second
};

// Begins the recording (again).
using OpenSource = std::function<Result<EventSource>()>;

// Plays until the end, or until the user stops it: space pauses, arrows go ten seconds back and on, Ctrl-C, Ctrl-D and
// q stop. stdin is listened to when it is a terminal. Returns the exit code. kNotImplemented for a recording of
// something else than a terminal.
Result<int> PlayOnTerminal(const OpenSource& open, const PlayOptions& options, const ByteSink& out);

}  // namespace sallyport
