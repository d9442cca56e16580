// Uploads a recording to an auth service on another host: a call of CreateAuditStream.
#pragma once

#include <memory>
#include <string>

#include "libclient/rpc.h"
#include "libcluster/auth_client/recording_sink.h"

namespace sallyport {

// Opens the call and waits for the upload's id. Fails as OpenGrpcStream does, and with the error of the auth service.
Result<std::unique_ptr<RecordingSink>> OpenRecordingCall(const RpcOptions& connection, const std::string& session_id,
                                                         const std::string& upload_id);

}  // namespace sallyport
