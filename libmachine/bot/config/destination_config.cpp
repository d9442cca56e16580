#include "libmachine/bot/config/destination_config.h"

#include <array>

#include "libbase/text.h"
#include "libmachine/bot/config/config_node.h"

namespace sallyport {
namespace {

// A word of tbot.yaml for a value of an enum.
template <typename T>
struct WordRow {
  std::string_view word;
  T value;
};
constexpr std::array<WordRow<DestinationType>, 3> kTypeWords{
    {{"directory", DestinationType::kDirectory},
     {"memory", DestinationType::kMemory},
     {"kubernetes_secret", DestinationType::kKubernetesSecret}}};
constexpr std::array<WordRow<SymlinkMode>, 3> kSymlinkWords{
    {{"insecure", SymlinkMode::kInsecure}, {"try-secure", SymlinkMode::kTrySecure}, {"secure", SymlinkMode::kSecure}}};
constexpr std::array<WordRow<AclMode>, 3> kAclWords{
    {{"off", AclMode::kOff}, {"try", AclMode::kTry}, {"required", AclMode::kRequired}}};

template <typename T, std::size_t N>
std::string_view WordOf(const std::array<WordRow<T>, N>& rows, T value) {
  for (const auto& row : rows) {
    if (row.value == value) return row.word;
  }
  return {};
}

template <typename T, std::size_t N>
Status ReadWord(const std::array<WordRow<T>, N>& rows, T& to, const ConfigNode& node) {
  std::string word;
  RETURN_IF_ERROR(node.Read(word));
  std::string words;
  for (const auto& row : rows) {
    if (row.word == word) {
      to = row.value;
      return {};
    }
    words += fmt::format("{}{}", words.empty() ? "" : ", ", row.word);
  }
  return node.At({ErrorKind::kBadParameter, fmt::format("\"{}\" is not known", StripControl(word)),
                  fmt::format("use one of: {}", words)});
}

using DestinationKey = BotKey<DestinationConfig>;
using DestinationReader = DestinationConfig::Reader;

constexpr std::array<BotKey<DestinationReader>, 2> kReaderKeys{
    {{"user", ReadField<&DestinationReader::user>}, {"group", ReadField<&DestinationReader::group>}}};

Status ReadReader(DestinationReader& to, const ConfigNode& node) {
  return ReadKeys<DestinationReader>(to, node, kReaderKeys);
}
Status ReadReaders(DestinationConfig& to, const ConfigNode& node) { return ReadItems(to.readers, node, ReadReader); }
Status ReadSymlinks(DestinationConfig& to, const ConfigNode& node) {
  return ReadWord(kSymlinkWords, to.symlinks, node);
}
Status ReadAcls(DestinationConfig& to, const ConfigNode& node) { return ReadWord(kAclWords, to.acls, node); }

// The keys of each type; the key `type` was read before.
constexpr std::array<DestinationKey, 5> kDirectoryKeys{{{"type", IgnoreKey},
                                                        {"path", ReadField<&DestinationConfig::path>},
                                                        {"symlinks", ReadSymlinks},
                                                        {"acls", ReadAcls},
                                                        {"readers", ReadReaders}}};
constexpr std::array<DestinationKey, 1> kMemoryKeys{{{"type", IgnoreKey}}};
constexpr std::array<DestinationKey, 4> kSecretKeys{{{"type", IgnoreKey},
                                                     {"name", ReadField<&DestinationConfig::name>},
                                                     {"namespace", ReadField<&DestinationConfig::kube_namespace>},
                                                     {"labels", ReadField<&DestinationConfig::labels>}}};

std::span<const DestinationKey> KeysOf(DestinationType type) {
  switch (type) {
    case DestinationType::kDirectory:
      return kDirectoryKeys;
    case DestinationType::kMemory:
      return kMemoryKeys;
    case DestinationType::kKubernetesSecret:
      return kSecretKeys;
    case DestinationType::kNone:
      break;
  }
  return {};
}

std::unexpected<Error> BadUri(std::string_view text, std::string_view reason) {
  return FailWithHint(ErrorKind::kBadParameter,
                      fmt::format("\"{}\" is not a destination: {}", StripControl(text), reason),
                      "use a directory, file:///DIRECTORY, memory:// or kubernetes-secret://[NAMESPACE]/NAME");
}

// The part of "SCHEME://HOST/PATH" before the path, and the path with its slash.
struct UriParts {
  std::string_view host;
  std::string_view path;
};
UriParts SplitUri(std::string_view rest) {
  if (rest.starts_with("//")) rest.remove_prefix(2);
  const auto slash = std::min(rest.find('/'), rest.size());
  return {rest.substr(0, slash), rest.substr(slash)};
}

DestinationConfig DirectoryAt(std::string_view path) {
  DestinationConfig directory;
  directory.type = DestinationType::kDirectory;
  directory.path = path;
  return directory;
}

}  // namespace

Status ReadDestination(DestinationConfig& to, const ConfigNode& node) {
  if (!node.value.is_map()) {
    return node.At({ErrorKind::kBadParameter, fmt::format("expected a map, found {}", TypeName(node.value)), {}});
  }
  const Value* type = node.value.Find("type");
  if (type == nullptr || type->is_null()) {
    return node.At(
        {ErrorKind::kBadParameter, "a destination needs a type", "use one of: directory, memory, kubernetes_secret"});
  }
  RETURN_IF_ERROR(ReadWord(kTypeWords, to.type, node.Key("type", *type)));
  return ReadKeys(to, node, KeysOf(to.type));
}

Status ReadDirectoryV1(DestinationConfig& to, const ConfigNode& node) {
  to.type = DestinationType::kDirectory;
  if (node.value.is_map()) return ReadKeys<DestinationConfig>(to, node, kDirectoryKeys);
  return node.Read(to.path);
}

Result<DestinationConfig> ParseDestinationUri(std::string_view text) {
  const auto colon = text.find("://");
  if (colon == std::string_view::npos) {
    if (text.empty()) return BadUri(text, "the path is empty");
    return DirectoryAt(text);
  }
  const std::string_view scheme = text.substr(0, colon);
  const UriParts parts = SplitUri(text.substr(colon + 1));

  DestinationConfig destination;
  if (scheme == "file") {
    if (!parts.host.empty()) return BadUri(text, "a directory must be on this host");
    if (parts.path.empty()) return BadUri(text, "the path is empty");
    return DirectoryAt(parts.path);
  }
  if (scheme == "memory") {
    if (!parts.host.empty() || !parts.path.empty()) return BadUri(text, "memory has neither a host nor a path");
    destination.type = DestinationType::kMemory;
    return destination;
  }

  if (scheme != "kubernetes-secret") return BadUri(text, "the scheme is unknown");
  if (parts.path.size() < 2) return BadUri(text, "the name of the Secret is missing");
  destination.type = DestinationType::kKubernetesSecret;
  destination.name = parts.path.substr(1);
  destination.kube_namespace = parts.host;
  return destination;
}

Status CheckDestination(const DestinationConfig& destination) {
  switch (destination.type) {
    case DestinationType::kNone:
      return Fail(ErrorKind::kBadParameter, "the destination is missing");
    case DestinationType::kMemory:
      return {};
    case DestinationType::kKubernetesSecret:
      if (!destination.name.empty()) return {};
      return Fail(ErrorKind::kBadParameter, "the name of the Secret is missing");
    case DestinationType::kDirectory:
      break;
  }

  if (destination.path.empty()) return Fail(ErrorKind::kBadParameter, "the path of the directory is missing");
  for (const auto& reader : destination.readers) {
    if (reader.user.empty() != reader.group.empty()) continue;
    return Fail(ErrorKind::kBadParameter, "each of readers needs either user or group");
  }
  return {};
}

Value DestinationValue(const DestinationConfig& destination) {
  Value map(Value::Map{{"type", WordOf(kTypeWords, destination.type)}});
  if (destination.type == DestinationType::kDirectory) {
    map.Set("path", destination.path);
    map.Set("symlinks", WordOf(kSymlinkWords, destination.symlinks));
    map.Set("acls", WordOf(kAclWords, destination.acls));
    Value readers = Value::EmptyList();
    for (const auto& reader : destination.readers) {
      readers.Append(reader.user.empty() ? Value(Value::Map{{"group", reader.group}})
                                         : Value(Value::Map{{"user", reader.user}}));
    }
    if (!destination.readers.empty()) map.Set("readers", std::move(readers));
  }

  if (destination.type == DestinationType::kKubernetesSecret) {
    map.Set("name", destination.name);
    Value labels = Value::EmptyMap();
    for (const auto& [name, value] : destination.labels) labels.Set(name, value);
    if (!destination.labels.empty()) map.Set("labels", std::move(labels));
    if (!destination.kube_namespace.empty()) map.Set("namespace", destination.kube_namespace);
  }
  return map;
}

std::string DescribeDestination(const DestinationConfig& destination) {
  const std::string type(WordOf(kTypeWords, destination.type));
  if (destination.type == DestinationType::kDirectory) return fmt::format("{} {}", type, destination.path);
  if (destination.type != DestinationType::kKubernetesSecret) return type;
  if (destination.kube_namespace.empty()) return fmt::format("{} {}", type, destination.name);
  return fmt::format("{} {}/{}", type, destination.kube_namespace, destination.name);
}

}  // namespace sallyport
