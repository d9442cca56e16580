// Reads the audit log of a cluster by gRPC, with the identity of the settings (docs/protocol/audit.md#reading).
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "libbase/mutex.h"
#include "libclient/identity_connection.h"
#include "libmachine/export/audit_source.h"
#include "libmachine/export/export_settings.h"

namespace sallyport {

class RemoteAuditSource : public AuditSource {
 public:
  // Connects at the first call.
  RemoteAuditSource(const ExportSettings& settings, NetworkSettings network)
      : settings_(settings), network_(std::move(network)) {}
  ~RemoteAuditSource() override;

  bool RefreshIdentity() override EXCLUDES(mutex_);
  Result<std::string> ClusterName() override;
  Result<AuditMethod> BestMethod() override;
  Status Follow(const std::string& cursor, Time start, bool until_end, const TakeFollowed& take,
                const StopSignal& stop) override;
  Result<std::vector<std::string>> Chunks(Time day) override;
  Status Export(Time day, const std::string& chunk, const std::string& cursor, const TakeWithCursor& take,
                const StopSignal& stop) override;
  Result<EventPage> Page(const EventWindow& window, const std::string& cursor) override;
  Status SessionEvents(const std::string& session, std::int64_t index, const Take& take,
                       const StopSignal& stop) override;
  Status Lock(const LoginLock& lock) override;

 private:
  struct Connection;
  Result<std::shared_ptr<Connection>> Connect() EXCLUDES(mutex_);
  Result<IdentityFile> ReadIdentity() const;
  Status TakeIdentity() EXCLUDES(mutex_);
  void Forget(const Error& failure) EXCLUDES(mutex_);
  template <typename Answer, typename Request>
  Result<Answer> Call(std::string_view method, const Request& request);
  template <typename Message, typename Request, typename TakeMessage>
  Status Stream(std::string_view method, const Request& request, const TakeMessage& take, const StopSignal& stop);

  const ExportSettings settings_;
  const NetworkSettings network_;
  Mutex mutex_;
  std::shared_ptr<const IdentityFile> identity_ GUARDED_BY(mutex_);  // nullptr before the first call
  std::shared_ptr<Connection> connection_ GUARDED_BY(mutex_);
};

}  // namespace sallyport
