// Lines of the protobuf library in the log of the program.
#pragma once

namespace sallyport {

// Leads the lines of the protobuf library through Log (libbase/log.h): by itself the library writes them to stderr in a
// form of its own, one for each string of a message that is not UTF-8, so whoever sends messages could fill a log. They
// are of level debug; the line before the library ends the process is an error. Call it once, before other threads
// start.
void BeginProtobufLog();

}  // namespace sallyport
