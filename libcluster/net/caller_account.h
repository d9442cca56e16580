// Counts the bytes that an endpoint keeps for each caller, on all of its connections.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>

#include "libcluster/net/budgets.h"

namespace sallyport {

// The bytes of one caller's unhandled requests and messages and unread answers. They also count for all callers of the
// same state. Safe from several threads.
class CallerAccount {
 public:
  // `of_all` counts the bytes of all callers of the same state.
  CallerAccount(const Budget& budget, std::shared_ptr<std::atomic<std::size_t>> of_all)
      : budget_(budget), of_all_(std::move(of_all)) {}

  void Add(std::size_t bytes) {
    bytes_ += bytes;
    *of_all_ += bytes;
  }
  void Remove(std::size_t bytes) {
    bytes_ -= bytes;
    *of_all_ -= bytes;
  }
  // Returns whether to refuse another call of this caller: the caller's limit is used up, or the limit of all callers
  // is and this caller keeps more than a little.
  bool IsFull() const;
  // Returns whether the caller's bytes keep growing although its calls are refused.
  bool IsBroken() const { return bytes_ > 2 * budget_.caller_bytes; }

 private:
  const Budget& budget_;
  const std::shared_ptr<std::atomic<std::size_t>> of_all_;
  std::atomic<std::size_t> bytes_ = 0;
};

// Adds bytes to an account until the result is destroyed.
std::shared_ptr<void> Hold(std::shared_ptr<CallerAccount> account, std::size_t bytes);

// The accounts of the callers that have connections to an endpoint. Safe from several threads.
class CallerAccounts {
 public:
  explicit CallerAccounts(Endpoint endpoint);

  // Returns the account of a caller: shared with its other connections, or a new one. The account ends with its last
  // holder, which may outlive this object.
  std::shared_ptr<CallerAccount> Of(CallerState state, const std::string& caller);

  // Returns the number of accounts.
  std::size_t size() const;

 private:
  struct State;
  const Endpoint endpoint_;
  const std::shared_ptr<State> state_;
};

}  // namespace sallyport
