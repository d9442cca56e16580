#include "libmachine/operator/custom_definitions.h"

#include "tools/teleport-operator/commands.h"

namespace sallyport {
namespace {

Result<Output> ShowDefinitions(const Invocation&) {
  return Output::Of(Value(CustomDefinitions()), [](const Value&) { return CustomDefinitionsYaml(); });
}

}  // namespace

Command DefinitionsCommand() {
  return {.path = "crds",
          .summary = "Write the CustomResourceDefinitions that `kubectl apply --server-side -f -` takes",
          .run = ShowDefinitions};
}

}  // namespace sallyport
