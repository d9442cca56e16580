#include "libidentity/x509.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <chrono>

#include <openssl/sha.h>

#include "libbase/encoding.h"
#include "libidentity/name.h"
#include "libidentity/openssl.h"
#include "libidentity/pem.h"

namespace sallyport {
namespace {

constexpr std::size_t kMaxCertificateBytes = 1 << 20;

// Returns the nearest Time: times in certificates reach the year 9999, Time ends in 2262.
Time ToTime(const ASN1_TIME* time) {
  std::tm fields{};
  if (time == nullptr || ASN1_TIME_to_tm(time, &fields) != 1) return Time{};
  const std::chrono::year_month_day day{std::chrono::year(fields.tm_year + 1900),
                                        std::chrono::month(static_cast<unsigned>(fields.tm_mon) + 1),
                                        std::chrono::day(static_cast<unsigned>(fields.tm_mday))};
  const std::chrono::sys_seconds seconds = std::chrono::sys_days(day) + std::chrono::hours(fields.tm_hour) +
                                           std::chrono::minutes(fields.tm_min) + std::chrono::seconds(fields.tm_sec);
  const auto earliest = std::chrono::ceil<std::chrono::seconds>(Time::min());
  const auto latest = std::chrono::floor<std::chrono::seconds>(Time::max());
  return Time(std::clamp(seconds, earliest, latest));
}

std::string ToDecimal(const ASN1_INTEGER* number) {
  const BignumPtr bignum(ASN1_INTEGER_to_BN(number, nullptr));
  if (bignum == nullptr) return {};
  const OpenSslText text(BN_bn2dec(bignum.get()));
  return text == nullptr ? std::string() : std::string(text.get());
}

std::string AddressText(std::string_view bytes) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (bytes.size() != 4 && bytes.size() != 16) return {};
  const int family = bytes.size() == 4 ? AF_INET : AF_INET6;
  if (inet_ntop(family, bytes.data(), text.data(), text.size()) == nullptr) return {};
  return text.data();
}

std::string NameDer(const X509_NAME* name) {
  const unsigned char* der = nullptr;
  std::size_t size = 0;
  if (X509_NAME_get0_der(name, &der, &size) != 1) return {};
  return std::string(AsText(der, size));
}

struct UsageRow {
  std::uint32_t openssl;
  std::uint32_t ours;
};
constexpr std::array kUsages{
    UsageRow{KU_DIGITAL_SIGNATURE, kKeyUsageDigitalSignature},
    UsageRow{KU_KEY_ENCIPHERMENT, kKeyUsageKeyEncipherment},
    UsageRow{KU_KEY_CERT_SIGN, kKeyUsageCertSign},
    UsageRow{KU_CRL_SIGN, kKeyUsageCrlSign},
};

std::uint32_t KeyUsageOf(X509* certificate, std::uint32_t flags) {
  if ((flags & EXFLAG_KUSAGE) == 0) return 0;
  const std::uint32_t bits = X509_get_key_usage(certificate);
  std::uint32_t usage = 0;
  for (const UsageRow& row : kUsages) {
    if ((bits & row.openssl) != 0) usage |= row.ours;
  }
  return usage;
}

bool AllowsUsage(X509* certificate, std::uint32_t flags, std::uint32_t usage) {
  return (flags & EXFLAG_XKUSAGE) == 0 || (X509_get_extended_key_usage(certificate) & (usage | XKU_ANYEKU)) != 0;
}

}  // namespace

struct Certificate::Data {
  std::shared_ptr<X509> certificate;
  std::string der;
  std::string subject_der;
  std::string issuer_der;
  std::string subject_common_name;
  std::string issuer_common_name;
  std::vector<std::string> subject_organization;
  std::vector<std::string> issuer_organization;
  Time not_before{};
  Time not_after{};
  std::string serial;
  PublicKey public_key;
  std::vector<std::string> dns_names;
  std::vector<std::string> ip_addresses;
  std::uint32_t flags = 0;  // OpenSSL's EXFLAG bits
  std::uint32_t key_usage = 0;
  bool server_auth = false;
  bool client_auth = false;
  std::string subject_key_id;
  std::string authority_key_id;

