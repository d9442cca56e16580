// Plays a recording on the terminal at its original speed.
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

// Begins the recording, or begins it again.
using OpenSource = std::function<Result<EventSource>()>;

// Plays until the end, or until the user stops it: space pauses, arrows go ten seconds back and on, Ctrl-C, Ctrl-D and
// q stop. Keys are read when stdin is a terminal. Returns the exit code. Fails with kNotImplemented when the recording
// is not of a terminal.
Result<int> PlayOnTerminal(const OpenSource& open, const PlayOptions& options, const ByteSink& out);

}  // namespace sallyport
