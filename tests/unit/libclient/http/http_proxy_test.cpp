#include "libclient/http/http_proxy.h"

#include <catch2/catch.hpp>

namespace sallyport {
namespace {

bool Direct(const std::string& no_proxy, const HostPort& address) {
  NetworkSettings settings;
  settings.https_proxy = "http://proxy:3128";
  settings.no_proxy = no_proxy;
  return !HttpProxyFor(settings, address).value();
}

TEST_CASE("which hosts are reached without the HTTP proxy", "[network]") {
  CHECK_FALSE(HttpProxyFor({}, {"a.example.com", 443}).value());
  CHECK_FALSE(Direct("", {"a.example.com", 443}));
  for (const auto* local : {"localhost", "127.0.0.1", "::1"}) CHECK(Direct("", {local, 1}));
  CHECK(Direct("*", {"a.example.com", 443}));
  CHECK(Direct("x, *", {"a.example.com", 443}));

  constexpr auto* kList = "b.example.com, .internal ,c.example.com:443 *.d.com\tUPPER.com.";
  CHECK_FALSE(Direct(kList, {"a.example.com", 443}));
  CHECK(Direct(kList, {"b.example.com", 443}));
  CHECK(Direct(kList, {"B.Example.Com.", 443}));
  CHECK(Direct(kList, {"x.b.example.com", 443}));
  CHECK_FALSE(Direct(kList, {"xb.example.com", 443}));
  CHECK(Direct(kList, {"host.internal", 1}));
  CHECK(Direct(kList, {"c.example.com", 443}));
  CHECK_FALSE(Direct(kList, {"c.example.com", 444}));
  CHECK(Direct(kList, {"x.d.com", 443}));
  CHECK_FALSE(Direct(kList, {"d.com", 443}));
  CHECK_FALSE(Direct(kList, {"xd.com", 443}));
}

TEST_CASE("addresses and ranges that are reached without the HTTP proxy", "[network]") {
  constexpr auto* kList = "10.0.0.0/9,192.0.2.7,2001:db8::/33,[2001:db9::1],198.51.100.1:443";
  CHECK(Direct(kList, {"10.127.255.255", 443}));
  CHECK_FALSE(Direct(kList, {"10.128.0.0", 443}));
  CHECK_FALSE(Direct(kList, {"10.example.com", 443}));
  CHECK(Direct(kList, {"192.0.2.7", 443}));
  CHECK_FALSE(Direct(kList, {"192.0.2.70", 443}));
  CHECK(Direct(kList, {"2001:db8:7fff::1", 443}));
  CHECK_FALSE(Direct(kList, {"2001:db8:8000::1", 443}));
  CHECK(Direct(kList, {"2001:db9:0::1", 443}));
  CHECK(Direct(kList, {"198.51.100.1", 443}));
  CHECK_FALSE(Direct(kList, {"198.51.100.1", 444}));
  CHECK(Direct("0.0.0.0/0", {"203.0.113.1", 443}));
  CHECK_FALSE(Direct("0.0.0.0/0", {"2001:db8::1", 443}));
  CHECK_FALSE(Direct("10.0.0.0/33,/8,10.0.0.0/", {"10.0.0.1", 443}));
}

TEST_CASE("the URL of an HTTP proxy", "[network]") {
  const auto proxy = [](const std::string& url) {
    NetworkSettings settings;
    settings.https_proxy = url;
    return HttpProxyFor(settings, {"a.example.com", 443});
  };
  const auto full = proxy("HTTP://us%65r:p%40ss%3A%25@[::1]:3128/");
  REQUIRE(full);
  CHECK(full->value().authorization.Reveal() == "user:p@ss:%");
  CHECK(FormatHostPort(full->value().address) == "[::1]:3128");
  CHECK(FormatHostPort(proxy("proxy")->value().address) == "proxy:80");
  CHECK(proxy("socks5://secret@h:1").error().kind == ErrorKind::kNotImplemented);
  for (const auto* url : {"http://u:secret%zz@h", "http://u:secret@h:x", "http://u:secret@", "http://u:secret%4@h"}) {
    const auto refused = proxy(url);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().message.starts_with("HTTPS_PROXY"));
    CHECK_FALSE(refused.error().message.contains("secret"));
  }
}

}  // namespace
}  // namespace sallyport
