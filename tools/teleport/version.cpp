#include "libbase/version.h"
#include "tools/teleport/commands.h"

namespace sallyport {
namespace {

struct VersionOptions {
  bool raw = false;
};

Result<Output> RunVersion(const Invocation&, const VersionOptions& given) {
  if (given.raw) return Output::Text(fmt::format("{}\n", kWireVersion));
  Value version(Value::Map{{"version", kWireVersion}, {"sallyport", kSallyportVersion}});
  return Output::Of(std::move(version), [](const Value&) {
    return fmt::format("Teleport v{} Sallyport v{}\n", kWireVersion, kSallyportVersion);
  });
}

}  // namespace

Command VersionCommand() {
  return {.path = "version",
          .summary = "Show the version",
          .options = {{.name = "raw",
                       .help = "Show only the number of Teleport's version",
                       .into = Into<&VersionOptions::raw>}},
          .run = RunWith<RunVersion>};
}

}  // namespace sallyport
