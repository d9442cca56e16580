// Counts what is held at once, by whoever holds it and by all: connections, watches, requests that wait.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

namespace sallyport {

// Safe from several threads.
class SourceSlots {
  struct State;

 public:
  // `of_one` limits one source (an address, a user, a host), `in_all` all of them; zero is no limit.
  SourceSlots(std::size_t of_one, std::size_t in_all);

  // A place that is taken. Letting go of it gives the place back, also when the SourceSlots are gone by then.
  class Slot {
   public:
    Slot() = default;
    Slot(Slot&& other) noexcept = default;
    Slot& operator=(Slot&& other) noexcept;
    ~Slot() { Release(); }

    // Returns whether a place is held.
    explicit operator bool() const { return state_ != nullptr; }
    // Gives the place back now.
    void Release();

   private:
    friend class SourceSlots;
    Slot(std::shared_ptr<State> state, std::string source) : state_(std::move(state)), source_(std::move(source)) {}
    std::shared_ptr<State> state_;
    std::string source_;
  };

  // Takes a place for a source; an empty Slot when it, or all together, have none left.
  [[nodiscard]] Slot Take(const std::string& source);
  // The same with another limit for this source; zero is no limit.
  [[nodiscard]] Slot Take(const std::string& source, std::size_t of_one);

  // How many places are taken.
  std::size_t taken() const;

 private:
  std::shared_ptr<State> state_;
};

}  // namespace sallyport
