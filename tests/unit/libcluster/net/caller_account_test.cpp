#include "libcluster/net/caller_account.h"

#include <catch2/catch.hpp>

namespace sallyport {
namespace {

TEST_CASE("bytes count for their caller until their release") {
  CallerAccounts accounts(Endpoint::kGrpc);
  const auto account = accounts.Of(CallerState::kKnown, "alice");
  std::shared_ptr<void> held = Hold(account, BudgetOf(Endpoint::kGrpc, CallerState::kKnown).caller_bytes + 1);
  CHECK(account->IsFull());
  held.reset();
  CHECK_FALSE(account->IsFull());
  CHECK(Hold(account, 0) == nullptr);
}

TEST_CASE("the connections of a caller have one account, which goes with the last of them") {
  CallerAccounts accounts(Endpoint::kGrpc);
  auto first = accounts.Of(CallerState::kKnown, "alice");
  auto second = accounts.Of(CallerState::kKnown, "alice");
  CHECK(first == second);
  CHECK(accounts.Of(CallerState::kKnown, "bob") != first);
  CHECK(accounts.size() == 1);

  first.reset();
  CHECK(accounts.size() == 1);
  second.reset();
  CHECK(accounts.size() == 0);
}

TEST_CASE("an account may outlive the accounts") {
  std::shared_ptr<CallerAccount> account;
  {
    CallerAccounts accounts(Endpoint::kGrpc);
    account = accounts.Of(CallerState::kUnknown, "192.0.2.1");
  }
  account->Add(1);
  CHECK_FALSE(account->IsFull());
}

TEST_CASE("a caller that has had its part is full, and broken when it goes on") {
  CallerAccounts accounts(Endpoint::kGrpc);
  const auto greedy = accounts.Of(CallerState::kUnknown, "192.0.2.1");
  const std::size_t part = BudgetOf(Endpoint::kGrpc, CallerState::kUnknown).caller_bytes;
  greedy->Add(part + 1);
  CHECK(greedy->IsFull());
  CHECK_FALSE(greedy->IsBroken());
  CHECK_FALSE(accounts.Of(CallerState::kUnknown, "192.0.2.2")->IsFull());

  greedy->Add(part);
  CHECK(greedy->IsBroken());
  greedy->Remove(2 * part + 1);
  CHECK_FALSE(greedy->IsFull());
}

TEST_CASE("when all have had their part, only a caller that keeps little goes on") {
  CallerAccounts accounts(Endpoint::kGrpc);
  const Budget& budget = BudgetOf(Endpoint::kGrpc, CallerState::kUnknown);
  const auto most = accounts.Of(CallerState::kUnknown, "192.0.2.1");
  const auto some = accounts.Of(CallerState::kUnknown, "192.0.2.2");
  const auto little = accounts.Of(CallerState::kUnknown, "192.0.2.3");
  const auto known = accounts.Of(CallerState::kKnown, "alice");
  some->Add(budget.caller_bytes / 2);
  little->Add(1);
  CHECK_FALSE(some->IsFull());

  most->Add(budget.unfinished_bytes + budget.queued_bytes);
  CHECK(some->IsFull());
  CHECK_FALSE(little->IsFull());
  CHECK_FALSE(known->IsFull());
}

}  // namespace
}  // namespace sallyport
