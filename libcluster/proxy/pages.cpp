#include "libcluster/proxy/pages.h"

#include <algorithm>
#include <array>

namespace sallyport {
namespace {

struct Page {
  std::string_view name;
  std::string_view text;
};
constexpr auto kPages = std::to_array<Page>({
#include "libcluster/proxy/pages.inc"
});

struct ContentType {
  std::string_view extension;
  std::string_view type;
};
constexpr std::array kContentTypes{
    ContentType{".html", "text/html; charset=utf-8"},
    ContentType{".css", "text/css; charset=utf-8"},
    ContentType{".js", "text/javascript; charset=utf-8"},
};

// Images are the QR code and the icon, as data URLs.
constexpr const char* kPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'";

constexpr std::array kPageRoutes{
    WebRoute{"GET", "/web/invite/:token", WebLimit::kNone, kNoBody, nullptr, "token.html"},
    WebRoute{"GET", "/web/reset/:token", WebLimit::kNone, kNoBody, nullptr, "token.html"},
    WebRoute{"GET", "/web/pages/pages.css", WebLimit::kNone, kNoBody, nullptr, "pages.css"},
    WebRoute{"GET", "/web/pages/token.js", WebLimit::kNone, kNoBody, nullptr, "token.js"},
};

}  // namespace

std::string_view PageText(std::string_view file) {
  const auto page = std::ranges::find(kPages, file, &Page::name);
  return page == kPages.end() ? std::string_view() : page->text;
}

HttpResponse PageResponse(std::string_view file, int status) {
  const auto row =
      std::ranges::find_if(kContentTypes, [&](const auto& type) { return file.ends_with(type.extension); });
  const std::string_view text = PageText(file);
  if (row == kContentTypes.end() || text.empty()) return {500, {}, ""};
  // The page's URL contains a token, which must not reach caches or other sites.
  return {status,
          {{"Cache-Control", "no-store"},
           {"Content-Security-Policy", kPolicy},
           {"Content-Type", std::string(row->type)},
           {"Cross-Origin-Opener-Policy", "same-origin"},
           {"Referrer-Policy", "no-referrer"},
           {"Strict-Transport-Security", "max-age=31536000; includeSubDomains"},
           {"X-Content-Type-Options", "nosniff"},
           {"X-Frame-Options", "DENY"}},
          std::string(text)};
}

std::span<const WebRoute> PageRoutes() { return kPageRoutes; }

}  // namespace sallyport
