// Databases.
#include "libclient/calls/labelled_calls.h"
#include "teleport/legacy/client/proto/authservice.pb.h"
#include "teleport/legacy/types/resources.pb.h"

namespace sallyport {
namespace {

struct Database {
  using Message = types::DatabaseV3;
  using ListRequest = proto::ListDatabasesRequest;
  using ListResponse = proto::ListDatabasesResponse;
  static constexpr std::string_view kMethod = "Database";
  static const auto& Items(const ListResponse& page) { return page.databases(); }
};

}  // namespace

constinit const KindCalls kDatabaseCalls = labelled::Row<Database>("db");

}  // namespace sallyport
