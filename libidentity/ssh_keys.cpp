// The SSH forms of keys.h: blobs, authorized_keys lines, signatures.
#include <openssl/sha.h>

#include "libbase/encoding.h"
#include "libbase/trim.h"
#include "libidentity/key_parts.h"
#include "libidentity/keys.h"
#include "libidentity/openssl.h"
#include "libidentity/ssh_wire.h"

namespace sallyport {
namespace {

constexpr std::string_view kEd25519 = "ssh-ed25519";
constexpr std::string_view kRsa = "ssh-rsa";
constexpr std::string_view kRsaSha256 = "rsa-sha2-256";
constexpr std::string_view kRsaSha512 = "rsa-sha2-512";
constexpr std::size_t kMaxKeyBytes = 1 << 16;
constexpr int kBitsForSha512 = 4096;
constexpr std::string_view kKeySpaces = " \t\r\n";

Digest DigestOfCurve(const Curve& curve) {
  if (curve.nid == NID_secp384r1) return Digest::kSha384;
  return curve.nid == NID_secp521r1 ? Digest::kSha512 : Digest::kSha256;
}

// Returns the digest that a signature algorithm means for a key, or fails when the two do not belong together.
Result<Digest> DigestOf(std::string_view algorithm, const PublicKey& key) {
  if (key.type() == KeyType::kRsa) {
    if (algorithm == kRsaSha256) return Digest::kSha256;
    if (algorithm == kRsaSha512) return Digest::kSha512;
  } else if (algorithm == key.SshType()) {
    return key.type() == KeyType::kEcdsa ? DigestOfCurve(*CurveOf(key.native())) : Digest::kSha256;
  }
  return Fail(ErrorKind::kBadParameter, "signature algorithm does not fit a key of type {}", key.SshType());
}

// SSH carries the two numbers of an ECDSA signature, everything else carries DER.
Result<std::string> EcdsaToSsh(std::string_view der) {
  const unsigned char* place = AsBytes(der);
  const EcdsaSignaturePtr signature(d2i_ECDSA_SIG(nullptr, &place, static_cast<long>(der.size())));
  if (signature == nullptr) return FailOpenSsl(ErrorKind::kInternal, "cannot read a signature");
  SshWriter numbers;
  for (const BIGNUM* number : {ECDSA_SIG_get0_r(signature.get()), ECDSA_SIG_get0_s(signature.get())}) {
    std::string bytes(static_cast<std::size_t>(BN_num_bytes(number)), '\0');
    BN_bn2bin(number, reinterpret_cast<unsigned char*>(bytes.data()));
    numbers.Mpint(bytes);
  }
  return numbers.Take();
}

Result<std::string> EcdsaFromSsh(std::string_view numbers) {
  SshReader reader(numbers);
  ASSIGN_OR_RETURN(const std::string_view r, reader.Mpint());
  ASSIGN_OR_RETURN(const std::string_view s, reader.Mpint());
  if (!reader.AtEnd()) return Fail(ErrorKind::kBadParameter, "ECDSA signature has bytes behind its end");
  const EcdsaSignaturePtr signature(ECDSA_SIG_new());
  BignumPtr r_number(BN_bin2bn(AsBytes(r), static_cast<int>(r.size()), nullptr));
  BignumPtr s_number(BN_bin2bn(AsBytes(s), static_cast<int>(s.size()), nullptr));
  if (signature == nullptr || ECDSA_SIG_set0(signature.get(), r_number.get(), s_number.get()) != 1) {
    return FailOpenSsl(ErrorKind::kInternal, "cannot make a signature");
  }
  (void)r_number.release();  // the signature owns both numbers now
  (void)s_number.release();
  return ToDer(signature.get(), i2d_ECDSA_SIG);
}

Result<KeyPtr> ReadBlob(SshReader& reader) {
  ASSIGN_OR_RETURN(const std::string_view type, reader.String());
  if (type == kEd25519) {
    ASSIGN_OR_RETURN(const std::string_view raw, reader.String());
    return MakeEd25519PublicKey(raw);
  }
  if (type == kRsa) {
    ASSIGN_OR_RETURN(const std::string_view e, reader.Mpint());
    ASSIGN_OR_RETURN(const std::string_view n, reader.Mpint());
    return MakeRsaPublicKey(n, e);
  }
  if (const Curve* curve = FindCurveBySshType(type)) {
    ASSIGN_OR_RETURN(const std::string_view name, reader.String());
    ASSIGN_OR_RETURN(const std::string_view point, reader.String());
    if (name != curve->ssh_name) return Fail(ErrorKind::kBadParameter, "SSH key names another curve than its type");
    return MakeEcPublicKey(*curve, point);
  }
  return Fail(ErrorKind::kBadParameter, "SSH key is of a type that is not supported");
}

// Takes the first word off a line, and the spaces behind it.
std::string_view NextWord(std::string_view& line) {
  const std::string_view word = line.substr(0, line.find_first_of(kKeySpaces));
  line.remove_prefix(word.size());
  line.remove_prefix(std::min(line.find_first_not_of(kKeySpaces), line.size()));
  return word;
}

}  // namespace

std::string_view PublicKey::SshType() const {
  switch (type()) {
    case KeyType::kEd25519:
      return kEd25519;
    case KeyType::kRsa:
      return kRsa;
    case KeyType::kEcdsa:
      return CurveOf(native())->ssh_type;
    case KeyType::kNone:
      break;
  }
  return {};
}

std::string PublicKey::ToSshBlob() const {
  if (empty()) return {};
  const ErrorQueueScope scope;
  SshWriter writer;
  writer.String(SshType());
  if (type() == KeyType::kEd25519) {
    writer.String(RawEd25519PublicKey(native()));
  } else if (type() == KeyType::kEcdsa) {
    writer.String(CurveOf(native())->ssh_name).String(EcPoint(native()));
  } else {
    writer.Mpint(KeyNumber(native(), OSSL_PKEY_PARAM_RSA_E)).Mpint(KeyNumber(native(), OSSL_PKEY_PARAM_RSA_N));
  }
  return writer.Take();
}

std::string PublicKey::ToAuthorizedKey(std::string_view comment) const {
  if (empty()) return {};
  return fmt::format("{} {}{}{}", SshType(), ToBase64(ToSshBlob()), comment.empty() ? "" : " ", comment);
}

std::string PublicKey::SshFingerprint() const {
  if (empty()) return {};
  const std::string blob = ToSshBlob();
  std::string digest(SHA256_DIGEST_LENGTH, '\0');
  SHA256(AsBytes(blob), blob.size(), reinterpret_cast<unsigned char*>(digest.data()));
  std::string text = ToBase64(digest);
  text.resize(text.find_last_not_of('=') + 1);
  return "SHA256:" + text;
}

Status PublicKey::VerifySsh(std::string_view message, std::string_view signature_blob) const {
  if (empty()) return Fail(ErrorKind::kBadParameter, "no key to check a signature with");
  const ErrorQueueScope scope;
  SshReader reader(signature_blob);
  const auto algorithm = reader.String();
  const auto signature = algorithm ? reader.String() : algorithm;
  if (!signature || !reader.AtEnd()) return Fail(ErrorKind::kAccessDenied, "SSH signature is broken");
  const auto digest = DigestOf(*algorithm, *this);
  if (!digest) return Fail(ErrorKind::kAccessDenied, "{}", digest.error().message);
  if (type() != KeyType::kEcdsa) return Verify(message, *signature, *digest);
  const auto der = EcdsaFromSsh(*signature);
  if (!der) return Fail(ErrorKind::kAccessDenied, "SSH signature is broken");
  return Verify(message, *der, *digest);
}

Result<std::string> PrivateKey::SignSsh(std::string_view message, std::string_view algorithm) const {
  if (empty()) return Fail(ErrorKind::kBadParameter, "no key to sign with");
  const ErrorQueueScope scope;
  const PublicKey key = public_key();
  if (algorithm.empty()) {
    algorithm = key.SshType();
    if (type() == KeyType::kRsa) algorithm = key.bits() >= kBitsForSha512 ? kRsaSha512 : kRsaSha256;
  }
  ASSIGN_OR_RETURN(const Digest digest, DigestOf(algorithm, key));
  ASSIGN_OR_RETURN(std::string signature, Sign(message, digest));
  if (type() == KeyType::kEcdsa) {
    ASSIGN_OR_RETURN(signature, EcdsaToSsh(signature));
  }
  return SshWriter().String(algorithm).String(signature).Take();
}

Result<AuthorizedKey> ParseAuthorizedKey(std::string_view line) {
  line = Trimmed(line);
  if (line.find('\n') != std::string_view::npos) {
    return Fail(ErrorKind::kBadParameter, "authorized key has more than one line");
  }
  const std::string_view type = NextWord(line);
  ASSIGN_OR_RETURN(const std::string blob, FromBase64(NextWord(line)));
  SshReader reader(blob);
  const auto inner_type = reader.String();
  if (!inner_type || *inner_type != type) {
    return Fail(ErrorKind::kBadParameter, "authorized key does not start with the type of its key");
  }
  ASSIGN_OR_RETURN(PublicKey key, ParseSshBlob(blob));
  return AuthorizedKey{.key = std::move(key), .comment = std::string(line)};
}

Result<PublicKey> ParseSshBlob(std::string_view blob) {
  const ErrorQueueScope scope;
  if (blob.size() > kMaxKeyBytes) {
    return Fail(ErrorKind::kBadParameter, "SSH key is larger than {} bytes", kMaxKeyBytes);
  }
  SshReader reader(blob);
  ASSIGN_OR_RETURN(const KeyPtr key, ReadBlob(reader));
  if (!reader.AtEnd()) return Fail(ErrorKind::kBadParameter, "SSH key has bytes behind its end");
  return PublicKey::FromNative(key.get());
}

}  // namespace sallyport
