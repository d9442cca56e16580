#include "libcluster/auth/audit/recordings.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "libbase/log.h"
#include "libbase/secret.h"
#include "libbase/text.h"
#include "libbase/write_all.h"
#include "libresources/events/session_event.h"
#include "teleport/legacy/types/events/events.pb.h"

namespace sallyport {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kFullPartBytes = 256 << 10;
constexpr std::string_view kPartial = "/multi/";
constexpr std::string_view kOwner = "/host";  // a file in the directory of an upload

std::unexpected<Error> CannotWrite(const std::string& path) {
  return Fail(errno == ENOSPC ? ErrorKind::kLimitExceeded : ErrorKind::kInternal, "cannot write {}: {}", path,
              std::strerror(errno));
}

Status CheckId(std::string_view what, const std::string& id) {
  if (IsUuid(id)) return {};
  return Fail(ErrorKind::kBadParameter, "\"{}\" is not the id of {}", StripControl(id), what);
}

// Returns the host in an event; "" for an event without a host.
std::string HostOf(const events::OneOf& event) {
  const auto* const kind = event.GetReflection()->GetOneofFieldDescriptor(event, event.GetDescriptor()->oneof_decl(0));
  if (kind == nullptr) return "";
  const google::protobuf::Message& inner = event.GetReflection()->GetMessage(event, kind);
  const auto* const field = inner.GetDescriptor()->FindFieldByName("Server");
  if (field == nullptr) return "";
  return static_cast<const events::ServerMetadata&>(inner.GetReflection()->GetMessage(inner, field)).serverid();
}

struct Summary {
  std::string host_id;
  std::int64_t last_index = -1;
};

// Reads up to the first unreadable part.
Summary Summarize(const std::string& path) {
  Summary summary;
  auto source = RecordingFile(path);
  if (!source) return summary;
  RecordingReader reader(std::move(*source));
  while (true) {
    const auto event = reader.Next();
    if (!event || !*event) return summary;
    if (summary.host_id.empty()) summary.host_id = HostOf(**event);
    if (const auto* metadata = MetadataOf(**event)) summary.last_index = metadata->index();
  }
}

Status SyncDirectory(const std::string& path) {
  const UniqueFd directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory.valid() || ::fsync(directory.get()) != 0) return CannotWrite(path);
  return {};
}

std::unexpected<Error> OfAnotherHost(const std::string& session_id) {
  return Fail(ErrorKind::kAlreadyExists, "another host has recorded the session {}", session_id);
}

// Returns the host of an upload, known from its creation; "" when it is no longer known.
std::string OwnerOf(const std::string& upload) { return ReadFile(upload + std::string(kOwner)).value_or(""); }

// No other host may have begun to record the session.
Status CheckOwner(const std::string& directory, const std::string& session_id, const std::string& host_id) {
  std::error_code error;
  for (const auto& upload : fs::directory_iterator(directory + std::string(kPartial), error)) {
    if (!FileExists(upload.path().string() + "/" + session_id)) continue;
    const std::string owner = OwnerOf(upload.path());
    if (!owner.empty() && owner != host_id) return OfAnotherHost(session_id);
  }
  return {};
}

// Moves an upload to the path of complete recordings, unless that file is longer, or of another host.
Status MoveIntoPlace(const RecordingUpload::Place& place, std::int64_t last_index) {
  if (last_index < 0) return Fail(ErrorKind::kBadParameter, "the recording {} has no events", place.partial);
  const Summary there = FileExists(place.whole) ? Summarize(place.whole) : Summary();
  if (!place.host_id.empty() && !there.host_id.empty() && there.host_id != place.host_id) {
    return OfAnotherHost(place.session_id);
  }
  if (there.last_index <= last_index) {
    if (::rename(place.partial.c_str(), place.whole.c_str()) != 0) return CannotWrite(place.whole);
    RETURN_IF_ERROR(SyncDirectory(fs::path(place.whole).parent_path()));
  }
  std::error_code ignored;
  fs::remove_all(place.directory, ignored);
  return {};
}

void Discard(const RecordingUpload::Place& place) {
  std::error_code ignored;
  fs::remove_all(place.directory, ignored);
}

// Makes a readable recording from the whole parts of an upload. Returns whether there were any events.
Result<bool> CompletePartial(const RecordingUpload::Place& place) {
  ASSIGN_OR_RETURN(const std::uint64_t whole_bytes, WholePartsBytes(place.partial));
  if (::truncate(place.partial.c_str(), static_cast<off_t>(whole_bytes)) != 0) return CannotWrite(place.partial);
  const std::int64_t last_index = Summarize(place.partial).last_index;
  if (last_index < 0) {
    Discard(place);
    return false;
  }
  RETURN_IF_ERROR(MoveIntoPlace(place, last_index));
  return true;
}

}  // namespace

RecordingUpload::RecordingUpload(Place place, UniqueFd file) : file_(std::move(file)), place_(std::move(place)) {}

Status RecordingUpload::Append(const events::OneOf& event) {
  const events::Metadata* const metadata = MetadataOf(event);
  if (metadata == nullptr) return Fail(ErrorKind::kBadParameter, "an event of this kind cannot be recorded");
  if (const std::string host = HostOf(event); !host.empty() && host != place_.host_id) {
    return Fail(ErrorKind::kAccessDenied, "access denied: the event belongs to another host");
  }
  const MutexLock lock(mutex_);
  RETURN_IF_ERROR(part_.Add(event.SerializeAsString()));
  taken_index_ = metadata->index();
  return {};
}

