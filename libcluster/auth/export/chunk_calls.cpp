#include "libcluster/auth/export/chunk_calls.h"

#include "libbase/json.h"
#include "libbase/log.h"
#include "libcluster/rpc/rpc_stream.h"
#include "libresources/events/chunk_id.h"
#include "libresources/events/log_cursor.h"
#include "libresources/events/unstructured_event.h"
#include "teleport/auditlog/v1/auditlog.pb.h"

namespace sallyport {
namespace {

namespace auditv1 = teleport::auditlog::v1;
using ListMessages = RpcMessages<auditv1::GetEventExportChunksRequest, auditv1::EventExportChunk>;
using ExportMessages = RpcMessages<auditv1::ExportUnstructuredEventsRequest, auditv1::ExportEventUnstructured>;
using SharedCall = std::shared_ptr<const RpcStreamCall>;

constexpr std::size_t kChunksAtOnce = 500;
constexpr EventLimits kEventsAtOnce{.events = 200, .bytes = 64 << 10};
constexpr std::int64_t kSecondsOfDay = 86'400;

ChunkId IdOf(const AuditChunk& chunk) { return {chunk.first, chunk.last, ShortHash(chunk.hash)}; }

// The part that both calls share: the place of the caller.
class ChunkCall {
 public:
  ChunkCall(ExportEnvironment& environment, SharedCall call)
      : environment_(environment),
        call_(std::move(call)),
        caller_(call_->caller->identity.username),
        slot_(environment.exports.Take(caller_)) {}

 protected:
  Status CheckPlace() const {
    if (slot_) return {};
    return Fail(ErrorKind::kLimitExceeded, "too many exports of {} are open", caller_);
  }
  EventLog& log() const { return environment_.auth.backend().event_log(); }

  ExportEnvironment& environment_;
  const SharedCall call_;
  const std::string caller_;
  const SourceSlots::Slot slot_;
};

template <typename Request>
Result<std::int64_t> DayOfRequest(const Request& request) {
  if (!request.has_date()) return Fail(ErrorKind::kBadParameter, "the request has no date");
  const std::int64_t seconds = request.date().seconds();
  return seconds / kSecondsOfDay - (seconds % kSecondsOfDay < 0 ? 1 : 0);
}

// Sends the ids of the chunks of a day.
class ChunkListCall : public ChunkCall {
 public:
  using ChunkCall::ChunkCall;

  asio::awaitable<Status> Run(ListMessages messages) {
    if (const Status place = CheckPlace(); !place) co_return place;
    const auto request = co_await messages.Read();
    if (!request) co_return std::unexpected(request.error());
    if (!*request) co_return Status();
    const auto day = DayOfRequest(**request);
    if (!day) co_return std::unexpected(day.error());

    std::function<Status()> seal = [this] { return log().Seal(Now()); };
    const auto sealed = co_await environment_.Run(caller_, std::move(seal));
    if (!*sealed) co_return *sealed;
    std::int64_t after = 0;
    while (true) {
      using Chunks = Result<std::vector<AuditChunk>>;
      std::function<Chunks()> read = [this, day = *day, after] { return log().Chunks(day, after, kChunksAtOnce); };
      const auto chunks = co_await environment_.Run(caller_, std::move(read));
      if (!*chunks) co_return std::unexpected(chunks->error());
      for (const AuditChunk& chunk : **chunks) {
        auditv1::EventExportChunk message;
        message.set_chunk(FormatChunkId(IdOf(chunk)));
        if (!co_await messages.Write(message)) co_return Status();
        after = chunk.first;
      }
      if ((*chunks)->size() < kChunksAtOnce) co_return Status();
    }
  }
};

// Sends the events of a chunk.
class ChunkExportCall : public ChunkCall {
 public:
  using ChunkCall::ChunkCall;

