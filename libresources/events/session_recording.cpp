#include "libresources/events/session_recording.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "libbase/file.h"
#include "libresources/events/session_event.h"
#include "teleport/legacy/types/events/events.pb.h"

namespace sallyport {
namespace {

constexpr std::uint64_t kFileVersion = 1;
constexpr std::uint64_t kVersionWithFlags = 2;
constexpr std::size_t kHeaderBytes = 24;
constexpr std::size_t kFlagsBytes = 8;
constexpr unsigned char kEncrypted = 1;
constexpr std::size_t kLengthBytes = 4;
constexpr std::size_t kBufferBytes = 16 << 10;
constexpr int kGzipWindow = 15 + 16;  // zlib: the largest window, with gzip's header

void PutNumber(std::string& to, std::uint64_t number, std::size_t size) {
  for (std::size_t i = size; i-- > 0;) to.push_back(static_cast<char>(number >> (8 * i)));
}

std::uint64_t TakeNumber(std::string_view bytes) {
  std::uint64_t number = 0;
  for (const char byte : bytes) number = number << 8 | static_cast<unsigned char>(byte);
  return number;
}

std::unexpected<Error> Damaged(std::string_view what) {
  return Fail(ErrorKind::kBadParameter, "the recording is damaged: {}", what);
}

struct PartHeader {
  std::uint64_t version = 0;
  std::uint64_t size = 0;
  std::uint64_t padding = 0;
};

Result<PartHeader> ParseHeader(std::string_view bytes) {
  const PartHeader header{TakeNumber(bytes.substr(0, 8)), TakeNumber(bytes.substr(8, 8)),
                          TakeNumber(bytes.substr(16, 8))};
  if (header.version != kFileVersion && header.version != kVersionWithFlags) {
    return Fail(ErrorKind::kBadParameter, "the data is not a recording, or has a newer version of the format");
  }
  return header;
}

}  // namespace

struct RecordingPart::State {
  z_stream stream{};
  std::string bytes = std::string(kHeaderBytes, '\0');
  bool empty = true;

  State() { ::deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, kGzipWindow, 8, Z_DEFAULT_STRATEGY); }
  ~State() { ::deflateEnd(&stream); }

  void Deflate(std::string_view input, int flush) {
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(input.data()));
    stream.avail_in = static_cast<uInt>(input.size());
    std::array<char, kBufferBytes> buffer;
    do {
      stream.next_out = reinterpret_cast<Bytef*>(buffer.data());
      stream.avail_out = buffer.size();
      ::deflate(&stream, flush);
      bytes.append(buffer.data(), buffer.size() - stream.avail_out);
    } while (stream.avail_out == 0);
  }
};

RecordingPart::RecordingPart() : state_(std::make_unique<State>()) {}
RecordingPart::~RecordingPart() = default;
RecordingPart::RecordingPart(RecordingPart&&) noexcept = default;
RecordingPart& RecordingPart::operator=(RecordingPart&&) noexcept = default;

Status RecordingPart::Add(std::string_view event) {
  if (event.empty() || event.size() > kMaxRecordedEventBytes) {
    return Fail(ErrorKind::kLimitExceeded, "an event of {} bytes cannot be recorded", event.size());
  }
  std::string length;
  PutNumber(length, event.size(), kLengthBytes);
  state_->Deflate(length, Z_NO_FLUSH);
  state_->Deflate(event, Z_NO_FLUSH);
  state_->empty = false;
  return {};
}

bool RecordingPart::empty() const { return state_->empty; }
std::size_t RecordingPart::compressed_bytes() const { return state_->bytes.size(); }

std::string RecordingPart::Finish() {
  state_->Deflate({}, Z_FINISH);
  std::string header;
  PutNumber(header, kFileVersion, 8);
  PutNumber(header, state_->bytes.size() - kHeaderBytes, 8);
  PutNumber(header, 0, 8);
  std::ranges::copy(header, state_->bytes.begin());
  return std::move(state_->bytes);
}

struct RecordingReader::State {
  explicit State(Source source_in) : source(std::move(source_in)) {}
  ~State() { EndPart(); }

  Source source;
  bool in_part = false;
  std::uint64_t left = 0;     // unread compressed bytes of the part
  std::uint64_t padding = 0;  // bytes of padding after the part
  z_stream stream{};
  std::string input;
  bool inflated_all = false;
  std::string records;  // inflated bytes of the next records
  std::int64_t last_index = -1;

  // Returns exactly `size` bytes; fewer at the end of the recording.
  Result<std::string> Read(std::size_t size) {
    std::string bytes;
    while (bytes.size() < size) {
      ASSIGN_OR_RETURN(const std::string more, source(size - bytes.size()));
      if (more.empty()) break;
      bytes += more;
    }
    return bytes;
  }

  Status Skip(std::uint64_t size) {
    while (size > 0) {
      ASSIGN_OR_RETURN(const std::string bytes, source(std::min<std::uint64_t>(size, kBufferBytes)));
      if (bytes.empty()) return Damaged("the data ends too early");
      size -= bytes.size();
    }
    return {};
  }

