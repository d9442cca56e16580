#include "libbase/http2_connection.h"

#include <nghttp2/nghttp2.h>

#include <algorithm>
#include <cstring>

namespace sallyport {
namespace {

constexpr std::size_t kOutputBytes = 16 << 10;  // the size of a TLS record
constexpr std::string_view kNotHttp2 = "the peer violates the HTTP/2 protocol";

std::string_view Text(const std::uint8_t* bytes, std::size_t size) {
  return {reinterpret_cast<const char*>(bytes), size};
}

std::uint8_t* Bytes(const std::string& text) {
  return reinterpret_cast<std::uint8_t*>(const_cast<char*>(text.data()));  // nghttp2 only reads the bytes
}

// Returns the fields in the form of nghttp2, which copies them.
std::vector<nghttp2_nv> Pairs(const HeaderFields& fields) {
  std::vector<nghttp2_nv> pairs;
  pairs.reserve(fields.size());
  for (const auto& [name, value] : fields) {
    pairs.push_back({Bytes(name), Bytes(value), name.size(), value.size(), NGHTTP2_NV_FLAG_NONE});
  }
  return pairs;
}

bool IsLast(const nghttp2_frame* frame) {
  const bool carries = frame->hd.type == NGHTTP2_DATA || frame->hd.type == NGHTTP2_HEADERS;
  return carries && (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0;
}

}  // namespace

// The callbacks of nghttp2; `owner` is the Http2Connection.
struct Http2Connection::Callbacks {
  static Http2Connection& Of(void* owner) { return *static_cast<Http2Connection*>(owner); }

  static ssize_t ReadBody(nghttp2_session* session, std::int32_t stream, std::uint8_t* buffer, std::size_t size,
                          std::uint32_t* flags, nghttp2_data_source*, void* owner) {
    Body* body = Of(owner).FindBody(stream);
    if (body == nullptr) return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
    const std::size_t count = std::min(size, body->bytes.size() - body->sent);
    std::memcpy(buffer, body->bytes.data() + body->sent, count);
    body->sent += count;
    Of(owner).unsent_ -= count;
    if (body->sent < body->bytes.size()) return static_cast<ssize_t>(count);

    body->bytes.clear();
    body->sent = 0;
    if (body->ended) {
      *flags |= NGHTTP2_DATA_FLAG_EOF;
      if (!body->trailers.empty()) {
        *flags |= NGHTTP2_DATA_FLAG_NO_END_STREAM;
        const auto pairs = Pairs(body->trailers);
        nghttp2_submit_trailer(session, stream, pairs.data(), pairs.size());
      }
    } else if (count == 0) {
      return NGHTTP2_ERR_DEFERRED;  // Send resumes the stream
    }
    return static_cast<ssize_t>(count);
  }

  static int OnHeader(nghttp2_session*, const nghttp2_frame* frame, const std::uint8_t* name, std::size_t name_size,
                      const std::uint8_t* value, std::size_t value_size, std::uint8_t, void* owner) {
    const bool taken = Of(owner).events_.OnField(frame->hd.stream_id, Text(name, name_size), Text(value, value_size));
    return taken ? 0 : NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
  }

  static int OnBody(nghttp2_session*, std::uint8_t, std::int32_t stream, const std::uint8_t* bytes, std::size_t size,
                    void* owner) {
    Of(owner).events_.OnBody(stream, Text(bytes, size));
    return 0;
  }

  static int OnFrame(nghttp2_session*, const nghttp2_frame* frame, void* owner) {
    if (frame->hd.type == NGHTTP2_HEADERS) Of(owner).events_.OnFieldsEnd(frame->hd.stream_id);
    if (IsLast(frame)) Of(owner).events_.OnEnd(frame->hd.stream_id);
    return 0;
  }

  static int OnClose(nghttp2_session*, std::int32_t stream, std::uint32_t error_code, void* owner) {
    Of(owner).Forget(stream);
    Of(owner).events_.OnClose(stream, error_code);
    return 0;
  }

  // Handles a request that could not be sent because the peer accepts no more requests.
  static int OnNotSent(nghttp2_session*, const nghttp2_frame* frame, int, void* owner) {
    if (frame->hd.type != NGHTTP2_HEADERS || Of(owner).is_server_) return 0;
    Of(owner).Forget(frame->hd.stream_id);
    Of(owner).events_.OnClose(frame->hd.stream_id, NGHTTP2_REFUSED_STREAM);
    return 0;
  }

  static int OnSent(nghttp2_session* session, const nghttp2_frame* frame, void* owner) {
    const bool complaint = frame->hd.type == NGHTTP2_GOAWAY && frame->goaway.error_code != NGHTTP2_NO_ERROR;
    if (complaint) Of(owner).complained_ = true;
    // A whole answer ends the stream: the client is told to send no more of its request (RFC 9113 section 8.1).
    const std::int32_t stream = frame->hd.stream_id;
    if (Of(owner).is_server_ && IsLast(frame) && nghttp2_session_get_stream_remote_close(session, stream) == 0) {
      nghttp2_submit_rst_stream(session, NGHTTP2_FLAG_NONE, stream, NGHTTP2_NO_ERROR);
    }
    return 0;
  }

  static void Set(nghttp2_session_callbacks* callbacks) {
    nghttp2_session_callbacks_set_on_header_callback(callbacks, OnHeader);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, OnBody);
    nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, OnFrame);
    nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, OnClose);
    nghttp2_session_callbacks_set_on_frame_not_send_callback(callbacks, OnNotSent);
    nghttp2_session_callbacks_set_on_frame_send_callback(callbacks, OnSent);
  }
};

void Http2Connection::Delete::operator()(nghttp2_session* session) const { nghttp2_session_del(session); }

