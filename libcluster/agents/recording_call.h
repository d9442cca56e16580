// A recording on its way to an auth service elsewhere: a call of CreateAuditStream.
#pragma once

#include <memory>
#include <string>

#include "libclient/rpc.h"
#include "libcluster/auth_client/recording_sink.h"

namespace sallyport {

// Opens the call and waits for the upload's id. Fails as OpenGrpcStream does, and with what the auth service answers.
Result<std::unique_ptr<RecordingSink>> OpenRecordingCall(const RpcOptions& connection, const std::string& session_id,
                                                         const std::string& upload_id);

}  // namespace sallyport
