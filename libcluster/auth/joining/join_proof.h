// The first part of every join: finds the token of a request and verifies that the machine may use it. What was found
// out on the way is for the audit log, also when the join is refused.
#pragma once

#include <string>
#include <string_view>

#include "libbase/error.h"
#include "libbase/value.h"
#include "libcluster/auth/joining/joining.h"
#include "teleport/workloadidentity/v1/join_attrs.pb.h"

namespace types {
class ProvisionTokenV2;
}

namespace sallyport {

class AuditEvent;

// The role that a host asks for when it wants all roles of its token.
inline constexpr std::string_view kInstanceRole = "Instance";

// The facts about a machine that a join method has verified.
struct JoinEvidence {
  // The machine as certificates and bot instances name it, without `meta`.
  teleport::workloadidentity::v1::JoinAttrs attributes;
  Value claims;  // what the issuer of the proof wrote, for the audit log and bot instances; null: nothing
};

// The facts of one join for its audit event.
struct JoinTrail {
  std::string method;      // "token" until the token is found
  std::string token_name;  // masked when the name is a secret; empty until the token is found
  std::string bot_name;    // of the token; empty: the token is not of a bot
  JoinEvidence evidence;
  std::string reason;  // why the proof was refused; the machine is told less
};

// Checks the sizes of a request, finds its token, verifies the proof, and checks that the token gives the role.
// `trail` gets what is found out, also before a failure.
//
// Fails with kBadParameter and kLimitExceeded (names, keys), kAccessDenied (no such token, a refused proof, another
// role), kNotImplemented (a method without a row).
Result<types::ProvisionTokenV2> VerifyJoin(AuthServer& auth, const JoinRequest& request, JoinTrail& trail);

// Checks the sizes of the names and keys in a request. Fails as VerifyJoin does.
Status CheckJoinSizes(const JoinRequest& request);

// Adds to the event of a join: method, token_name, attributes, success, and the reason of a refusal.
void AddTrail(const JoinTrail& trail, const Status& outcome, AuditEvent& event);

// Returns a text of a request, cut to the length that events keep.
std::string ShownInEvent(const std::string& text);

}  // namespace sallyport
