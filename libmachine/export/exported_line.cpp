#include "libmachine/export/exported_line.h"

#include <cmath>

#include "libbase/encoding.h"
#include "libbase/json.h"
#include "libbase/time.h"
#include "libbase/value_fields.h"
#include "libmachine/export/exported_event.h"

namespace sallyport {
namespace {

constexpr double kLargestChainNumber = 1e15;

// Returns the part of a line that is JSON.
Result<std::string_view> JsonOfLine(std::string_view line) {
  if (line.starts_with('{')) return line;
  const auto begin = line.find("\t{");
  if (begin == std::string_view::npos) return Fail(ErrorKind::kBadParameter, "there is no JSON of an event");
  return line.substr(begin + 1);
}

Result<std::string> HashAt(const Value& chain, std::string_view key) {
  auto hash = FromHex(TextAt(chain, key));
  if (hash && hash->size() == kChainHashBytes) return hash;
  return Fail(ErrorKind::kBadParameter, "chain.{} is not a hash of {} bytes in hexadecimal digits", key,
              kChainHashBytes);
}

Result<ChainLink> LinkOf(const Value& chain) {
  ChainLink link;
  const Value* const number = chain.Find("number");
  const double given = number != nullptr ? number->as_double() : 0;
  if (!(given >= 1 && given <= kLargestChainNumber) || std::trunc(given) != given) {
    return Fail(ErrorKind::kBadParameter, "chain.number is not the number of an event");
  }
  link.number = static_cast<std::int64_t>(given);

  const auto committed = ParseTime(TextAt(chain, "committed"));
  if (!committed) return Fail(ErrorKind::kBadParameter, "chain.committed is not a time");
  link.committed = *committed;
  ASSIGN_OR_RETURN(link.previous, HashAt(chain, "previous"));
  ASSIGN_OR_RETURN(link.hash, HashAt(chain, "hash"));
  return link;
}

}  // namespace

Result<ExportedLine> ReadExportedLine(std::string_view line) {
  if (line.size() > kMaxExportedLine) {
    return Fail(ErrorKind::kBadParameter, "the line is longer than {} bytes", kMaxExportedLine);
  }
  ASSIGN_OR_RETURN(const std::string_view json, JsonOfLine(line));
  auto event = ParseJson(json);
  if (!event) return std::unexpected(event.error());
  if (!event->is_map()) return Fail(ErrorKind::kBadParameter, "there is no JSON of an event");

  ExportedLine read;
  const Value* const chain = event->Find("chain");
  if (chain != nullptr) {
    read.has_chain = true;
    ASSIGN_OR_RETURN(read.link, LinkOf(*chain));
    read.left_out = TextAt(*event, "event") == kLeftOutType;
    if (read.left_out) {
      ASSIGN_OR_RETURN(read.digest, HashAt(*chain, "digest"));
    } else {
      read.digest = EventDigest(*event);
    }
  }
  read.event = std::move(*event);
  return read;
}

bool FitsItsChain(const ExportedLine& line) { return LinkHash(line.link, line.digest) == line.link.hash; }

}  // namespace sallyport