  Status ReadNames();
  void ReadAlternativeNames();
  void ReadExtensions();
};

Status Certificate::Data::ReadNames() {
  subject_der = NameDer(X509_get_subject_name(certificate.get()));
  issuer_der = NameDer(X509_get_issuer_name(certificate.get()));
  ASSIGN_OR_RETURN(const Name subject, DecodeName(subject_der));
  ASSIGN_OR_RETURN(const Name issuer, DecodeName(issuer_der));
  subject_common_name = LastValueOf(subject, oid::kCommonName);
  issuer_common_name = LastValueOf(issuer, oid::kCommonName);
  subject_organization = ValuesOf(subject, oid::kOrganization);
  issuer_organization = ValuesOf(issuer, oid::kOrganization);
  return {};
}

void Certificate::Data::ReadAlternativeNames() {
  const GeneralNamesPtr names(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate.get(), NID_subject_alt_name, nullptr, nullptr)));
  if (names == nullptr) return;
  for (int i = 0; i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
    if (name->type == GEN_DNS) dns_names.emplace_back(AsText(name->d.dNSName));
    if (name->type != GEN_IPADD) continue;
    if (std::string text = AddressText(AsText(name->d.iPAddress)); !text.empty()) ip_addresses.push_back(text);
  }
}

void Certificate::Data::ReadExtensions() {
  X509* x509 = certificate.get();
  flags = X509_get_extension_flags(x509);
  key_usage = KeyUsageOf(x509, flags);
  server_auth = AllowsUsage(x509, flags, XKU_SSL_SERVER);
  client_auth = AllowsUsage(x509, flags, XKU_SSL_CLIENT);
  subject_key_id = AsText(X509_get0_subject_key_id(x509));
  authority_key_id = AsText(X509_get0_authority_key_id(x509));
  ReadAlternativeNames();
}

Result<Certificate> Certificate::FromOwned(std::shared_ptr<X509> certificate) {
  auto data = std::make_shared<Data>();
  X509* x509 = certificate.get();
  data->certificate = std::move(certificate);
  data->der = sallyport::ToDer(x509, i2d_X509);
  if (auto status = data->ReadNames(); !status) {
    return std::unexpected(InContext("certificate", std::move(status).error()));
  }
  data->not_before = ToTime(X509_get0_notBefore(x509));
  data->not_after = ToTime(X509_get0_notAfter(x509));
  data->serial = ToDecimal(X509_get0_serialNumber(x509));
  data->public_key = PublicKey::FromNative(X509_get0_pubkey(x509));
  data->ReadExtensions();
  if (data->der.empty() || (data->flags & EXFLAG_INVALID) != 0) {
    return FailOpenSsl(ErrorKind::kBadParameter, "certificate has a broken extension");
  }
  return Certificate(std::shared_ptr<const Data>(std::move(data)));
}

Result<Certificate> Certificate::FromDer(std::string_view der) {
  const ErrorQueueScope scope;
  if (der.size() > kMaxCertificateBytes) {
    return Fail(ErrorKind::kBadParameter, "certificate is larger than {} bytes", kMaxCertificateBytes);
  }
  const unsigned char* place = AsBytes(der);
  std::shared_ptr<X509> certificate(d2i_X509(nullptr, &place, static_cast<long>(der.size())), X509_free);
  if (certificate == nullptr) return FailOpenSsl(ErrorKind::kBadParameter, "certificate is broken");
  if (place != AsBytes(der) + der.size()) {
    return Fail(ErrorKind::kBadParameter, "certificate has bytes behind its end");
  }
  return FromOwned(std::move(certificate));
}

Result<Certificate> Certificate::FromNative(x509_st* certificate) {
  const ErrorQueueScope scope;
  if (certificate == nullptr || X509_up_ref(certificate) != 1) {
    return Fail(ErrorKind::kBadParameter, "no certificate");
  }
  return FromOwned(std::shared_ptr<X509>(certificate, X509_free));
}

