// Issues the certificates of a bot itself, at a join and at a renewal, and records that in the bot's instance. Each
// certificate of an instance carries the next generation: a copy of a renewable certificate is found out when the
// second holder renews, and the instance is locked (docs/protocol/joining.md#generations).
#pragma once

#include <functional>
#include <string>

#include "libbase/error.h"
#include "libcluster/auth/trust/user_certs.h"
#include "libcluster/backend/backend.h"
#include "libcluster/rpc/caller.h"
#include "teleport/machineid/v1/bot_instance.pb.h"

namespace sallyport {

class AuthServer;

// Certificates of a bot are valid for an hour unless it asks for another time, at most for a week.
inline constexpr std::chrono::hours kDefaultBotCertificateTtl{1};
inline constexpr std::chrono::hours kMaxBotCertificateTtl{7 * 24};

struct BotAuthentication {
  // The caller; the instance and the generation of its certificate count. A caller without one gets a new instance.
  Caller caller;
  // The certificates to issue. base.bot_name and base.renewable are set; instance and generation are filled in.
  UserCertsRequest issue;
  // How the bot authenticated; time, generation and key are filled in.
  teleport::machineid::v1::BotInstanceStatusAuthentication record;
  // Adds what belongs to the same transaction, such as the event; may be called again when another transaction came
  // first.
  std::function<Status(const UserCerts&, BackendTransaction&)> complete;
};

// Issues the certificates and commits the instance with the rest of the transaction.
//
// Fails with kAccessDenied: a renewable certificate of another generation than the newest, upon which the instance is
// locked; a renewable certificate whose instance is gone; a lock. Fails with the kinds of UserCertIssuer::Issue, with
// kNotFound when something that the transaction removes is gone, and with kCompareFailed when others change the
// instance all the time.
Result<UserCerts> AuthenticateBot(AuthServer& auth, const BotAuthentication& authentication);

}  // namespace sallyport
