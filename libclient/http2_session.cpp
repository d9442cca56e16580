#include "libclient/http2_session.h"

#include <nghttp2/nghttp2.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace sallyport {
namespace {

constexpr std::size_t kMaxBodyBytes = 64 << 20;
constexpr std::size_t kMaxFieldBytes = 64 << 10;
constexpr std::size_t kOutputBytes = 16 << 10;  // of one TLS record
constexpr std::string_view kNotHttp2 = "it does not speak HTTP/2 as it should";

std::uint8_t* Bytes(const std::string& text) {
  return reinterpret_cast<std::uint8_t*>(const_cast<char*>(text.data()));  // nghttp2 only reads them
}

}  // namespace

// What nghttp2 calls: `owner` is the Http2Session.
struct Http2Session::Callbacks {
  static Exchange* Find(void* owner, std::int32_t request) {
    auto& exchanges = static_cast<Http2Session*>(owner)->exchanges_;
    const auto found = exchanges.find(request);
    return found == exchanges.end() ? nullptr : &found->second;
  }

  static ssize_t ReadBody(nghttp2_session*, std::int32_t, std::uint8_t* buffer, std::size_t size, std::uint32_t* flags,
                          nghttp2_data_source* source, void*) {
    auto& exchange = *static_cast<Exchange*>(source->ptr);
    const std::size_t count = std::min(size, exchange.body.size() - exchange.sent);
    std::memcpy(buffer, exchange.body.data() + exchange.sent, count);
    exchange.sent += count;
    if (exchange.sent < exchange.body.size()) return static_cast<ssize_t>(count);
    exchange.body.clear();
    exchange.sent = 0;
    if (exchange.body_ended) *flags |= NGHTTP2_DATA_FLAG_EOF;
    if (count == 0 && !exchange.body_ended) return NGHTTP2_ERR_DEFERRED;  // until Send
    return static_cast<ssize_t>(count);
  }

  static int OnHeader(nghttp2_session*, const nghttp2_frame* frame, const std::uint8_t* name, std::size_t name_size,
                      const std::uint8_t* value, std::size_t value_size, std::uint8_t, void* owner) {
    Exchange* exchange = Find(owner, frame->hd.stream_id);
    if (exchange == nullptr) return 0;
    auto& fields = exchange->answer.fields;
    const std::string_view field(reinterpret_cast<const char*>(name), name_size);
    if (field == ":status") fields.clear();  // what came before was informational (RFC 9110 section 15.2)
    exchange->field_bytes += name_size + value_size;
    if (exchange->field_bytes > kMaxFieldBytes) return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
    fields.emplace_back(field, std::string(reinterpret_cast<const char*>(value), value_size));
    return 0;
  }

  static int OnBody(nghttp2_session* session, std::uint8_t, std::int32_t request, const std::uint8_t* bytes,
                    std::size_t size, void* owner) {
    Exchange* exchange = Find(owner, request);
    if (exchange != nullptr && exchange->done && exchange->sink) {
      exchange->sink({reinterpret_cast<const char*>(bytes), size});
      return 0;
    }
    nghttp2_session_consume(session, request, size);
    if (exchange == nullptr || exchange->answer.too_large) return 0;
    auto& answer = exchange->answer;
    answer.too_large = size > kMaxBodyBytes - answer.body.size();
    if (!answer.too_large) {
      answer.body.append(reinterpret_cast<const char*>(bytes), size);
      return 0;
    }
    answer.body.clear();
    return nghttp2_submit_rst_stream(session, NGHTTP2_FLAG_NONE, request, NGHTTP2_CANCEL);
  }

  // An answer may end before its request has.
  static int OnFrame(nghttp2_session* session, const nghttp2_frame* frame, void* owner) {
    Exchange* exchange = Find(owner, frame->hd.stream_id);
    const bool last = (frame->hd.type == NGHTTP2_DATA || frame->hd.type == NGHTTP2_HEADERS) &&
                      (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0;
    if (!last || exchange == nullptr || !exchange->sink || !exchange->done) return 0;
    // The rest of the exchange stays until the stream is closed: its body may be on the way.
    std::exchange(exchange->done, nullptr)(std::move(exchange->answer));
    return nghttp2_submit_rst_stream(session, NGHTTP2_FLAG_NONE, frame->hd.stream_id, NGHTTP2_NO_ERROR);
  }

  static int OnClose(nghttp2_session*, std::int32_t request, std::uint32_t error_code, void* owner) {
    static_cast<Http2Session*>(owner)->Finish(request, error_code);
    return 0;
  }

  // A request that could not be sent, because the other side takes no more of them.
  static int OnNotSent(nghttp2_session*, const nghttp2_frame* frame, int, void* owner) {
    if (frame->hd.type == NGHTTP2_HEADERS) {
      static_cast<Http2Session*>(owner)->Finish(frame->hd.stream_id, NGHTTP2_REFUSED_STREAM);
    }
    return 0;
  }

  static int OnSent(nghttp2_session*, const nghttp2_frame* frame, void* owner) {
    const bool complaint = frame->hd.type == NGHTTP2_GOAWAY && frame->goaway.error_code != NGHTTP2_NO_ERROR;
    if (complaint) static_cast<Http2Session*>(owner)->complained_ = true;
    return 0;
  }
};

void Http2Session::Delete::operator()(nghttp2_session* session) const { nghttp2_session_del(session); }

Http2Session::Http2Session(std::uint32_t window_bytes) {
  nghttp2_session_callbacks* callbacks = nullptr;
  nghttp2_session_callbacks_new(&callbacks);
  nghttp2_session_callbacks_set_on_header_callback(callbacks, Callbacks::OnHeader);
  nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, Callbacks::OnBody);
  nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, Callbacks::OnFrame);
  nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, Callbacks::OnClose);
  nghttp2_session_callbacks_set_on_frame_not_send_callback(callbacks, Callbacks::OnNotSent);
  nghttp2_session_callbacks_set_on_frame_send_callback(callbacks, Callbacks::OnSent);
  nghttp2_option* option = nullptr;
  nghttp2_option_new(&option);
  nghttp2_option_set_no_auto_window_update(option, 1);
  nghttp2_session* session = nullptr;
  nghttp2_session_client_new2(&session, callbacks, this, option);
  nghttp2_option_del(option);
  nghttp2_session_callbacks_del(callbacks);
  session_.reset(session);
  const std::array<nghttp2_settings_entry, 3> settings{{
      {NGHTTP2_SETTINGS_ENABLE_PUSH, 0},
      {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, window_bytes},
      {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, kMaxFieldBytes},
  }};
  nghttp2_submit_settings(session, NGHTTP2_FLAG_NONE, settings.data(), settings.size());
  nghttp2_session_set_local_window_size(session, NGHTTP2_FLAG_NONE, 0, static_cast<std::int32_t>(window_bytes));
}

