// Reads X.509 certificates (RFC 5280) and issues the leaves, authorities and revocation lists of a cluster.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "libbase/error.h"
#include "libbase/time.h"
#include "libidentity/identity.h"
#include "libidentity/keys.h"

struct x509_st;  // OpenSSL's X509

namespace sallyport {

// Bits of Certificate::key_usage, as RFC 5280 section 4.2.1.3 names them.
enum KeyUsage : std::uint32_t {
  kKeyUsageDigitalSignature = 1,
  kKeyUsageKeyEncipherment = 4,
  kKeyUsageCertSign = 32,
  kKeyUsageCrlSign = 64,
};

// A parsed certificate. Copies share one immutable, thread-safe object. A default-constructed certificate is empty():
// texts are empty, flags false, times the epoch.
class Certificate {
 public:
  Certificate() = default;
  // Each fails with kBadParameter. FromPem takes the first "CERTIFICATE" block; ChainFromPem takes all, skips other
  // blocks, and fails when there is none.
  static Result<Certificate> FromPem(std::string_view pem);
  static Result<Certificate> FromDer(std::string_view der);
  static Result<std::vector<Certificate>> ChainFromPem(std::string_view bundle);
  // Shares a certificate that OpenSSL has parsed (of a TLS peer); the caller keeps its own reference. Fails with
  // kBadParameter when the contents cannot be used.
  static Result<Certificate> FromNative(x509_st* certificate);

  bool empty() const { return data_ == nullptr; }
  const std::string& ToDer() const;
  std::string ToPem() const;  // ends with a newline

  const std::string& subject_der() const;
  const std::string& issuer_der() const;
  const std::string& subject_common_name() const;
  const std::vector<std::string>& subject_organization() const;
  const std::string& issuer_common_name() const;  // the cluster name on every certificate of a cluster
  const std::vector<std::string>& issuer_organization() const;
  // Reads the subject as an identity that expires with the certificate. Fails with kBadParameter.
  Result<Identity> ToIdentity() const;

  Time not_before() const;
  Time not_after() const;
  const std::string& serial() const;    // decimal
  const PublicKey& public_key() const;  // empty when the type of the key is not supported
  const std::vector<std::string>& dns_names() const;
  const std::vector<std::string>& ip_addresses() const;  // as text
  bool is_ca() const;
  std::uint32_t key_usage() const;  // KeyUsage bits; 0 when the extension is absent
  bool allows_server_auth() const;  // true too when there is no extended key usage
  bool allows_client_auth() const;
  bool has_unknown_critical_extension() const;
  const std::string& subject_key_id() const;    // raw bytes; empty when absent
  const std::string& authority_key_id() const;  // raw bytes; empty when absent

  // "sha256:" and the hexadecimal SHA-256 of the SubjectPublicKeyInfo: a CA pin.
  std::string SpkiPin() const;
  // Checks the signature by a key. Fails with kAccessDenied when the signature does not fit, or uses SHA-1 or MD5.
  Status CheckSignedBy(const PublicKey& issuer) const;

  bool operator==(const Certificate& other) const { return ToDer() == other.ToDer(); }

  // OpenSSL's handle, owned by this object; null when empty. For the code that sets up TLS.
  x509_st* native() const;

 private:
  struct Data;
  static Result<Certificate> FromOwned(std::shared_ptr<x509_st> certificate);
  explicit Certificate(std::shared_ptr<const Data> data) : data_(std::move(data)) {}
  const Data& data() const;
  std::shared_ptr<const Data> data_;
};

// An extension that IssueCertificate adds unchanged, in place of its own extension with the same OID.
struct ExtraExtension {
  std::string oid;
  bool critical = false;
  std::string der;  // the contents of the OCTET STRING
};

// A request to issue a leaf.
struct LeafRequest {
  std::string subject;            // DER, of ToSubject or EncodeName
  PublicKey public_key;           // of the subject
  Time not_before{};              // usually now - kClockSkew
  Time not_after{};               // no later than 9999
  std::vector<std::string> sans;  // host names and IP addresses, told apart by their form; duplicates go
  bool server_auth = true;
  bool client_auth = true;
  std::vector<ExtraExtension> extra_extensions;
};

// How far in the past the validity of a leaf starts, for peers whose clock is behind.
inline constexpr std::chrono::seconds kClockSkew{60};
inline constexpr std::chrono::hours kAuthorityLifetime{87600};

// Signs a leaf: version 3, a random serial below 2^128, key usage by key type, CA:FALSE, the CA's key identifier. Fails
// with kBadParameter (empty subject or key, times the wrong way round, broken extension) or kInternal.
Result<Certificate> IssueCertificate(const LeafRequest& request, const Certificate& ca, const PrivateKey& ca_key);

// Makes a self-signed CA of a cluster: O and CN the cluster, serialNumber the serial, ten years from now. Fails with
// kBadParameter or kInternal.
Result<Certificate> MakeCertificateAuthority(std::string_view cluster, const PrivateKey& key, Time now);

// A request for the self-signed certificate of an authority that is not a cluster's.
struct RootRequest {
  std::string subject;  // DER, of EncodeName
  Time not_before{};
  Time not_after{};     // no later than 9999
  int path_length = 0;  // authorities below this one, 0 to 127
};

// Makes a self-signed authority that signs certificates and revocation lists. Fails with kBadParameter (subject, key,
// times, path length) or kInternal.
Result<Certificate> MakeRootCertificate(const RootRequest& request, const PrivateKey& key);

// Makes an empty revocation list (RFC 5280 section 5) in DER, valid for ten years. Fails with kInternal.
Result<std::string> MakeEmptyCrl(const Certificate& ca, const PrivateKey& ca_key, Time now);

// Makes a self-signed certificate for a web port that has none configured: a CA of its own, so that clients can be told
// to trust it, for serverAuth, with the given names and addresses, localhost, 127.0.0.1 and ::1; valid for 825 days,
// the most that all platforms accept. Fails with kBadParameter or kInternal.
Result<Certificate> MakeSelfSignedServerCertificate(const std::vector<std::string>& sans, const PrivateKey& key,
                                                    Time now);

}  // namespace sallyport
