// Methods about applications as resources.
#include "libcluster/auth/listing/labelled_kind.h"
#include "libcluster/auth/watch/watched_kinds.h"
#include "teleport/legacy/client/proto/authservice.pb.h"

namespace sallyport {
namespace {

using types::AppV3;

constexpr std::string_view kAppKind = "app";

// An application with the proxy's name could not be reached.
Status CheckApp(AuthServer& auth, const AppV3& app) {
  const std::string& address = auth.options().proxy_public_address;
  if (app.spec().publicaddr().empty() || app.spec().publicaddr() != address.substr(0, address.rfind(':'))) return {};
  return FailWithHint(ErrorKind::kBadParameter,
                      fmt::format("spec.public_addr \"{}\" is the name of the proxy", app.spec().publicaddr()),
                      "choose another name for the application");
}

}  // namespace

void AddAppMethods(RpcTable& table, AuthServer& auth) {
  table.Add(
      {"/proto.AuthService/ListApps", RpcAccess::Rule(kAppKind, {"list", "read"}), kRehearsable},
      [&auth](const RpcCall& call, const proto::ListAppsRequest& request, proto::ListAppsResponse& answer) -> Status {
        ASSIGN_OR_RETURN(auto page, ListLabelled<AppV3>(auth, call.caller, request.start_key(), request.limit()));
        for (auto& resource : page.first) *answer.add_applications() = std::move(resource);
        answer.set_next_key(page.second);
        return {};
      });
  AddLabelledMethods<AppV3>(table, auth, {"App", audit::kAppCreate, audit::kAppUpdate, audit::kAppDelete}, CheckApp);
}

WatchedKind AppWatch() {
  return {.kind = "app", .put = &PutWatched<&proto::Event::mutable_app>, .seen_by_labels_of = "app"};
}

}  // namespace sallyport