bool RecordingUpload::IsFull() const {
  const MutexLock lock(mutex_);
  return part_.compressed_bytes() >= kFullPartBytes;
}

bool RecordingUpload::HasMore() const {
  const MutexLock lock(mutex_);
  return !part_.empty();
}

Result<std::int64_t> RecordingUpload::Flush() {
  const MutexLock disk_lock(disk_mutex_);
  MutexLock lock(mutex_);
  if (part_.empty()) return disk_index_;
  const std::string bytes = std::exchange(part_, RecordingPart()).Finish();
  const std::int64_t index = taken_index_;
  lock.Unlock();
  if (!WriteAll(file_.get(), bytes)) return CannotWrite(place_.partial);
  if (::fsync(file_.get()) != 0) return CannotWrite(place_.partial);
  disk_index_ = index;
  return index;
}

Status RecordingUpload::Complete() {
  ASSIGN_OR_RETURN(const std::int64_t index, Flush());
  const MutexLock disk_lock(disk_mutex_);
  return MoveIntoPlace(place_, index < 0 ? Summarize(place_.partial).last_index : index);
}

std::shared_ptr<RecordingUpload> Recordings::Keep(RecordingUpload::Place place, UniqueFd file) {
  const auto upload = std::make_shared<RecordingUpload>(std::move(place), std::move(file));
  const MutexLock lock(mutex_);
  std::erase_if(open_, [](const auto& other) { return other.second.expired(); });
  open_[upload->id()] = upload;
  return upload;
}

bool Recordings::IsOpen(const std::string& upload_id) {
  const MutexLock lock(mutex_);
  const auto found = open_.find(upload_id);
  return found != open_.end() && !found->second.expired();
}

std::string Recordings::PathOf(const std::string& session_id) const { return directory_ + "/" + session_id + ".tar"; }

Result<std::shared_ptr<RecordingUpload>> Recordings::Create(const std::string& session_id, const std::string& host_id) {
  RETURN_IF_ERROR(CheckId("a session", session_id));
  const std::string whole = PathOf(session_id);
  if (FileExists(whole) && Summarize(whole).host_id != host_id) return OfAnotherHost(session_id);
  // If two hosts claim a session at once, only the first one gets it.
  MutexLock lock(mutex_);
  RETURN_IF_ERROR(CheckOwner(directory_, session_id, host_id));
  const std::string id = RandomUuid();
  const std::string upload = directory_ + std::string(kPartial) + id;
  const std::string partial = upload + "/" + session_id;
  RETURN_IF_ERROR(MakeDirectories(upload, 0700));
  RETURN_IF_ERROR(WritePrivateFile(upload + std::string(kOwner), host_id));
  UniqueFd file(::open(partial.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0600));
  if (!file.valid()) return CannotWrite(partial);
  lock.Unlock();
  RETURN_IF_ERROR(SyncDirectory(upload));
  return Keep({id, session_id, upload, partial, whole, host_id}, std::move(file));
}

Result<std::shared_ptr<RecordingUpload>> Recordings::Resume(const std::string& session_id, const std::string& upload_id,
                                                            const std::string& host_id) {
  RETURN_IF_ERROR(CheckId("a session", session_id));
  RETURN_IF_ERROR(CheckId("an upload", upload_id));
  const std::string upload = directory_ + std::string(kPartial) + upload_id;
  const std::string partial = upload + "/" + session_id;
  UniqueFd file(::open(partial.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC));
  if (!file.valid()) return Fail(ErrorKind::kNotFound, "the upload {} of a recording does not exist", upload_id);
  ASSIGN_OR_RETURN(const std::uint64_t whole_bytes, WholePartsBytes(partial));
  if (::ftruncate(file.get(), static_cast<off_t>(whole_bytes)) != 0) return CannotWrite(partial);
  // Uploads of earlier versions have the host only in their events.
  const std::string owner = OwnerOf(upload);
  const std::string host = owner.empty() ? Summarize(partial).host_id : owner;
  if (!host.empty() && host != host_id) {
    return Fail(ErrorKind::kAccessDenied, "access denied: the upload belongs to another host");
  }
  return Keep({upload_id, session_id, upload, partial, PathOf(session_id), host_id}, std::move(file));
}

Result<RecordingReader::Source> Recordings::Open(const std::string& session_id) const {
  RETURN_IF_ERROR(CheckId("a session", session_id));
  auto source = RecordingFile(PathOf(session_id));
  if (source || source.error().kind != ErrorKind::kNotFound) return source;
  return FailWithHint(ErrorKind::kNotFound, fmt::format("there is no recording of the session {}", session_id),
                      "only interactive sessions are recorded; list the recordings: tsh recordings ls");
}

std::vector<std::string> Recordings::CompleteAbandoned(std::chrono::seconds silence) {
  std::vector<std::string> sessions;
  std::error_code error;
  for (const auto& upload : fs::directory_iterator(directory_ + std::string(kPartial), error)) {
    if (IsOpen(upload.path().filename())) continue;
    for (const auto& file : fs::directory_iterator(upload.path(), error)) {
      const auto age = fs::file_time_type::clock::now() - fs::last_write_time(file.path(), error);
      const std::string session_id = file.path().filename();
      if (error || age < silence || !IsUuid(session_id)) continue;
      const Result<bool> completed = CompletePartial({upload.path().filename(), session_id, upload.path(), file.path(),
                                                      PathOf(session_id), OwnerOf(upload.path())});
      if (completed && *completed) sessions.push_back(session_id);
      if (!completed) {
        Log(LogLevel::kError, "cannot complete a recording", {{"reason", completed.error().message}});
      }
    }
  }
  return sessions;
}

}  // namespace sallyport
