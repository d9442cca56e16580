// Adapts a Stream to the stream interface of Beast. Internal to the sources that speak HTTP/1.1 as a client.
#pragma once

#include <string>

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include "libbase/error.h"
#include "libbase/secret.h"
#include "libclient/stream.h"

namespace sallyport {

// Reads and writes until the deadline, or until `stop` (a descriptor, -1: none) is readable.
class BeastStream {
 public:
  BeastStream(Stream& stream, Deadline deadline, int stop = -1) : stream_(stream), deadline_(deadline), stop_(stop) {}

  template <typename Buffers>
  std::size_t read_some(const Buffers& buffers, boost::system::error_code& code) {
    for (auto at = boost::asio::buffer_sequence_begin(buffers); at != boost::asio::buffer_sequence_end(buffers); ++at) {
      const boost::asio::mutable_buffer buffer(*at);
      if (buffer.size() == 0) continue;
      const auto count = stream_.Read(static_cast<char*>(buffer.data()), buffer.size(), deadline_, stop_);
      if (!count) {
        failure_ = count.error();
        code = boost::system::errc::make_error_code(boost::system::errc::connection_aborted);
        return 0;
      }
      code = *count == 0 ? boost::system::error_code(boost::asio::error::eof) : boost::system::error_code();
      return *count;
    }
    code = {};
    return 0;
  }
  template <typename Buffers>
  std::size_t write_some(const Buffers& buffers, boost::system::error_code& code) {
    // Sends header and body in one TLS record, instead of one record per piece.
    const std::size_t total = boost::asio::buffer_size(buffers);
    std::string bytes(total, '\0');
    boost::asio::buffer_copy(boost::asio::buffer(bytes), buffers);
    const Status written = stream_.Write(bytes, deadline_, stop_);
    Wipe(bytes);
    if (!written) {
      failure_ = written.error();
      code = boost::system::errc::make_error_code(boost::system::errc::connection_aborted);
      return 0;
    }
    code = {};
    return total;
  }
  template <typename Buffers>
  std::size_t read_some(const Buffers& buffers) {
    boost::system::error_code code;
    const auto count = read_some(buffers, code);
    if (code) throw boost::system::system_error(code);
    return count;
  }
  template <typename Buffers>
  std::size_t write_some(const Buffers& buffers) {
    boost::system::error_code code;
    const auto count = write_some(buffers, code);
    if (code) throw boost::system::system_error(code);
    return count;
  }

  const Error& failure() const { return failure_; }

 private:
  Stream& stream_;
  Deadline deadline_;
  int stop_;
  Error failure_;
};

}  // namespace sallyport
