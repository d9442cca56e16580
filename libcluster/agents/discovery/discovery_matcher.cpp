#include "libcluster/agents/discovery/discovery_matcher.h"

#include <algorithm>

#include "libbase/digest.h"
#include "libbase/encoding.h"
#include "libbase/json.h"
#include "libbase/text.h"
#include "teleport/discoveryconfig/v1/discoveryconfig.pb.h"

namespace sallyport {
namespace {

using teleport::discoveryconfig::v1::DiscoveryConfig;

std::vector<std::string> SortedTexts(std::vector<std::string> texts) {
  std::ranges::sort(texts);
  texts.erase(std::unique(texts.begin(), texts.end()), texts.end());
  return texts;
}

std::string TextOfMatcher(const TeleportConfig::DiscoveryMatcher& matcher) {
  Value tags = Value::EmptyMap();
  for (const auto& [key, values] : matcher.tags) tags.Set(key, Value::Strings(SortedTexts(values)));
  return ToJson(Value(Value::Map{{"cloud", matcher.cloud},
                                 {"types", Value::Strings(SortedTexts(matcher.types))},
                                 {"subscriptions", Value::Strings(SortedTexts(matcher.subscriptions))},
                                 {"resource_groups", Value::Strings(SortedTexts(matcher.resource_groups))},
                                 {"regions", Value::Strings(SortedTexts(matcher.regions))},
                                 {"tags", std::move(tags)}}));
}

template <typename Texts>
std::vector<std::string> ListOfTexts(const Texts& texts) {
  return {texts.begin(), texts.end()};
}

}  // namespace

std::vector<DiscoveryMatcher> StaticMatchers(const TeleportConfig::Discovery& discovery) {
  std::vector<DiscoveryMatcher> matchers;
  for (const auto& wanted : discovery.matchers) matchers.push_back({wanted, ""});
  return matchers;
}

std::vector<DiscoveryMatcher> MatchersOf(const DiscoveryConfig& config, std::vector<std::string>& not_served) {
  std::vector<DiscoveryMatcher> matchers;
  for (const auto& given : config.spec().azure()) {
    DiscoveryMatcher matcher;
    matcher.config = config.header().metadata().name();
    auto& wanted = matcher.wanted;
    wanted.cloud = "azure";
    for (const std::string& type : given.types()) {
      if (type == "aks") wanted.types = {type};
      if (type != "aks") not_served.push_back(fmt::format("azure: {}", StripControl(type)));
    }
    if (wanted.types.empty()) continue;

    wanted.subscriptions = ListOfTexts(given.subscriptions());
    wanted.resource_groups = ListOfTexts(given.resourcegroups());
    wanted.regions = ListOfTexts(given.regions());
    wanted.tags = ToSelector(given.resourcetags());
    wanted.Complete();
    matchers.push_back(std::move(matcher));
  }

  if (config.spec().aws_size() > 0) not_served.emplace_back("aws");
  if (config.spec().gcp_size() > 0) not_served.emplace_back("gcp");
  if (config.spec().kube_size() > 0) not_served.emplace_back("kube");
  return matchers;
}

std::string HashOfMatchers(const std::vector<DiscoveryMatcher>& matchers) {
  std::vector<std::string> texts;
  for (const auto& matcher : matchers) texts.push_back(TextOfMatcher(matcher.wanted));
  return ToHex(Sha256(fmt::format("{}", fmt::join(SortedTexts(std::move(texts)), "\n"))));
}

}  // namespace sallyport
