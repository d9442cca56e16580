// The command tsh mfa ls, which lists the user's second factors.
#include <algorithm>
#include <ctime>

#include "libresources/codec/codec.h"
#include "teleport/legacy/client/proto/authservice.pb.h"
#include "teleport/legacy/types/user.pb.h"
#include "tools/tsh/commands.h"
#include "tools/tsh/context.h"

namespace sallyport {
namespace {

struct MfaLs {
  bool verbose = false;
};

std::string_view TypeOf(const types::MFADevice& device) {
  if (device.has_totp()) return "TOTP";
  if (device.has_u2f()) return "U2F";
  if (device.has_webauthn()) return "WebAuthn";
  return device.has_sso() ? "SSO" : "unknown";
}

// Returns a device as the cluster sends it, without its secret; devices of older clusters have no namespace.
Value DeviceValue(types::MFADevice device) {
  if (device.metadata().namespace_().empty()) device.mutable_metadata()->set_namespace_("default");
  return EncodeMessage(device);
}

// Returns "Mon, 02 Jan 2006 15:04:05 UTC".
std::string DateText(const google::protobuf::Timestamp& stamp) {
  const std::time_t seconds = stamp.seconds();
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  char text[64];
  return {text, std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S UTC", &parts)};
}

std::string DeviceTableOf(const std::vector<types::MFADevice>& devices, bool verbose) {
  std::vector<std::string> columns{"Name", "Type", "Added at", "Last used"};
  if (verbose) columns.insert(columns.begin() + 1, "ID");
  std::vector<std::vector<std::string>> rows;
  for (const auto& device : devices) {
    auto& row = rows.emplace_back(std::vector<std::string>{device.metadata().name(), std::string(TypeOf(device)),
                                                           DateText(device.added_at()), DateText(device.last_used())});
    if (verbose) row.insert(row.begin() + 1, device.id());
  }
  return RenderTable(columns, rows);
}

Result<Output> ListDevices(const Invocation& invocation, const MfaLs& given) {
  ASSIGN_OR_RETURN(const Session session, SessionOf(invocation));
  ASSIGN_OR_RETURN(const auto rpc, ConnectAuth(session, NetworkOf(invocation), invocation.program->name));
  ASSIGN_OR_RETURN(const auto answer, rpc->Call<proto::GetMFADevicesResponse>("/proto.AuthService/GetMFADevices",
                                                                              proto::GetMFADevicesRequest()));
  std::vector<types::MFADevice> devices(answer.devices().begin(), answer.devices().end());
  std::ranges::sort(devices, {}, [](const types::MFADevice& device) { return device.metadata().name(); });
  Value list = Value::EmptyList();
  for (const auto& device : devices) list.Append(DeviceValue(device));
  return Output::Of(std::move(list), [text = DeviceTableOf(devices, given.verbose)](const Value&) { return text; });
}

}  // namespace

Command ListMfaCommand() {
  return {
      .path = "mfa ls",
      .summary = "List your second factors",
      .options = {{.name = "verbose", .short_name = 'v', .help = "Show their IDs too", .into = Into<&MfaLs::verbose>}},
      .example = "tsh mfa ls --format=json",
      .needs_login = true,
      .run = RunWith<ListDevices>};
}

}  // namespace sallyport
