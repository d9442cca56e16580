// Feeds arbitrary JSON to the check of the audit log: events, heads and rotations come from files of sinks. The
// canonical form of an event is JSON of the same event.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <tuple>

#include "libbase/json.h"
#include "libresources/events/chain_check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  sallyport::ChainCheck check;
  sallyport::ChainLink link{0, {}, sallyport::ChainBeginning(), {}};
  while (!rest.empty()) {
    const auto end = rest.find('\n');
    const auto event = sallyport::ParseJson(rest.substr(0, end));
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    if (!event) continue;
    const std::string canonical = sallyport::CanonicalJson(*event);
    const auto again = sallyport::ParseJson(canonical);
    if (!again || sallyport::CanonicalJson(*again) != canonical) std::abort();
    link = {link.number + 1, link.committed, link.number == 0 ? sallyport::ChainBeginning() : link.hash, {}};
    link.hash = sallyport::LinkHash(link, sallyport::EventDigest(*event));
    check.Add(link, *event);
    if (const auto head = sallyport::HeadOfEvent(*event)) std::ignore = sallyport::CheckHead(*head);
    std::ignore = sallyport::CheckRotation(*event, "");
  }
  std::ignore = check.Finish();
  return 0;
}