Http2Session::~Http2Session() = default;

Result<std::int32_t> Http2Session::Submit(const HeaderFields& fields, std::string body, Done done) {
  Exchange exchange;
  exchange.body = std::move(body);
  exchange.done = std::move(done);
  return Start(fields, std::move(exchange));
}

Result<std::int32_t> Http2Session::Open(const HeaderFields& fields, BodySink sink, Done done) {
  Exchange exchange;
  exchange.body_ended = false;
  exchange.sink = std::move(sink);
  exchange.done = std::move(done);
  return Start(fields, std::move(exchange));
}

Result<std::int32_t> Http2Session::Start(const HeaderFields& fields, Exchange exchange) {
  std::vector<nghttp2_nv> pairs;
  pairs.reserve(fields.size());
  for (const auto& [name, value] : fields) {
    pairs.push_back({Bytes(name), Bytes(value), name.size(), value.size(), NGHTTP2_NV_FLAG_NONE});
  }
  // The body is read when the request is sent, so its place must be known before the request's number is.
  std::map<std::int32_t, Exchange> added;
  Exchange& placed = added[0] = std::move(exchange);
  nghttp2_data_provider provider{{.ptr = &placed}, Callbacks::ReadBody};
  const std::int32_t request =
      nghttp2_submit_request(session_.get(), nullptr, pairs.data(), pairs.size(), &provider, nullptr);
  if (request < 0) return Fail(ErrorKind::kConnectionProblem, "{}", nghttp2_strerror(request));
  auto node = added.extract(added.begin());
  node.key() = request;
  exchanges_.insert(std::move(node));
  return request;
}

void Http2Session::Send(std::int32_t request, std::string_view bytes) {
  const auto found = exchanges_.find(request);
  if (found == exchanges_.end() || found->second.body_ended) return;
  Exchange& exchange = found->second;
  if (exchange.sent > exchange.body.size() / 2) {
    exchange.body.erase(0, exchange.sent);
    exchange.sent = 0;
  }
  exchange.body += bytes;
  nghttp2_session_resume_data(session_.get(), request);
}

void Http2Session::EndBody(std::int32_t request) {
  const auto found = exchanges_.find(request);
  if (found == exchanges_.end()) return;
  found->second.body_ended = true;
  nghttp2_session_resume_data(session_.get(), request);
}

std::size_t Http2Session::Unsent(std::int32_t request) const {
  const auto found = exchanges_.find(request);
  return found == exchanges_.end() ? 0 : found->second.body.size() - found->second.sent;
}

void Http2Session::Consume(std::int32_t request, std::size_t bytes) {
  nghttp2_session_consume(session_.get(), request, bytes);
}

void Http2Session::Cancel(std::int32_t request) {
  const auto found = exchanges_.find(request);
  if (found == exchanges_.end()) return;
  found->second.done = nullptr;  // the rest stays: its body may be on the way
  nghttp2_submit_rst_stream(session_.get(), NGHTTP2_FLAG_NONE, request, NGHTTP2_CANCEL);
}

Status Http2Session::Receive(std::string_view bytes) {
  const auto* data = reinterpret_cast<const std::uint8_t*>(bytes.data());
  const ssize_t result = nghttp2_session_mem_recv(session_.get(), data, bytes.size());
  if (result >= 0) return {};
  return Fail(ErrorKind::kConnectionProblem, "{}: {}", kNotHttp2, nghttp2_strerror(static_cast<int>(result)));
}

std::string Http2Session::TakeOutput() {
  std::string output;
  while (output.size() < kOutputBytes) {
    const std::uint8_t* data = nullptr;
    const ssize_t size = nghttp2_session_mem_send(session_.get(), &data);
    if (size <= 0) break;
    output.append(reinterpret_cast<const char*>(data), static_cast<std::size_t>(size));
  }
  return output;
}

std::string_view Http2Session::ended() const {
  const bool good = nghttp2_session_want_read(session_.get()) != 0 || nghttp2_session_want_write(session_.get()) != 0;
  if (good) return "";
  return complained_ ? kNotHttp2 : "it ended the connection";
}

void Http2Session::Finish(std::int32_t request, std::uint32_t error_code) {
  auto node = exchanges_.extract(request);
  if (node.empty() || !node.mapped().done) return;
  node.mapped().answer.error_code = error_code;
  node.mapped().done(std::move(node.mapped().answer));
}

}  // namespace sallyport
