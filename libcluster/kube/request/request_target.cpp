#include "libcluster/kube/request/request_target.h"

#include <algorithm>

#include "libbase/percent_encoding.h"
#include "libcluster/net/http.h"

namespace sallyport {
namespace {

constexpr std::string_view kPlainInSegment = "-._~:@!$&'()*+,;=";

bool IsControl(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

// Decodes a name or value of a query. Returns nothing for an invalid escape.
std::optional<std::string> DecodedOfQuery(std::string_view text) {
  std::string spaced(text);
  std::ranges::replace(spaced, '+', ' ');
  return PercentDecoded(spaced);
}

std::unexpected<Error> RefusedTarget(std::string_view why) {
  return Fail(ErrorKind::kBadParameter, "the request's target {}", why);
}

Result<std::string> ReadSegment(std::string_view text) {
  auto segment = PercentDecoded(text);
  if (!segment) return RefusedTarget("has an invalid escape");
  if (segment->empty()) return RefusedTarget("has an empty segment");
  if (*segment == "." || *segment == "..") return RefusedTarget("has a segment \".\" or \"..\"");
  if (segment->contains('/')) return RefusedTarget("has an escaped slash");
  if (segment->contains('\\')) return RefusedTarget("has a backslash");
  if (std::ranges::any_of(*segment, IsControl)) return RefusedTarget("has a control character");
  return *std::move(segment);
}

}  // namespace

Result<KubeQuery> KubeQuery::Parse(std::string_view text) {
  KubeQuery query;
  if (text.contains(';')) return RefusedTarget("has a semicolon in its query");
  while (!text.empty()) {
    const auto pair = text.substr(0, text.find('&'));
    text.remove_prefix(std::min(text.size(), pair.size() + 1));
    if (pair.empty()) continue;
    const auto equals = std::min(pair.find('='), pair.size());
    auto name = DecodedOfQuery(pair.substr(0, equals));
    auto value = DecodedOfQuery(pair.substr(std::min(pair.size(), equals + 1)));
    if (!name || !value) return RefusedTarget("has an invalid escape in its query");
    query.parameters_.emplace_back(*std::move(name), *std::move(value));
  }
  return query;
}

std::string_view KubeQuery::First(std::string_view name) const {
  const auto found =
      std::ranges::find(parameters_, name, [](const auto& pair) { return std::string_view(pair.first); });
  return found == parameters_.end() ? std::string_view() : found->second;
}

std::vector<std::string_view> KubeQuery::All(std::string_view name) const {
  std::vector<std::string_view> values;
  for (const auto& [key, value] : parameters_) {
    if (key == name) values.emplace_back(value);
  }
  return values;
}

bool KubeQuery::Has(std::string_view name) const {
  return std::ranges::any_of(parameters_, [name](const auto& pair) { return pair.first == name; });
}

bool KubeQuery::Flag(std::string_view name) const {
  const std::string_view value = First(name);
  return Has(name) && value != "0" && !EqualIgnoringCase(value, "false");
}

void KubeQuery::Set(std::string_view name, std::string_view value) {
  bool set = false;
  std::erase_if(parameters_, [&](auto& pair) {
    if (pair.first != name) return false;
    const bool extra = std::exchange(set, true);
    pair.second = value;
    return extra;
  });
  if (!set) parameters_.emplace_back(name, value);
}

void KubeQuery::Remove(std::string_view name) {
  std::erase_if(parameters_, [name](const auto& pair) { return pair.first == name; });
}

std::string KubeQuery::ToString() const {
  std::string text;
  for (const auto& [name, value] : parameters_) {
    if (!text.empty()) text += '&';
    text += PercentEncoded(name, kUnreservedMarks) + "=" + PercentEncoded(value, kUnreservedMarks);
  }
  return text;
}

std::string KubeTarget::Path() const {
  std::string path;
  for (const auto& segment : segments) path += "/" + EncodedSegment(segment);
  if (trailing_slash || path.empty()) path += '/';
  return path;
}

Result<KubeTarget> ParseKubeTarget(std::string_view target) {
  if (!target.starts_with('/')) return RefusedTarget("does not begin with a slash");
  KubeTarget parsed;
  const auto question = std::min(target.find('?'), target.size());
  parsed.query = target.substr(std::min(target.size(), question + 1));
  // A server must not see these characters at any place of a target.
  if (target.contains('#') || target.contains('\\')) return RefusedTarget("has a backslash or a fragment");
  if (std::ranges::any_of(target, [](char c) { return IsControl(c) || c == ' '; })) {
    return RefusedTarget("has a space or a control character");
  }

  std::string_view path = target.substr(1, question - 1);
  while (!path.empty()) {
    const auto end = std::min(path.find('/'), path.size());
    ASSIGN_OR_RETURN(std::string segment, ReadSegment(path.substr(0, end)));
    parsed.segments.push_back(std::move(segment));
    parsed.trailing_slash = path.ends_with('/') && end + 1 == path.size();
    path.remove_prefix(std::min(path.size(), end + 1));
  }
  return parsed;
}

std::string EncodedSegment(std::string_view text) { return PercentEncoded(text, kPlainInSegment); }

}  // namespace sallyport
