// Applications.
#include "libclient/calls/labelled_calls.h"
#include "teleport/legacy/client/proto/authservice.pb.h"
#include "teleport/legacy/types/resources.pb.h"

namespace sallyport {
namespace {

struct App {
  using Message = types::AppV3;
  using ListRequest = proto::ListAppsRequest;
  using ListResponse = proto::ListAppsResponse;
  static constexpr std::string_view kMethod = "App";
  static const auto& Items(const ListResponse& page) { return page.applications(); }
};

}  // namespace

constinit const KindCalls kAppCalls = labelled::Row<App>("app");

}  // namespace sallyport
