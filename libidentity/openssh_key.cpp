#include "libidentity/openssh_key.h"

#include "libidentity/key_parts.h"
#include "libidentity/ssh_wire.h"

namespace sallyport {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kMagic = "openssh-key-v1\0"sv;
constexpr std::string_view kNoCipher = "none";
constexpr std::size_t kBlockBytes = 8;  // without a cipher the private part is padded to this size
constexpr std::size_t kSeedBytes = 32;

Result<KeyPtr> ReadEd25519(SshReader& reader) {
  ASSIGN_OR_RETURN(const std::string_view raw_public, reader.String());
  ASSIGN_OR_RETURN(const std::string_view both, reader.String());
  if (both.size() != 2 * kSeedBytes || both.substr(kSeedBytes) != raw_public) {
    return Fail(ErrorKind::kBadParameter, "Ed25519 private key is broken");
  }
  ASSIGN_OR_RETURN(KeyPtr key, MakeEd25519PrivateKey(both.substr(0, kSeedBytes)));
  if (RawEd25519PublicKey(key.get()) != raw_public) {
    return Fail(ErrorKind::kBadParameter, "Ed25519 key has halves that do not belong together");
  }
  return key;
}

Result<KeyPtr> ReadEcdsa(SshReader& reader, const Curve& curve) {
  ASSIGN_OR_RETURN(const std::string_view name, reader.String());
  ASSIGN_OR_RETURN(const std::string_view point, reader.String());
  ASSIGN_OR_RETURN(const std::string_view d, reader.Mpint());
  if (name != curve.ssh_name) return Fail(ErrorKind::kBadParameter, "ECDSA key names another curve than its type");
  return MakeEcPrivateKey(curve, point, d);
}

Result<KeyPtr> ReadRsa(SshReader& reader) {
  RsaNumbers numbers;
  for (std::string_view RsaNumbers::* number :
       {&RsaNumbers::n, &RsaNumbers::e, &RsaNumbers::d, &RsaNumbers::inverse_of_q, &RsaNumbers::p, &RsaNumbers::q}) {
    ASSIGN_OR_RETURN(numbers.*number, reader.Mpint());
  }
  return MakeRsaPrivateKey(numbers);
}

Result<KeyPtr> ReadKey(SshReader& reader) {
  ASSIGN_OR_RETURN(const std::string_view type, reader.String());
  if (type == "ssh-ed25519") return ReadEd25519(reader);
  if (type == "ssh-rsa") return ReadRsa(reader);
  if (const Curve* curve = FindCurveBySshType(type)) return ReadEcdsa(reader, *curve);
  return Fail(ErrorKind::kBadParameter, "OpenSSH private key is of a type that is not supported");
}

// The padding counts 1, 2, 3 and so on to the end.
Status CheckPadding(std::string_view padding) {
  for (std::size_t i = 0; i < padding.size(); ++i) {
    if (static_cast<unsigned char>(padding[i]) != i + 1) {
      return Fail(ErrorKind::kBadParameter, "OpenSSH private key has wrong padding");
    }
  }
  return {};
}

// Reads the fields before the private part and returns the private part.
Result<std::string_view> ReadFrame(std::string_view body) {
  SshReader reader(body);
  const auto magic = reader.Raw(kMagic.size());
  if (!magic || *magic != kMagic)
    return Fail(ErrorKind::kBadParameter, "OpenSSH private key does not begin with the marker of its format");
  ASSIGN_OR_RETURN(const std::string_view cipher, reader.String());
  ASSIGN_OR_RETURN(const std::string_view derivation, reader.String());
  RETURN_IF_ERROR(reader.String());  // options of the derivation
  if (cipher != kNoCipher || derivation != kNoCipher) {
    return FailWithHint(ErrorKind::kBadParameter, "private key is protected by a passphrase",
                        "remove the passphrase with ssh-keygen -p");
  }
  ASSIGN_OR_RETURN(const std::uint32_t count, reader.Uint32());
  if (count != 1) return Fail(ErrorKind::kBadParameter, "OpenSSH private key file holds {} keys", count);
  RETURN_IF_ERROR(reader.String());  // the public key, which the private part repeats
  ASSIGN_OR_RETURN(const std::string_view part, reader.String());
  if (!reader.AtEnd()) return Fail(ErrorKind::kBadParameter, "OpenSSH private key has bytes behind its end");
  return part;
}

}  // namespace

Result<KeyPtr> ParseOpenSshPrivateKey(std::string_view body) {
  ASSIGN_OR_RETURN(const std::string_view part, ReadFrame(body));
  SshReader reader(part);
  ASSIGN_OR_RETURN(const std::uint32_t first_check, reader.Uint32());
  ASSIGN_OR_RETURN(const std::uint32_t second_check, reader.Uint32());
  if (first_check != second_check) return Fail(ErrorKind::kBadParameter, "OpenSSH private key is broken");
  ASSIGN_OR_RETURN(KeyPtr key, ReadKey(reader));
  RETURN_IF_ERROR(reader.String());  // the comment
  RETURN_IF_ERROR(CheckPadding(reader.rest()));
  return key;
}

Secret FormatOpenSshPrivateKey(const EVP_PKEY* key, std::string_view public_blob, std::string_view comment) {
  const std::string check = RandomBytes(4);
  SshWriter part;
  part.Raw(check).Raw(check);
  if (const Curve* curve = CurveOf(key)) {
    const Secret d(KeyNumber(key, OSSL_PKEY_PARAM_PRIV_KEY));
    part.String(curve->ssh_type).String(curve->ssh_name).String(EcPoint(key)).Mpint(d.Reveal());
  } else {
    const std::string raw_public = RawEd25519PublicKey(key);
    const Secret both(RawEd25519Seed(key) + raw_public);
    part.String("ssh-ed25519").String(raw_public).String(both.Reveal());
  }
  part.String(comment);
  for (std::uint8_t pad = 1; part.bytes().size() % kBlockBytes != 0; ++pad) part.Byte(pad);
  const Secret private_part(part.Take());

  SshWriter body;
  body.Raw(kMagic).String(kNoCipher).String(kNoCipher).String("").Uint32(1);
  body.String(public_blob).String(private_part.Reveal());
  return Secret(body.Take());
}

}  // namespace sallyport
