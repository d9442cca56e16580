#include "libcluster/ssh/recording_spool.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <vector>

#include "libbase/log.h"
#include "libbase/text.h"
#include "libcluster/auth_client/recording_sink.h"
#include "libcluster/ssh/session_recorder.h"
#include "libresources/events/session_event.h"
#include "libresources/events/session_recording.h"
#include "teleport/legacy/types/events/events.pb.h"

namespace sallyport {
namespace {

constexpr std::size_t kLengthBytes = 4;
constexpr std::string_view kSuffix = ".events";
constexpr std::chrono::milliseconds kListenPeriod{1000};
constexpr std::chrono::milliseconds kFirstSendPause{500};
constexpr std::chrono::seconds kLongestSendPause{30};

bool IsFinal(const Error& error) {
  return error.kind == ErrorKind::kAccessDenied || error.kind == ErrorKind::kBadParameter ||
         error.kind == ErrorKind::kAlreadyExists;
}

}  // namespace

SpoolFile::SpoolFile(std::string path, UniqueFd file, std::uint64_t size, bool ended)
    : path_(std::move(path)), file_(std::move(file)), size_(size), ended_(ended) {}

Result<std::shared_ptr<SpoolFile>> SpoolFile::Create(const std::string& path) {
  UniqueFd file(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!file.valid()) return Fail(ErrorKind::kInternal, "cannot make {}: {}", path, std::strerror(errno));
  return std::shared_ptr<SpoolFile>(new SpoolFile(path, std::move(file), 0, false));
}

Result<std::shared_ptr<SpoolFile>> SpoolFile::Open(const std::string& path) {
  UniqueFd file(::open(path.c_str(), O_RDWR | O_CLOEXEC));
  struct stat status{};
  if (!file.valid() || ::fstat(file.get(), &status) != 0) {
    return Fail(ErrorKind::kInternal, "cannot open {}: {}", path, std::strerror(errno));
  }
  const auto size = static_cast<std::uint64_t>(status.st_size);
  return std::shared_ptr<SpoolFile>(new SpoolFile(path, std::move(file), size, true));
}

Status SpoolFile::Append(const events::OneOf& event) {
  const std::string bytes = event.SerializeAsString();
  if (bytes.empty() || bytes.size() > kMaxRecordedEventBytes) {
    return Fail(ErrorKind::kLimitExceeded, "an event of {} bytes cannot be recorded", bytes.size());
  }

  std::string record;
  for (int shift = 24; shift >= 0; shift -= 8) record.push_back(static_cast<char>(bytes.size() >> shift));
  record += bytes;

  const MutexLock lock(mutex_);
  const ssize_t count = ::pwrite(file_.get(), record.data(), record.size(), static_cast<off_t>(size_));
  if (count != static_cast<ssize_t>(record.size())) {
    const int error = count < 0 ? errno : ENOSPC;
    std::ignore = ::ftruncate(file_.get(), static_cast<off_t>(size_));
    return Fail(ErrorKind::kLimitExceeded, "cannot write {}: {}", path_, std::strerror(error));
  }
  size_ += record.size();
  more_.NotifyAll();
  return {};
}

void SpoolFile::CutOff(std::uint64_t offset) {
  const MutexLock lock(mutex_);
  if (::ftruncate(file_.get(), static_cast<off_t>(offset)) == 0) size_ = offset;
}

void SpoolFile::End() {
  ::fdatasync(file_.get());
  const MutexLock lock(mutex_);
  ended_ = true;
  more_.NotifyAll();
}

void SpoolFile::Wake() {
  const MutexLock lock(mutex_);
  more_.NotifyAll();
}

bool SpoolFile::empty() const {
  const MutexLock lock(mutex_);
  return size_ == 0;
}

bool SpoolFile::ended() const {
  const MutexLock lock(mutex_);
  return ended_;
}

void SpoolFile::WaitFor(std::uint64_t offset, std::chrono::milliseconds period) {
  MutexLock lock(mutex_);
  if (size_ <= offset && !ended_) more_.WaitFor(lock, period);
}

Result<std::optional<events::OneOf>> SpoolFile::ReadAt(std::uint64_t& offset) const {
  unsigned char length[kLengthBytes];
  {
    const MutexLock lock(mutex_);
    if (size_ < offset + kLengthBytes) return std::nullopt;
  }
  if (::pread(file_.get(), length, kLengthBytes, static_cast<off_t>(offset)) != kLengthBytes) return std::nullopt;
  const std::size_t size = std::size_t{length[0]} << 24 | length[1] << 16 | length[2] << 8 | length[3];
  if (size > kMaxRecordedEventBytes) return Fail(ErrorKind::kBadParameter, "{} is damaged", path_);

  std::string bytes(size, '\0');
  // An earlier run ended while it wrote the event, so the user never saw the event's output.
  if (::pread(file_.get(), bytes.data(), size, static_cast<off_t>(offset + kLengthBytes)) !=
      static_cast<ssize_t>(size)) {
    return std::nullopt;
  }

  events::OneOf event;
  if (!event.ParseFromString(bytes)) return Fail(ErrorKind::kBadParameter, "{} is damaged", path_);
  offset += kLengthBytes + size;
  return event;
}

// One recording, and the thread that sends it.
class RecordingSpool::Shipment {
 public:
  Shipment(AgentAuth& auth, std::string session_id, std::shared_ptr<SpoolFile> file, Options options)
      : auth_(auth), session_id_(std::move(session_id)), file_(std::move(file)), options_(std::move(options)) {}

