#include "libmachine/bot/identity/remote_authority_watch.h"

#include "libclient/grpc_stream.h"
#include "teleport/legacy/client/proto/event.pb.h"
#include "teleport/legacy/types/watch.pb.h"

namespace sallyport {
namespace {

constexpr const char* kWatchMethod = "/proto.AuthService/WatchEvents";
constexpr const char* kWatchedTypes[] = {"host", "user", "db"};

class RemoteAuthorityWatch : public AuthorityWatch {
 public:
  RemoteAuthorityWatch(std::unique_ptr<GrpcStream> stream, int stop_descriptor)
      : stream_(std::move(stream)), stop_descriptor_(stop_descriptor) {}

  Result<bool> Wait(std::chrono::milliseconds time) override {
    const Deadline deadline = std::chrono::steady_clock::now() + time;
    while (true) {
      RETURN_IF_ERROR(stream_->Step());
      ASSIGN_OR_RETURN(const auto message, stream_->Next());
      if (message) {
        proto::Event event;
        if (!event.ParseFromString(*message)) return Fail(ErrorKind::kConnectionProblem, "an event cannot be read");
        if (event.type() != proto::INIT) return true;
        continue;
      }
      if (stream_->ended()) {
        return Fail(ErrorKind::kConnectionProblem, "the watch of authorities has ended: {}", stream_->ended()->message);
      }
      if (!WaitFor(stream_->fd(), stream_->events(), deadline, stop_descriptor_)) return false;
    }
  }

 private:
  const std::unique_ptr<GrpcStream> stream_;
  const int stop_descriptor_;
};

}  // namespace

Result<std::unique_ptr<AuthorityWatch>> WatchRemoteAuthorities(const RpcOptions& options, const std::string& cluster) {
  proto::Watch watch;
  auto& kind = *watch.add_kinds();
  kind.set_kind("cert_authority");
  for (const char* const type : kWatchedTypes) (*kind.mutable_filter())[type] = cluster;

  ASSIGN_OR_RETURN(auto stream, OpenGrpcStream(options, kWatchMethod));
  stream->Send(watch.SerializeAsString());
  stream->EndSending();
  return std::make_unique<RemoteAuthorityWatch>(std::move(stream), options.network.stop_descriptor);
}

}  // namespace sallyport
