#include "libcluster/net/source_slots.h"

#include "libbase/mutex.h"

namespace sallyport {

struct SourceSlots::State {
  std::size_t of_one;
  std::size_t in_all;
  Mutex mutex;
  std::size_t taken GUARDED_BY(mutex) = 0;
  std::unordered_map<std::string, std::size_t> by_source GUARDED_BY(mutex);  // only sources with slots
};

SourceSlots::SourceSlots(std::size_t of_one, std::size_t in_all) : state_(std::make_shared<State>()) {
  state_->of_one = of_one;
  state_->in_all = in_all;
}

SourceSlots::Slot SourceSlots::Take(const std::string& source) { return Take(source, state_->of_one); }

SourceSlots::Slot SourceSlots::Take(const std::string& source, std::size_t of_one) {
  const MutexLock lock(state_->mutex);
  if (state_->in_all != 0 && state_->taken >= state_->in_all) return {};
  const auto found = state_->by_source.find(source);
  const std::size_t held = found == state_->by_source.end() ? 0 : found->second;
  if (of_one != 0 && held >= of_one) return {};
  ++state_->by_source[source];
  ++state_->taken;
  return {state_, source};
}

std::size_t SourceSlots::taken() const {
  const MutexLock lock(state_->mutex);
  return state_->taken;
}

SourceSlots::Slot& SourceSlots::Slot::operator=(Slot&& other) noexcept {
  if (this == &other) return *this;
  Release();
  state_ = std::move(other.state_);
  source_ = std::move(other.source_);
  return *this;
}

void SourceSlots::Slot::Release() {
  if (state_ == nullptr) return;
  {
    const MutexLock lock(state_->mutex);
    --state_->taken;
    const auto found = state_->by_source.find(source_);
    if (--found->second == 0) state_->by_source.erase(found);
  }
  state_.reset();
}

}  // namespace sallyport
