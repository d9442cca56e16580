// Feeds arbitrary bytes to the reader of events that agents report.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "libbase/json.h"
#include "libcluster/tunnel/agent_events.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto event = sallyport::EventOfAgent(text, {"ex.com", "host", "web"}, sallyport::Now());
  if (!event) return 0;
  const auto& fields = event->fields();
  if (fields.Find("server_id")->as_string() != "host" || fields.Find("cluster_name")->as_string() != "ex.com")
    std::abort();
  if (sallyport::ToJson(fields).size() > sallyport::kMaxAgentEventBytes + 1024) std::abort();
  return 0;
}
