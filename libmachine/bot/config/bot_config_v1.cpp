#include "libmachine/bot/config/bot_config_v1.h"

#include <algorithm>
#include <array>

#include "libbase/text.h"
#include "libbase/value_fields.h"
#include "libmachine/bot/config/bot_config.h"
#include "libmachine/bot/config/bot_keys.h"
#include "libmachine/bot/config/config_node.h"

namespace sallyport {
namespace {

// The templates of a v1 destination: which files it holds.
constexpr std::array<std::string_view, 8> kTemplates{"ssh_client", "identity",  "tls",        "tls_cas",
                                                     "mongo",      "cockroach", "kubernetes", "ssh_host_cert"};

// An entry of the list `destinations`.
struct DestinationV1 {
  DestinationConfig destination;
  bool has_directory = false;
  bool has_memory = false;
  std::vector<std::string> roles;
  std::vector<std::string> templates;
  std::vector<std::string> principals;  // of the template ssh_host_cert
  bool has_database = false;
  std::string database_service;
  std::string database_name;
  std::string database_username;
  std::string kubernetes_cluster;
  std::string app;
  std::string cluster;

  bool Has(std::string_view name) const { return std::ranges::find(templates, name) != templates.end(); }
};

using V1Key = BotKey<DestinationV1>;

Status ReadDirectory(DestinationV1& to, const ConfigNode& node) {
  to.has_directory = true;
  return ReadDirectoryV1(to.destination, node);
}

Status ReadMemory(DestinationV1& to, const ConfigNode& node) {
  if (node.value.is_bool() && !node.value.as_bool()) return node.At({ErrorKind::kBadParameter, "expected a map", {}});
  to.has_memory = true;
  to.destination.type = DestinationType::kMemory;
  return {};
}

constexpr std::array<V1Key, 1> kHostCertKeys{{{"principals", ReadField<&DestinationV1::principals>}}};

Status AddTemplate(DestinationV1& to, const std::string& name, const ConfigNode& node) {
  if (std::ranges::find(kTemplates, name) == kTemplates.end()) {
    const auto meant = DidYouMean(name, std::span<const std::string_view>(kTemplates));
    return node.At({ErrorKind::kBadParameter, fmt::format("\"{}\" is not a template", StripControl(name)),
                    meant ? fmt::format("did you mean \"{}\"?", *meant) : std::string()});
  }
  if (to.Has(name)) {
    return node.At({ErrorKind::kBadParameter, fmt::format("the template {} occurs twice", name), {}});
  }
  to.templates.push_back(name);
  return {};
}

// A template is its name, or a map from its name to its settings.
Status ReadTemplate(DestinationV1& to, const ConfigNode& node) {
  if (!node.value.is_map()) {
    std::string name;
    RETURN_IF_ERROR(node.Read(name));
    return AddTemplate(to, name, node);
  }
  if (node.value.as_map().size() != 1) {
    return node.At({ErrorKind::kBadParameter, "expected the name of one template", {}});
  }

  const auto& [name, settings] = node.value.as_map().front();
  RETURN_IF_ERROR(AddTemplate(to, name, node));
  if (name == "ssh_host_cert") return ReadKeys<DestinationV1>(to, node.Key(name, settings), kHostCertKeys);
  if (settings.as_map().empty()) return {};
  return node.At({ErrorKind::kBadParameter,
                  fmt::format("the settings of the template {} have no form in version v2", name),
                  "remove the settings, or write the file anew in version v2"});
}

Status ReadTemplates(DestinationV1& to, const ConfigNode& node) {
  if (!node.value.is_list()) {
    return node.At({ErrorKind::kBadParameter, fmt::format("expected a list, found {}", TypeName(node.value)), {}});
  }
  std::size_t index = 0;
  for (const auto& item : node.value.as_list()) {
    RETURN_IF_ERROR(ReadTemplate(to, node.Item(index++, item)));
  }
  return {};
}

constexpr std::array<V1Key, 3> kDatabaseKeys{{{"service", ReadField<&DestinationV1::database_service>},
                                              {"database", ReadField<&DestinationV1::database_name>},
                                              {"username", ReadField<&DestinationV1::database_username>}}};
Status ReadDatabase(DestinationV1& to, const ConfigNode& node) {
  to.has_database = true;
  return ReadKeys<DestinationV1>(to, node, kDatabaseKeys);
}

constexpr std::array<V1Key, 2> kStorageV1Keys{{{"directory", ReadDirectory}, {"memory", ReadMemory}}};
constexpr std::array<V1Key, 8> kDestinationV1Keys{
    {{"directory", ReadDirectory},
     {"memory", ReadMemory},
     {"roles", ReadField<&DestinationV1::roles>},
     {"configs", ReadTemplates},
     {"database", ReadDatabase},
     {"kubernetes_cluster", ReadField<&DestinationV1::kubernetes_cluster>},
     {"app", ReadField<&DestinationV1::app>},
     {"cluster", ReadField<&DestinationV1::cluster>}}};

// An output of v2, the condition for it, and the templates that it replaces.
struct OutputOfV1 {
  std::string_view type;
  bool (*is_meant)(const DestinationV1& old);
  std::array<std::string_view, 5> templates;
};
constexpr std::array<OutputOfV1, 4> kOutputsOfV1{{
    {"application", [](const DestinationV1& old) { return !old.app.empty(); }, {"tls_cas", "tls", "identity"}},
    {"database",
     [](const DestinationV1& old) { return old.has_database; },
     {"tls_cas", "identity", "mongo", "cockroach", "tls"}},
    {"kubernetes",
     [](const DestinationV1& old) { return !old.kubernetes_cluster.empty(); },
     {"tls_cas", "identity", "kubernetes"}},
    {"ssh_host", [](const DestinationV1& old) { return old.Has("ssh_host_cert"); }, {"ssh_host_cert"}},
}};
constexpr OutputOfV1 kIdentityOfV1{"identity", nullptr, {"tls_cas", "identity", "ssh_client"}};

Status CheckPlace(const DestinationV1& old, const ConfigNode& node) {
  if (old.has_directory && old.has_memory) {
    return node.At({ErrorKind::kBadParameter, "both directory and memory are set", "keep one of them"});
  }
  if (!old.has_directory && !old.has_memory) {
    return node.At({ErrorKind::kBadParameter, "directory and memory are missing", "set one of them"});
  }
  return {};
}

// Finds the one type of output that a destination means.
Result<const OutputOfV1*> OutputOf(const DestinationV1& old, const ConfigNode& node) {
  const OutputOfV1* found = nullptr;
  for (const auto& output : kOutputsOfV1) {
    if (!output.is_meant(old)) continue;
    if (found != nullptr) {
      return node.At({ErrorKind::kBadParameter,
                      fmt::format("the destination is both of type {} and {}", found->type, output.type),
                      "write one destination for each"});
    }
    found = &output;
  }

  if (found == nullptr) found = &kIdentityOfV1;
  for (const auto& name : old.templates) {
    if (std::ranges::find(found->templates, name) != found->templates.end()) continue;
    return node.At(
        {ErrorKind::kBadParameter, fmt::format("an output of type {} has no template {}", found->type, name), {}});
  }
  return found;
}

// The format of the files for a database; kBadParameter for several.
Result<std::string> DatabaseFormat(const DestinationV1& old, const ConfigNode& node) {
  std::string format;
  for (const std::string_view name : {"mongo", "cockroach", "tls"}) {
    if (!old.Has(name)) continue;
    if (!format.empty()) {
      return node.At({ErrorKind::kBadParameter, fmt::format("both templates {} and {} are set", format, name), {}});
    }
    format = name;
  }
  return format;
}

// Outputs of type database are not implemented, so the entry is kept as the text of a v2 file.
Result<Value> DatabaseEntry(const DestinationV1& old, const ConfigNode& node) {
  ASSIGN_OR_RETURN(const std::string format, DatabaseFormat(old, node));
  Value map(Value::Map{{"type", "database"}, {"destination", DestinationValue(old.destination)}});
  if (!old.roles.empty()) map.Set("roles", Value::Strings(old.roles));
  if (!format.empty()) map.Set("format", format);
  map.Set("service", old.database_service);
  if (!old.database_name.empty()) map.Set("database", old.database_name);
  if (!old.database_username.empty()) map.Set("username", old.database_username);
  return map;
}

Status ReadDestinationV1(ServiceConfig& to, const ConfigNode& node) {
  DestinationV1 old;
  RETURN_IF_ERROR(ReadKeys<DestinationV1>(old, node, kDestinationV1Keys));
  RETURN_IF_ERROR(CheckPlace(old, node));
  ASSIGN_OR_RETURN(const OutputOfV1* const output, OutputOf(old, node));

  to.type = output->type;
  to.where = fmt::format("{}: {}", PlaceIn(node.notes.source, node.value), node.path);
  to.destination = old.destination;
  to.roles = old.roles;
  to.cluster = old.cluster;
  to.kubernetes_cluster = old.kubernetes_cluster;
  to.app_name = old.app;
  to.specific_tls_naming = old.Has("tls");
  to.principals = old.principals;
  if (to.type == "database") {
    ASSIGN_OR_RETURN(to.raw, DatabaseEntry(old, node));
  }
  return {};
}

Status ReadStorageV1(BotConfig& to, const ConfigNode& node) {
  DestinationV1 old;
  RETURN_IF_ERROR(ReadKeys<DestinationV1>(old, node, kStorageV1Keys));
  RETURN_IF_ERROR(CheckPlace(old, node));
  to.storage = old.destination;
  return {};
}

Status ReadDestinationsV1(BotConfig& to, const ConfigNode& node) {
  return ReadItems(to.services, node, ReadDestinationV1);
}
Status ReadTtlV1(BotConfig& to, const ConfigNode& node) { return node.Read(to.lifetime.ttl); }
Status ReadIntervalV1(BotConfig& to, const ConfigNode& node) { return node.Read(to.lifetime.renewal_interval); }
Status RefuseOutputs(BotConfig&, const ConfigNode& node) {
  return node.At({ErrorKind::kBadParameter, "the list outputs is of version v2, and the file is of version v1",
                  "add version: v2"});
}

constexpr std::array<BotKey<BotConfig>, 11> kBotV1Keys{{{"version", IgnoreKey},
                                                        {"onboarding", ReadOnboarding},
                                                        {"debug", ReadField<&BotConfig::debug>},
                                                        {"auth_server", ReadField<&BotConfig::auth_server>},
                                                        {"certificate_ttl", ReadTtlV1},
                                                        {"renewal_interval", ReadIntervalV1},
                                                        {"oneshot", ReadField<&BotConfig::oneshot>},
                                                        {"fips", ReadField<&BotConfig::fips>},
                                                        {"diag_addr", ReadField<&BotConfig::diag_addr>},
                                                        {"destinations", ReadDestinationsV1},
                                                        {"storage", ReadStorageV1}}};

}  // namespace

Status ReadV1(BotConfig& to, const ConfigNode& file) {
  if (const Value* outputs = file.value.Find("outputs"); outputs != nullptr && !outputs->as_list().empty()) {
    return RefuseOutputs(to, file.Key("outputs", *outputs));
  }
  return ReadKeys<BotConfig>(to, file, kBotV1Keys);
}

}  // namespace sallyport
