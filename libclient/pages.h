// Lists that come in pages (docs/protocol/auth-api.md#pages), one on its way while the one before is worked on.
#pragma once

#include <future>
#include <string>
#include <utility>

#include "libbase/error.h"
#include "libclient/rpc.h"

namespace sallyport {

// Where a page starts and the next one does: older methods call it a key, newer ones a token.
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

// Asks for every page and gives each to `show`, which returns a Status; ends at the first failure of either.
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
