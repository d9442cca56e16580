#include "libcluster/agents/azure/azure_credential.h"

#include <catch2/catch.hpp>

#include "libbase/encoding.h"
#include "libbase/file.h"
#include "libbase/json.h"
#include "libbase/value_fields.h"
#include "libcluster/agents/azure/azure_tokens.h"
#include "libcluster/agents/azure/client_assertion.h"
#include "libidentity/keys.h"
#include "libidentity/x509.h"
#include "tests/unit/libcluster/agents/azure/scripted_azure.h"
#include "tests/unit/temporary_directory.h"

namespace sallyport {
namespace {

using test::ScriptedAzure;
using Variables = std::map<std::string, std::string, std::less<>>;

const std::string kLogin = "login.microsoftonline.com/tenant-1/oauth2/v2.0/token";
const std::string kGoodToken = R"({"access_token":"t1","expires_in":"3599","token_type":"Bearer"})";
const std::string kMetadata = "169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01";

EnvironmentReader ReaderOf(Variables variables) {
  return [variables = std::move(variables)](std::string_view name) {
    const auto found = variables.find(name);
    return found == variables.end() ? std::string() : found->second;
  };
}

Result<AzureToken> TokenBy(ScriptedAzure& azure, const Variables& variables) {
  const EnvironmentReader environment = ReaderOf(variables);
  const AzureCloud cloud;
  const AzureCaller call = azure.Caller();
  ASSIGN_OR_RETURN(const auto credential, ChooseAzureCredential({environment, cloud, call}));
  return credential->Fetch("https://management.core.windows.net/");
}

const Variables kSecret{
    {"AZURE_TENANT_ID", "tenant-1"}, {"AZURE_CLIENT_ID", "client 1"}, {"AZURE_CLIENT_SECRET", "s&cret"}};

}  // namespace

TEST_CASE("a client secret logs in") {
  ScriptedAzure azure;
  azure.Answer(kLogin, {200, kGoodToken});
  const auto token = TokenBy(azure, kSecret);
  REQUIRE(token);
  CHECK(token->text.Reveal() == "t1");
  CHECK(azure.calls.front().body ==
        "grant_type=client_credentials&client_id=client%201&"
        "scope=https%3A%2F%2Fmanagement.core.windows.net%2F%2F.default&client_secret=s%26cret");
}

TEST_CASE("a refused login says the reason of Azure, and no secret") {
  ScriptedAzure azure;
  azure.Answer(kLogin, {401, R"({"error":"invalid_client","error_description":"AADSTS7000215: wrong secret"})"});
  const auto token = TokenBy(azure, kSecret);
  CHECK(token.error().kind == ErrorKind::kAccessDenied);
  CHECK(token.error().message.contains("AADSTS7000215"));
  CHECK_FALSE(token.error().message.contains("s&cret"));
}

TEST_CASE("a workload identity sends the token of its file") {
  const test::TemporaryDirectory folder;
  const std::string path = folder.path() + "/token";
  REQUIRE(WriteFile(path, "jwt.of.pod\n", 0600));
  ScriptedAzure azure;
  azure.Answer(kLogin, {200, kGoodToken});
  REQUIRE(TokenBy(
      azure, {{"AZURE_TENANT_ID", "tenant-1"}, {"AZURE_CLIENT_ID", "client-1"}, {"AZURE_FEDERATED_TOKEN_FILE", path}}));
  CHECK(azure.calls.front().body.ends_with(
      "client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer&"
      "client_assertion=jwt.of.pod"));
}

TEST_CASE("a managed identity is asked for after a probe") {
  ScriptedAzure azure;
  azure.Answer(kMetadata, {400, R"({"error":"invalid_request"})"});
  const std::string resource = "&resource=https%3A%2F%2Fmanagement.core.windows.net%2F";
  SECTION("with the field Metadata") {
    azure.Answer(kMetadata + resource, {200, R"({"access_token":"m1","expires_on":"4102444800","expires_in":"60"})"});
    REQUIRE(TokenBy(azure, {}));
    CHECK(azure.calls[0].fields.empty());
    CHECK(azure.calls[1].fields["Metadata"] == "true");
  }
  SECTION("with the client id of the environment") {
    azure.Answer(kMetadata + resource + "&client_id=id-1", {200, kGoodToken});
    CHECK(TokenBy(azure, {{"AZURE_CLIENT_ID", "id-1"}}));
  }
  SECTION("and says when the machine has none") {
    azure.Answer(kMetadata + resource,
                 {400, R"({"error":"invalid_request","error_description":"Identity not found"})"});
    CHECK(TokenBy(azure, {}).error().hint.contains("AZURE_CLIENT_ID"));
  }
}

TEST_CASE("without a metadata service there are no credentials") {
  ScriptedAzure azure;
  azure.Answer(kMetadata, {0, "unreachable"});
  CHECK(TokenBy(azure, {}).error().kind == ErrorKind::kNotFound);
}

TEST_CASE("App Service has a metadata service of its own") {
  ScriptedAzure azure;
  azure.Answer("127.0.0.1/msi/token?api-version=2019-08-01&resource=https%3A%2F%2Fmanagement.core.windows.net%2F",
               {200, kGoodToken});
  REQUIRE(TokenBy(azure, {{"IDENTITY_ENDPOINT", "http://127.0.0.1:41/msi/token"}, {"IDENTITY_HEADER", "h"}}));
  CHECK(azure.calls.front().fields["X-IDENTITY-HEADER"] == "h");
}

TEST_CASE("AZURE_TOKEN_CREDENTIALS narrows the sources") {
  ScriptedAzure azure;
  azure.Answer(kLogin, {200, kGoodToken});
  Variables variables = kSecret;
  const auto with = [&](const std::string& value) {
    variables["AZURE_TOKEN_CREDENTIALS"] = value;
    return TokenBy(azure, variables);
  };
  CHECK(with("prod"));
  CHECK(with("EnvironmentCredential"));
  CHECK(with("WorkloadIdentityCredential").error().kind == ErrorKind::kNotFound);
  CHECK(with("dev").error().kind == ErrorKind::kNotImplemented);
  CHECK(with("AzureCLICredential").error().kind == ErrorKind::kNotImplemented);
  CHECK(with("nothing").error().kind == ErrorKind::kBadParameter);
}

TEST_CASE("credentials that are set in part, or that cannot be used, are refused") {
  ScriptedAzure azure;
  CHECK(TokenBy(azure, {{"AZURE_CLIENT_SECRET", "s"}}).error().message.contains("AZURE_TENANT_ID"));
  CHECK(TokenBy(azure, {{"AZURE_CLIENT_SECRET", "s"}, {"AZURE_TENANT_ID", "../x"}, {"AZURE_CLIENT_ID", "c"}})
            .error()
            .message.contains("not a tenant"));
  CHECK(TokenBy(azure,
                {{"AZURE_USERNAME", "u"}, {"AZURE_PASSWORD", "p"}, {"AZURE_TENANT_ID", "t"}, {"AZURE_CLIENT_ID", "c"}})
            .error()
            .kind == ErrorKind::kNotImplemented);
  CHECK(TokenBy(azure, {{"MSI_ENDPOINT", "http://127.0.0.1"}}).error().kind == ErrorKind::kNotImplemented);
  CHECK(azure.calls.empty());
}

TEST_CASE("answers without a usable token are refused") {
  const Time now = Now();
  for (const std::string_view body :
       {"", "[]", R"({"expires_in":1})", R"({"access_token":"","expires_in":1})",
        R"({"access_token":"a b","expires_in":1})", R"({"access_token":"a\nb","expires_in":1})",
        R"({"access_token":"a"})", R"({"access_token":"a","expires_in":0})",
        R"({"access_token":"a","expires_on":-9223372036854775808})", R"({"access_token":"a","expires_in":"x"})"}) {
    CAPTURE(body);
    CHECK_FALSE(ReadAzureToken(body, now));
  }
  const auto far = ReadAzureToken(R"({"access_token":"a","expires_in":9223372036854775807})", now);
  REQUIRE(far);
  CHECK(far->expires < now + std::chrono::hours(72));
}

TEST_CASE("a certificate signs an assertion for the token endpoint") {
  const auto key = GeneratePrivateKey(KeyAlgorithm::kRsa2048);
  REQUIRE(key);
  const Time now = Now();
  const std::string foreign = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
  CHECK(MakeClientAssertion(foreign + key->ToPem().Reveal(), {"c", "a"}, now).error().kind == ErrorKind::kBadParameter);
  CHECK(MakeClientAssertion("\x30\x82", {"c", "a"}, now).error().kind == ErrorKind::kNotImplemented);
}

TEST_CASE("tokens are kept, and replaced after they were refused") {
  ScriptedAzure azure;
  azure.Answer(kLogin, {200, kGoodToken});
  azure.Answer(kLogin, {200, R"({"access_token":"t2","expires_in":60})"});
  AzureTokens tokens(ReaderOf(kSecret), AzureCloud(), azure.Caller());
  CHECK(tokens.For("r")->Reveal() == "t1");
  CHECK(tokens.For("r")->Reveal() == "t1");
  CHECK(azure.calls.size() == 1);
  tokens.Forget("r");
  CHECK(tokens.For("r")->Reveal() == "t2");
  SECTION("one that expires soon is replaced, but used while Azure does not answer") {
    azure.Answer(kLogin, {0, "down"});
    CHECK(tokens.For("r")->Reveal() == "t2");
    CHECK(tokens.For("r")->Reveal() == "t2");
    CHECK(azure.calls.size() == 4);
  }
}

}  // namespace sallyport
