#include "libmachine/bot/config/bot_config.h"

#include <array>

#include "libbase/file.h"
#include "libbase/text.h"
#include "libbase/yaml.h"
#include "libmachine/bot/config/bot_config_v1.h"
#include "libmachine/bot/config/bot_keys.h"
#include "libmachine/bot/config/config_node.h"

namespace sallyport {
namespace {

// A file of a bot is small; the limit is for files that are something else.
constexpr std::size_t kMaxBotConfig = 1 << 20;

Status ReadStorage(BotConfig& to, const ConfigNode& node) { return ReadDestination(to.storage, node); }
Status ReadTtl(BotConfig& to, const ConfigNode& node) { return node.Read(to.lifetime.ttl); }
Status ReadInterval(BotConfig& to, const ConfigNode& node) { return node.Read(to.lifetime.renewal_interval); }

// The old name of credential_ttl, which wins when both are set.
Status ReadCertificateTtl(BotConfig& to, const ConfigNode& node) {
  Nanoseconds ttl{};
  RETURN_IF_ERROR(node.Read(ttl));
  node.notes.notes.emplace_back("the key certificate_ttl is deprecated: use credential_ttl");
  if (to.lifetime.ttl == Nanoseconds(0)) to.lifetime.ttl = ttl;
  return {};
}

Status ReadServices(BotConfig& to, const ConfigNode& node) { return ReadItems(to.services, node, ReadService); }

// The list `outputs` comes after the list `services`, wherever it stands in the file: see ReadV2.
constexpr std::array<BotKey<BotConfig>, 16> kBotKeys{{{"version", IgnoreKey},
                                                      {"onboarding", ReadOnboarding},
                                                      {"storage", ReadStorage},
                                                      {"services", ReadServices},
                                                      {"outputs", IgnoreKey},
                                                      {"debug", ReadField<&BotConfig::debug>},
                                                      {"auth_server", ReadField<&BotConfig::auth_server>},
                                                      {"proxy_server", ReadField<&BotConfig::proxy_server>},
                                                      {"join_uri", ReadField<&BotConfig::join_uri>},
                                                      {"credential_ttl", ReadTtl},
                                                      {"certificate_ttl", IgnoreKey},
                                                      {"renewal_interval", ReadInterval},
                                                      {"oneshot", ReadField<&BotConfig::oneshot>},
                                                      {"fips", ReadField<&BotConfig::fips>},
                                                      {"diag_addr", ReadField<&BotConfig::diag_addr>},
                                                      {"insecure", ReadField<&BotConfig::insecure>}}};

Status ReadV2(BotConfig& to, const ConfigNode& file) {
  RETURN_IF_ERROR(ReadKeys<BotConfig>(to, file, kBotKeys));
  const Value* ttl = file.value.Find("certificate_ttl");
  if (ttl != nullptr) RETURN_IF_ERROR(ReadCertificateTtl(to, file.Key("certificate_ttl", *ttl)));
  const Value* outputs = file.value.Find("outputs");
  if (outputs == nullptr || outputs->is_null()) return {};
  return ReadServices(to, file.Key("outputs", *outputs));
}

Status ReadVersion(int& version, const ConfigNode& file) {
  std::string text;
  if (const Value* given = file.value.Find("version")) RETURN_IF_ERROR(file.Key("version", *given).Read(text));
  if (text == "v2") {
    version = 2;
  } else if (text.empty() || text == "v1") {
    version = 1;
  } else {
    return file.At({ErrorKind::kBadParameter, fmt::format("the version \"{}\" is not known", StripControl(text)),
                    "use version: v2"});
  }
  return {};
}

}  // namespace

Result<BotConfig> ParseBotConfig(std::string_view text, std::string_view source) {
  ASSIGN_OR_RETURN(const auto documents, ParseYaml(text, source, {.max_bytes = kMaxBotConfig}));
  if (documents.size() > 1) return Fail(ErrorKind::kBadParameter, "{}: expected one YAML document", source);
  if (documents.empty()) return Fail(ErrorKind::kBadParameter, "{}: the file is empty", source);
  if (!documents[0].is_map()) return Fail(ErrorKind::kBadParameter, "{}: expected a YAML map", source);

  BotConfig config;
  config.source = source;
  ConfigNotes notes{config.source, {}, {}};
  const ConfigNode file{documents[0], "", notes};
  RETURN_IF_ERROR(ReadVersion(config.version, file));
  RETURN_IF_ERROR(config.version == 1 ? ReadV1(config, file) : ReadV2(config, file));
  config.unknown = std::move(notes.unknown);
  config.notes = std::move(notes.notes);
  return config;
}

Result<BotConfig> LoadBotConfig(const std::string& path) {
  ASSIGN_OR_RETURN(const std::string text, ReadFile(path, kMaxBotConfig));
  return ParseBotConfig(text, path);
}

}  // namespace sallyport
