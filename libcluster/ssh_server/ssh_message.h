// The numbers of SSH messages and the reasons in them (RFC 4250 section 4).
#pragma once

#include <cstdint>

namespace sallyport {

enum SshMessage : std::uint8_t {
  kSshDisconnect = 1,
  kSshIgnore = 2,
  kSshUnimplemented = 3,
  kSshDebug = 4,
  kSshServiceRequest = 5,
  kSshServiceAccept = 6,
  kSshExtInfo = 7,  // RFC 8308
  kSshKexInit = 20,
  kSshNewKeys = 21,
  kSshKexEcdhInit = 30,  // RFC 5656
  kSshKexEcdhReply = 31,
  kSshUserAuthRequest = 50,
  kSshUserAuthFailure = 51,
  kSshUserAuthSuccess = 52,
  kSshUserAuthPkOk = 60,
  kSshGlobalRequest = 80,
  kSshRequestSuccess = 81,
  kSshRequestFailure = 82,
  kSshChannelOpen = 90,
  kSshChannelOpenConfirmation = 91,
  kSshChannelOpenFailure = 92,
  kSshChannelWindowAdjust = 93,
  kSshChannelData = 94,
  kSshChannelExtendedData = 95,
  kSshChannelEof = 96,
  kSshChannelClose = 97,
  kSshChannelRequest = 98,
  kSshChannelSuccess = 99,
  kSshChannelFailure = 100,
};

// Why a connection ends.
enum class SshDisconnectReason : std::uint32_t {
  kProtocolError = 2,
  kKeyExchangeFailed = 3,
  kByApplication = 11,
  kNoMoreAuthMethods = 14,
};

// Why a channel is not opened.
enum class SshOpenFailure : std::uint32_t {
  kProhibited = 1,
  kConnectFailed = 2,
  kUnknownType = 3,
  kResourceShortage = 4,
};

}  // namespace sallyport