  // Returns whether there is another part.
  Result<bool> BeginPart() {
    ASSIGN_OR_RETURN(const std::string bytes, Read(kHeaderBytes));
    if (bytes.empty()) return false;
    if (bytes.size() < kHeaderBytes) return Damaged("the data ends too early");

    ASSIGN_OR_RETURN(const PartHeader header, ParseHeader(bytes));
    if (header.version == kVersionWithFlags) {
      ASSIGN_OR_RETURN(const std::string flags, Read(kFlagsBytes));
      if (flags.size() < kFlagsBytes) return Damaged("the data ends too early");
      if ((static_cast<unsigned char>(flags[0]) & kEncrypted) != 0) {
        return Fail(ErrorKind::kNotImplemented, "encrypted recordings are not implemented");
      }
    }

    left = header.size;
    padding = header.padding;
    stream = {};
    ::inflateInit2(&stream, kGzipWindow);
    in_part = true;
    inflated_all = false;
    return true;
  }

  void EndPart() {
    if (in_part) ::inflateEnd(&stream);
    in_part = false;
    input.clear();
  }

  Status FinishPart() {
    if (!records.empty()) return Damaged("an event is cut off");
    EndPart();
    return Skip(std::exchange(left, 0) + std::exchange(padding, 0));
  }

  // Inflates a little more of the part.
  Status Inflate() {
    if (stream.avail_in == 0) {
      if (left == 0) return Damaged("a part is cut off");
      ASSIGN_OR_RETURN(input, source(std::min<std::uint64_t>(left, kBufferBytes)));
      if (input.empty()) return Damaged("the data ends too early");
      left -= input.size();
      stream.next_in = reinterpret_cast<Bytef*>(input.data());
      stream.avail_in = static_cast<uInt>(input.size());
    }

    std::array<char, kBufferBytes> buffer;
    stream.next_out = reinterpret_cast<Bytef*>(buffer.data());
    stream.avail_out = buffer.size();
    const int code = ::inflate(&stream, Z_NO_FLUSH);
    if (code != Z_OK && code != Z_STREAM_END && code != Z_BUF_ERROR) return Damaged("a part cannot be decompressed");
    records.append(buffer.data(), buffer.size() - stream.avail_out);
    inflated_all = code == Z_STREAM_END;
    return {};
  }

  // Returns the next record of the part, or nothing at its end.
  Result<std::optional<std::string>> Record() {
    while (true) {
      if (records.size() >= kLengthBytes) {
        const std::uint64_t size = TakeNumber(std::string_view(records).substr(0, kLengthBytes));
        if (size == 0 || size > kMaxRecordedEventBytes) return Damaged("an event has an invalid size");
        if (records.size() >= kLengthBytes + size) {
          std::string record = records.substr(kLengthBytes, size);
          records.erase(0, kLengthBytes + size);
          return record;
        }
      }

      if (inflated_all) return std::nullopt;
      RETURN_IF_ERROR(Inflate());
    }
  }

  Result<std::optional<std::string>> NextRecord() {
    while (true) {
      if (!in_part) {
        ASSIGN_OR_RETURN(const bool more, BeginPart());
        if (!more) return std::nullopt;
      }
      ASSIGN_OR_RETURN(auto record, Record());
      if (record) return record;
      RETURN_IF_ERROR(FinishPart());
    }
  }
};

RecordingReader::RecordingReader(Source source) : state_(std::make_unique<State>(std::move(source))) {}
RecordingReader::~RecordingReader() = default;

Result<std::optional<events::OneOf>> RecordingReader::Next() {
  while (true) {
    ASSIGN_OR_RETURN(const auto record, state_->NextRecord());
    if (!record) return std::nullopt;
    events::OneOf event;
    if (!event.ParseFromString(*record)) return Damaged("an event cannot be decoded");
    const events::Metadata* const metadata = MetadataOf(event);
    if (metadata == nullptr) return event;
    if (metadata->index() <= state_->last_index) continue;
    state_->last_index = metadata->index();
    return event;
  }
}

Result<RecordingReader::Source> RecordingFile(const std::string& path) {
  const auto file = std::make_shared<const UniqueFd>(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file->valid()) {
    const ErrorKind kind = errno == ENOENT ? ErrorKind::kNotFound : ErrorKind::kAccessDenied;
    return Fail(kind, "cannot read {}: {}", path, std::strerror(errno));
  }

  return RecordingReader::Source([file, path](std::size_t size) -> Result<std::string> {
    std::string bytes(size, '\0');
    const ssize_t count = ::read(file->get(), bytes.data(), size);
    if (count < 0) return Fail(ErrorKind::kInternal, "cannot read {}: {}", path, std::strerror(errno));
    bytes.resize(static_cast<std::size_t>(count));
    return bytes;
  });
}

Result<std::uint64_t> WholePartsBytes(const std::string& path) {
  const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat status{};
  if (!file.valid() || ::fstat(file.get(), &status) != 0) {
    return Fail(ErrorKind::kNotFound, "cannot read {}: {}", path, std::strerror(errno));
  }

  const auto size = static_cast<std::uint64_t>(status.st_size);
  std::uint64_t whole = 0;
  std::string bytes(kHeaderBytes, '\0');
  // Ignores bytes after the size, because another upload of the same session may still write.
  while (size - whole >= kHeaderBytes &&
         ::pread(file.get(), bytes.data(), kHeaderBytes, static_cast<off_t>(whole)) == kHeaderBytes) {
    const auto header = ParseHeader(bytes);
    if (!header) break;
    const std::uint64_t flags = header->version == kVersionWithFlags ? kFlagsBytes : 0;
    const std::uint64_t rest = size - whole - kHeaderBytes;
    // Each number is compared alone first, since their sum may overflow.
    if (header->size > rest || header->padding > rest || header->size + header->padding + flags > rest) break;
    whole += kHeaderBytes + flags + header->size + header->padding;
  }
  return whole;
}

}  // namespace sallyport
