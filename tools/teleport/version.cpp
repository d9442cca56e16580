#include "libbase/version.h"
#include "tools/teleport/commands.h"

namespace sallyport {
namespace {

Result<Output> Run(const Invocation& invocation) {
  if (invocation.Flag("raw")) return Output::Text(fmt::format("{}\n", kWireVersion));
  Value version(Value::Map{{"version", kWireVersion}, {"sallyport", kSallyportVersion}});
  return Output::Of(std::move(version), [](const Value&) {
    return fmt::format("Teleport v{} Sallyport v{}\n", kWireVersion, kSallyportVersion);
  });
}

}  // namespace

Command VersionCommand() {
  return {.path = "version",
          .summary = "Show the version",
          .options = {{"raw", '\0', "", "Show the number of Teleport's version alone"}},
          .run = Run};
}

}  // namespace sallyport
