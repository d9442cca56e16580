// The half of x509.h that makes certificates and revocation lists.
#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <ctime>

#include <openssl/sha.h>

#include "libbase/secret.h"
#include "libidentity/der.h"
#include "libidentity/name.h"
#include "libidentity/openssl.h"
#include "libidentity/x509.h"

namespace sallyport {
namespace {

using namespace std::string_view_literals;

constexpr std::chrono::hours kSelfSignedLifetime{825 * 24};
constexpr std::size_t kSerialBytes = 16;
constexpr int kMaxPathLength = 127;
constexpr int kVersion3 = 2;  // the encoding counts from 0
constexpr int kCrlVersion2 = 1;

constexpr auto kBitString = static_cast<DerTag>(0x03);
constexpr auto kOctetString = static_cast<DerTag>(0x04);
constexpr auto kKeyIdentifier = static_cast<DerTag>(0x80);  // in AuthorityKeyIdentifier
constexpr auto kDnsName = static_cast<DerTag>(0x82);        // in GeneralName
constexpr auto kIpAddress = static_cast<DerTag>(0x87);

constexpr std::string_view kOidSubjectKeyId = "2.5.29.14";
constexpr std::string_view kOidKeyUsage = "2.5.29.15";
constexpr std::string_view kOidSubjectAltName = "2.5.29.17";
constexpr std::string_view kOidBasicConstraints = "2.5.29.19";
constexpr std::string_view kOidCrlNumber = "2.5.29.20";
constexpr std::string_view kOidAuthorityKeyId = "2.5.29.35";
constexpr std::string_view kOidExtendedKeyUsage = "2.5.29.37";
constexpr std::string_view kOidServerAuth = "1.3.6.1.5.5.7.3.1";
constexpr std::string_view kOidClientAuth = "1.3.6.1.5.5.7.3.2";

constexpr std::string_view kNotCa = "\x30\x00"sv;
constexpr std::string_view kIsCa = "\x30\x03\x01\x01\xff"sv;
constexpr std::string_view kFirstCrl = "\x02\x01\x01"sv;

// The contents of every certificate that this file makes.
struct Template {
  std::string serial;  // big-endian bytes
  std::string subject;
  std::string issuer;
  PublicKey public_key;
  Time not_before;
  Time not_after;
  std::vector<ExtraExtension> extensions;
};

// A bit string whose first bit is the highest of the byte, as key usage counts them.
std::string KeyUsageDer(std::uint32_t usage) {
  unsigned bits = 0;
  unsigned unused = 7;
  for (unsigned place = 0; place < 8; ++place) {
    if ((usage >> place & 1) == 0) continue;
    bits |= 0x80U >> place;
    unused = 7 - place;
  }
  const std::array contents{static_cast<char>(unused), static_cast<char>(bits)};
  return DerElement(kBitString, {contents.data(), contents.size()});
}

Result<std::string> ExtendedKeyUsageDer(bool server, bool client) {
  std::string usages;
  for (const auto& [wanted, dotted] : {std::pair{server, kOidServerAuth}, {client, kOidClientAuth}}) {
    if (!wanted) continue;
    ASSIGN_OR_RETURN(const std::string oid, EncodeOid(dotted));
    usages += DerElement(DerTag::kOid, oid);
  }
  return DerElement(DerTag::kSequence, usages);
}

std::string AuthorityKeyIdDer(const std::string& key_id) {
  return DerElement(DerTag::kSequence, DerElement(kKeyIdentifier, key_id));
}

std::string SubjectKeyId(const PublicKey& key) {
  const std::string bits = key.ToKeyBits();
  std::string digest(SHA_DIGEST_LENGTH, '\0');
  SHA1(AsBytes(bits), bits.size(), reinterpret_cast<unsigned char*>(digest.data()));
  return digest;
}

// Returns the 4 or 16 bytes of an address, or nothing when the text is not an address. An IPv4 address inside IPv6
// becomes IPv4.
std::string AddressBytes(const std::string& text) {
  constexpr std::string_view kMapped = "\0\0\0\0\0\0\0\0\0\0\xff\xff"sv;
  std::array<char, 16> bytes{};
  if (inet_pton(AF_INET, text.c_str(), bytes.data()) == 1) return {bytes.data(), 4};
  if (inet_pton(AF_INET6, text.c_str(), bytes.data()) != 1) return {};
  const std::string_view all(bytes.data(), bytes.size());
  return std::string(all.starts_with(kMapped) ? all.substr(kMapped.size()) : all);
}

Result<std::string> AlternativeNamesDer(const std::vector<std::string>& sans) {
  std::vector<std::string> names;
  std::vector<std::string> addresses;
  const auto add = [](std::vector<std::string>& list, std::string item) {
    if (std::ranges::find(list, item) == list.end()) list.push_back(std::move(item));
  };

  for (const std::string& san : sans) {
    if (std::string address = AddressBytes(san); !address.empty()) {
      add(addresses, DerElement(kIpAddress, address));
    } else if (san.empty() || std::ranges::any_of(san, [](char c) { return c <= ' ' || c == 0x7f; })) {
      return Fail(ErrorKind::kBadParameter, "host name for a certificate is empty or not plain ASCII");
    } else {
      add(names, DerElement(kDnsName, san));
    }
  }

  std::string contents;
  for (const auto* list : {&names, &addresses}) {
    for (const std::string& item : *list) contents += item;
  }
  return DerElement(DerTag::kSequence, contents);
}

std::uint32_t UsageOf(const PublicKey& key, std::uint32_t usage) {
  return key.type() == KeyType::kRsa ? usage | kKeyUsageKeyEncipherment : usage;
}

std::string AuthorityDer(int path_length) {
  const std::array contents{'\x01', '\x01', '\xff', '\x02', '\x01', static_cast<char>(path_length)};
  return DerElement(DerTag::kSequence, {contents.data(), contents.size()});
}

// A random number below 2^128 that is not zero, without leading zero bytes.
std::string MakeSerial() {
  std::string serial;
  do {
    serial = RandomBytes(kSerialBytes);
    serial.erase(0, std::min(serial.find_first_not_of('\0'), serial.size()));
  } while (serial.empty());
  return serial;
}

std::string DecimalOf(const std::string& serial) {
  const BignumPtr number(BN_bin2bn(AsBytes(serial), static_cast<int>(serial.size()), nullptr));
  const OpenSslText text(BN_bn2dec(number.get()));
  return text == nullptr ? std::string() : std::string(text.get());
}

std::time_t ToTimeT(Time time) { return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count(); }

TimePtr ToAsn1Time(Time time) { return TimePtr(ASN1_TIME_set(nullptr, ToTimeT(time))); }

NamePtr ToOpenSslName(std::string_view der) {
  const unsigned char* place = AsBytes(der);
  return NamePtr(d2i_X509_NAME(nullptr, &place, static_cast<long>(der.size())));
}

const EVP_MD* SigningDigest(const PrivateKey& key) {
  if (key.type() == KeyType::kEd25519) return nullptr;
  if (key.type() == KeyType::kRsa) return EVP_sha256();
  const int bits = key.public_key().bits();
  return bits > 384 ? EVP_sha512() : bits > 256 ? EVP_sha384() : EVP_sha256();
}

Result<ExtensionPtr> MakeExtension(const ExtraExtension& extension) {
  const ObjectPtr oid(OBJ_txt2obj(extension.oid.c_str(), 1));
  const OctetStringPtr contents(ASN1_OCTET_STRING_new());
  const auto size = static_cast<int>(extension.der.size());
  if (oid == nullptr || ASN1_OCTET_STRING_set(contents.get(), AsBytes(extension.der), size) != 1) {
    return FailOpenSsl(ErrorKind::kBadParameter, "certificate extension is broken");
  }
  ExtensionPtr made(X509_EXTENSION_create_by_OBJ(nullptr, oid.get(), extension.critical ? 1 : 0, contents.get()));
  if (made == nullptr) return FailOpenSsl(ErrorKind::kInternal, "cannot make a certificate extension");
  return made;
}

Status FillFields(X509* certificate, const Template& from) {
  const NamePtr subject = ToOpenSslName(from.subject);
  const NamePtr issuer = ToOpenSslName(from.issuer);
  const TimePtr not_before = ToAsn1Time(from.not_before);
  const TimePtr not_after = ToAsn1Time(from.not_after);
  const BignumPtr number(BN_bin2bn(AsBytes(from.serial), static_cast<int>(from.serial.size()), nullptr));
  const IntegerPtr serial(BN_to_ASN1_INTEGER(number.get(), nullptr));
  if (subject == nullptr || issuer == nullptr || not_before == nullptr || not_after == nullptr || serial == nullptr ||
      X509_set_version(certificate, kVersion3) != 1 || X509_set_serialNumber(certificate, serial.get()) != 1 ||
      X509_set_subject_name(certificate, subject.get()) != 1 || X509_set_issuer_name(certificate, issuer.get()) != 1 ||
      X509_set1_notBefore(certificate, not_before.get()) != 1 ||
      X509_set1_notAfter(certificate, not_after.get()) != 1 ||
      X509_set_pubkey(certificate, from.public_key.native()) != 1) {
    return FailOpenSsl(ErrorKind::kInternal, "cannot make a certificate");
  }
  return {};
}

Result<Certificate> SignTemplate(const Template& from, const PrivateKey& key) {
  const ErrorQueueScope scope;
  const CertificatePtr certificate(X509_new());
  RETURN_IF_ERROR(FillFields(certificate.get(), from));

  for (const ExtraExtension& extension : from.extensions) {
    ASSIGN_OR_RETURN(const ExtensionPtr made, MakeExtension(extension));
    if (X509_add_ext(certificate.get(), made.get(), -1) != 1) {
      return FailOpenSsl(ErrorKind::kInternal, "cannot add a certificate extension");
    }
  }

  if (X509_sign(certificate.get(), key.native(), SigningDigest(key)) <= 0) {
    return FailOpenSsl(ErrorKind::kInternal, "cannot sign a certificate");
  }
  return Certificate::FromNative(certificate.get());
}

// Appends the extensions of the caller, which replace extensions of the template with the same OID.
void AddExtra(std::vector<ExtraExtension>& extensions, const std::vector<ExtraExtension>& extra) {
  for (const ExtraExtension& extension : extra) {
    std::erase_if(extensions, [&](const ExtraExtension& other) { return other.oid == extension.oid; });
  }
  extensions.insert(extensions.end(), extra.begin(), extra.end());
}

Status CheckRequest(const LeafRequest& request, const Certificate& ca, const PrivateKey& ca_key) {
  if (request.subject.empty()) return Fail(ErrorKind::kBadParameter, "certificate to issue has no subject");
  if (request.public_key.empty()) return Fail(ErrorKind::kBadParameter, "certificate to issue has no key");
  if (request.not_after <= request.not_before) {
    return Fail(ErrorKind::kBadParameter, "certificate to issue would end before it starts");
  }
  if (!(ca.public_key() == ca_key.public_key()) || ca_key.empty()) {
    return Fail(ErrorKind::kBadParameter, "key of the authority does not belong to its certificate");
  }
  const auto decoded = DecodeName(request.subject);
  return decoded ? Status() : std::unexpected(InContext("subject of a certificate to issue", decoded.error()));
}

}  // namespace

Result<Certificate> IssueCertificate(const LeafRequest& request, const Certificate& ca, const PrivateKey& ca_key) {
  RETURN_IF_ERROR(CheckRequest(request, ca, ca_key));

  const std::uint32_t usage = UsageOf(request.public_key, kKeyUsageDigitalSignature);
  std::vector<ExtraExtension> extensions{{std::string(kOidKeyUsage), true, KeyUsageDer(usage)}};
  if (request.server_auth || request.client_auth) {
    ASSIGN_OR_RETURN(std::string usages, ExtendedKeyUsageDer(request.server_auth, request.client_auth));
    extensions.push_back({std::string(kOidExtendedKeyUsage), false, std::move(usages)});
  }
  extensions.push_back({std::string(kOidBasicConstraints), true, std::string(kNotCa)});
  if (!ca.subject_key_id().empty()) {
    extensions.push_back({std::string(kOidAuthorityKeyId), false, AuthorityKeyIdDer(ca.subject_key_id())});
  }
  if (!request.sans.empty()) {
    ASSIGN_OR_RETURN(std::string names, AlternativeNamesDer(request.sans));
    extensions.push_back({std::string(kOidSubjectAltName), false, std::move(names)});
  }
  AddExtra(extensions, request.extra_extensions);

  return SignTemplate({.serial = MakeSerial(),
                       .subject = request.subject,
                       .issuer = ca.subject_der(),
                       .public_key = request.public_key,
                       .not_before = request.not_before,
                       .not_after = request.not_after,
                       .extensions = std::move(extensions)},
                      ca_key);
}

Result<Certificate> MakeCertificateAuthority(std::string_view cluster, const PrivateKey& key, Time now) {
  if (cluster.empty()) return Fail(ErrorKind::kBadParameter, "certificate authority has no cluster");
  if (key.empty()) return Fail(ErrorKind::kBadParameter, "certificate authority has no key");

  // The serial number in the name tells the authorities of one cluster apart.
  const std::string serial = MakeSerial();
  ASSIGN_OR_RETURN(const std::string name, EncodeName({{{std::string(oid::kOrganization), std::string(cluster)}},
                                                       {{std::string(oid::kCommonName), std::string(cluster)}},
                                                       {{std::string(oid::kSerialNumber), DecimalOf(serial)}}}));
  const std::uint32_t usage =
      UsageOf(key.public_key(), kKeyUsageDigitalSignature | kKeyUsageCertSign | kKeyUsageCrlSign);

  return SignTemplate({.serial = serial,
                       .subject = name,
                       .issuer = name,
                       .public_key = key.public_key(),
                       .not_before = now,
                       .not_after = now + kAuthorityLifetime,
                       .extensions = {{std::string(kOidKeyUsage), true, KeyUsageDer(usage)},
                                      {std::string(kOidBasicConstraints), true, std::string(kIsCa)},
                                      {std::string(kOidSubjectKeyId), false,
                                       DerElement(kOctetString, SubjectKeyId(key.public_key()))}}},
                      key);
}

Result<Certificate> MakeRootCertificate(const RootRequest& request, const PrivateKey& key) {
  if (request.subject.empty()) return Fail(ErrorKind::kBadParameter, "certificate authority has no subject");
  if (key.empty()) return Fail(ErrorKind::kBadParameter, "certificate authority has no key");
  if (request.not_after <= request.not_before) {
    return Fail(ErrorKind::kBadParameter, "certificate authority would end before it starts");
  }
  if (request.path_length < 0 || request.path_length > kMaxPathLength) {
    return Fail(ErrorKind::kBadParameter, "path length of a certificate authority is not 0 to {}", kMaxPathLength);
  }
  const auto decoded = DecodeName(request.subject);
  if (!decoded) return std::unexpected(InContext("subject of a certificate authority", decoded.error()));

  return SignTemplate(
      {.serial = MakeSerial(),
       .subject = request.subject,
       .issuer = request.subject,
       .public_key = key.public_key(),
       .not_before = request.not_before,
       .not_after = request.not_after,
       .extensions = {{std::string(kOidKeyUsage), true, KeyUsageDer(kKeyUsageCertSign | kKeyUsageCrlSign)},
                      {std::string(kOidBasicConstraints), true, AuthorityDer(request.path_length)},
                      {std::string(kOidSubjectKeyId), false,
                       DerElement(kOctetString, SubjectKeyId(key.public_key()))}}},
      key);
}

Result<std::string> MakeEmptyCrl(const Certificate& ca, const PrivateKey& ca_key, Time now) {
  if (ca_key.empty() || !(ca.public_key() == ca_key.public_key())) {
    return Fail(ErrorKind::kBadParameter, "key of the authority does not belong to its certificate");
  }

  const ErrorQueueScope scope;
  const CrlPtr crl(X509_CRL_new());
  const NamePtr issuer = ToOpenSslName(ca.subject_der());
  const TimePtr last = ToAsn1Time(now - kClockSkew);
  const TimePtr next = ToAsn1Time(now + kAuthorityLifetime);
  if (issuer == nullptr || X509_CRL_set_version(crl.get(), kCrlVersion2) != 1 ||
      X509_CRL_set_issuer_name(crl.get(), issuer.get()) != 1 || X509_CRL_set1_lastUpdate(crl.get(), last.get()) != 1 ||
      X509_CRL_set1_nextUpdate(crl.get(), next.get()) != 1) {
    return FailOpenSsl(ErrorKind::kInternal, "cannot make a revocation list");
  }

  for (const ExtraExtension& extension :
       {ExtraExtension{std::string(kOidAuthorityKeyId), false, AuthorityKeyIdDer(ca.subject_key_id())},
        ExtraExtension{std::string(kOidCrlNumber), false, std::string(kFirstCrl)}}) {
    ASSIGN_OR_RETURN(const ExtensionPtr made, MakeExtension(extension));
    if (X509_CRL_add_ext(crl.get(), made.get(), -1) != 1) {
      return FailOpenSsl(ErrorKind::kInternal, "cannot add an extension to a revocation list");
    }
  }

  if (X509_CRL_sign(crl.get(), ca_key.native(), SigningDigest(ca_key)) <= 0) {
    return FailOpenSsl(ErrorKind::kInternal, "cannot sign a revocation list");
  }
  return ToDer(crl.get(), i2d_X509_CRL);
}

Result<Certificate> MakeSelfSignedServerCertificate(const std::vector<std::string>& sans, const PrivateKey& key,
                                                    Time now) {
  if (key.empty()) return Fail(ErrorKind::kBadParameter, "self-signed certificate has no key");
  std::vector<std::string> all = sans;
  for (const std::string_view local : {"localhost"sv, "127.0.0.1"sv, "::1"sv}) all.emplace_back(local);
  ASSIGN_OR_RETURN(const std::string name, EncodeName({{{std::string(oid::kOrganization), "Sallyport self-signed"}},
                                                       {{std::string(oid::kCommonName), all.front()}}}));
  ASSIGN_OR_RETURN(std::string names, AlternativeNamesDer(all));
  ASSIGN_OR_RETURN(std::string usages, ExtendedKeyUsageDer(true, false));
  const std::uint32_t usage = UsageOf(key.public_key(), kKeyUsageDigitalSignature | kKeyUsageCertSign);
  return SignTemplate(
      {.serial = MakeSerial(),
       .subject = name,
       .issuer = name,
       .public_key = key.public_key(),
       .not_before = now - kClockSkew,
       .not_after = now + kSelfSignedLifetime,
       .extensions = {{std::string(kOidKeyUsage), true, KeyUsageDer(usage)},
                      {std::string(kOidExtendedKeyUsage), false, std::move(usages)},
                      {std::string(kOidBasicConstraints), true, std::string(kIsCa)},
                      {std::string(kOidSubjectKeyId), false, DerElement(kOctetString, SubjectKeyId(key.public_key()))},
                      {std::string(kOidSubjectAltName), false, std::move(names)}}},
      key);
}

}  // namespace sallyport
