#include <algorithm>

#include "libbase/json.h"
#include "libbase/text.h"
#include "libresources/events/session_event.h"
#include "teleport/legacy/types/events/events.pb.h"
#include "tools/tsh/commands.h"
#include "tools/tsh/context.h"
#include "tools/tsh/play_terminal.h"

namespace sallyport {
namespace {

struct PlayedRecording {
  std::string session_id;
  std::string speed;
  bool skip_idle_time = false;
};

struct Speed {
  std::string_view text;
  double factor;
};
constexpr Speed kSpeeds[] = {{"0.5x", 0.5}, {"1x", 1}, {"2x", 2}, {"4x", 4}, {"8x", 8}};

constexpr std::string_view kReplacement = "\xef\xbf\xbd";

Result<OpenSource> SourceOf(const Invocation& invocation, const std::string& id) {
  if (id.ends_with(".tar")) return OpenSource([id] { return ReadRecording(id); });
  if (!IsUuid(id)) {
    return FailWithHint(ErrorKind::kBadParameter, fmt::format("\"{}\" is not the id of a session", StripControl(id)),
                        "list the sessions: tsh recordings ls; the name of a file with a recording ends in .tar");
  }

  ASSIGN_OR_RETURN(const Session session, SessionOf(invocation));
  ASSIGN_OR_RETURN(RpcOptions made, AuthOptions(session, NetworkOf(invocation), invocation.program->name,
                                                ClusterOf(invocation, session.profile)));
  const auto options = std::make_shared<const RpcOptions>(std::move(made));
  const std::string format = invocation.format_given() ? invocation.format() : "";
  return OpenSource([options, id, format] { return ReceiveRecording(*options, id, format); });
}

Status EachEvent(const OpenSource& open, const std::function<Status(const events::OneOf&)>& take) {
  ASSIGN_OR_RETURN(const EventSource source, open());
  while (true) {
    ASSIGN_OR_RETURN(const auto event, source());
    if (!event) return {};
    RETURN_IF_ERROR(take(*event));
  }
}

// Returns every event, without the terminal output.
Output AsEvents(const OpenSource& open) {
  Output output;
  output.kind = Output::Kind::kItems;
  output.items = [open](const ItemSink& sink) {
    return EachEvent(open, [&sink](const events::OneOf& event) -> Status {
      Value item = EventToValue(event);
      std::erase_if(item.mutable_map(), [](const auto& field) { return field.first == "uid"; });
      return item.as_map().empty() ? Status() : sink(item);
    });
  };
  output.yaml_documents = true;
  output.sort_keys_in_yaml = true;
  return output;
}

Output AsBytes(std::function<Result<int>(const ByteSink& out)> write) {
  Output output;
  output.kind = Output::Kind::kBytes;
  output.bytes = [write = std::move(write)](const ByteSink& out, const ByteSink&) { return write(out); };
  return output;
}

// Returns the terminal output at once.
Output AsText(const OpenSource& open) {
  return AsBytes([open](const ByteSink& out) -> Result<int> {
    RETURN_IF_ERROR(EachEvent(open, [&out](const events::OneOf& event) {
      return event.has_sessionprint() ? out(event.sessionprint().data()) : Status();
    }));
    return 0;
  });
}

// Writes a file for asciinema and similar players: https://docs.asciinema.org/manual/asciicast/v2/
class Asciicast {
 public:
  explicit Asciicast(const ByteSink& out) : out_(out) {}

  Status Take(const events::OneOf& event) {
    if (event.has_sessionstart()) return Begin(event.sessionstart());
    if (event.has_resize()) return PlayedLine("r", SizeText(event.resize().terminalsize()));
    if (!event.has_sessionprint()) return {};
    if (!begun_) RETURN_IF_ERROR(Begin({}));
    seconds_ = static_cast<double>(event.sessionprint().delaymilliseconds()) / 1000;
    bytes_ += event.sessionprint().data();
    return PlayedLine("o", TakeText());
  }

