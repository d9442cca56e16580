// Reads a line of a file into which a sink wrote exported events (docs/protocol/audit.md#exported-files).
#pragma once

#include <string>
#include <string_view>

#include "libbase/error.h"
#include "libbase/value.h"
#include "libresources/events/event_chain.h"

namespace sallyport {

// Longer lines are refused; an event has 64 KiB at most, before characters are escaped.
inline constexpr std::size_t kMaxExportedLine = 1 << 20;

struct ExportedLine {
  bool has_chain = false;  // events of recordings have none
  bool left_out = false;   // the line stands for an event that was left out on purpose, whose digest it has
  ChainLink link;
  std::string digest;  // bytes
  Value event;         // with its chain
};

// Reads a line: the JSON of an event, or the same after a time and a tag with tabs between, as Fluentd's file output
// writes it. Fails with kBadParameter: no JSON, or a chain that cannot be read.
Result<ExportedLine> ReadExportedLine(std::string_view line);

// Returns whether the event has the hash that its chain says.
bool FitsItsChain(const ExportedLine& line);

}  // namespace sallyport
