// Counts the bytes that an endpoint keeps for each caller, on all of its connections.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>

#include "libcluster/net/budgets.h"

namespace sallyport {

// Requests and messages of one caller that were not handled, and answers that were not taken. They count for all
// callers of the same state, too. Safe from several threads.
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
  // Returns whether another call of this caller is too much: the caller has had its part, or all have had theirs and
  // this caller is one of those who keep more than a little.
  bool IsFull() const;
  // Returns whether the caller goes on making the server keep more, though no call of it is taken.
  bool IsBroken() const { return bytes_ > 2 * budget_.caller_bytes; }

 private:
  const Budget& budget_;
  const std::shared_ptr<std::atomic<std::size_t>> of_all_;
  std::atomic<std::size_t> bytes_ = 0;
};

// Adds bytes to an account that are kept as long as the result is held.
std::shared_ptr<void> Hold(std::shared_ptr<CallerAccount> account, std::size_t bytes);

// The accounts of the callers that have connections to an endpoint. Safe from several threads.
class CallerAccounts {
 public:
  explicit CallerAccounts(Endpoint endpoint);

  // Returns the account of a caller: the one that its other connections have, or a new one. It is forgotten with the
  // last of its holders, which may outlive this object.
  std::shared_ptr<CallerAccount> Of(CallerState state, const std::string& caller);

  // Returns how many accounts there are.
  std::size_t size() const;

 private:
  struct State;
  const Endpoint endpoint_;
  const std::shared_ptr<State> state_;
};

}  // namespace sallyport
