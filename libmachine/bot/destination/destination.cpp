#include "libmachine/bot/destination/destination.h"

#include "libmachine/bot/destination/directory_destination.h"
#include "libmachine/bot/destination/memory_destination.h"
#include "libmachine/bot/destination/secret_destination.h"

namespace sallyport {

Result<std::unique_ptr<BotDestination>> MakeDestination(const DestinationConfig& config,
                                                        const DestinationContext& context) {
  RETURN_IF_ERROR(CheckDestination(config));
  switch (config.type) {
    case DestinationType::kDirectory:
      return std::make_unique<DirectoryDestination>(config);
    case DestinationType::kMemory:
      return std::make_unique<MemoryDestination>();
    case DestinationType::kKubernetesSecret:
      return MakeSecretDestination(config, context);
    case DestinationType::kNone:
      break;
  }
  return Fail(ErrorKind::kBadParameter, "the destination is missing");
}

}  // namespace sallyport
