#include "libcluster/ssh_server/ssh_server_connection.h"

#include "tests/unit/libcluster/ssh_server/ssh_test_client.h"

namespace sallyport {
namespace {

using namespace test;

// Begins a connection and changes something; the server must end it and say why.
std::string ReasonOfEnd(SshTestConnection& client, std::string_view payload) {
  CHECK_FALSE(client.Send(payload));
  return client.ExpectDisconnect();
}

TEST_CASE("a client logs in by a certificate over each of the key exchanges and ciphers", "[ssh_server]") {
  struct Row {
    SshTestProposal proposal;
    AgreementCurve curve;
    std::size_t key_bytes;
  };
  const Row rows[] = {
      {{}, AgreementCurve::kX25519, 16},
      {{.key_exchanges = "curve25519-sha256@libssh.org"}, AgreementCurve::kX25519, 16},
      {{.key_exchanges = "x,ecdh-sha2-nistp256,kex-strict-c-v00@openssh.com"}, AgreementCurve::kP256, 16},
      {{.ciphers = "aes128-ctr,aes256-gcm@openssh.com,aes128-gcm@openssh.com"}, AgreementCurve::kX25519, 32},
  };
  for (const Row& row : rows) {
    CAPTURE(row.proposal.key_exchanges, row.proposal.ciphers);
    SshTestConnection client;
    client.key_bytes = row.key_bytes;
    client.Begin(row.proposal, row.curve);
    REQUIRE(client.Send(client.SignedLogin(SshTestUser())));
    REQUIRE(client.server.login() != nullptr);
    CHECK(client.server.login()->user == "root");
    CHECK(client.server.login()->certificate.key_id == "alice");
    CHECK_FALSE(client.server.admitted());
    REQUIRE(client.server.Admit());
    client.Expect(kSshUserAuthSuccess);
    CHECK(client.server.admitted());
  }
}

TEST_CASE("bytes may come one by one", "[ssh_server]") {
  SshTestConnection client;
  for (const char byte : std::string("SSH-2.0-Slow\r\n")) REQUIRE(client.SendRaw({&byte, 1}));
  client.context.client_version = "SSH-2.0-Slow";
  client.context.server_proposal = client.Expect(kSshKexInit);
  REQUIRE(client.Propose());
  REQUIRE(client.SendValue());
  client.Expect(kSshKexEcdhReply);
  REQUIRE(client.SendNewKeys());
  client.Expect(kSshExtInfo);
  REQUIRE(client.writer.Write(SshWriter().Byte(kSshServiceRequest).String("ssh-userauth").Take()));
  for (const char byte : client.writer.Take(SIZE_MAX)) REQUIRE(client.SendRaw({&byte, 1}));
  client.Expect(kSshServiceAccept);
}

TEST_CASE("keys of each kind log in, RSA with SHA-2 alone", "[ssh_server]") {
  struct Row {
    KeyAlgorithm key;
    const char* algorithm;
  };
  const Row rows[] = {{KeyAlgorithm::kEd25519, "ssh-ed25519"},
                      {KeyAlgorithm::kEcdsaP256, "ecdsa-sha2-nistp256"},
                      {KeyAlgorithm::kEcdsaP384, "ecdsa-sha2-nistp384"},
                      {KeyAlgorithm::kRsa2048, "rsa-sha2-256"},
                      {KeyAlgorithm::kRsa2048, "rsa-sha2-512"}};
  for (const Row& row : rows) {
    CAPTURE(row.algorithm);
    SshTestConnection client;
    client.Begin();
    const SshTestUser user(row.key);
    REQUIRE(client.Send(client.LoginPayload(user, user.Type(row.algorithm), "root", false)));
    client.Expect(kSshUserAuthPkOk);
    REQUIRE(client.Send(client.SignedLogin(user, row.algorithm)));
    CHECK(client.server.login() != nullptr);
  }
}

TEST_CASE("logins without a good signature of the announced certificate are refused", "[ssh_server]") {
  SshTestConnection client;
  client.Begin();
  const SshTestUser user;
  const SshTestUser other;
  const SshTestUser rsa(KeyAlgorithm::kRsa2048);
  std::string payload;

  SECTION("another method") {
    payload = SshWriter().Byte(kSshUserAuthRequest).String("root").String("ssh-connection").String("none").Take();
  }
  SECTION("a password") {
    payload = SshWriter()
                  .Byte(kSshUserAuthRequest)
                  .String("root")
                  .String("ssh-connection")
                  .String("password")
                  .Byte(0)
                  .String("secret")
                  .Take();
  }
  SECTION("a plain key, asked and signed") {
    SshTestUser plain;
    plain.certificate.blob = plain.key.public_key().ToSshBlob();
    REQUIRE(client.Send(client.LoginPayload(plain, "ssh-ed25519", "root", false)));
    client.Expect(kSshUserAuthFailure);
    const std::string part = client.LoginPayload(plain, "ssh-ed25519");
    const std::string message = SshWriter().String(client.session_id).Raw(part).Take();
    payload = SshWriter().Raw(part).String(plain.key.SignSsh(message).value()).Take();
  }
  SECTION("a plain key under a certificate's name") {
    SshTestUser plain;
    plain.certificate.blob = plain.key.public_key().ToSshBlob();
    payload = client.SignedLogin(plain);
  }
  SECTION("another key's signature") {
    const std::string part = client.LoginPayload(user, user.Type());
    const std::string message = SshWriter().String(client.session_id).Raw(part).Take();
    payload = SshWriter().Raw(part).String(other.key.SignSsh(message).value()).Take();
  }
  SECTION("a signature for another session") {
    const std::string part = client.LoginPayload(user, user.Type());
    const std::string message = SshWriter().String(std::string(32, 's')).Raw(part).Take();
    payload = SshWriter().Raw(part).String(user.key.SignSsh(message).value()).Take();
  }
  SECTION("a signature for another login") {
    const std::string part = client.LoginPayload(user, user.Type(), "root");
    const std::string message = SshWriter().String(client.session_id).Raw(part).Take();
    payload = SshWriter()
                  .Raw(client.LoginPayload(user, user.Type(), "other"))
                  .String(user.key.SignSsh(message).value())
                  .Take();
  }
  SECTION("SHA-1") {
    REQUIRE(client.Send(client.LoginPayload(rsa, "ssh-rsa-cert-v01@openssh.com", "root", false)));
    client.Expect(kSshUserAuthFailure);
    payload = client.LoginPayload(rsa, "ssh-rsa-cert-v01@openssh.com") + SshWriter().String("x").Take();
  }
  SECTION("another algorithm than announced") {
    const std::string part = client.LoginPayload(rsa, rsa.Type("rsa-sha2-512"));
    const std::string message = SshWriter().String(client.session_id).Raw(part).Take();
    payload = SshWriter().Raw(part).String(rsa.key.SignSsh(message, "rsa-sha2-256").value()).Take();
  }
  SECTION("another type of certificate than announced") {
    payload = client.LoginPayload(user, "ecdsa-sha2-nistp256-cert-v01@openssh.com", "root", false);
  }
  SECTION("an empty signature") { payload = client.LoginPayload(user, user.Type()) + SshWriter().String("").Take(); }

  REQUIRE(client.Send(payload));
  client.Expect(kSshUserAuthFailure);
  CHECK(client.server.login() == nullptr);
  CHECK_FALSE(client.server.admitted());
  // The next one may be good.
  REQUIRE(client.Send(client.SignedLogin(user)));
  CHECK(client.server.login() != nullptr);
}

TEST_CASE("a refused client may try again, a few times", "[ssh_server]") {
  SshTestConnection client;
  client.Begin();
  for (int i = 0; i < client.options.logins; ++i) {
    REQUIRE(client.Send(client.SignedLogin(SshTestUser())));
    REQUIRE(client.server.Refuse());
    client.Expect(kSshUserAuthFailure);
  }
  CHECK(ReasonOfEnd(client, client.SignedLogin(SshTestUser())) == "too many logins were refused");
  CHECK(client.reason == static_cast<std::uint32_t>(SshDisconnectReason::kNoMoreAuthMethods));
  CHECK(client.server.login() == nullptr);
  CHECK_FALSE(client.server.admitted());
}

TEST_CASE("what follows a login waits for the decision", "[ssh_server]") {
  SshTestConnection client;
  client.Begin();
  REQUIRE(client.Send(client.SignedLogin(SshTestUser())));
  REQUIRE(client.Send(SshTestConnection::OpenPayload(7, "known")));
  CHECK(client.Received().empty());
  CHECK(client.server.kept() > 0);

  SECTION("it is done after a good one") {
    REQUIRE(client.server.Admit());
    client.Expect(kSshUserAuthSuccess);
    client.Expect(kSshChannelOpenConfirmation);
  }
  SECTION("it ends the connection after a bad one") {
    CHECK_FALSE(client.server.Refuse());
    client.Expect(kSshUserAuthFailure);
    CHECK(client.ExpectDisconnect().contains("not expected"));
  }
}

TEST_CASE("messages out of their time end the connection", "[ssh_server]") {
  SshTestConnection client;
  SECTION("before the keys") {
    REQUIRE(client.SendLine());
    client.Expect(kSshKexInit);
    const std::uint8_t message = GENERATE(kSshIgnore, kSshDebug, kSshUnimplemented, kSshServiceRequest, kSshNewKeys,
                                          kSshKexEcdhInit, kSshUserAuthRequest, kSshChannelOpen, 200);
    CHECK(ReasonOfEnd(client, SshWriter().Byte(message).Take()).contains("not expected"));
  }
  SECTION("between proposal and value") {
    REQUIRE(client.SendLine());
    client.Expect(kSshKexInit);
    REQUIRE(client.Propose());
    const std::uint8_t message = GENERATE(kSshIgnore, kSshKexInit, kSshNewKeys, kSshServiceRequest);
    CHECK(ReasonOfEnd(client, SshWriter().Byte(message).Take()).contains("not expected"));
  }
  SECTION("a value or new keys without a proposal") {
    client.LogIn();
    const std::uint8_t message = GENERATE(kSshKexEcdhInit, kSshNewKeys);
    CHECK(ReasonOfEnd(client, SshWriter().Byte(message).Take()).contains("not expected"));
  }
  SECTION("a second proposal") {
    client.LogIn();
    REQUIRE(client.Propose());
    client.Expect(kSshKexInit);
    CHECK(ReasonOfEnd(client, SshTestProposal().Payload()).contains("not expected"));
  }
  SECTION("between value and new keys") {
    REQUIRE(client.SendLine());
    client.context.server_proposal = client.Expect(kSshKexInit);
    REQUIRE(client.Propose());
    REQUIRE(client.SendValue());
    client.Expect(kSshKexEcdhReply);
    client.Expect(kSshExtInfo);
    CHECK(ReasonOfEnd(client, SshWriter().Byte(kSshServiceRequest).String("ssh-userauth").Take())
              .contains("not expected"));
  }
  SECTION("before the service") {
    REQUIRE(client.SendLine());
    client.AgreeOnKeys();
    client.Expect(kSshExtInfo);
    CHECK(ReasonOfEnd(client, client.SignedLogin(SshTestUser())).contains("not expected"));
  }
  SECTION("another service") {
    REQUIRE(client.SendLine());
    client.AgreeOnKeys();
    client.Expect(kSshExtInfo);
    CHECK(ReasonOfEnd(client, SshWriter().Byte(kSshServiceRequest).String("ssh-connection").Take())
              .contains("another service"));
  }
  SECTION("channels before the login") {
    client.Begin();
    CHECK(ReasonOfEnd(client, SshTestConnection::OpenPayload(7, "known")).contains("not expected"));
  }
  SECTION("a server's messages") {
    client.LogIn();
    const std::uint8_t message = GENERATE(kSshUserAuthSuccess, kSshChannelOpenConfirmation, kSshChannelSuccess);
    CHECK(ReasonOfEnd(client, SshWriter().Byte(message).Uint32(0).Take()).contains("not expected"));
  }
  // Nothing is answered any more.
  CHECK(client.Send(SshWriter().Byte(kSshIgnore).String("").Take()));
  CHECK(client.Received().empty());
}

TEST_CASE("bytes that are no SSH end the connection", "[ssh_server]") {
  SshTestConnection client;
  CHECK_FALSE(client.SendRaw(
      GENERATE(as<std::string>(), "GET / HTTP/1.1\r\n", "SSH-1.5-old\r\n", "SSH-1.99-old\r\n", "SSH-2.0", "\n") +
      std::string(300, 'x') + "\n"));
}

TEST_CASE("a changed packet ends the connection", "[ssh_server]") {
  SshTestConnection client;
  client.Begin();
  REQUIRE(client.writer.Write(client.SignedLogin(SshTestUser())));
  std::string bytes = client.writer.Take(SIZE_MAX);
  bytes[20] = static_cast<char>(bytes[20] ^ 1);
  CHECK_FALSE(client.SendRaw(bytes));
  CHECK(client.ExpectDisconnect().contains("not authentic"));
}

TEST_CASE("a plain packet after the keys ends the connection", "[ssh_server]") {
  SshTestConnection client;
  client.Begin();
  SshPacketWriter plain;
  REQUIRE(plain.Write(client.SignedLogin(SshTestUser()) + std::string(64, 'x')));
  CHECK_FALSE(client.SendRaw(plain.Take(SIZE_MAX)));
  CHECK(client.server.login() == nullptr);
}

TEST_CASE("a client without a common algorithm is told which the server has", "[ssh_server]") {
  struct Row {
    SshTestProposal proposal;
    const char* text;
  };
  const Row rows[] = {
      {{.key_exchanges = "diffie-hellman-group14-sha256"}, "no common key exchange: the server has curve25519-sha256"},
      {{.key_exchanges = ""}, "no common key exchange"},
      {{.host_keys = "ssh-ed25519"}, "no common host key: the server has ssh-ed25519-cert-v01@openssh.com"},
      {{.ciphers = "aes128-ctr,3des-cbc"}, "no common cipher: the server has aes128-gcm@openssh.com"},
      {{.compressions = "zlib"}, "no common compression: the server has none"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    SshTestConnection client;
    REQUIRE(client.SendLine());
    client.Expect(kSshKexInit);
    CHECK_FALSE(client.Propose(row.proposal));
    CHECK(client.ExpectDisconnect().contains(row.text));
    CHECK(client.reason == static_cast<std::uint32_t>(SshDisconnectReason::kKeyExchangeFailed));
  }
}

TEST_CASE("a wrong guess is ignored, a right one counts", "[ssh_server]") {
  const bool right = GENERATE(false, true);
  SshTestConnection client;
  REQUIRE(client.SendLine());
  client.context.server_proposal = client.Expect(kSshKexInit);
  REQUIRE(client.Propose({.key_exchanges = right ? "curve25519-sha256" : "ecdh-sha2-nistp256", .guesses = true}));
  if (!right) REQUIRE(client.Send(SshWriter().Byte(kSshKexEcdhInit).String("guess").Take()));
  REQUIRE(client.SendValue(right ? AgreementCurve::kX25519 : AgreementCurve::kP256));
  client.Expect(kSshKexEcdhReply);
  REQUIRE(client.SendNewKeys());
  REQUIRE(client.Send(SshWriter().Byte(kSshServiceRequest).String("ssh-userauth").Take()));
  client.Expect(kSshServiceAccept);
}

TEST_CASE("values that are no points end the connection", "[ssh_server]") {
  SshTestConnection client;
  REQUIRE(client.SendLine());
  client.Expect(kSshKexInit);
  REQUIRE(client.Propose());
  const std::string value = GENERATE(std::string(), std::string(32, '\0'), std::string(31, 'x'));
  CHECK(ReasonOfEnd(client, SshWriter().Byte(kSshKexEcdhInit).String(value).Take()).contains("key agreement"));
}

TEST_CASE("a client agrees on new keys while channels are open", "[ssh_server]") {
  SshTestConnection client;
  client.LogIn();
  const std::uint32_t channel = client.Open();
  const std::string session = client.session_id;
  REQUIRE(client.Propose());
  client.context.server_proposal = client.Expect(kSshKexInit);
  CHECK(client.server.Sendable(channel) == 0);
  client.server.channels().Send(channel, "kept");
  CHECK(client.Received().empty());

  for (const SshMessage message : {kSshIgnore, kSshDebug, kSshUnimplemented}) {
    REQUIRE(client.Send(SshWriter().Byte(message).Uint32(0).Take()));  // may come at any time
  }
  REQUIRE(client.Send(SshTestConnection::DataPayload(channel, "on the way,")));
  REQUIRE(client.SendValue());
  client.Expect(kSshKexEcdhReply);
  CHECK(client.Expect(kSshChannelData).ends_with("kept"));
  REQUIRE(client.SendNewKeys());
  CHECK(client.session_id == session);
  REQUIRE(client.Send(SshTestConnection::DataPayload(channel, "more")));
  CHECK(client.data == "on the way,more");
}

TEST_CASE("the server asks for new keys after enough bytes", "[ssh_server]") {
  auto options = SshTestConnection::Options();
  options.key_bytes = 5000;
  SshTestConnection client(std::move(options));
  client.LogIn();
  const std::uint32_t channel = client.Open();
  const std::string ignored = SshWriter().Byte(kSshIgnore).String(std::string(1000, 'x')).Take();
  for (int i = 0; i < 5; ++i) REQUIRE(client.Send(ignored));
  client.context.server_proposal = client.Expect(kSshKexInit);

  // Until the client has proposed too, it may send everything.
  REQUIRE(client.Send(SshTestConnection::DataPayload(channel, "before")));
  CHECK(client.data == "before");
  REQUIRE(client.Propose());
  REQUIRE(client.SendValue());
  client.Expect(kSshKexEcdhReply);
  REQUIRE(client.SendNewKeys());
  client.server.channels().Send(channel, "after");
  CHECK(client.Expect(kSshChannelData).ends_with("after"));
}

TEST_CASE("a client that does not answer a proposal of keys does not fill the memory", "[ssh_server]") {
  auto options = SshTestConnection::Options();
  options.key_bytes = 1;
  SshTestConnection client(std::move(options));
  client.LogIn();
  const std::string request = SshWriter().Byte(kSshGlobalRequest).String("any").Byte(1).Take();
  int sent = 0;
  while (client.Send(request) && sent < 1'000'000) {
    client.server.TakeOutput(SIZE_MAX);
    ++sent;
  }
  CHECK(sent < 1'000'000);
  CHECK(client.server.kept() < 600'000);
}

TEST_CASE("unknown messages of the transport get an answer with their number", "[ssh_server]") {
  SshTestConnection client;
  client.LogIn();
  REQUIRE(client.Send(SshWriter().Byte(19).Take()));
  const std::string answer = client.Expect(kSshUnimplemented);
  CHECK(answer.size() == 5);
  REQUIRE(client.Send(SshWriter().Byte(kSshExtInfo).Uint32(0).Take()));
  REQUIRE(client.Send(client.SignedLogin(SshTestUser())));  // after the success it is ignored
  CHECK(client.Received().empty());
}

}  // namespace
}  // namespace sallyport
