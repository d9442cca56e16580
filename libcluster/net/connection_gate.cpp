#include "libcluster/net/connection_gate.h"

#include <algorithm>
#include <utility>

#include "libbase/log.h"

namespace sallyport {
namespace {

constexpr std::chrono::hours kKnownFor{1};
constexpr std::size_t kMaxKnownSources = 10'000;
constexpr std::size_t kMaxVouchers = 10'000;
constexpr std::chrono::seconds kComplaintPause{10};

Rate Times(Rate rate, unsigned factor) { return {rate.per_minute * factor, rate.at_once * factor}; }

}  // namespace

ConnectionGate::ConnectionGate(unsigned processors)
    : all_strangers_(Times(kAllStrangersRate, std::max(processors, 1U))),
      known_(kMaxKnownSources),
      sources_of_(kMaxVouchers) {}

void ConnectionGate::Know(const std::string& source, const std::string& caller, Time now) {
  if (!Note(source, caller, now)) return;
  for (const auto& changed : changed_) changed();
}

bool ConnectionGate::Note(const std::string& source, const std::string& caller, Time now) {
  const MutexLock lock(mutex_);
  Known* known = known_.Find(source);
  const bool was_known = known != nullptr && now - known->last < kKnownFor;
  if (was_known && known->caller != caller) {
    known->last = now;
    return false;
  }
  known_.Put(source, {now, caller});
  Vouch(source, caller);
  return !was_known;
}

void ConnectionGate::Vouch(const std::string& source, const std::string& caller) {
  std::vector<std::string>* there = sources_of_.Find(caller);
  std::vector<std::string>& sources = there != nullptr ? *there : sources_of_.Put(caller, {});
  std::erase(sources, source);
  sources.push_back(source);
  if (sources.size() <= kSourcesOfOneCaller) return;

  Known* oldest = known_.Find(sources.front());
  if (oldest != nullptr && oldest->caller == caller) oldest->last = Time{};
  sources.erase(sources.begin());
}

std::vector<std::string> ConnectionGate::KnownSources(Time now) {
  const MutexLock lock(mutex_);
  std::vector<std::string> sources;
  known_.ForEach([&](std::string_view source, const Known& known) {
    if (now - known.last < kKnownFor) sources.emplace_back(source);
  });
  return sources;
}

bool ConnectionGate::IsKnown(const std::string& source, Time now) {
  const MutexLock lock(mutex_);
  const Known* known = known_.Find(source);
  return known != nullptr && now - known->last < kKnownFor;
}

bool ConnectionGate::HasRoom(const std::string& source, Time now) {
  if (IsKnown(source, now)) return known_sources_.Allow(source, now);
  return strangers_.Allow(source, now) && all_strangers_.Allow("", now);
}

bool ConnectionGate::Admit(const std::string& source, Time now) {
  if (HasRoom(source, now)) return true;

  const MutexLock lock(mutex_);
  ++refused_;
  if (now >= complain_again_) {
    complain_again_ = now + kComplaintPause;
    Log(LogLevel::kWarning, "connections are refused: a source opens too many connections",
        {{"source", source}, {"refused", std::to_string(std::exchange(refused_, 0))}});
  }
  return false;
}

}  // namespace sallyport
