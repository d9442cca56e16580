// Methods about databases as resources.
#include "libcluster/auth/listing/labelled_kind.h"
#include "libcluster/auth/watch/watched_kinds.h"
#include "teleport/legacy/client/proto/authservice.pb.h"

namespace sallyport {
namespace {

using types::DatabaseV3;

constexpr std::string_view kDatabaseKind = "db";

}  // namespace

void AddDatabaseMethods(RpcTable& table, AuthServer& auth) {
  table.Add({"/proto.AuthService/ListDatabases", RpcAccess::Rule(kDatabaseKind, {"list", "read"}), kRehearsable},
            [&auth](const RpcCall& call, const proto::ListDatabasesRequest& request,
                    proto::ListDatabasesResponse& answer) -> Status {
              ASSIGN_OR_RETURN(auto page,
                               ListLabelled<DatabaseV3>(auth, call.caller, request.page_token(), request.page_size()));
              for (auto& resource : page.first) *answer.add_databases() = std::move(resource);
              answer.set_next_page_token(page.second);
              return {};
            });
  AddLabelledMethods<DatabaseV3>(table, auth,
                                 {"Database", audit::kDatabaseCreate, audit::kDatabaseUpdate, audit::kDatabaseDelete});
}

WatchedKind DatabaseWatch() {
  return {.kind = "db", .put = &PutWatched<&proto::Event::mutable_database>, .seen_by_labels_of = "db"};
}

}  // namespace sallyport
