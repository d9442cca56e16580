// Fetches lists in pages (docs/protocol/auth-api.md#pages), and requests the next page while the caller uses the
// current page.
#pragma once

#include <future>
#include <string>
#include <utility>

#include "libbase/error.h"
#include "libclient/rpc.h"

namespace sallyport {

// Sets the start of a page and returns the start of the next page; older methods call the field a key, newer methods a
// token.
template <typename Request>
void SetStart(Request& request, const std::string& start) {
  if constexpr (requires { request.set_startkey(start); }) {
    request.set_startkey(start);
  } else if constexpr (requires { request.set_start_key(start); }) {
    request.set_start_key(start);
  } else if constexpr (requires { request.set_next_token(start); }) {
    request.set_next_token(start);
  } else {
    request.set_page_token(start);
  }
}
template <typename Page>
const std::string& NextStart(const Page& page) {
  if constexpr (requires { page.nextkey(); }) {
    return page.nextkey();
  } else if constexpr (requires { page.next_key(); }) {
    return page.next_key();
  } else {
    return page.next_page_token();
  }
}

// Fetches every page and passes each to `show`, which returns a Status; stops at the first error of a call or of
// `show`.
template <typename Page, typename Request, typename Show>
Status EachPage(RpcClient& rpc, const std::string& method, Request request, const Show& show) {
  const auto ask = [&rpc, &method](Request one) { return rpc.Call<Page>(method, one); };
  Result<Page> page = ask(request);
  while (true) {
    RETURN_IF_ERROR(page);
    const std::string start = NextStart(*page);
    if (start.empty()) return show(*page);
    SetStart(request, start);
    auto next = std::async(std::launch::async, ask, request);
    RETURN_IF_ERROR(show(*page));
    page = next.get();
  }
}

}  // namespace sallyport
