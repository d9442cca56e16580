// Limits the number of concurrent connections, watches or waiting requests, of each source and of all.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <unordered_map>

namespace sallyport {

// Safe from several threads.
class SourceSlots {
  struct State;

 public:
  // `of_one` limits one source (an address, a user, a host), `in_all` all of them; zero is no limit.
  SourceSlots(std::size_t of_one, std::size_t in_all);

  // A taken place. The destructor returns the place, even after the SourceSlots are destroyed.
  class Slot {
   public:
    Slot() = default;
    Slot(Slot&& other) noexcept = default;
    Slot& operator=(Slot&& other) noexcept;
    ~Slot() { Release(); }

    // Returns whether a place is held.
    explicit operator bool() const { return state_ != nullptr; }
    // Returns the place now.
    void Release();

   private:
    friend class SourceSlots;
    Slot(std::shared_ptr<State> state, std::string source) : state_(std::move(state)), source_(std::move(source)) {}
    std::shared_ptr<State> state_;
    std::string source_;
  };

  // Takes a place for a source. Returns an empty Slot when the source, or all together, have none left.
  [[nodiscard]] Slot Take(const std::string& source);
  // Takes a place with another limit for this source; zero is no limit.
  [[nodiscard]] Slot Take(const std::string& source, std::size_t of_one);

  // Returns the number of taken places.
  std::size_t taken() const;

 private:
  std::shared_ptr<State> state_;
};

}  // namespace sallyport
