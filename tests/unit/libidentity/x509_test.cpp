#include "libidentity/x509.h"

#include <catch2/catch.hpp>

#include "libbase/encoding.h"
#include "libidentity/name.h"
#include "libidentity/pem.h"
#include "sample.h"
#include "tool.h"

namespace sallyport {
namespace {

using namespace std::chrono_literals;
using namespace test;

LeafRequest UserRequest(const PublicKey& key) {
  return {.subject = ToSubject(RecordedUser()).value(),
          .public_key = key,
          .not_before = kNow - kClockSkew,
          .not_after = kNow + 1h};
}

Certificate IssueLeaf(const LeafRequest& request) {
  return IssueCertificate(request, SampleAuthority().certificate, SampleAuthority().key).value();
}

std::string OpensslText(const Certificate& certificate, std::string_view options) {
  const TemporaryDirectory directory;
  const std::string path = directory.Write("cert.pem", certificate.ToPem());
  const auto result = RunTool(fmt::format("openssl x509 -in {} -noout {}", path, options));
  REQUIRE(result.exit_code == 0);
  return result.output;
}

bool Shows(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

// The expected text is openssl's output for the recorded certificate with these attributes.
TEST_CASE("the subject of a user reads as the recorded one", "[x509][tools]") {
  LeafRequest request = UserRequest(EcdsaKey().public_key());
  Identity user = RecordedUser();
  user.usage = {std::string(kUsageKube)};
  user.kubernetes_cluster = "c1";
  request.subject = ToSubject(user).value();
  CHECK(OpensslText(IssueLeaf(request), "-subject") ==
        "subject=L = root + L = -teleport-internal-join, street = ref.test, postalCode = "
        R"("{\"aws_role_arns\":null,\"azure_identities\":null,\"db_names\":null,\"db_roles\":null,)"
        R"(\"db_users\":null,\"gcp_service_accounts\":null,\"host_user_gid\":[\"\"],\"host_user_uid\":[\"\"],)"
        R"(\"kubernetes_groups\":null,\"kubernetes_users\":null,\"logins\":[\"root\"],\"mcp_tools\":null,)"
        R"(\"windows_logins\":null}", O = access + O = editor + O = member, OU = usage:kube, CN = seokbin2, )"
        "1.3.9999.1.2 = dev, 1.3.9999.1.3 = c1, 1.3.9999.1.7 = ref.test, 1.3.9999.1.9 = 127.0.0.1, "
        "1.3.9999.1.20 = local, 1.3.9999.1.15 = none\n");
}

TEST_CASE("a leaf has the extensions of the recorded one, in its order", "[x509][tools]") {
  LeafRequest request = UserRequest(EcdsaKey().public_key());
  request.sans = {"refnode", "refnode.ref.test", "*.teleport.cluster.local", "teleport.cluster.local", "refnode"};
  const std::string text = OpensslText(IssueLeaf(request),
                                       "-ext keyUsage,extendedKeyUsage,basicConstraints,"
                                       "authorityKeyIdentifier,subjectKeyIdentifier,subjectAltName");
  const std::string key_id = [] {
    std::string hex;
    for (const char c : SampleAuthority().certificate.subject_key_id()) {
      hex += fmt::format("{}{:02X}", hex.empty() ? "" : ":", static_cast<unsigned char>(c));
    }
    return hex;
  }();
  CHECK(text ==
        "X509v3 Key Usage: critical\n    Digital Signature\n"
        "X509v3 Extended Key Usage: \n    TLS Web Server Authentication, TLS Web Client Authentication\n"
        "X509v3 Basic Constraints: critical\n    CA:FALSE\n"
        "X509v3 Authority Key Identifier: \n    " +
            key_id +
            "\nX509v3 Subject Alternative Name: \n    DNS:refnode, DNS:refnode.ref.test, "
            "DNS:*.teleport.cluster.local, DNS:teleport.cluster.local\n");
  const std::string all = OpensslText(IssueLeaf(request), "-text");
  CHECK(Shows(all, "Version: 3 (0x2)"));
  CHECK(Shows(all, "Signature Algorithm: ecdsa-with-SHA256"));
  CHECK(Shows(all, "Not Before: Nov 22 00:59:00 2026 GMT"));
  CHECK(Shows(all, "Not After : Nov 22 02:00:00 2026 GMT"));
}

TEST_CASE("an authority has the form of the recorded one", "[x509][tools]") {
  for (const PrivateKey& key : AllKeys()) {
    const Certificate ca = MakeAuthority("ref.test", key).certificate;
    const std::string text = OpensslText(ca, "-text");
    const std::string name = fmt::format("O = ref.test, CN = ref.test, serialNumber = {}\n", ca.serial());
    CHECK(Shows(text, "Issuer: " + name));
    CHECK(Shows(text, "Subject: " + name));
    CHECK(Shows(text, "Not Before: Nov 22 01:00:00 2026 GMT\n            Not After : Nov 19 01:00:00 2036 GMT"));
    const bool rsa = key.type() == KeyType::kRsa;
    CHECK(Shows(text, fmt::format("X509v3 Key Usage: critical\n                Digital Signature, {}Certificate Sign, "
                                  "CRL Sign\n            X509v3 Basic Constraints: critical\n                CA:TRUE\n"
                                  "            X509v3 Subject Key Identifier: \n",
                                  rsa ? "Key Encipherment, " : "")));
    CHECK_FALSE(Shows(text, "Authority Key Identifier"));
    CHECK(ca.is_ca());
    CHECK(ca.CheckSignedBy(key.public_key()).has_value());
    CHECK(ca.serial().size() > 20);
  }
}

// Other programs compute the same key identifier: openssl's "hash" is the SHA-1 of the key bits.
TEST_CASE("the subject key identifier is the one openssl computes", "[x509][tools]") {
  const TemporaryDirectory directory;
  for (const PrivateKey& key : AllKeys()) {
    const std::string path = directory.Write("key.pem", key.ToPem().Reveal());
    const auto made = RunTool("openssl req -x509 -new -subj /CN=x -key " + path + " -addext subjectKeyIdentifier=hash");
    REQUIRE(made.exit_code == 0);
    CHECK(Certificate::FromPem(made.output).value().subject_key_id() ==
          MakeAuthority("ref.test", key).certificate.subject_key_id());
  }
}

TEST_CASE("openssl verifies leaves of all kinds of keys under all kinds of authorities", "[x509][tools]") {
  const TemporaryDirectory directory;
  for (const PrivateKey& ca_key : AllKeys()) {
    const Authority ca = MakeAuthority("ref.test", ca_key);
    const std::string ca_path = directory.Write("ca.pem", ca.certificate.ToPem());
    for (const PrivateKey& key : AllKeys()) {
      LeafRequest request = UserRequest(key.public_key());
      request.sans = {"node.example.com", "10.0.0.1"};
      const Certificate leaf = IssueCertificate(request, ca.certificate, ca.key).value();
      const std::string path = directory.Write("leaf.pem", leaf.ToPem());
      const auto result =
          RunTool(fmt::format("openssl verify -x509_strict -attime {} -purpose sslclient -verify_hostname "
                              "node.example.com -CAfile {} {}",
                              kNow.time_since_epoch() / 1s, ca_path, path));
      CAPTURE(result.output);
      CHECK(result.exit_code == 0);
      CHECK(leaf.CheckSignedBy(ca.key.public_key()).has_value());
      CHECK(leaf.CheckSignedBy(GeneratePrivateKey(KeyAlgorithm::kEcdsaP256)->public_key()).error().kind ==
            ErrorKind::kAccessDenied);
      const bool rsa = key.type() == KeyType::kRsa;
      CHECK(leaf.key_usage() == (kKeyUsageDigitalSignature | (rsa ? kKeyUsageKeyEncipherment : 0U)));
    }
  }
}

TEST_CASE("what was asked for is read back", "[x509]") {
  LeafRequest request = UserRequest(EcdsaKey().public_key());
  request.sans = {"a.example.com", "10.0.0.1", "::1", "::ffff:10.0.0.2", "fe80::1", "a.example.com", "10.0.0.1"};
  const Certificate leaf = IssueLeaf(request);
  CHECK(leaf.subject_der() == request.subject);
  CHECK(leaf.issuer_der() == SampleAuthority().certificate.subject_der());
  CHECK(leaf.subject_common_name() == "seokbin2");
  CHECK(leaf.subject_organization() == std::vector<std::string>{"access", "editor", "member"});
  CHECK(leaf.issuer_common_name() == "ref.test");
  CHECK(leaf.issuer_organization() == std::vector<std::string>{"ref.test"});
  CHECK(leaf.not_before() == request.not_before);
  CHECK(leaf.not_after() == request.not_after);
  CHECK(leaf.public_key() == request.public_key);
  CHECK(leaf.dns_names() == std::vector<std::string>{"a.example.com"});
  CHECK(leaf.ip_addresses() == std::vector<std::string>{"10.0.0.1", "::1", "10.0.0.2", "fe80::1"});
  CHECK_FALSE(leaf.is_ca());
  CHECK(leaf.allows_client_auth());
  CHECK(leaf.allows_server_auth());
  CHECK(leaf.subject_key_id().empty());
  CHECK(leaf.authority_key_id() == SampleAuthority().certificate.subject_key_id());
  Identity expected = RecordedUser();
  expected.groups = {"access", "editor", "member"};
  expected.expires = request.not_after;
  CHECK(leaf.ToIdentity().value() == expected);
  CHECK(Certificate::FromPem(leaf.ToPem()).value() == leaf);
  CHECK(Certificate::FromDer(leaf.ToDer()).value() == leaf);
  CHECK(Certificate::FromNative(leaf.native()).value() == leaf);
}

TEST_CASE("serials are random and read in decimal", "[x509][tools]") {
  const LeafRequest request = UserRequest(EcdsaKey().public_key());
  const Certificate leaf = IssueLeaf(request);
  CHECK(leaf.serial() != IssueLeaf(request).serial());
  const std::string hex = OpensslText(leaf, "-serial").substr(7);
  CHECK(RunTool("python3 -c 'print(int(\"" + hex.substr(0, hex.size() - 1) + "\",16))'").output ==
        leaf.serial() + "\n");
}

TEST_CASE("the pin is the SHA-256 of the public key info", "[x509][tools]") {
  const TemporaryDirectory directory;
  const std::string path = directory.Write("ca.pem", SampleAuthority().certificate.ToPem());
  const auto digest = RunTool("openssl x509 -noout -pubkey -in " + path +
                              " | openssl pkey -pubin -outform DER | openssl dgst -sha256 -r");
  CHECK(SampleAuthority().certificate.SpkiPin() == "sha256:" + digest.output.substr(0, 64));
}

TEST_CASE("usages can be left out and extensions replaced", "[x509]") {
  LeafRequest request = UserRequest(EcdsaKey().public_key());
  request.client_auth = false;
  CHECK(IssueLeaf(request).allows_server_auth());
  CHECK_FALSE(IssueLeaf(request).allows_client_auth());
  // An extended key usage of clientAuth alone, and an unknown extension.
  request.extra_extensions = {{"2.5.29.37", false, FromHex("300a06082b06010505070302").value()},
                              {"1.3.9999.2.14", false, "\x0c\x01x"}};
  const Certificate leaf = IssueLeaf(request);
  CHECK(leaf.allows_client_auth());
  CHECK_FALSE(leaf.allows_server_auth());
  CHECK_FALSE(leaf.has_unknown_critical_extension());
  request.extra_extensions[1].critical = true;
  CHECK(IssueLeaf(request).has_unknown_critical_extension());
}

TEST_CASE("names longer than OpenSSL's limits are no trouble", "[x509]") {
  Identity identity = RecordedUser();
  identity.username = std::string(500, 'u');
  identity.groups = {std::string(300, 'r')};
  identity.traits.Set("big", {{std::string(30000, 't')}});
  LeafRequest request = UserRequest(EcdsaKey().public_key());
  request.subject = ToSubject(identity).value();
  identity.expires = request.not_after;
  CHECK(IssueLeaf(request).ToIdentity().value() == identity);
}

TEST_CASE("requests that make no sense are refused", "[x509]") {
  const auto refused = [](const LeafRequest& request, const PrivateKey& ca_key = SampleAuthority().key) {
    const auto result = IssueCertificate(request, SampleAuthority().certificate, ca_key);
    return !result.has_value() && result.error().kind == ErrorKind::kBadParameter;
  };
  const LeafRequest good = UserRequest(EcdsaKey().public_key());
  CHECK_FALSE(refused(good));
  LeafRequest request = good;
  request.subject.clear();
  CHECK(refused(request));
  request.subject = "garbage";
  CHECK(refused(request));
  request = good;
  request.public_key = {};
  CHECK(refused(request));
  request = good;
  request.not_after = request.not_before;
  CHECK(refused(request));
  request = good;
  request.sans = {
      "b\xc3\xbc"
      "cher.example.com"};
  CHECK(refused(request));
  request.sans = {""};
  CHECK(refused(request));
  request = good;
  request.extra_extensions = {{"not an oid", false, "x"}};
  CHECK(refused(request));
  CHECK(refused(good, EcdsaKey()));  // not the authority's
  CHECK(refused(good, PrivateKey()));
  CHECK_FALSE(MakeCertificateAuthority("", EcdsaKey(), kNow).has_value());
  CHECK_FALSE(MakeCertificateAuthority("x", PrivateKey(), kNow).has_value());
}

RootRequest RootOf(std::string_view name) {
  return {EncodeName({{{std::string(oid::kCommonName), std::string(name)}}}).value(), kNow, kNow + 24h, 0};
}

TEST_CASE("an authority of its own signs leaves and no authority", "[x509][tools]") {
  const TemporaryDirectory directory;
  for (const PrivateKey& key : AllKeys()) {
    const Certificate root = MakeRootCertificate(RootOf("CA"), key).value();
    const std::string text = OpensslText(root, "-text");
    CHECK(Shows(text, "Issuer: CN = CA\n"));
    CHECK(Shows(text, "Subject: CN = CA\n"));
    CHECK(Shows(text, "Not Before: Nov 22 01:00:00 2026 GMT\n            Not After : Nov 23 01:00:00 2026 GMT"));
    CHECK(Shows(text,
                "X509v3 Key Usage: critical\n                Certificate Sign, CRL Sign\n"
                "            X509v3 Basic Constraints: critical\n                CA:TRUE, pathlen:0\n"
                "            X509v3 Subject Key Identifier: \n"));

    LeafRequest request = UserRequest(EcdsaKey().public_key());
    request.sans = {"fluentd.example.com"};
    const Certificate leaf = IssueCertificate(request, root, key).value();
    const std::string ca_path = directory.Write("ca.pem", root.ToPem());
    const std::string path = directory.Write("leaf.pem", leaf.ToPem());
    const auto result = RunTool(fmt::format("openssl verify -x509_strict -attime {} -CAfile {} {}",
                                            kNow.time_since_epoch() / 1s, ca_path, path));
    CAPTURE(result.output);
    CHECK(result.exit_code == 0);
  }
}

TEST_CASE("an authority of its own needs a name, a key, times and a path length", "[x509]") {
  const auto refused = [](const RootRequest& request, const PrivateKey& key = EcdsaKey()) {
    const auto made = MakeRootCertificate(request, key);
    return !made.has_value() && made.error().kind == ErrorKind::kBadParameter;
  };
  RootRequest request = RootOf("CA");
  CHECK_FALSE(refused(request));
  CHECK(refused(request, PrivateKey()));
  request.subject.clear();
  CHECK(refused(request));
  request.subject = "garbage";
  CHECK(refused(request));
  request = RootOf("CA");
  request.not_after = request.not_before;
  CHECK(refused(request));
  request = RootOf("CA");
  for (const int length : {-1, 128}) {
    request.path_length = length;
    CHECK(refused(request));
  }
}

TEST_CASE("an empty revocation list verifies and lasts ten years", "[x509][tools]") {
  const TemporaryDirectory directory;
  for (const PrivateKey& key : AllKeys()) {
    const Authority ca = MakeAuthority("ref.test", key);
    const std::string crl = MakeEmptyCrl(ca.certificate, ca.key, kNow).value();
    const std::string ca_path = directory.Write("ca.pem", ca.certificate.ToPem());
    const std::string path = directory.Write("crl.der", crl);
    const auto result = RunTool(fmt::format("openssl crl -inform DER -in {} -noout -text -CAfile {}", path, ca_path));
    CAPTURE(result.output);
    CHECK(result.exit_code == 0);
    CHECK(Shows(result.output, "verify OK"));
    CHECK(Shows(result.output, "Version 2 (0x1)"));
    CHECK(Shows(result.output, "Last Update: Nov 22 00:59:00 2026 GMT"));
    CHECK(Shows(result.output, "Next Update: Nov 19 01:00:00 2036 GMT"));
    CHECK(Shows(result.output, "X509v3 CRL Number: \n                1"));
    CHECK(Shows(result.output, "No Revoked Certificates."));
  }
  CHECK_FALSE(MakeEmptyCrl(SampleAuthority().certificate, EcdsaKey(), kNow).has_value());
}

TEST_CASE("a self-signed server certificate serves its names and the local ones", "[x509][tools]") {
  const TemporaryDirectory directory;
  const Certificate certificate =
      MakeSelfSignedServerCertificate({"px.example.com", "10.1.2.3"}, EcdsaKey(), kNow).value();
  CHECK(certificate.dns_names() == std::vector<std::string>{"px.example.com", "localhost"});
  CHECK(certificate.ip_addresses() == std::vector<std::string>{"10.1.2.3", "127.0.0.1", "::1"});
  CHECK(certificate.allows_server_auth());
  CHECK_FALSE(certificate.allows_client_auth());
  CHECK(certificate.not_after() - kNow == 825 * 24h);
  const std::string path = directory.Write("web.pem", certificate.ToPem());
  for (const std::string_view check : {"-verify_hostname px.example.com", "-verify_ip ::1"}) {
    const auto result = RunTool(fmt::format("openssl verify -attime {} -purpose sslserver {} -CAfile {} {}",
                                            kNow.time_since_epoch() / 1s, check, path, path));
    CAPTURE(result.output);
    CHECK(result.exit_code == 0);
  }
}

TEST_CASE("chains are read, other blocks skipped", "[x509]") {
  const Certificate leaf = IssueLeaf(UserRequest(EcdsaKey().public_key()));
  const std::string bundle =
      leaf.ToPem() + ToPem("PUBLIC KEY", "x") + "\nnoise\n" + SampleAuthority().certificate.ToPem();
  CHECK(Certificate::ChainFromPem(bundle).value() == std::vector<Certificate>{leaf, SampleAuthority().certificate});
  CHECK(Certificate::FromPem(ToPem("PUBLIC KEY", "x") + leaf.ToPem()).value() == leaf);
  CHECK_FALSE(Certificate::ChainFromPem("").has_value());
  CHECK_FALSE(Certificate::ChainFromPem(leaf.ToPem() + ToPem("CERTIFICATE", "x")).has_value());
}

TEST_CASE("times beyond what we can hold become the last one", "[x509][tools]") {
  const TemporaryDirectory directory;
  const std::string key = directory.Write("key.pem", EcdsaKey().ToPem().Reveal());
  const std::string config = directory.Write(
      "ca.cnf", "[ca]\ndefault_ca=d\n[d]\ndatabase=" + directory.Write("index", "") +
                    "\nserial=" + directory.Write("serial", "01") + "\nnew_certs_dir=" + (directory / "") +
                    "\ndefault_md=sha256\npolicy=p\n[p]\ncommonName=supplied\n");
  const std::string path = (directory / "out.pem");
  REQUIRE(
      RunTool(fmt::format("openssl req -new -subj /CN=x -key {0} -out {1}.csr && openssl ca -batch -selfsign -config "
                          "{2} -keyfile {0} -in {1}.csr -out {1} -startdate 19500101000000Z -enddate "
                          "99991231235959Z",
                          key, path, config))
          .exit_code == 0);
  const Certificate certificate = Certificate::FromPem(directory.Read("out.pem")).value();
  CHECK(certificate.not_after() > kNow + std::chrono::years(200));
  CHECK(certificate.not_before() == Time(std::chrono::sys_days{std::chrono::year{1950} / 1 / 1}));
}

TEST_CASE("truncated and garbled certificates give an error and never crash", "[x509]") {
  const Certificate leaf = IssueLeaf(UserRequest(EcdsaKey().public_key()));
  const std::string& der = leaf.ToDer();
  for (std::size_t length = 0; length < der.size(); ++length) {
    REQUIRE_FALSE(Certificate::FromDer(der.substr(0, length)).has_value());
  }
  CHECK(Certificate::FromDer(der + "x").error().kind == ErrorKind::kBadParameter);
  CHECK_FALSE(Certificate::FromDer(std::string(2 << 20, '0')).has_value());
  CHECK_FALSE(Certificate::FromPem("garbage").has_value());
  CHECK_FALSE(Certificate::FromPem(ToPem("CERTIFICATE", "garbage")).has_value());
  for (std::size_t place = 0; place < der.size(); ++place) {
    std::string changed = der;
    changed[place] = static_cast<char>(changed[place] ^ 1);
    const auto certificate = Certificate::FromDer(changed);
    // A changed certificate that still decodes must not have a valid signature.
    if (certificate) CHECK_FALSE(certificate->CheckSignedBy(SampleAuthority().key.public_key()).has_value());
  }
}

TEST_CASE("an empty certificate answers politely", "[x509]") {
  const Certificate none;
  CHECK(none.empty());
  CHECK(none.ToPem().empty());
  CHECK(none.SpkiPin().empty());
  CHECK(none.subject_common_name().empty());
  CHECK(none.public_key().empty());
  CHECK_FALSE(none.is_ca());
  CHECK_FALSE(none.allows_client_auth());
  CHECK(none.native() == nullptr);
  CHECK_FALSE(none.ToIdentity().has_value());
  CHECK_FALSE(none.CheckSignedBy(EcdsaKey().public_key()).has_value());
  CHECK_FALSE(Certificate::FromNative(nullptr).has_value());
}

}  // namespace
}  // namespace sallyport
