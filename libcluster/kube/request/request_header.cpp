#include "libcluster/kube/request/request_header.h"

#include <algorithm>
#include <array>
#include <boost/beast/http/field.hpp>
#include <boost/beast/http/rfc7230.hpp>
#include <boost/beast/http/verb.hpp>

#include "libcluster/kube/request/http_text.h"
#include "libcluster/net/http.h"

namespace sallyport {
namespace {

namespace http = boost::beast::http;
using Header = http::request_header<>;

constexpr unsigned kVersion10 = 10;
constexpr unsigned kVersion11 = 11;

// Fields that a request may have only once.
constexpr std::array kSingle{http::field::host,          http::field::content_length, http::field::transfer_encoding,
                             http::field::content_type,  http::field::upgrade,        http::field::content_encoding,
                             http::field::authorization, http::field::expect};
constexpr std::array kNotForwarded{http::field::authorization, http::field::host, http::field::expect,
                                   http::field::content_length, http::field::forwarded};
constexpr std::array<std::string_view, 4> kNotForwardedPrefixes{"impersonate-", "teleport-", "x-remote-",
                                                                "x-forwarded-"};
// A part of a list, or "not modified", is no list.
constexpr std::array kNotFiltered{
    http::field::range,         http::field::if_range,          http::field::if_match,
    http::field::if_none_match, http::field::if_modified_since, http::field::if_unmodified_since};
// The other forms of a list that clients ask for.
constexpr std::array<std::string_view, 3> kForms{"Table", "PartialObjectMetadataList", "PartialObjectMetadata"};
constexpr std::array<std::string_view, 2> kListVersions{"v1", "v1beta1"};

std::unexpected<Error> Refused(std::string_view why) {
  return Fail(ErrorKind::kBadParameter, "malformed request: {}", why);
}

bool HasBody(const Header& header) {
  const std::string_view length(header[http::field::content_length]);
  return header.count(http::field::transfer_encoding) > 0 || (!length.empty() && length != "0");
}

bool StartsWith(std::string_view name, std::string_view prefix) {
  return name.size() >= prefix.size() && EqualIgnoringCase(name.substr(0, prefix.size()), prefix);
}

// Returns the value of a parameter of a media range, or "".
std::string_view ParameterOf(std::string_view range, std::string_view name) {
  while (!range.empty()) {
    std::string_view part = range.substr(0, range.find(';'));
    range.remove_prefix(std::min(range.size(), part.size() + 1));
    while (part.starts_with(' ')) part.remove_prefix(1);
    while (part.ends_with(' ')) part.remove_suffix(1);
    const auto equals = part.find('=');
    if (equals != std::string_view::npos && part.substr(0, equals) == name) return part.substr(equals + 1);
  }
  return {};
}

}  // namespace

Status CheckRequestHeader(const Header& header) {
  if (header.version() != kVersion10 && header.version() != kVersion11) return Refused("an unknown version of HTTP");
  if (header.method() == http::verb::connect || header.method() == http::verb::trace) {
    return Refused("CONNECT and TRACE are not served");
  }

  for (const http::field name : kSingle) {
    if (header.count(name) > 1) return Refused(fmt::format("{} occurs twice", std::string_view(to_string(name))));
  }
  if (header.version() == kVersion11 && header.count(http::field::host) != 1) return Refused("Host is missing");
  if (header[http::field::content_length].contains(',')) return Refused("Content-Length has two values");

  if (header.count(http::field::transfer_encoding) > 0) {
    const bool chunked = EqualIgnoringCase(std::string_view(header[http::field::transfer_encoding]), "chunked");
    if (!chunked || header.version() == kVersion10) return Refused("an unknown transfer encoding");
    if (header.count(http::field::content_length) > 0) return Refused("a chunked body cannot have a Content-Length");
  }

  const std::string_view expected(header[http::field::expect]);
  if (!expected.empty() && !EqualIgnoringCase(expected, "100-continue")) return Refused("an unknown expectation");
  if (IsUpgrade(header) && HasBody(header)) return Refused("a request to change the protocol cannot have a body");
  return {};
}

bool IsUpgrade(const Header& header) {
  if (header.version() != kVersion11 || header.count(http::field::upgrade) == 0) return false;
  const auto [begin, end] = header.equal_range(http::field::connection);
  return std::any_of(begin, end, [](const auto& field) { return http::token_list(field.value()).exists("upgrade"); });
}

http::fields ForwardedFields(const Header& header, bool filtered) {
  http::fields fields(header);
  DropHopFields(fields);
  for (const auto name : kNotForwarded) fields.erase(name);
  if (filtered) {
    for (const auto name : kNotFiltered) fields.erase(name);
  }

  std::vector<std::string> identities;
  for (const auto& field : fields) {
    const std::string_view name(field.name_string());
    const auto starts = [name](std::string_view prefix) { return StartsWith(name, prefix); };
    if (std::ranges::any_of(kNotForwardedPrefixes, starts)) identities.emplace_back(name);
  }
  for (const auto& name : identities) fields.erase(name);
  return fields;
}

std::string AcceptForFilter(const Header& header) {
  std::string accepted;
  const auto [begin, end] = header.equal_range(http::field::accept);
  for (auto field = begin; field != end; ++field) {
    std::string_view rest(field->value());
    while (!rest.empty()) {
      const std::string_view range = rest.substr(0, rest.find(','));
      rest.remove_prefix(std::min(rest.size(), range.size() + 1));
      const std::string_view form = ParameterOf(range, "as");
      const std::string_view version = ParameterOf(range, "v");
      const bool known = std::ranges::find(kForms, form) != kForms.end() &&
                         std::ranges::find(kListVersions, version) != kListVersions.end() &&
                         ParameterOf(range, "g") == "meta.k8s.io";
      if (known) accepted += fmt::format("application/json;as={};v={};g=meta.k8s.io,", form, version);
    }
  }
  return accepted + "application/json";
}

HttpHeaders HeadersOf(const boost::beast::http::request_header<>& header) {
  HttpHeaders headers;
  for (const auto& field : header) headers.emplace_back(std::string(field.name_string()), std::string(field.value()));
  return headers;
}

}  // namespace sallyport
