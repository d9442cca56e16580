#include "libbase/version.h"

#include "tools/teleport-event-handler/commands.h"

namespace sallyport {
namespace {

Result<Output> ShowHandlerVersion(const Invocation&) {
  Value version(Value::Map{{"version", kWireVersion}, {"sallyport", kSallyportVersion}});
  return Output::Of(std::move(version), [](const Value&) {
    return fmt::format("Teleport event handler v{} Sallyport v{}\n", kWireVersion, kSallyportVersion);
  });
}

}  // namespace

Command HandlerVersionCommand() {
  return {.path = "version", .summary = "Show the version", .run = ShowHandlerVersion};
}

}  // namespace sallyport