  Status Connect() {
    offset_ = 0;
    auto sink = auth_.OpenRecording(session_id_, upload_id_);
    if (!sink && sink.error().kind == ErrorKind::kNotFound && !upload_id_.empty()) {
      upload_id_.clear();
      kept_ = -1;
      sink = auth_.OpenRecording(session_id_, "");
    }
    if (!sink) return std::unexpected(sink.error());
    sink_ = std::move(*sink);
    upload_id_ = sink_->upload_id();
    return {};
  }

  // Sends until the auth service has the whole recording, refuses it for good, or Stop.
  void Run() {
    std::chrono::milliseconds pause = kFirstSendPause;
    // A session that did not start needs no upload.
    while (!stopping() && file_->empty()) {
      if (file_->ended()) return (void)RemoveFile(file_->path());
      file_->WaitFor(0, kListenPeriod);
    }

    while (!stopping()) {
      Status sent = sink_ ? Status() : Connect();
      if (sent) {
        pause = kFirstSendPause;
        sent = Send();
      }
      if (sent) return;
      if (IsFinal(sent.error())) return GiveUp(sent.error());

      sink_.reset();
      Log(LogLevel::kWarning, "a recording waits for the auth service",
          {{"session", session_id_}, {"reason", sent.error().message}});
      if (options_.at_once && options_.lost) std::exchange(options_.lost, nullptr)(sent.error());
      Pause(pause);
      pause = std::min<std::chrono::milliseconds>(pause * 2, kLongestSendPause);
    }
  }

  void Stop() {
    {
      const MutexLock lock(mutex_);
      stopping_ = true;
      wake_.NotifyAll();
    }
    file_->Wake();
  }

 private:
  bool stopping() {
    const MutexLock lock(mutex_);
    return stopping_;
  }

  // Returns when the whole recording is in the file, or on Stop.
  Status Send() {
    while (!stopping()) {
      const bool last = file_->ended();
      ASSIGN_OR_RETURN(const auto event, file_->ReadAt(offset_));
      if (event) {
        const events::Metadata* const metadata = MetadataOf(*event);
        if (metadata != nullptr && metadata->index() <= kept_) continue;
        RETURN_IF_ERROR(sink_->Send(*event));
      } else if (last) {
        RETURN_IF_ERROR(sink_->Complete());
        return RemoveFile(file_->path());
      } else {
        RETURN_IF_ERROR(sink_->Listen());
        file_->WaitFor(offset_, kListenPeriod);
      }
      kept_ = std::max(kept_, sink_->kept_index());
    }
    return {};
  }

  // Keeps the file for the administrator.
  void GiveUp(const Error& error) {
    Log(LogLevel::kError, "the auth service refused a recording, which stays on this host",
        {{"session", session_id_}, {"file", file_->path() + ".refused"}, {"reason", error.message}});
    std::error_code ignored;
    std::filesystem::rename(file_->path(), file_->path() + ".refused", ignored);
    if (options_.lost) options_.lost(error);
  }

  void Pause(std::chrono::milliseconds pause) {
    MutexLock lock(mutex_);
    const auto end = std::chrono::steady_clock::now() + pause;
    while (!stopping_ && !wake_.WaitUntil(lock, end)) {
    }
  }

