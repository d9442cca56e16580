// Applies the table of keys to a file.
#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <optional>

#include "libbase/text.h"
#include "libbase/value_fields.h"
#include "libcluster/config/config_key.h"
#include "libcluster/config/teleport_config.h"

namespace sallyport {
namespace {

using State = ConfigKey::State;
constexpr std::string_view kItem = "[]";
constexpr std::string_view kAnyName = "*";

// The table as a tree: a name, "[]" or "*" at each step.
struct Node {
  const ConfigKey* key = nullptr;
  std::map<std::string, std::unique_ptr<Node>, std::less<>> children;

  Node& At(std::string_view name) {
    auto& child = children[std::string(name)];
    if (!child) child = std::make_unique<Node>();
    return *child;
  }
  const Node* Find(std::string_view name) const {
    const auto found = children.find(name);
    return found == children.end() ? nullptr : found->second.get();
  }
  bool HasNames() const { return !children.empty() && Find(kItem) == nullptr; }
};

std::vector<ConfigKey> EveryKey() {
  std::vector<ConfigKey> all;
  for (auto* part : {GlobalKeys, JoinKeys, AuthServiceKeys, AuthenticationKeys, ProxyServiceKeys, SshServiceKeys,
                     KubernetesServiceKeys, OtherServiceKeys, ApplicationKeys, DatabaseKeys, DiscoveryKeys}) {
    auto keys = part();
    std::ranges::move(keys, std::back_inserter(all));
  }
  return all;
}

const std::vector<ConfigKey>& AllKeys() {
  static const std::vector<ConfigKey> keys = EveryKey();
  return keys;
}

const Node& Root() {
  static const Node root = [] {
    Node made;
    for (const auto& key : AllKeys()) {
      Node* node = &made;
      for (std::string_view rest = key.path; !rest.empty();) {
        std::string_view name = rest.substr(0, rest.find('.'));
        rest.remove_prefix(std::min(rest.size(), name.size() + 1));
        const bool is_list = name.ends_with(kItem);
        if (is_list) name.remove_suffix(kItem.size());
        node = &node->At(name);
        if (is_list) node = &node->At(kItem);
      }
      node->key = &key;
    }
    return made;
  }();
  return root;
}

std::string Join(const std::string& path, std::string_view name) {
  return path.empty() ? std::string(name) : fmt::format("{}.{}", path, name);
}

// Returns the probable key for an unknown name: a sibling key, or the same name elsewhere.
std::optional<std::string> Suggestion(const Node& node, const std::string& path, const std::string& name) {
  std::vector<std::string> beside;
  for (const auto& [known, child] : node.children) beside.push_back(known);
  if (const auto meant = DidYouMean(name, beside)) return Join(path, *meant);
  const std::string end = "." + name;
  const auto elsewhere = std::ranges::find_if(AllKeys(), [&](const ConfigKey& key) {
    return key.path.ends_with(end) && !key.path.contains(kItem) && !key.path.contains(kAnyName);
  });
  return elsewhere == AllKeys().end() ? std::nullopt : std::optional(elsewhere->path);
}

bool IsAccepted(const ConfigKey& key, const Value& value) {
  if (IsOff(key.type, value)) return true;
  const auto texts = ConfigTexts(value);
  if (!texts || key.accepted.empty()) return false;
  const auto words = SplitNonEmpty(key.accepted, ' ');
  return std::ranges::all_of(*texts, [&](const auto& text) { return std::ranges::find(words, text) != words.end(); });
}

class ConfigWalk {
 public:
  ConfigWalk(TeleportConfig& config, std::string_view source) : config_(config), source_(source) {}

  Status Visit(const Node& node, const std::string& path, const Value& value) {
    if (node.HasNames() && (value.is_map() || node.key == nullptr)) return VisitMap(node, path, value);
    if (const Node* item = node.Find(kItem)) RETURN_IF_ERROR(VisitList(*item, path, value));
    return node.key == nullptr ? Status() : Apply(*node.key, path, value);
  }

 private:
  Status VisitMap(const Node& node, const std::string& path, const Value& map) {
    if (map.is_null()) return {};
    if (!map.is_map()) return At(map, Fail(ErrorKind::kBadParameter, "\"{}\" must be a map", path));
    for (const auto& [name, value] : map.as_map()) {
      const std::string below = Join(path, name);
      const Node* child = name == kItem ? nullptr : node.Find(name);
      if (child == nullptr) child = node.Find(kAnyName);
      if (child == nullptr) return Unknown(node, path, name, value);
      RETURN_IF_ERROR(Visit(*child, below, value));
    }
    return {};
  }

