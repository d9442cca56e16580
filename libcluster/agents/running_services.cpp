#include "libcluster/agents/running_services.h"

#include "libbase/log.h"
#include "sallyport/v1/tunnel_service.pb.h"

namespace sallyport {

RunningServices::~RunningServices() {
  while (!running_.empty()) running_.pop_back();
}

Status RunningServices::Start(const AgentServiceParts& parts) {
  for (const AgentServiceRow& row : rows_) {
    if (!row.is_enabled(parts.config)) continue;
    ASSIGN_OR_RETURN(auto service, row.start(parts));
    running_.push_back({&row, std::move(service)});
  }
  return {};
}

const RunningServices::Running* RunningServices::Find(const v1::Dial& dial) const {
  for (const Running& running : running_) {
    if (running.row->answers(dial)) return &running;
  }
  return nullptr;
}

Result<RunningServices::Connection> RunningServices::Dial(const v1::Dial& dial) {
  const Running* const found = Find(dial);
  if (found == nullptr) return Fail(ErrorKind::kNotFound, "this agent does not run the requested service");
  ASSIGN_OR_RETURN(UniqueFd socket, found->service->Dial(dial));
  return Connection{std::move(socket), found->row->ends_connections};
}

void RunningServices::Carried(const v1::Dial& dial, const SshTraffic& traffic) {
  if (const Running* const found = Find(dial)) found->service->Carried(dial.id(), traffic);
}

Status RunningServices::Use(const HostIdentity& identity) {
  for (const Running& running : running_) RETURN_IF_ERROR(running.service->Use(identity));
  return {};
}

void RunningServices::End(const std::string& id, const std::string& reason) {
  for (const Running& running : running_) running.service->End(id, reason);
}

void RunningServices::EndAll(const std::string& reason) {
  for (const Running& running : running_) running.service->EndAll(reason);
}

void RunningServices::UserAuthoritiesChanged() {
  for (const Running& running : running_) {
    const Status changed = running.service->UserAuthoritiesChanged();
    if (changed) continue;
    Log(LogLevel::kError, "cannot use the new certificate authorities of users", {{"reason", changed.error().message}});
  }
}

std::vector<std::string> RolesOfServices(const TeleportConfig& config) {
  std::vector<std::string> roles;
  for (const AgentServiceRow& row : AllAgentServices()) {
    if (row.is_enabled(config)) roles.emplace_back(row.role);
  }
  return roles;
}

}  // namespace sallyport
