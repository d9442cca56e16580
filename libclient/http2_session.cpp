#include "libclient/http2_session.h"

namespace sallyport {
namespace {

constexpr std::size_t kMaxBodyBytes = 64 << 20;
constexpr std::size_t kMaxFieldBytes = 64 << 10;

}  // namespace

Http2Session::Http2Session(std::uint32_t window_bytes)
    : connection_(
          {.window_bytes = window_bytes, .stream_window_bytes = window_bytes, .max_field_bytes = kMaxFieldBytes},
          *this) {}

Http2Session::~Http2Session() = default;

Result<std::int32_t> Http2Session::Submit(const HeaderFields& fields, std::string body, Done done) {
  Exchange exchange;
  exchange.done = std::move(done);
  ASSIGN_OR_RETURN(const std::int32_t request, Start(fields, std::move(exchange)));
  connection_.Send(request, body);
  connection_.EndBody(request);
  return request;
}

Result<std::int32_t> Http2Session::Open(const HeaderFields& fields, BodySink sink, Done done) {
  Exchange exchange;
  exchange.sink = std::move(sink);
  exchange.done = std::move(done);
  return Start(fields, std::move(exchange));
}

Result<std::int32_t> Http2Session::Start(const HeaderFields& fields, Exchange exchange) {
  ASSIGN_OR_RETURN(const std::int32_t request, connection_.Request(fields));
  exchanges_.emplace(request, std::move(exchange));
  return request;
}

void Http2Session::Cancel(std::int32_t request) {
  Exchange* exchange = Find(request);
  if (exchange == nullptr) return;
  exchange->done = nullptr;
  connection_.Reset(request, kHttp2Cancel);
}

Http2Session::Exchange* Http2Session::Find(std::int32_t request) {
  const auto found = exchanges_.find(request);
  return found == exchanges_.end() ? nullptr : &found->second;
}

bool Http2Session::OnField(std::int32_t request, std::string_view name, std::string_view value) {
  Exchange* exchange = Find(request);
  if (exchange == nullptr) return true;
  auto& fields = exchange->answer.fields;
  if (name == ":status") fields.clear();  // the earlier fields were informational (RFC 9110 section 15.2)
  exchange->field_bytes += name.size() + value.size();
  if (exchange->field_bytes > kMaxFieldBytes) return false;
  fields.emplace_back(name, value);
  return true;
}

void Http2Session::OnBody(std::int32_t request, std::string_view bytes) {
  Exchange* exchange = Find(request);
  if (exchange != nullptr && exchange->done && exchange->sink) return exchange->sink(bytes);

  connection_.Consume(request, bytes.size());
  if (exchange == nullptr || exchange->answer.too_large) return;
  auto& answer = exchange->answer;
  answer.too_large = bytes.size() > kMaxBodyBytes - answer.body.size();
  if (!answer.too_large) {
    answer.body += bytes;
    return;
  }
  answer.body.clear();
  connection_.Reset(request, kHttp2Cancel);
}

// An answer that comes piece by piece may end before its request has: the caller hears of it at once.
void Http2Session::OnEnd(std::int32_t request) {
  Exchange* exchange = Find(request);
  if (exchange == nullptr || !exchange->sink || !exchange->done) return;
  std::exchange(exchange->done, nullptr)(std::move(exchange->answer));
  connection_.Reset(request, kHttp2NoError);
}

void Http2Session::OnClose(std::int32_t request, std::uint32_t error_code) {
  auto node = exchanges_.extract(request);
  if (node.empty() || !node.mapped().done) return;
  node.mapped().answer.error_code = error_code;
  node.mapped().done(std::move(node.mapped().answer));
}

}  // namespace sallyport