  Status VisitList(const Node& item, const std::string& path, const Value& list) {
    if (list.is_null()) return {};
    if (!list.is_list()) return At(list, Fail(ErrorKind::kBadParameter, "\"{}\" must be a list", path));
    std::size_t index = 0;
    for (const auto& value : list.as_list()) {
      RETURN_IF_ERROR(Visit(item, fmt::format("{}[{}]", path, index++), value));
    }
    return {};
  }

  Status Unknown(const Node& node, const std::string& path, const std::string& name, const Value& value) const {
    const std::string shown = StripControl(Join(path, name));
    auto error = FailWithHint(ErrorKind::kBadParameter, fmt::format("unknown key \"{}\"", shown), "");
    if (const auto meant = Suggestion(node, path, name))
      error.error().hint = fmt::format("did you mean \"{}\"?", *meant);
    return At(value, error);
  }

  Status Apply(const ConfigKey& key, const std::string& path, const Value& value) {
    if (const auto fits = CheckConfigType(key.type, value); !fits) {
      return At(value, std::unexpected(InContext(path, fits.error())));
    }

    switch (key.state) {
      case State::kServed:
        return Serve(key, path, value);
      case State::kNoEffect:
        if (!key.advice.empty() && !IsOff(key.type, value)) Note(path, value, key.advice);
        return {};
      case State::kRefused:
        if (IsAccepted(key, value)) {
          if (key.is_noted && !IsOff(key.type, value)) Note(path, value, key.advice);
          return {};
        }
        return Refuse(path,
                      At(value, FailWithHint(ErrorKind::kNotImplemented, fmt::format("\"{}\" is not implemented", path),
                                             std::string(key.advice.empty() ? "leave the key out" : key.advice))));
    }
    return {};
  }

  // A key without a value counts as absent.
  Status Serve(const ConfigKey& key, const std::string& path, const Value& value) {
    if (value.is_null() || (value.is_string() && value.as_string().empty())) return {};
    Status status = key.set(config_, value);
    if (status) return {};
    const bool not_served = status.error().kind == ErrorKind::kNotImplemented;
    const auto error = At(value, std::unexpected(InContext(path, std::move(status).error())));
    return not_served ? Refuse(path, error) : Status(error);
  }

  // A refusal within a service counts only if the file or the command line enables the service.
  Status Refuse(const std::string& path, std::unexpected<Error> error) {
    constexpr std::array<std::string_view, 5> kServices{"auth_service", "proxy_service", "ssh_service",
                                                        "kubernetes_service", "discovery_service"};
    const std::string service = path.substr(0, path.find('.'));
    if (std::ranges::find(kServices, service) == kServices.end()) return error;
    config_.not_served.push_back({service, std::move(error).error()});
    return {};
  }

  void Note(const std::string& path, const Value& value, std::string_view why) {
    config_.notes.push_back(fmt::format("{}: \"{}\" has no effect: {}", PlaceIn(source_, value), path, why));
  }

  std::unexpected<Error> At(const Value& value, std::unexpected<Error> error) const {
    return std::unexpected(InContext(PlaceIn(source_, value), std::move(error).error()));
  }

  TeleportConfig& config_;
  const std::string_view source_;
};

}  // namespace

Status ApplyConfig(TeleportConfig& config, const Value& file, std::string_view source) {
  return ConfigWalk(config, source).Visit(Root(), "", file);
}

void AddFacts(std::vector<ConfigKey>& keys, std::string_view prefix, std::span<const KeyFact> facts) {
  for (const auto& fact : facts) {
    keys.push_back({fmt::format("{}{}", prefix, fact.path), fact.type, State::kNoEffect});
  }
}

void AddCommandLabelFacts(std::vector<ConfigKey>& keys, const std::string& list) {
  constexpr std::array<KeyFact, 3> kFacts{
      {{"name"}, {"command", ConfigType::kTexts}, {"period", ConfigType::kDuration}}};
  AddFacts(keys, list + "[].", kFacts);
}

void AddResourceMatcherFacts(std::vector<ConfigKey>& keys, const std::string& list) {
  constexpr std::array<KeyFact, 3> kFacts{{{"labels", ConfigType::kMap}, {"aws.assume_role_arn"}, {"aws.external_id"}}};
  AddFacts(keys, list + "[].", kFacts);
}

}  // namespace sallyport