 private:
  Status Begin(const events::SessionStart& start) {
    begun_ = true;
    const std::string size = SizeText(start.terminalsize());
    const auto by = size.find('x');
    std::int64_t width = std::atoi(size.c_str());
    std::int64_t height = by == std::string::npos ? 0 : std::atoi(size.c_str() + by + 1);
    if (width <= 0 || height <= 0) {
      width = 80;
      height = 25;
    }

    Value header(Value::Map{{"version", 2}, {"width", width}, {"height", height}});
    if (start.metadata().has_time()) header.Set("timestamp", start.metadata().time().seconds());
    return out_(ToJson(header) + "\n");
  }

  static std::string SizeText(std::string size) {
    std::ranges::replace(size, ':', 'x');
    return size;
  }

  Status PlayedLine(std::string_view kind, const std::string& text) {
    if (text.empty()) return {};
    Value line = Value::EmptyList();
    line.Append(seconds_);
    line.Append(kind);
    line.Append(text);
    return out_(ToJson(line) + "\n");
  }

  // Removes and returns complete UTF-8 characters; the rest of a character comes with the next bytes.
  std::string TakeText() {
    std::string text;
    std::size_t at = 0;
    while (at < bytes_.size()) {
      const auto lead = static_cast<unsigned char>(bytes_[at]);
      const std::size_t size = lead < 0x80 ? 1 : lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
      const std::string_view character = std::string_view(bytes_).substr(at, size);
      const bool whole = character.size() == size;

      // A byte below 0xc2 begins no multi-byte character, so no further byte can complete it.
      if (!whole && lead >= 0xc2) break;
      if (whole && IsValidUtf8(character)) {
        text += character;
        at += size;
      } else {
        text += kReplacement;
        ++at;
      }
    }

    bytes_.erase(0, at);
    return text;
  }

  const ByteSink& out_;
  bool begun_ = false;
  double seconds_ = 0;
  std::string bytes_;
};

Output AsAsciicast(const OpenSource& open) {
  return AsBytes([open](const ByteSink& out) -> Result<int> {
    Asciicast cast(out);
    RETURN_IF_ERROR(EachEvent(open, [&cast](const events::OneOf& event) { return cast.Take(event); }));
    return 0;
  });
}

Result<Output> RunPlay(const Invocation& invocation, const PlayedRecording& given) {
  const std::string format = invocation.format();
  ASSIGN_OR_RETURN(const OpenSource open, SourceOf(invocation, given.session_id));
  if (format == "json" || format == "yaml") return AsEvents(open);
  if (format == "text") return AsText(open);
  if (format == "asciicast") return AsAsciicast(open);
  PlayOptions options;
  options.skip_idle = given.skip_idle_time;
  const auto* const speed = std::ranges::find(kSpeeds, given.speed, &Speed::text);
  if (speed != std::end(kSpeeds)) options.speed = speed->factor;
  return AsBytes([open, options](const ByteSink& out) { return PlayOnTerminal(open, options, out); });
}

}  // namespace

Command PlayCommand() {
  return {
      .path = "play",
      .summary = "Play back the recording of a session",
      .arguments = {{.name = "session-id",
                     .help = "The session (tsh recordings ls), or a file of a recording: FILE.tar",
                     .into = Into<&PlayedRecording::session_id>}},
      .options = {{.name = "speed",
                   .value_name = "FACTOR",
                   .help = "Speed of the playback",
                   .choices = "0.5x 1x 2x 4x 8x",
                   .into = Into<&PlayedRecording::speed>},
                  {.name = "skip-idle-time", .help = "Shorten pauses", .into = Into<&PlayedRecording::skip_idle_time>}},
      .example = "tsh play --speed=2x 6fd27ca9-cd89-4e2c-9f2c-0d7b2ca1a83e",
      .formats = "pty text json yaml asciicast",
      .needs_login = true,
      .run = RunWith<RunPlay>};
}

}  // namespace sallyport
