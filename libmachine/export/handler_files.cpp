#include "libmachine/export/handler_files.h"

#include <algorithm>

#include "libbase/address.h"
#include "libbase/json.h"
#include "libbase/text.h"

namespace sallyport {
namespace {

constexpr std::size_t kMaxKeyFileName = 100;
constexpr std::size_t kMaxPassphrase = 1024;
constexpr int kFluentdPort = 8888;

constexpr char kFluentdForm[] = R"(# Events of teleport-event-handler, which shows a certificate of the same authority.
<source>
    @type http
    port {}

    <transport tls>
        client_cert_auth true
        ca_path "/keys/{}.crt"
        cert_path "/keys/{}.crt"
        private_key_path "/keys/{}.key"
        private_key_passphrase {}
    </transport>

    <parse>
      @type json
      json_parser oj

      # The times of events, without their fraction. Fluentd removes the key unless it is told to keep it.
      time_type string
      time_format %Y-%m-%dT%H:%M:%S
      keep_time_key true
    </parse>

    # Many events at once overflow the default buffer, and a restart loses what is in memory. These settings are
    # optional.
    <buffer>
      @type file
      flush_thread_count 8
      flush_interval 1s
      chunk_limit_size 10M
      queue_limit_length 16
      retry_max_interval 30
      retry_forever true
    </buffer>
</source>

# The audit log.
<match test.log>
  @type stdout
</match>

# Recordings of sessions.
<match session.*.log>
  @type stdout
</match>
)";

bool IsLetterOrDigit(char c) {
  return IsDigit(static_cast<unsigned char>(c)) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// Returns a value for Fluentd. In double quotes it runs "#{...}" as Ruby; in single quotes only \ and ' have a meaning.
std::string FluentdText(const std::string& text) {
  if (std::ranges::all_of(text, IsLetterOrDigit)) return fmt::format("\"{}\"", text);
  std::string quoted = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + "'";
}

// A string of JSON is one of TOML too.
std::string TomlText(const std::string& text) { return ToJson(Value(text)); }

}  // namespace

Secret FluentdConfig(const HandlerFilesRequest& request, const Secret& passphrase) {
  std::string quoted = FluentdText(passphrase.Reveal());
  Secret text(
      fmt::format(kFluentdForm, kFluentdPort, request.ca_name, request.server_name, request.server_name, quoted));
  Wipe(quoted);
  return text;
}

std::string HandlerConfig(const HandlerFilesRequest& request) {
  const auto path = [&](const std::string& name, std::string_view ending) {
    return TomlText(fmt::format("{}/{}{}", request.folder == "/" ? "" : request.folder, name, ending));
  };
  const std::string sink = "https://" + FormatHostPort({request.sink_host, kFluentdPort});

  return fmt::format(R"(storage = "./storage"
timeout = "10s"
batch = 20

[forward.fluentd]
ca = {}
cert = {}
key = {}
url = {}
session-url = {}

[teleport]
addr = {}
identity = "identity"
refresh.enabled = true
)",
                     path(request.ca_name, ".crt"), path(request.client_name, ".crt"),
                     path(request.client_name, ".key"), TomlText(sink + "/test.log"), TomlText(sink + "/session"),
                     TomlText(request.address));
}

std::string HandlerRole() {
  return R"(kind: role
metadata:
  name: teleport-event-handler
spec:
  allow:
    rules:
      - resources: ['event', 'session']
        verbs: ['list','read']
version: v5
---
kind: user
metadata:
  name: teleport-event-handler
spec:
  roles: ['teleport-event-handler']
version: v2
)";
}

Status CheckKeyFileName(std::string_view field, std::string_view name) {
  const auto allowed = [](char c) { return IsLetterOrDigit(c) || c == '.' || c == '_' || c == '-'; };
  if (!name.empty() && name.size() <= kMaxKeyFileName && IsLetterOrDigit(name.front()) &&
      std::ranges::all_of(name, allowed)) {
    return {};
  }
  return FailWithHint(
      ErrorKind::kBadParameter, fmt::format("{}: \"{}\" is not the name of a file", field, StripControl(name)),
      fmt::format("use up to {} letters, digits, \".\", \"_\" and \"-\"; the ending is added", kMaxKeyFileName));
}

Status CheckPassphrase(const Secret& passphrase) {
  const std::string& text = passphrase.Reveal();
  if (text.empty() || text.size() > kMaxPassphrase) {
    return Fail(ErrorKind::kBadParameter, "the passphrase must have 1 to {} bytes", kMaxPassphrase);
  }
  const auto is_control = [](char c) { return (c >= 0 && c < ' ') || c == 0x7f; };
  if (!IsValidUtf8(text) || std::ranges::any_of(text, is_control)) {
    return Fail(ErrorKind::kBadParameter, "the passphrase must be one line of UTF-8 without control characters");
  }
  return {};
}

}  // namespace sallyport
