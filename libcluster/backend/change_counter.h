// Counts the changes below some keys of a backend, to invalidate data derived from them.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace sallyport {

class Backend;

// Safe from several threads.
class ChangeCounter {
 public:
  // Counts changes of keys that begin with one of the prefixes. The backend must outlive the counter.
  ChangeCounter(Backend& backend, std::vector<std::string> prefixes);
  ~ChangeCounter();
  ChangeCounter(const ChangeCounter&) = delete;
  ChangeCounter& operator=(const ChangeCounter&) = delete;

  // Returns a number that is higher after each commit that changed such a key. Data read after the call is current
  // while the number stays the same.
  std::uint64_t Count();

 private:
  struct State;
  const std::shared_ptr<State> state_;
};

}  // namespace sallyport
