// Reads and writes session recordings, in files and in streams (Teleport's "ProtoStreamV1"): a sequence of parts, each
// a header of three big-endian 64-bit numbers (version 1, the size of what follows, the size of the zeros after that)
// and a gzip stream of records: a length of four bytes, big-endian, and an events.OneOf.
//
// A written part never changes, so a recording grows by appending, and a crash can only truncate the end.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "libbase/error.h"

namespace events {
class OneOf;
}  // namespace events

namespace sallyport {

// No event of a recording is larger than this, encoded.
inline constexpr std::size_t kMaxRecordedEventBytes = 64 << 10;

// Writes one part.
class RecordingPart {
 public:
  RecordingPart();
  ~RecordingPart();
  RecordingPart(RecordingPart&&) noexcept;
  RecordingPart& operator=(RecordingPart&&) noexcept;

  // Appends an encoded event. kLimitExceeded when it is too large.
  Status Add(std::string_view event);
  bool empty() const;
  std::size_t compressed_bytes() const;  // so far, about
  // Returns the whole part; no event can be added afterwards.
  std::string Finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Reads a recording, event by event. Returns events once that were recorded twice, as happens when a stream is resumed.
class RecordingReader {
 public:
  // Returns at most `size` bytes of the recording, "" at its end.
  using Source = std::function<Result<std::string>(std::size_t size)>;
  explicit RecordingReader(Source source);
  ~RecordingReader();

  // Returns the next event, or nothing at the end. Fails with kBadParameter when the bytes are not a recording, or are
  // damaged or truncated; kNotImplemented when the recording is encrypted. Events of unknown kinds have no case set.
  Result<std::optional<events::OneOf>> Next();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Returns a source that reads a file.
Result<RecordingReader::Source> RecordingFile(const std::string& path);

// Returns how many of the file's first bytes are whole parts.
Result<std::uint64_t> WholePartsBytes(const std::string& path);

}  // namespace sallyport
