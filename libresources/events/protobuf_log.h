// Sends log lines of the protobuf library to the log of the program.
#pragma once

namespace sallyport {

// Sends the lines of the protobuf library through Log (libbase/log.h). By default the library writes to stderr in its
// own format, one line for each string of a message that is not UTF-8, so a peer could fill the log. The lines have
// level debug; the line before the library aborts the process has level error. Call it once, before other threads
// start.
void BeginProtobufLog();

}  // namespace sallyport
