// Counts the bytes kept for current requests and answers of all connections together.
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

  // The bytes of one request or answer, returned by the destructor. For one thread at a time.
  class Lease {
   public:
    explicit Lease(ByteBudget& budget) : budget_(&budget) {}
    Lease(Lease&& other) noexcept : budget_(other.budget_), held_(other.held_) { other.held_ = 0; }
    Lease& operator=(Lease&&) = delete;
    ~Lease() { Release(); }

    // Takes more bytes. Returns false, and takes none, when too few are left.
    [[nodiscard]] bool Grow(std::size_t bytes);
    // Returns all bytes to the budget.
    void Release();
    std::size_t held() const { return held_; }

   private:
    ByteBudget* budget_;
    std::size_t held_ = 0;
  };

  // Returns the number of bytes kept.
  std::size_t held() const { return held_; }

 private:
  const std::size_t limit_;
  std::atomic<std::size_t> held_ = 0;
};

}  // namespace sallyport