  AgentAuth& auth_;
  const std::string session_id_;
  const std::shared_ptr<SpoolFile> file_;
  Options options_;
  std::string upload_id_;
  std::int64_t kept_ = -1;
  std::uint64_t offset_ = 0;
  std::unique_ptr<RecordingSink> sink_;
  Mutex mutex_;
  ConditionVariable wake_;
  bool stopping_ GUARDED_BY(mutex_) = false;
};

RecordingSpool::RecordingSpool(AgentAuth& auth, std::string directory)
    : auth_(auth), directory_(std::move(directory)) {}

Result<std::unique_ptr<RecordingSpool>> RecordingSpool::Open(AgentAuth& auth, std::string directory) {
  RETURN_IF_ERROR(MakeDirectories(directory, 0700));
  std::unique_ptr<RecordingSpool> spool(new RecordingSpool(auth, std::move(directory)));
  RETURN_IF_ERROR(spool->ShipLeftovers());
  return spool;
}

RecordingSpool::~RecordingSpool() { Stop(); }

void RecordingSpool::Stop() {
  MutexLock lock(mutex_);
  stopping_ = true;
  for (const auto& [key, shipment] : shipments_) shipment->Stop();
  while (!shipments_.empty() || connecting_ != 0) all_ended_.Wait(lock);
}

// Ends the recording of a session that an earlier run of this process left without an end.
void RecordingSpool::EndIfOpen(SpoolFile& file) {
  std::optional<events::OneOf> first;
  std::optional<events::OneOf> last;
  std::uint64_t offset = 0;
  while (true) {
    auto event = file.ReadAt(offset);
    if (!event || !*event) break;
    if (!first) first = **event;
    last = std::move(**event);
  }

  file.CutOff(offset);
  if (!first || last->has_sessionend()) return;

  const auto end = MakeUpEnd(*first, *last);
  Status ended = end ? file.Append(*end) : Status(std::unexpected(end.error()));
  if (ended) {
    AuditEvent told(audit::kSessionEnd, auth_.cluster_name());
    const Value fields = EventToValue(*end);
    for (const auto& [key, value] : fields.as_map()) told.Add(key, value);
    ended = auth_.Emit(told);
  }
  if (!ended) Log(LogLevel::kWarning, "cannot report the end of a session", {{"reason", ended.error().message}});
}

Status RecordingSpool::ShipLeftovers() {
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(directory_, error)) {
    const std::string session_id = entry.path().stem();
    if (entry.path().extension() != kSuffix || !IsUuid(session_id)) continue;
    ASSIGN_OR_RETURN(auto file, SpoolFile::Open(entry.path()));
    EndIfOpen(*file);
    Ship(std::make_shared<Shipment>(auth_, session_id, std::move(file), Options{}));
  }
  if (error) return Fail(ErrorKind::kInternal, "cannot read {}: {}", directory_, error.message());
  return {};
}

Result<std::shared_ptr<SpoolFile>> RecordingSpool::Begin(const std::string& session_id, Options options) {
  ASSIGN_OR_RETURN(auto file, SpoolFile::Create(fmt::format("{}/{}{}", directory_, session_id, kSuffix)));
  const bool at_once = options.at_once;
  const auto shipment = std::make_shared<Shipment>(auth_, session_id, file, std::move(options));
  const Status connected = at_once ? ConnectNow(*shipment) : Status();
  if (!connected) {
    std::ignore = RemoveFile(file->path());
    return std::unexpected(connected.error());
  }
  Ship(shipment);
  return file;
}

// Stop waits for this too.
Status RecordingSpool::ConnectNow(Shipment& shipment) {
  {
    const MutexLock lock(mutex_);
    if (stopping_) return Fail(ErrorKind::kConnectionProblem, "the node is stopping");
    ++connecting_;
  }
  const Status connected = shipment.Connect();
  const MutexLock lock(mutex_);
  --connecting_;
  all_ended_.NotifyAll();
  return connected;
}

void RecordingSpool::Ship(std::shared_ptr<Shipment> shipment) {
  const MutexLock lock(mutex_);
  if (stopping_) return;
  shipments_[shipment.get()] = shipment;
  std::thread([this, shipment = std::move(shipment)] {
    shipment->Run();
    const MutexLock ended(mutex_);
    shipments_.erase(shipment.get());
    all_ended_.NotifyAll();
  }).detach();
}

}  // namespace sallyport
