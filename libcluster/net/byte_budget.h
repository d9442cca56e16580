// Counts bytes that are kept for requests and answers which are under way, of all connections together.
#pragma once

#include <atomic>
#include <cstddef>

namespace sallyport {

// Safe from several threads. Must outlive its leases.
class ByteBudget {
 public:
  explicit ByteBudget(std::size_t limit) : limit_(limit) {}
  ByteBudget(const ByteBudget&) = delete;
  ByteBudget& operator=(const ByteBudget&) = delete;

  // Bytes that are kept for one request or answer; given back at the end of its life. For one thread at a time.
  class Lease {
   public:
    explicit Lease(ByteBudget& budget) : budget_(&budget) {}
    Lease(Lease&& other) noexcept : budget_(other.budget_), held_(other.held_) { other.held_ = 0; }
    Lease& operator=(Lease&&) = delete;
    ~Lease() { Release(); }

    // Takes more bytes; false when there are not so many left, and then takes none.
    [[nodiscard]] bool Grow(std::size_t bytes);
    // Gives all back.
    void Release();
    std::size_t held() const { return held_; }

   private:
    ByteBudget* budget_;
    std::size_t held_ = 0;
  };

  // How many bytes are kept.
  std::size_t held() const { return held_; }

 private:
  const std::size_t limit_;
  std::atomic<std::size_t> held_ = 0;
};

}  // namespace sallyport
