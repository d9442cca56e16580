// The event loop and the streams on it: the one place that decides which Asio and Beast types the cluster uses.
// Internal to libcluster; only sources include it.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/basic_stream.hpp>

#include "libbase/file.h"
#include "libcluster/net/event_loop.h"

namespace sallyport {

namespace asio = boost::asio;
namespace beast = boost::beast;

// A TCP connection, or one end of a tunnel inside another connection (a Unix socket pair).
using SocketStream = beast::basic_stream<asio::generic::stream_protocol>;
using ServerTlsStream = asio::ssl::stream<SocketStream>;

asio::io_context& ContextOf(EventLoop& loop);

// Wraps a connected descriptor. Throws boost::system::system_error when the kernel refuses it.
asio::generic::stream_protocol::socket WrapSocket(const asio::any_io_executor& executor, UniqueFd socket);
SocketStream MakeSocketStream(const asio::any_io_executor& executor, UniqueFd socket);

}  // namespace sallyport
