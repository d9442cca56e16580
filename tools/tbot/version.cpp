#include "libbase/version.h"

#include "tools/tbot/commands.h"

namespace sallyport {
namespace {

Result<Output> RunVersion(const Invocation&) {
  Value version(Value::Map{{"version", kWireVersion}, {"sallyport", kSallyportVersion}});
  return Output::Of(std::move(version), [](const Value&) {
    return fmt::format("Teleport v{} Sallyport v{}\n", kWireVersion, kSallyportVersion);
  });
}

}  // namespace

Command VersionCommand() { return {.path = "version", .summary = "Show the version", .run = RunVersion}; }

}  // namespace sallyport
