#include "libidentity/ssh_certificate.h"

#include <algorithm>
#include <chrono>

#include "libbase/encoding.h"
#include "libbase/secret.h"
#include "libbase/trim.h"
#include "libidentity/ssh_wire.h"

namespace sallyport {
namespace {

constexpr std::string_view kCertificateTypeSuffix = "-cert-v01@openssh.com";
constexpr std::string_view kKeyLineSpaces = " \t\r\n";
constexpr std::size_t kMaxBlobBytes = 256 << 10;
constexpr std::size_t kNonceBytes = 32;

// How many strings make the key of a type inside a certificate.
struct KeyShape {
  std::string_view type;
  int strings;
};
constexpr KeyShape kShapes[] = {{"ssh-ed25519", 1},
                                {"ssh-rsa", 2},
                                {"ecdsa-sha2-nistp256", 2},
                                {"ecdsa-sha2-nistp384", 2},
                                {"ecdsa-sha2-nistp521", 2}};

// Reads the type and the key. A certificate has the nonce between the two, a plain key blob has not.
Status ReadKey(SshReader& reader, SshCertificate& certificate) {
  ASSIGN_OR_RETURN(std::string_view type, reader.String());
  const auto shape = std::ranges::find_if(kShapes, [&](const KeyShape& row) {
    return type.ends_with(kCertificateTypeSuffix) &&
           type.substr(0, type.size() - kCertificateTypeSuffix.size()) == row.type;
  });
  if (shape == std::end(kShapes)) {
    return Fail(ErrorKind::kBadParameter, "SSH certificate is of a type that is not supported");
  }

  ASSIGN_OR_RETURN(certificate.nonce, reader.String());
  SshWriter blob;
  blob.String(shape->type);
  for (int i = 0; i < shape->strings; ++i) {
    ASSIGN_OR_RETURN(const std::string_view part, reader.String());
    blob.String(part);
  }
  ASSIGN_OR_RETURN(certificate.public_key, ParseSshBlob(blob.bytes()));
  return {};
}

Result<std::vector<std::string>> ReadPrincipals(std::string_view packed) {
  std::vector<std::string> principals;
  SshReader reader(packed);
  while (!reader.AtEnd()) {
    ASSIGN_OR_RETURN(const std::string_view principal, reader.String());
    principals.emplace_back(principal);
  }
  return principals;
}

// Names go up strictly; a value that is not empty is a string inside the data.
Result<SshOptions> ReadOptions(std::string_view packed) {
  SshOptions options;
  SshReader reader(packed);
  while (!reader.AtEnd()) {
    ASSIGN_OR_RETURN(const std::string_view name, reader.String());
    ASSIGN_OR_RETURN(const std::string_view data, reader.String());
    if (!options.empty() && options.rbegin()->first >= name) {
      return Fail(ErrorKind::kBadParameter, "SSH certificate has options out of order");
    }

    std::string_view value;
    if (!data.empty()) {
      SshReader inner(data);
      ASSIGN_OR_RETURN(value, inner.String());
      if (!inner.AtEnd())
        return Fail(ErrorKind::kBadParameter, "SSH certificate has an option with more than one value");
    }
    options.emplace(name, value);
  }
  return options;
}

Status ReadFields(SshReader& reader, SshCertificate& certificate) {
  ASSIGN_OR_RETURN(certificate.serial, reader.Uint64());
  ASSIGN_OR_RETURN(const std::uint32_t type, reader.Uint32());
  if (type != static_cast<std::uint32_t>(SshCertificateType::kUser) &&
      type != static_cast<std::uint32_t>(SshCertificateType::kHost)) {
    return Fail(ErrorKind::kBadParameter, "SSH certificate is neither for a user nor for a host");
  }
  certificate.type = static_cast<SshCertificateType>(type);

  ASSIGN_OR_RETURN(certificate.key_id, reader.String());
  ASSIGN_OR_RETURN(const std::string_view principals, reader.String());
  ASSIGN_OR_RETURN(certificate.principals, ReadPrincipals(principals));
  ASSIGN_OR_RETURN(certificate.valid_after, reader.Uint64());
  ASSIGN_OR_RETURN(certificate.valid_before, reader.Uint64());
  ASSIGN_OR_RETURN(const std::string_view critical, reader.String());
  ASSIGN_OR_RETURN(certificate.critical_options, ReadOptions(critical));
  ASSIGN_OR_RETURN(const std::string_view extensions, reader.String());
  ASSIGN_OR_RETURN(certificate.extensions, ReadOptions(extensions));

  RETURN_IF_ERROR(reader.String());  // reserved
  ASSIGN_OR_RETURN(const std::string_view signature_key, reader.String());
  ASSIGN_OR_RETURN(certificate.signature_key, ParseSshBlob(signature_key));
  ASSIGN_OR_RETURN(certificate.signature, reader.String());
  if (!reader.AtEnd()) return Fail(ErrorKind::kBadParameter, "SSH certificate has bytes behind its end");
  return {};
}

std::string PackOptions(const SshOptions& options) {
  SshWriter writer;
  for (const auto& [name, value] : options) {
    writer.String(name).String(value.empty() ? std::string() : SshWriter().String(value).Take());
  }
  return writer.Take();
}

// Returns the signed part: all fields but the signature.
std::string SignedPart(const SshCertificate& certificate) {
  SshWriter principals;
  for (const std::string& principal : certificate.principals) principals.String(principal);
  const std::string key = certificate.public_key.ToSshBlob();
  SshReader key_reader(key);
  (void)key_reader.String();  // the type, which differs from the certificate's

  SshWriter writer;
  writer.String(std::string(certificate.public_key.SshType()).append(kCertificateTypeSuffix))
      .String(certificate.nonce)
      .Raw(key_reader.rest())
      .Uint64(certificate.serial)
      .Uint32(static_cast<std::uint32_t>(certificate.type))
      .String(certificate.key_id)
      .String(principals.bytes())
      .Uint64(certificate.valid_after)
      .Uint64(certificate.valid_before)
      .String(PackOptions(certificate.critical_options))
      .String(PackOptions(certificate.extensions))
      .String("")
      .String(certificate.signature_key.ToSshBlob());
  return writer.Take();
}

Time FromUnix(std::uint64_t seconds) {
  const auto latest = std::chrono::floor<std::chrono::seconds>(Time::max());
  const auto limit = static_cast<std::uint64_t>(latest.time_since_epoch().count());
  if (seconds > limit) return Time::max();
  return Time(std::chrono::seconds(static_cast<std::int64_t>(seconds)));
}

}  // namespace

Status SshCertificate::Sign(const PrivateKey& ca_key) {
  if (public_key.empty()) return Fail(ErrorKind::kBadParameter, "SSH certificate to sign has no key");
  if (ca_key.empty()) return Fail(ErrorKind::kBadParameter, "no key to sign an SSH certificate with");
  nonce = RandomBytes(kNonceBytes);
  signature_key = ca_key.public_key();
  const std::string part = SignedPart(*this);
  ASSIGN_OR_RETURN(signature, ca_key.SignSsh(part));
  blob = SshWriter().Raw(part).String(signature).Take();
  return {};
}

Status SshCertificate::CheckSignature() const {
  const std::size_t tail = sizeof(std::uint32_t) + signature.size();
  if (blob.size() < tail) return Fail(ErrorKind::kAccessDenied, "SSH certificate is not signed");
  const std::string_view part = std::string_view(blob).substr(0, blob.size() - tail);
  if (auto status = signature_key.VerifySsh(part, signature); !status) {
    return Fail(ErrorKind::kAccessDenied, "SSH certificate: {}", status.error().message);
  }
  return {};
}

Status SshCertificate::CheckValidity(Time now) const {
  if (now < FromUnix(valid_after)) {
    return FailWithHint(
        ErrorKind::kNotLoggedIn,
        fmt::format("SSH certificate of \"{}\" is not valid before {}", key_id, FormatTime(FromUnix(valid_after))),
        "compare the clocks of both hosts");
  }
  if (valid_before != kSshForever && now >= FromUnix(valid_before)) {
    return FailWithHint(
        ErrorKind::kNotLoggedIn,
        fmt::format("SSH certificate of \"{}\" expired at {}", key_id, FormatTime(FromUnix(valid_before))),
        "log in again");
  }
  return {};
}

bool SshCertificate::HasPrincipal(std::string_view principal) const {
  return std::ranges::find(principals, principal) != principals.end();
}

Time SshCertificate::ExpiresAt() const { return FromUnix(valid_before); }

std::string SshCertificate::ToAuthorizedKey(std::string_view comment) const {
  if (blob.empty()) return {};
  return fmt::format("{}{} {}{}{}", public_key.SshType(), kCertificateTypeSuffix, ToBase64(blob),
                     comment.empty() ? "" : " ", comment);
}

Result<SshCertificate> ParseSshCertificateBlob(std::string_view blob) {
  if (blob.size() > kMaxBlobBytes) {
    return Fail(ErrorKind::kBadParameter, "SSH certificate is larger than {} bytes", kMaxBlobBytes);
  }
  SshCertificate certificate;
  SshReader reader(blob);
  RETURN_IF_ERROR(ReadKey(reader, certificate));
  RETURN_IF_ERROR(ReadFields(reader, certificate));
  certificate.blob = blob;
  return certificate;
}

Result<SshCertificate> ParseSshCertificate(std::string_view line) {
  line = Trimmed(line);
  const std::string_view type = line.substr(0, line.find_first_of(kKeyLineSpaces));
  if (!IsSshCertificateType(type) || line.find('\n') != std::string_view::npos) {
    return Fail(ErrorKind::kBadParameter, "text is not a single line with an SSH certificate");
  }

  line.remove_prefix(type.size());
  line.remove_prefix(std::min(line.find_first_not_of(kKeyLineSpaces), line.size()));
  ASSIGN_OR_RETURN(const std::string blob, FromBase64(line.substr(0, line.find_first_of(kKeyLineSpaces))));

  SshReader reader(blob);
  const auto inner_type = reader.String();
  if (!inner_type || *inner_type != type) {
    return Fail(ErrorKind::kBadParameter, "SSH certificate does not start with its type");
  }
  return ParseSshCertificateBlob(blob);
}

bool IsSshCertificateType(std::string_view type) {
  return type.size() > kCertificateTypeSuffix.size() && type.ends_with(kCertificateTypeSuffix);
}

}  // namespace sallyport
