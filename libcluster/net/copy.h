// Copies bytes from one stream to another, for tunnels.
#pragma once

#include <array>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/write.hpp>
#include <cstddef>

#include "libcluster/net/stream.h"

namespace sallyport {

inline constexpr std::size_t kTunnelBytes = 16384;

// Copies until one side ends or fails. The owners of the streams then close them.
template <typename From, typename To>
asio::awaitable<void> Copy(From& from, To& to) {
  std::array<char, kTunnelBytes> buffer;
  boost::system::error_code error;
  while (!error) {
    const std::size_t count =
        co_await from.async_read_some(asio::buffer(buffer), asio::redirect_error(asio::use_awaitable, error));
    if (error) co_return;
    co_await asio::async_write(to, asio::buffer(buffer, count), asio::redirect_error(asio::use_awaitable, error));
  }
}

}  // namespace sallyport
