#include "libmachine/operator/drift_watch.h"

#include <set>

#include "libbase/backoff.h"
#include "libbase/log.h"
#include "libclient/grpc_stream.h"
#include "libkube/call_limits.h"
#include "libmachine/operator/custom_kind.h"
#include "libresources/kinds.h"
#include "libresources/kinds/metadata.h"
#include "teleport/legacy/client/proto/event.pb.h"
#include "teleport/legacy/types/watch.pb.h"

namespace sallyport {
namespace {

constexpr const char* kDriftMethod = "/proto.AuthService/WatchEvents";
constexpr std::chrono::milliseconds kFirstDriftPause{500};
constexpr std::chrono::milliseconds kLongestDriftPause{30'000};
constexpr std::chrono::hours kQuiet{1};  // after which a silent watch is looked at again

proto::Watch WatchedKinds() {
  proto::Watch watch;
  watch.set_allowpartialsuccess(true);  // some clusters cannot watch bots
  std::set<std::string_view> kinds;
  for (const CustomKind& kind : CustomKinds()) kinds.insert(kind.teleport_kind);
  for (const std::string_view kind : kinds) {
    auto& asked = *watch.add_kinds();
    asked.set_kind(std::string(kind));
    asked.set_loadsecrets(false);
  }
  return watch;
}

// Returns the resource of an event, or nullptr.
const google::protobuf::Message* ResourceOf(const proto::Event& event) {
  const auto* const one = event.GetDescriptor()->FindOneofByName("Resource");
  if (one == nullptr) return nullptr;
  const auto* const field = event.GetReflection()->GetOneofFieldDescriptor(event, one);
  return field == nullptr ? nullptr : &event.GetReflection()->GetMessage(event, field);
}

}  // namespace

DriftWatch::DriftWatch(RemoteCluster& cluster, RemoteOperatorCluster::Credentials credentials, Options options)
    : cluster_(cluster), credentials_(std::move(credentials)), options_(std::move(options)) {}

void DriftWatch::Run(const StopSignal& stop) {
  Backoff backoff(kFirstDriftPause, kLongestDriftPause);
  bool failing = false;
  while (!stop.stopped()) {
    const auto begun_at = std::chrono::steady_clock::now();
    const Status ended = Watch(stop);
    if (stop.stopped()) return;
    if (std::chrono::steady_clock::now() - begun_at > kLongestDriftPause) {
      backoff.Reset();
      failing = false;
    }
    const auto level = failing ? LogLevel::kDebug : LogLevel::kWarning;
    Log(level, "resources of the cluster are not watched now: drift is put right later",
        {{"reason", ended.error().message}, {"next step", ended.error().hint}});
    failing = true;
    PauseUnlessStopped(backoff.Next(), stop);
  }
}

Status DriftWatch::Watch(const StopSignal& stop) {
  ASSIGN_OR_RETURN(RpcOptions options, cluster_.OptionsFor(*credentials_()));
  ASSIGN_OR_RETURN(const auto stream, OpenGrpcStream(options, kDriftMethod));
  stream->Send(WatchedKinds().SerializeAsString());
  stream->EndSending();
  while (true) {
    RETURN_IF_ERROR(stream->Step());
    ASSIGN_OR_RETURN(const auto message, stream->Next());
    if (message) {
      RETURN_IF_ERROR(Take(*message));
      continue;
    }
    if (stream->ended()) {
      return Fail(ErrorKind::kConnectionProblem, "the watch has ended: {}", stream->ended()->message);
    }
    WaitFor(stream->fd(), stream->events(), std::chrono::steady_clock::now() + kQuiet, stop.descriptor());
    if (stop.stopped()) return Fail(ErrorKind::kInterrupted, "the operator stops");
  }
}

Status DriftWatch::Take(const std::string& message) {
  proto::Event event;
  if (!event.ParseFromString(message)) return Fail(ErrorKind::kConnectionProblem, "an event cannot be read");
  if (event.type() == proto::INIT) {
    if (std::exchange(begun_, true)) options_.missed();
    return {};
  }

  const google::protobuf::Message* const resource = ResourceOf(event);
  if (resource == nullptr) return {};
  // A removal has the kind and the name alone, in a header of another type.
  const std::string kind = KindNameOf(*resource);
  if (!kind.empty()) options_.changed(kind, NameOf(*resource), event.type() == proto::PUT ? resource : nullptr);
  return {};
}

}  // namespace sallyport
