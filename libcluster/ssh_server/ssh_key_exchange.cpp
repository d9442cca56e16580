#include "libcluster/ssh_server/ssh_key_exchange.h"

#include "libbase/digest.h"
#include "libcluster/ssh_server/ssh_message.h"
#include "libidentity/ssh_wire.h"

namespace sallyport {
namespace {

// The letters by which RFC 4253 derives each value.
struct KeyLetters {
  char nonce;
  char key;
};
constexpr KeyLetters kToServerLetters{'A', 'C'};
constexpr KeyLetters kToClientLetters{'B', 'D'};

// Returns the first bytes of the value that belongs to a letter; at most 32.
Secret DeriveValue(const SshExchangeResult& result, std::string_view session_id, char letter, std::size_t bytes) {
  const Secret source(result.shared.Reveal() + result.hash + letter + std::string(session_id));
  std::string digest = Sha256(source.Reveal());
  Secret value(digest.substr(0, bytes));
  Wipe(digest);
  return value;
}

}  // namespace

SshExchangeResult FinishSshExchange(const SshExchangeContext& context, std::string_view client_value,
                                    std::string_view server_value, const Secret& agreed) {
  SshExchangeResult result;
  result.shared = Secret(SshWriter().Mpint(agreed.Reveal()).Take());

  SshWriter writer;
  writer.String(context.client_version)
      .String(context.server_version)
      .String(context.client_proposal)
      .String(context.server_proposal)
      .String(context.host_key)
      .String(client_value)
      .String(server_value)
      .Raw(result.shared.Reveal());
  const Secret hashed(writer.Take());
  result.hash = Sha256(hashed.Reveal());
  return result;
}

Result<SshExchangeAnswer> AnswerSshExchange(const SshExchangeContext& context, AgreementCurve curve,
                                            std::string_view client_value, const PrivateKey& host_key) {
  ASSIGN_OR_RETURN(const KeyAgreement agreement, KeyAgreement::Make(curve));
  ASSIGN_OR_RETURN(const Secret agreed, agreement.Agree(client_value));

  SshExchangeAnswer answer;
  answer.result = FinishSshExchange(context, client_value, agreement.public_value(), agreed);
  ASSIGN_OR_RETURN(const std::string signature, host_key.SignSsh(answer.result.hash));
  answer.reply = SshWriter()
                     .Byte(kSshKexEcdhReply)
                     .String(context.host_key)
                     .String(agreement.public_value())
                     .String(signature)
                     .Take();
  return answer;
}

Result<SshPacketKey> DeriveSshKey(const SshExchangeResult& result, std::string_view session_id, SshDirection direction,
                                  std::size_t key_bytes, AesGcm::Direction use) {
  const KeyLetters letters = direction == SshDirection::kToServer ? kToServerLetters : kToClientLetters;
  const Secret key = DeriveValue(result, session_id, letters.key, key_bytes);
  ASSIGN_OR_RETURN(AesGcm cipher, AesGcm::Make(key, use));
  return SshPacketKey{std::move(cipher), DeriveValue(result, session_id, letters.nonce, kGcmNonceBytes).Reveal()};
}

}  // namespace sallyport
