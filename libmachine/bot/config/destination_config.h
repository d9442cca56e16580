// Where tbot writes files: the settings of a destination, in tbot.yaml and as a URI of the command line
// (docs/protocol/tbot.md#destinations).
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "libbase/error.h"
#include "libbase/value.h"

namespace sallyport {

struct ConfigNode;

enum class DestinationType { kNone, kDirectory, kMemory, kKubernetesSecret };
enum class SymlinkMode { kInsecure, kTrySecure, kSecure };
enum class AclMode { kOff, kTry, kRequired };

struct DestinationConfig {
  // A user or a group, by name or number, that may read the files of a directory besides their owner.
  struct Reader {
    std::string user;
    std::string group;
    bool operator==(const Reader&) const = default;
  };

  DestinationType type = DestinationType::kNone;
  std::string path;  // of a directory
  SymlinkMode symlinks = SymlinkMode::kTrySecure;
  AclMode acls = AclMode::kTry;
  std::vector<Reader> readers;
  std::string name;            // of a Secret
  std::string kube_namespace;  // empty: POD_NAMESPACE
  std::map<std::string, std::string> labels;

  bool operator==(const DestinationConfig&) const = default;
};

// Reads the map of a destination. Fails with kBadParameter: no type, an unknown type or mode.
Status ReadDestination(DestinationConfig& to, const ConfigNode& node);
// Reads the directory of a v1 file: its path, or a map.
Status ReadDirectoryV1(DestinationConfig& to, const ConfigNode& node);
// Reads "/path", "file:///path", "memory://" or "kubernetes-secret://[NAMESPACE]/NAME". Fails with kBadParameter.
Result<DestinationConfig> ParseDestinationUri(std::string_view text);
// Checks a destination's values. Fails with kBadParameter.
Status CheckDestination(const DestinationConfig& destination);
// Returns the map of tbot.yaml.
Value DestinationValue(const DestinationConfig& destination);
// Returns what identifies the destination, also in logs: "directory /opt/out", "kubernetes_secret ns/name", "memory".
std::string DescribeDestination(const DestinationConfig& destination);

}  // namespace sallyport
