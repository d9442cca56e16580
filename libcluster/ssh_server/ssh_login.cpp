#include "libcluster/ssh_server/ssh_login.h"

#include "libcluster/ssh_server/ssh_algorithms.h"
#include "libidentity/ssh_wire.h"

namespace sallyport {
namespace {

constexpr std::string_view kPublicKeyMethod = "publickey";
constexpr std::string_view kConnectionService = "ssh-connection";

Status CheckAtEnd(const SshReader& reader) {
  if (reader.AtEnd()) return {};
  return Fail(ErrorKind::kBadParameter, "SSH login has bytes behind its end");
}

}  // namespace

Result<SshLoginRequest> ParseSshLoginRequest(std::string_view payload) {
  SshReader reader(payload);
  SshLoginRequest request;
  RETURN_IF_ERROR(reader.Byte());
  ASSIGN_OR_RETURN(request.user, reader.String());
  ASSIGN_OR_RETURN(request.service, reader.String());
  ASSIGN_OR_RETURN(request.method, reader.String());
  if (request.method != kPublicKeyMethod) return request;

  ASSIGN_OR_RETURN(const std::uint8_t is_signed, reader.Byte());
  request.is_signed = is_signed != 0;
  ASSIGN_OR_RETURN(request.certificate_type, reader.String());
  ASSIGN_OR_RETURN(request.blob, reader.String());
  if (!request.is_signed) {
    RETURN_IF_ERROR(CheckAtEnd(reader));
    return request;
  }

  request.signed_part = payload.substr(0, payload.size() - reader.rest().size());
  ASSIGN_OR_RETURN(request.signature, reader.String());
  RETURN_IF_ERROR(CheckAtEnd(reader));
  return request;
}

Result<SshCertificate> CertificateOfSshLogin(const SshLoginRequest& request) {
  if (request.service != kConnectionService || request.method != kPublicKeyMethod) {
    return Fail(ErrorKind::kAccessDenied, "access denied: only certificates are accepted");
  }
  const std::string_view algorithm = SignatureOfCertificateType(request.certificate_type);
  if (algorithm.empty()) return Fail(ErrorKind::kAccessDenied, "access denied: this type of key is not accepted");
  auto certificate = ParseSshCertificateBlob(request.blob);
  if (!certificate) return Fail(ErrorKind::kAccessDenied, "access denied: {}", certificate.error().message);

  const bool is_rsa = certificate->public_key.type() == KeyType::kRsa;
  const bool fits = is_rsa ? algorithm.starts_with("rsa-") : algorithm == certificate->public_key.SshType();
  if (!fits) return Fail(ErrorKind::kAccessDenied, "access denied: the certificate is of another type than announced");
  return certificate;
}

Result<SshLogin> VerifySshLogin(const SshLoginRequest& request, std::string_view session_id) {
  ASSIGN_OR_RETURN(SshCertificate certificate, CertificateOfSshLogin(request));
  SshReader reader(request.signature);
  const auto algorithm = reader.String();
  if (!request.is_signed || !algorithm || *algorithm != SignatureOfCertificateType(request.certificate_type)) {
    return Fail(ErrorKind::kAccessDenied, "access denied: the signature is of another algorithm than announced");
  }

  const std::string message = SshWriter().String(session_id).Raw(request.signed_part).Take();
  if (const Status valid = certificate.public_key.VerifySsh(message, request.signature); !valid) {
    return Fail(ErrorKind::kAccessDenied, "access denied: the signature of the login is wrong");
  }
  return SshLogin{request.user, std::move(certificate)};
}

}  // namespace sallyport
