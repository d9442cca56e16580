#include "libcluster/agents/running_services.h"

#include <sys/socket.h>

#include <catch2/catch.hpp>

#include "libbase/socket.h"
#include "sallyport/v1/tunnel_service.pb.h"

namespace sallyport {
namespace {

// The calls that the services of the test received, in order.
std::vector<std::string>& Happened() {
  static std::vector<std::string> log;
  return log;
}

class RecordedService : public AgentService {
 public:
  explicit RecordedService(std::string name) : name_(std::move(name)) { Note("starts"); }
  ~RecordedService() override { Note("stops"); }
  Result<UniqueFd> Dial(const v1::Dial& dial) override {
    Note("is dialled " + dial.id());
    ASSIGN_OR_RETURN(SocketPair pair, MakeSocketPair(SOCK_NONBLOCK));
    return std::move(pair.first);
  }
  Status Use(const HostIdentity& identity) override {
    Note("uses " + identity.host_id);
    return {};
  }
  void Carried(const std::string& id, const SshTraffic&) override { Note("has carried " + id); }
  void End(const std::string& id, const std::string&) override { Note("ends " + id); }
  void EndAll(const std::string&) override { Note("ends all"); }
  Status UserAuthoritiesChanged() override { return Fail(ErrorKind::kInternal, "no"); }

 private:
  void Note(const std::string& what) { Happened().push_back(name_ + " " + what); }
  const std::string name_;
};

class NoAuth : public AgentAuth {
 public:
  const std::string& cluster_name() const override { return name_; }
  Result<std::vector<std::string>> UserAuthorityKeys() override { return std::vector<std::string>(); }
  Result<HostKey> HostKeyFor(const std::string&, const std::vector<std::string>&) override { return HostKey(); }
  Status Announce(const v1::AgentMessage&) override { return {}; }
  Status Withdraw(const std::string&) override { return {}; }
  Status FollowKubeClusters(const std::vector<LabelSelector>&, const TakeKubeClusters&, const StopSignal&) override {
    return Fail(ErrorKind::kInterrupted, "no");
  }
  Status Emit(const AuditEvent&) override { return {}; }
  Result<std::unique_ptr<RecordingSink>> OpenRecording(const std::string&, const std::string&) override {
    return Fail(ErrorKind::kNotFound, "no");
  }

 private:
  const std::string name_ = "ex.com";
};

Result<std::unique_ptr<AgentService>> StartSsh(const AgentServiceParts&) {
  return std::make_unique<RecordedService>("ssh");
}
Result<std::unique_ptr<AgentService>> StartKube(const AgentServiceParts&) {
  return std::make_unique<RecordedService>("kube");
}
Result<std::unique_ptr<AgentService>> StartNone(const AgentServiceParts&) {
  return Fail(ErrorKind::kNotFound, "sshd is not installed");
}

// The rows of the program with services that record.
std::vector<AgentServiceRow> RecordedRows() {
  std::vector<AgentServiceRow> rows{SshServiceRow(), KubeServiceRow()};
  rows[0].start = StartSsh;
  rows[1].start = StartKube;
  return rows;
}

class Process {
 public:
  explicit Process(std::vector<AgentServiceRow> rows = RecordedRows()) : rows_(std::move(rows)) { Happened().clear(); }
  Status Start(RunningServices& services) { return services.Start({loop_, auth_, identity, config, environment_}); }
  std::span<const AgentServiceRow> rows() const { return rows_; }

  TeleportConfig config;
  HostIdentity identity;

 private:
  const std::vector<AgentServiceRow> rows_;
  EventLoop loop_{1};
  NoAuth auth_;
  const Agent::Environment environment_;
};

v1::Dial DialOf(const std::string& id, bool ssh, bool kube) {
  v1::Dial dial;
  dial.set_id(id);
  if (ssh) dial.mutable_ssh();
  if (kube) dial.mutable_kube();
  return dial;
}

TEST_CASE("a dial finds its service, and what concerns all reaches each") {
  Process process;
  process.config.kubernetes.enabled = true;
  process.identity.host_id = "host";
  {
    RunningServices services(process.rows());
    REQUIRE(process.Start(services));
    CHECK(services.Dial(DialOf("a", true, false)).value().ends_itself);
    CHECK_FALSE(services.Dial(DialOf("b", false, true)).value().ends_itself);
    services.Carried(DialOf("a", true, false), {});
    services.End("a", "locked");
    CHECK(services.Use(process.identity));
    services.UserAuthoritiesChanged();
    services.EndAll("the node is stopping");
  }
  CHECK(Happened() == std::vector<std::string>{"ssh starts", "kube starts", "ssh is dialled a", "kube is dialled b",
                                               "ssh has carried a", "ssh ends a", "kube ends a", "ssh uses host",
                                               "kube uses host", "ssh ends all", "kube ends all", "kube stops",
                                               "ssh stops"});
}

TEST_CASE("a dial that no service answers is not found") {
  Process process;
  process.config.ssh.enabled = true;
  RunningServices services(process.rows());
  const auto refused = [&](const v1::Dial& dial) {
    const auto dialled = services.Dial(dial);
    return !dialled && dialled.error().kind == ErrorKind::kNotFound &&
           dialled.error().message == "this agent does not run the requested service";
  };
  CHECK(refused(DialOf("before the start", true, false)));
  REQUIRE(process.Start(services));
  CHECK(services.Dial(DialOf("a", true, false)));
  CHECK(refused(DialOf("a service that is off", false, true)));
  CHECK(refused(DialOf("of a service without a row", false, false)));
}

TEST_CASE("a service that does not start ends the start, and those before go") {
  std::vector<AgentServiceRow> rows = RecordedRows();
  rows[1].start = StartNone;
  Process process(std::move(rows));
  process.config.kubernetes.enabled = true;
  {
    RunningServices services(process.rows());
    CHECK(process.Start(services).error().message == "sshd is not installed");
  }
  CHECK(Happened() == std::vector<std::string>{"ssh starts", "ssh stops"});
}

TEST_CASE("the hello names the roles of the services that are on") {
  TeleportConfig config;
  config.ssh.enabled = true;
  CHECK(RolesOfServices(config) == std::vector<std::string>{"Node"});
  config.kubernetes.enabled = true;
  CHECK(RolesOfServices(config) == std::vector<std::string>{"Node", "Kube"});
  config.ssh.enabled = false;
  CHECK(RolesOfServices(config) == std::vector<std::string>{"Kube"});
}

}  // namespace
}  // namespace sallyport
