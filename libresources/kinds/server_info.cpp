#include "libresources/kinds/server_info.h"

#include "libbase/text.h"
#include "libresources/kinds/metadata.h"
#include "libresources/matching/labels.h"
#include "teleport/legacy/types/server.pb.h"

namespace sallyport {
namespace {

using google::protobuf::Message;

constexpr std::string_view kSubKind = "cloud_info";
constexpr std::string_view kNodePrefix = "si-";

struct Source {
  std::string_view name;    // the beginning of the resource's name
  std::string_view labels;  // the beginning of its labels
};
constexpr std::string_view kGiven = "dynamic/";
constexpr Source kSources[] = {{kNodePrefix, kGiven}, {"aws-", "aws/"}};

Labels NewLabels(const Message& resource) {
  const auto& labels = static_cast<const types::ServerInfoV1&>(resource).spec().newlabels();
  return {labels.begin(), labels.end()};
}

std::string LabelsShown(const Message& resource) { return ShownLabels(NewLabels(resource)); }

constexpr TextColumn kServerInfoColumns[] = {{"Name", &NameOf}, {"Labels", &LabelsShown}};

std::string_view LabelPrefix(std::string_view name) {
  for (const Source& source : kSources) {
    if (name.starts_with(source.name)) return source.labels;
  }
  return {};
}

// Returns the text after the first slash, if any, else the key without a trailing slash.
std::string_view WithoutPrefix(std::string_view key) {
  const auto slash = key.find('/');
  if (slash == std::string_view::npos) return key;
  return slash + 1 == key.size() ? key.substr(0, slash) : key.substr(slash + 1);
}

// Replaces the prefix of the labels with the prefix of their source (dynamic/, aws/). Fails with kBadParameter for an
// invalid label.
Status CheckServerInfo(Message& resource) {
  auto& info = static_cast<types::ServerInfoV1&>(resource);
  info.set_subkind(std::string(kSubKind));
  const Labels written = NewLabels(resource);
  auto& labels = *info.mutable_spec()->mutable_newlabels();
  const std::string_view prefix = LabelPrefix(info.metadata().name());
  labels.clear();
  for (const auto& [key, value] : written) {
    if (!IsLabelKey(key)) {
      return Fail(ErrorKind::kBadParameter, "spec.new_labels: \"{}\" is not a label key", StripControl(key));
    }
    labels[prefix.empty() ? key : fmt::format("{}{}", prefix, WithoutPrefix(key))] = value;
  }
  return {};
}

}  // namespace

KindRow ServerInfoKind() {
  return {
      .kind = "server_info",
      .versions = "v1",
      .prototype = &Prototype<types::ServerInfoV1>,
      .check = &CheckServerInfo,
      .columns = kServerInfoColumns,
  };
}

bool IsGivenLabel(std::string_view key) { return key.starts_with(kGiven); }

std::string ServerInfoName(const std::string& node) { return fmt::format("{}{}", kNodePrefix, node); }

std::string NodeOfServerInfo(const std::string& name) {
  return name.starts_with(kNodePrefix) ? name.substr(kNodePrefix.size()) : std::string();
}

}  // namespace sallyport
