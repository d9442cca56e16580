#include "libresources/events/protobuf_log.h"

#include <google/protobuf/stubs/logging.h>

#include "libbase/log.h"

namespace sallyport {
namespace {

void LogLine(google::protobuf::LogLevel level, const char*, int, const std::string& line) {
  const bool fatal = level == google::protobuf::LOGLEVEL_FATAL;
  Log(fatal ? LogLevel::kError : LogLevel::kDebug, "protobuf library", {{"line", line}});
}

}  // namespace

void BeginProtobufLog() { google::protobuf::SetLogHandler(LogLine); }

}  // namespace sallyport