Result<Certificate> Certificate::FromPem(std::string_view pem) {
  ASSIGN_OR_RETURN(const std::vector<PemBlock> blocks, ParsePem(pem));
  for (const PemBlock& block : blocks) {
    if (block.label == "CERTIFICATE") return FromDer(block.body.Reveal());
  }
  return Fail(ErrorKind::kBadParameter, "no PEM block with a certificate");
}

Result<std::vector<Certificate>> Certificate::ChainFromPem(std::string_view bundle) {
  ASSIGN_OR_RETURN(const std::vector<PemBlock> blocks, ParsePem(bundle));
  std::vector<Certificate> chain;
  for (const PemBlock& block : blocks) {
    if (block.label != "CERTIFICATE") continue;
    ASSIGN_OR_RETURN(Certificate certificate, FromDer(block.body.Reveal()));
    chain.push_back(std::move(certificate));
  }
  if (chain.empty()) return Fail(ErrorKind::kBadParameter, "no PEM block with a certificate");
  return chain;
}

const Certificate::Data& Certificate::data() const {
  static const Data kEmpty;
  return data_ == nullptr ? kEmpty : *data_;
}

const std::string& Certificate::ToDer() const { return data().der; }
std::string Certificate::ToPem() const { return empty() ? std::string() : sallyport::ToPem("CERTIFICATE", data().der); }
const std::string& Certificate::subject_der() const { return data().subject_der; }
const std::string& Certificate::issuer_der() const { return data().issuer_der; }
const std::string& Certificate::subject_common_name() const { return data().subject_common_name; }
const std::string& Certificate::issuer_common_name() const { return data().issuer_common_name; }
const std::vector<std::string>& Certificate::subject_organization() const { return data().subject_organization; }
const std::vector<std::string>& Certificate::issuer_organization() const { return data().issuer_organization; }
Result<Identity> Certificate::ToIdentity() const { return FromSubject(subject_der(), not_after()); }
Time Certificate::not_before() const { return data().not_before; }
Time Certificate::not_after() const { return data().not_after; }
const std::string& Certificate::serial() const { return data().serial; }
const PublicKey& Certificate::public_key() const { return data().public_key; }
const std::vector<std::string>& Certificate::dns_names() const { return data().dns_names; }
const std::vector<std::string>& Certificate::ip_addresses() const { return data().ip_addresses; }
bool Certificate::is_ca() const { return (data().flags & EXFLAG_CA) != 0; }
std::uint32_t Certificate::key_usage() const { return data().key_usage; }
bool Certificate::allows_server_auth() const { return data().server_auth; }
bool Certificate::allows_client_auth() const { return data().client_auth; }
bool Certificate::has_unknown_critical_extension() const { return (data().flags & EXFLAG_CRITICAL) != 0; }
const std::string& Certificate::subject_key_id() const { return data().subject_key_id; }
const std::string& Certificate::authority_key_id() const { return data().authority_key_id; }
x509_st* Certificate::native() const { return data().certificate.get(); }

std::string Certificate::SpkiPin() const {
  if (empty()) return {};
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  // Uses the certificate's own bytes, because another encoder might write others.
  const std::string spki = sallyport::ToDer(X509_get_X509_PUBKEY(native()), i2d_X509_PUBKEY);
  SHA256(AsBytes(spki), spki.size(), digest.data());
  return "sha256:" + ToHex(AsText(digest.data(), digest.size()));
}

Status Certificate::CheckSignedBy(const PublicKey& issuer) const {
  if (empty() || issuer.empty()) return Fail(ErrorKind::kAccessDenied, "no certificate or no key to check it with");
  const ErrorQueueScope scope;
  int digest = NID_undef;
  int algorithm = NID_undef;
  X509_get_signature_info(native(), &digest, &algorithm, nullptr, nullptr);
  const bool strong = digest == NID_sha256 || digest == NID_sha384 || digest == NID_sha512 || algorithm == NID_ED25519;
  if (!strong) return Fail(ErrorKind::kAccessDenied, "certificate is signed with an algorithm that is not accepted");
  if (X509_verify(native(), issuer.native()) != 1) {
    return Fail(ErrorKind::kAccessDenied, "certificate is not signed by this key");
  }
  return {};
}

}  // namespace sallyport
