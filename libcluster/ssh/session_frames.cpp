#include "libcluster/ssh/session_frames.h"

#include "libbase/whole_number.h"

namespace sallyport {
namespace {

constexpr std::string_view kCommand = "command";
constexpr std::string_view kShell = "shell";

// Joins texts, and splits them.
class FieldWriter {
 public:
  void Add(std::string_view text) {
    payload_ += text;
    payload_ += '\0';
  }
  void Add(std::uint64_t number) { Add(std::to_string(number)); }
  std::string Take() { return std::move(payload_); }

 private:
  std::string payload_;
};

class FieldReader {
 public:
  explicit FieldReader(std::string_view payload) : rest_(payload) {}

  bool AtEnd() const { return rest_.empty(); }
  Result<std::string> Text() {
    const auto end = rest_.find('\0');
    if (end == std::string_view::npos) return Fail(ErrorKind::kBadParameter, "a frame of a session is too short");
    std::string text(rest_.substr(0, end));
    rest_.remove_prefix(end + 1);
    return text;
  }
  template <typename Number>
  Status Read(Number& number) {
    ASSIGN_OR_RETURN(const std::string text, Text());
    const auto read = ReadWholeNumber<Number>(text);
    if (!read) return Fail(ErrorKind::kBadParameter, "a frame of a session has no number in a number field");
    number = *read;
    return {};
  }
  Status Read(bool& flag) {
    unsigned number = 0;
    RETURN_IF_ERROR(Read(number));
    flag = number != 0;
    return {};
  }
  Status Read(std::string& text) {
    ASSIGN_OR_RETURN(text, Text());
    return {};
  }

 private:
  std::string_view rest_;
};

void Write(FieldWriter& writer, const SessionHello& hello) {
  writer.Add(hello.command ? kCommand : kShell);
  writer.Add(hello.command.value_or(""));
  writer.Add(hello.directory);
  writer.Add(hello.umask);
  for (const auto& variable : hello.environment) writer.Add(variable);
}

// The remaining texts are the environment.
Status Read(FieldReader& reader, SessionHello& hello) {
  std::string kind;
  std::string command;
  RETURN_IF_ERROR(reader.Read(kind));
  RETURN_IF_ERROR(reader.Read(command));
  RETURN_IF_ERROR(reader.Read(hello.directory));
  RETURN_IF_ERROR(reader.Read(hello.umask));
  if (kind == kCommand)
    hello.command = std::move(command);
  else if (kind != kShell)
    return Fail(ErrorKind::kBadParameter, "a session is neither a command nor a shell");
  while (!reader.AtEnd()) RETURN_IF_ERROR(reader.Read(hello.environment.emplace_back()));
  return {};
}

}  // namespace

std::string EncodeFrame(SessionFrameType type, std::string_view payload) {
  const std::size_t length = payload.size() + 1;
  std::string frame;
  frame.reserve(kSessionLengthBytes + length);
  for (int shift = 24; shift >= 0; shift -= 8) frame += static_cast<char>((length >> shift) & 0xff);
  frame += static_cast<char>(type);
  frame += payload;
  return frame;
}

Result<std::optional<SessionFrame>> TakeFrame(std::string& bytes) {
  if (bytes.size() < kSessionLengthBytes) return std::nullopt;
  std::size_t length = 0;
  for (std::size_t i = 0; i < kSessionLengthBytes; ++i) length = length << 8 | static_cast<unsigned char>(bytes[i]);
  if (length == 0 || length > kMaxSessionFrameBytes) {
    return Fail(ErrorKind::kBadParameter, "a frame of a session has an invalid length of {} bytes", length);
  }
  if (bytes.size() < kSessionLengthBytes + length) return std::nullopt;
  const auto type = static_cast<std::uint8_t>(bytes[kSessionLengthBytes]);
  if (type < static_cast<std::uint8_t>(SessionFrameType::kLogin) ||
      type > static_cast<std::uint8_t>(SessionFrameType::kFileLog)) {
    return Fail(ErrorKind::kBadParameter, "a frame of a session has the unknown type {}", type);
  }
  SessionFrame frame{static_cast<SessionFrameType>(type), bytes.substr(kSessionLengthBytes + 1, length - 1)};
  bytes.erase(0, kSessionLengthBytes + length);
  return std::optional(std::move(frame));
}

std::string EncodeLogin(const LoginQuestion& question) {
  FieldWriter writer;
  writer.Add(question.login);
  writer.Add(question.uid);
  writer.Add(question.shell);
  writer.Add(question.certificate);
  return writer.Take();
}

Result<LoginQuestion> DecodeLogin(std::string_view payload) {
  FieldReader reader(payload);
  LoginQuestion question;
  RETURN_IF_ERROR(reader.Read(question.login));
  RETURN_IF_ERROR(reader.Read(question.uid));
  RETURN_IF_ERROR(reader.Read(question.shell));
  RETURN_IF_ERROR(reader.Read(question.certificate));
  return question;
}

std::string EncodeHello(const SessionHello& hello) {
  FieldWriter writer;
  Write(writer, hello);
  return writer.Take();
}

Result<SessionHello> DecodeHello(std::string_view payload) {
  FieldReader reader(payload);
  SessionHello hello;
  RETURN_IF_ERROR(Read(reader, hello));
  return hello;
}

std::string EncodeStart(const SessionStart& start) {
  FieldWriter writer;
  for (const bool flag : {start.change_user, start.terminal, start.record, start.file_log}) writer.Add(flag ? 1U : 0U);
  writer.Add(start.uid);
  writer.Add(start.gid);
  writer.Add(start.groups.size());
  for (const gid_t group : start.groups) writer.Add(group);
  writer.Add(start.shell);
  writer.Add(start.notice);
  Write(writer, start.hello);
  return writer.Take();
}

Result<SessionStart> DecodeStart(std::string_view payload) {
  FieldReader reader(payload);
  SessionStart start;
  for (bool* const flag : {&start.change_user, &start.terminal, &start.record, &start.file_log}) {
    RETURN_IF_ERROR(reader.Read(*flag));
  }
  RETURN_IF_ERROR(reader.Read(start.uid));
  RETURN_IF_ERROR(reader.Read(start.gid));
  std::size_t groups = 0;
  RETURN_IF_ERROR(reader.Read(groups));
  for (std::size_t i = 0; i < groups; ++i) RETURN_IF_ERROR(reader.Read(start.groups.emplace_back()));
  RETURN_IF_ERROR(reader.Read(start.shell));
  RETURN_IF_ERROR(reader.Read(start.notice));
  RETURN_IF_ERROR(Read(reader, start.hello));
  return start;
}

}  // namespace sallyport
