#include "libcluster/rpc/grpc_connection.h"

#include <algorithm>

#include "libbase/version.h"
#include "libbase/whole_number.h"

namespace sallyport {
namespace {

using std::chrono::steady_clock;

constexpr std::string_view kContentType = "application/grpc";
constexpr int kDeadlineExceeded = 4;
constexpr std::size_t kMaxTimeoutDigits = 8;

// Returns the time of a field "grpc-timeout" ("30S"); nothing when it is no time.
std::optional<std::chrono::nanoseconds> ParseTimeout(std::string_view text) {
  struct Unit {
    char letter;
    std::chrono::nanoseconds length;
  };
  using namespace std::chrono_literals;
  constexpr Unit kUnits[] = {{'H', 1h}, {'M', 1min}, {'S', 1s}, {'m', 1ms}, {'u', 1us}, {'n', 1ns}};
  if (text.size() < 2 || text.size() > kMaxTimeoutDigits + 1) return std::nullopt;
  const auto unit = std::ranges::find(kUnits, text.back(), &Unit::letter);
  const auto count = ReadWholeNumber<std::int64_t>(text.substr(0, text.size() - 1));
  if (unit == std::end(kUnits) || !count || *count < 0) return std::nullopt;
  // An hour of 99,999,999 hours does not fit into nanoseconds.
  const std::int64_t most = std::chrono::nanoseconds::max() / 4 / unit->length;
  return unit->length * std::min(*count, most);
}

}  // namespace

GrpcConnection::GrpcConnection(const GrpcLimits& limits, GrpcCallEvents& events)
    : limits_(limits),
      events_(events),
      http2_({.side = Http2Options::Side::kServer,
              .window_bytes = limits.window_bytes,
              .stream_window_bytes = limits.call_window_bytes,
              .max_field_bytes = static_cast<std::uint32_t>(limits.max_field_bytes),
              .max_streams = limits.max_calls,
              .reset_burst = limits.reset_burst,
              .resets_per_second = limits.resets_per_second},
             *this) {}

GrpcConnection::~GrpcConnection() = default;

GrpcConnection::Call* GrpcConnection::FindOpen(std::int32_t call) {
  const auto found = calls_.find(call);
  return found == calls_.end() || found->second.finished ? nullptr : &found->second;
}

const GrpcConnection::Call* GrpcConnection::FindOpen(std::int32_t call) const {
  const auto found = calls_.find(call);
  return found == calls_.end() || found->second.finished ? nullptr : &found->second;
}

// The start of a call.

bool GrpcConnection::OnField(std::int32_t stream, std::string_view name, std::string_view value) {
  Call& call = calls_.try_emplace(stream, limits_.max_message_bytes).first->second;
  call.field_bytes += name.size() + value.size();
  if (call.field_bytes > limits_.max_field_bytes) return false;
  if (call.begun || call.finished) return true;  // a server ignores fields after the body

  struct Row {
    std::string_view name;
    std::string* place;
  };
  const Row rows[] = {{":path", &call.head.path},
                      {":method", &call.method},
                      {"content-type", &call.content_type},
                      {"grpc-encoding", &call.encoding},
                      {"version", &call.head.client_version},
                      {"user-agent", &call.head.user_agent},
                      {"session-recording-format", &call.head.recording_format}};
  const auto row = std::ranges::find(rows, name, &Row::name);
  if (row != std::end(rows)) *row->place = value;
  if (name != "grpc-timeout") return true;
  const auto timeout = ParseTimeout(value);
  if (timeout) call.deadline = steady_clock::now() + *timeout;
  return timeout.has_value();
}

void GrpcConnection::OnFieldsEnd(std::int32_t stream) {
  Call* call = FindOpen(stream);
  if (call == nullptr || call->begun) return;
  if (call->method != "POST") return RefuseAsHttp(stream, *call, "405");
  if (!call->content_type.starts_with(kContentType)) return RefuseAsHttp(stream, *call, "415");
  if (const Status begun = Begin(stream, *call); !begun) Finish(stream, GrpcStatusOf(begun.error()));
}

Status GrpcConnection::Begin(std::int32_t stream, Call& call) {
  ASSIGN_OR_RETURN(const GrpcEncoding encoding, ParseGrpcEncoding(call.encoding));
  call.reader.set_encoding(encoding);
  call.begun = true;
  if (events_.OnCall(stream, call.head)) call.due = steady_clock::now() + limits_.message_time;
  return {};
}

// A request that is no gRPC call gets a plain HTTP answer.
void GrpcConnection::RefuseAsHttp(std::int32_t stream, Call& call, std::string_view status) {
  http2_.Respond(stream, {{":status", std::string(status)}});
  http2_.EndBody(stream);
  Release(call);
}

// Messages from the client.

Status GrpcConnection::Take(Call& call, std::string_view bytes) {
  if (bytes.size() > limits_.max_buffered_bytes - std::min(buffered_, limits_.max_buffered_bytes)) {
    return Fail(ErrorKind::kLimitExceeded, "too many messages wait on this connection: send fewer at a time");
  }
  const std::size_t before = call.reader.buffered();
  const Status added = call.reader.Add(bytes);
  buffered_ += call.reader.buffered() - before;
  return added;
}

void GrpcConnection::OnBody(std::int32_t stream, std::string_view bytes) {
  Call* call = FindOpen(stream);
  if (call == nullptr || !call->begun) return http2_.Consume(stream, bytes.size());
  call->unconsumed += bytes.size();
  const bool had_part = call->reader.HasPart();
  if (const Status taken = Take(*call, bytes); !taken) return Break(stream, taken.error());

  if (call->reader.HasMessage()) {
    call->due.reset();
    events_.OnMessage(stream);
    return;
  }
  // The client must complete the message, so the window grows up to the size of a message.
  ConsumeAll(stream, *call);
  if (!had_part && !call->due) call->due = steady_clock::now() + limits_.message_time;
}

void GrpcConnection::OnEnd(std::int32_t stream) {
  Call* call = FindOpen(stream);
  if (call == nullptr || !call->begun) return;
  call->client_done = true;
  call->due.reset();
  if (call->reader.HasPart()) {
    return Break(stream, {ErrorKind::kBadParameter, "the request ends within a message", {}});
  }
  events_.OnMessage(stream);
}

std::optional<std::string> GrpcConnection::Next(std::int32_t stream) {
  Call* call = FindOpen(stream);
  if (call == nullptr) return std::nullopt;
  const std::size_t before = call->reader.buffered();
  auto message = call->reader.Next();
  const std::size_t taken = before - call->reader.buffered();
  buffered_ -= taken;
  if (!message) {
    Break(stream, message.error());
    return std::nullopt;
  }

  if (!call->reader.HasMessage()) {
    ConsumeAll(stream, *call);
    if (call->reader.HasPart() && !call->due) call->due = steady_clock::now() + limits_.message_time;
  } else if (taken > 0) {
    const std::size_t count = std::min(taken, call->unconsumed);
    call->unconsumed -= count;
    http2_.Consume(stream, count);
  }
  return std::move(*message);
}

bool GrpcConnection::HasEnded(std::int32_t stream) const {
  const Call* call = FindOpen(stream);
  return call == nullptr || (call->client_done && !call->reader.HasMessage());
}

void GrpcConnection::ConsumeAll(std::int32_t stream, Call& call) {
  if (call.unconsumed > 0) http2_.Consume(stream, std::exchange(call.unconsumed, 0));
}

// Answers.

void GrpcConnection::StartAnswer(std::int32_t stream, Call& call) {
  if (std::exchange(call.answering, true)) return;
  http2_.Respond(stream, {{":status", "200"},
                          {"content-type", std::string(kContentType)},
                          {"grpc-accept-encoding", std::string(kGrpcEncodings)},
                          {"version", std::string(kWireVersion)}});
}

void GrpcConnection::Send(std::int32_t stream, std::string_view message) {
  Call* call = FindOpen(stream);
  if (call == nullptr) return;
  StartAnswer(stream, *call);
  http2_.Send(stream, FrameGrpcMessage(message));
}

void GrpcConnection::Finish(std::int32_t stream, const GrpcStatus& status) {
  Call* call = FindOpen(stream);
  if (call == nullptr) return;
  StartAnswer(stream, *call);
  http2_.EndBody(stream, GrpcStatusFields(status));
  ConsumeAll(stream, *call);
  Release(*call);
}

// Frees the resources of an ended call; its answer may still be queued.
void GrpcConnection::Release(Call& call) {
  call.finished = true;
  buffered_ -= call.reader.buffered();
  call.reader.Clear();
  call.deadline.reset();
  call.due = steady_clock::now() + limits_.answer_time;
}

void GrpcConnection::Break(std::int32_t stream, const Error& error) {
  Finish(stream, GrpcStatusOf(error));
  events_.OnOver(stream);
}

void GrpcConnection::OnClose(std::int32_t stream, std::uint32_t) {
  auto node = calls_.extract(stream);
  if (node.empty() || node.mapped().finished) return;
  buffered_ -= node.mapped().reader.buffered();
  if (node.mapped().begun) events_.OnOver(stream);
}

// Times.

bool GrpcConnection::HasTimes() const {
  return std::ranges::any_of(calls_, [](const auto& entry) { return entry.second.due || entry.second.deadline; });
}

void GrpcConnection::Sweep() {
  const auto now = steady_clock::now();
  std::map<std::int32_t, Call*> over;  // ended after the loop, because an end changes the calls
  for (auto& [stream, call] : calls_) {
    if ((call.due && *call.due <= now) || (call.deadline && *call.deadline <= now)) over.emplace(stream, &call);
  }
  for (const auto& [stream, call] : over) {
    if (call->finished) {
      http2_.Reset(stream, kHttp2Cancel);
      call->due.reset();
      continue;
    }
    const bool late = call->deadline && *call->deadline <= now;
    Finish(stream,
           {kDeadlineExceeded, late ? "the deadline of the call has passed" : "the message did not arrive in time"});
    events_.OnOver(stream);
  }
}

}  // namespace sallyport
