#include "libmachine/bot/config/join_uri.h"

#include <catch2/catch.hpp>

#include "libmachine/bot/config/bot_config.h"

namespace sallyport {
namespace {

TEST_CASE("a join URI says how a bot joins") {
  const JoinUri uri = ParseJoinUri("tbot+proxy+token://abc%2Fdef@access.test:443").value();
  CHECK(uri.through_proxy);
  CHECK(uri.join_method == "token");
  CHECK(uri.token == "abc/def");
  CHECK(uri.parameter.empty());
  CHECK(uri.address == "access.test:443");
  const JoinUri bound = ParseJoinUri("tbot+auth+bound-keypair://name:secret@[::1]:3025/").value();
  CHECK_FALSE(bound.through_proxy);
  CHECK(bound.join_method == "bound_keypair");
  CHECK(bound.parameter == "secret");
  CHECK(bound.address == "[::1]:3025");
}

TEST_CASE("a malformed join URI is refused without its secrets") {
  for (const std::string_view text :
       {"", "abcdef", "https://abcdef@x:1", "tbot+token://abcdef@x:1", "tbot+relay+token://abcdef@x:1",
        "tbot+proxy+magic://abcdef@x:1", "tbot+proxy+token://x:1", "tbot+proxy+token://@x:1",
        "tbot+proxy+token://abcdef@", "tbot+proxy+token://abcdef%2@x:1"}) {
    CAPTURE(text);
    const auto parsed = ParseJoinUri(text);
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error().kind == ErrorKind::kBadParameter);
    CHECK_FALSE(parsed.error().message.contains("abcdef"));
  }
}

TEST_CASE("a join URI fills a configuration, and contradicts nothing") {
  const JoinUri uri = ParseJoinUri("tbot+proxy+gitlab://name:VARIABLE@access.test:443").value();
  BotConfig config;
  REQUIRE(ApplyJoinUri(uri, config));
  CHECK(config.proxy_server == "access.test:443");
  CHECK(config.onboarding.token == "name");
  CHECK(config.onboarding.join_method == "gitlab");
  CHECK(config.onboarding.gitlab_token_variable == "VARIABLE");
  CHECK(ApplyJoinUri(uri, config));

  config.onboarding.token = "other";
  CHECK(ApplyJoinUri(uri, config).error().message == "the join URI and onboarding.token have different values");
  BotConfig by_auth;
  by_auth.auth_server = "auth.test:3025";
  CHECK_FALSE(ApplyJoinUri(uri, by_auth));
}

}  // namespace
}  // namespace sallyport