  asio::awaitable<Status> Run(ExportMessages messages) {
    if (const Status place = CheckPlace(); !place) co_return place;
    const auto request = co_await messages.Read();
    if (!request) co_return std::unexpected(request.error());
    if (!*request) co_return Status();
    std::function<Status()> open = [this, request = **request] { return Open(request); };
    const auto opened = co_await environment_.Run(caller_, std::move(open));
    if (!*opened) co_return *opened;

    while (passed_ < chunk_.last) {
      std::function<Status()> read = [this] { return ReadSome(); };
      const auto done = co_await environment_.Run(caller_, std::move(read));
      if (!*done) co_return *done;
      for (std::string& bytes : encoded_) {
        if (!co_await WriteEncoded(call_->stream, std::move(bytes))) co_return Status();
      }
    }
    co_return Status();
  }

 private:
  Status Open(const auditv1::ExportUnstructuredEventsRequest& request) {
    ASSIGN_OR_RETURN(const std::int64_t day, DayOfRequest(request));
    if (request.chunk().empty()) return Fail(ErrorKind::kBadParameter, "the request names no chunk");
    const auto id = ParseChunkId(request.chunk());
    if (!id) return NotThere();
    ASSIGN_OR_RETURN(const auto chunk, log().FindChunk(id->first));
    if (!chunk || chunk->day != day || IdOf(*chunk) != *id) return NotThere();
    chunk_ = *chunk;
    ASSIGN_OR_RETURN(passed_, PassedByCursor(request.cursor(), *id));
    return {};
  }

  static Status NotThere() { return Fail(ErrorKind::kNotFound, "the chunk is not found on this date"); }

  // Reads and encodes the next events of the chunk.
  Status ReadSome() {
    encoded_.clear();
    ASSIGN_OR_RETURN(const auto events, log().Read(passed_, chunk_.last, kEventsAtOnce));
    if (events.empty() || events.front().link.number != passed_ + 1) return NotThere();  // removed meanwhile

    for (const LoggedEvent& event : events) {
      passed_ = event.link.number;
      auditv1::ExportEventUnstructured message;
      const auto value = ParseJson(event.json);
      const Status set =
          value ? SetUnstructured(*value, *message.mutable_event()) : Status(std::unexpected(value.error()));
      if (!set) {
        Log(LogLevel::kWarning, "an event cannot be exported",
            {{"number", std::to_string(passed_)}, {"reason", set.error().message}});
        continue;
      }
      message.set_cursor(ChunkCursor(passed_));
      encoded_.push_back(message.SerializeAsString());
    }
    return {};
  }

  AuditChunk chunk_;
  std::int64_t passed_ = 0;  // the number of the last event that was read
  std::vector<std::string> encoded_;
};

template <typename Call, typename Request, typename Response>
void AddChunkStream(RpcTable& table, std::string path, EventLoop& loop,
                    std::shared_ptr<ExportEnvironment> environment) {
  const auto serve = [environment = std::move(environment)](
                         SharedCall call, RpcMessages<Request, Response> messages) -> asio::awaitable<Status> {
    const auto kept = environment;
    Call served(*kept, std::move(call));
    co_return co_await served.Run(std::move(messages));
  };
  table.AddStream(std::move(path), RpcAccess::WholeRule("event", {"list"}),
                  StreamHandler<Request, Response>(loop, serve));
}

}  // namespace

void AddChunkStreams(RpcTable& table, EventLoop& loop, std::shared_ptr<ExportEnvironment> environment) {
  const std::string service = "/teleport.auditlog.v1.AuditLogService/";
  AddChunkStream<ChunkListCall, auditv1::GetEventExportChunksRequest, auditv1::EventExportChunk>(
      table, service + "GetEventExportChunks", loop, environment);
  AddChunkStream<ChunkExportCall, auditv1::ExportUnstructuredEventsRequest, auditv1::ExportEventUnstructured>(
      table, service + "ExportUnstructuredEvents", loop, std::move(environment));
}

}  // namespace sallyport
