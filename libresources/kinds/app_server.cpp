#include "libresources/kinds/app_server.h"

#include "libbase/version.h"
#include "libresources/kinds/app.h"
#include "libresources/kinds/resource.h"
#include "libresources/matching/labels.h"
#include "teleport/legacy/types/resources.pb.h"

namespace sallyport {
namespace {

using google::protobuf::Message;

const types::AppServerSpecV3& SpecOf(const Message& resource) {
  return static_cast<const types::AppServerV3&>(resource).spec();
}

std::string Host(const Message& resource) { return SpecOf(resource).hostname(); }
std::string AppName(const Message& resource) { return SpecOf(resource).app().metadata().name(); }
std::string Protocol(const Message& resource) {
  const std::string& uri = SpecOf(resource).app().spec().uri();
  return uri.starts_with("tcp://") ? "TCP" : uri.starts_with("mcp+") ? "MCP" : "HTTP";
}
std::string ServerPublicAddress(const Message& resource) { return SpecOf(resource).app().spec().publicaddr(); }
std::string ServerUri(const Message& resource) { return SpecOf(resource).app().spec().uri(); }
std::string ServedAppLabels(const Message& resource) { return ShownLabels(SpecOf(resource).app()); }
std::string ServerVersion(const Message& resource) { return SpecOf(resource).version(); }

constexpr TextColumn kAppServerColumns[] = {{"Host", &Host},
                                            {"Name", &AppName},
                                            {"Type", &Protocol},
                                            {"Public Address", &ServerPublicAddress},
                                            {"URI", &ServerUri},
                                            {"Labels", &ServedAppLabels},
                                            {"Version", &ServerVersion}};

// Fills in the version that announces, then validates the server and its application; kBadParameter.
Status CheckAppServer(Message& resource) {
  auto& spec = *static_cast<types::AppServerV3&>(resource).mutable_spec();
  if (spec.hostid().empty()) return Fail(ErrorKind::kBadParameter, "spec.host_id is missing");
  if (spec.version().empty()) spec.set_version(std::string(kWireVersion));
  if (!spec.has_app()) return Fail(ErrorKind::kBadParameter, "spec.app is missing");
  const Status app = CheckAs(AppKind(), *spec.mutable_app());
  if (!app) return std::unexpected(InContext("spec.app", app.error()));
  return {};
}

}  // namespace

KindRow AppServerKind() {
  return {
      .kind = "app_server",
      .aliases = "app_servers",
      .versions = "v3",
      .prototype = &Prototype<types::AppServerV3>,
      .check = &CheckAppServer,
      .columns = kAppServerColumns,
  };
}

}  // namespace sallyport