Http2Connection::Http2Connection(const Http2Options& options, Http2Events& events)
    : events_(events), is_server_(options.side == Http2Options::Side::kServer) {
  nghttp2_session_callbacks* callbacks = nullptr;
  nghttp2_session_callbacks_new(&callbacks);
  Callbacks::Set(callbacks);
  nghttp2_option* option = nullptr;
  nghttp2_option_new(&option);
  nghttp2_option_set_no_auto_window_update(option, 1);
  if (is_server_) {
    nghttp2_option_set_stream_reset_rate_limit(option, options.reset_burst, options.resets_per_second);
  }
  nghttp2_session* session = nullptr;
  if (is_server_) {
    nghttp2_session_server_new2(&session, callbacks, this, option);
  } else {
    nghttp2_session_client_new2(&session, callbacks, this, option);
  }
  nghttp2_option_del(option);
  nghttp2_session_callbacks_del(callbacks);
  session_.reset(session);

  std::vector<nghttp2_settings_entry> settings{
      {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, options.stream_window_bytes},
      {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, options.max_field_bytes},
  };
  if (is_server_) {
    settings.push_back({NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, options.max_streams});
  } else {
    settings.insert(settings.begin(), {NGHTTP2_SETTINGS_ENABLE_PUSH, 0});
  }
  nghttp2_submit_settings(session, NGHTTP2_FLAG_NONE, settings.data(), settings.size());
  nghttp2_session_set_local_window_size(session, NGHTTP2_FLAG_NONE, 0, static_cast<std::int32_t>(options.window_bytes));
}

Http2Connection::~Http2Connection() = default;

Http2Connection::Body* Http2Connection::FindBody(std::int32_t stream) {
  const auto found = bodies_.find(stream);
  return found == bodies_.end() ? nullptr : &found->second;
}

void Http2Connection::Forget(std::int32_t stream) {
  unsent_ -= Unsent(stream);
  bodies_.erase(stream);
}

Result<std::int32_t> Http2Connection::Request(const HeaderFields& fields) {
  const auto pairs = Pairs(fields);
  const nghttp2_data_provider provider{{}, Callbacks::ReadBody};
  const std::int32_t stream =
      nghttp2_submit_request(session_.get(), nullptr, pairs.data(), pairs.size(), &provider, nullptr);
  if (stream < 0) return Fail(ErrorKind::kConnectionProblem, "{}", nghttp2_strerror(stream));
  bodies_.try_emplace(stream);
  return stream;
}

void Http2Connection::Respond(std::int32_t stream, const HeaderFields& fields) {
  const auto pairs = Pairs(fields);
  const nghttp2_data_provider provider{{}, Callbacks::ReadBody};
  if (nghttp2_submit_response(session_.get(), stream, pairs.data(), pairs.size(), &provider) == 0) {
    bodies_.try_emplace(stream);
  }
}

void Http2Connection::Send(std::int32_t stream, std::string_view bytes) {
  Body* body = FindBody(stream);
  if (body == nullptr || body->ended) return;
  if (body->sent > body->bytes.size() / 2) {
    body->bytes.erase(0, body->sent);
    body->sent = 0;
  }
  body->bytes += bytes;
  unsent_ += bytes.size();
  nghttp2_session_resume_data(session_.get(), stream);
}

void Http2Connection::EndBody(std::int32_t stream, HeaderFields trailers) {
  Body* body = FindBody(stream);
  if (body == nullptr || body->ended) return;
  body->ended = true;
  body->trailers = std::move(trailers);
  nghttp2_session_resume_data(session_.get(), stream);
}

std::size_t Http2Connection::Unsent(std::int32_t stream) const {
  const auto found = bodies_.find(stream);
  return found == bodies_.end() ? 0 : found->second.bytes.size() - found->second.sent;
}

void Http2Connection::Consume(std::int32_t stream, std::size_t bytes) {
  nghttp2_session_consume(session_.get(), stream, bytes);
}

void Http2Connection::Reset(std::int32_t stream, std::uint32_t error_code) {
  nghttp2_submit_rst_stream(session_.get(), NGHTTP2_FLAG_NONE, stream, error_code);
}

void Http2Connection::GoAway() {
  const std::int32_t last = nghttp2_session_get_last_proc_stream_id(session_.get());
  nghttp2_submit_goaway(session_.get(), NGHTTP2_FLAG_NONE, last, NGHTTP2_NO_ERROR, nullptr, 0);
}

void Http2Connection::Terminate(std::uint32_t error_code) {
  nghttp2_session_terminate_session(session_.get(), error_code);
}

Status Http2Connection::Receive(std::string_view bytes) {
  const auto* data = reinterpret_cast<const std::uint8_t*>(bytes.data());
  const ssize_t result = nghttp2_session_mem_recv(session_.get(), data, bytes.size());
  if (result >= 0) return {};
  return Fail(ErrorKind::kConnectionProblem, "{}: {}", kNotHttp2, nghttp2_strerror(static_cast<int>(result)));
}

std::string Http2Connection::TakeOutput() {
  std::string output;
  while (output.size() < kOutputBytes) {
    const std::uint8_t* data = nullptr;
    const ssize_t size = nghttp2_session_mem_send(session_.get(), &data);
    if (size <= 0) break;
    output.append(reinterpret_cast<const char*>(data), static_cast<std::size_t>(size));
  }
  return output;
}

std::string_view Http2Connection::ended() const {
  const bool good = nghttp2_session_want_read(session_.get()) != 0 || nghttp2_session_want_write(session_.get()) != 0;
  if (good) return "";
  return complained_ ? kNotHttp2 : "the peer ended the connection";
}

}  // namespace sallyport
