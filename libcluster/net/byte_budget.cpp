#include "libcluster/net/byte_budget.h"

namespace sallyport {

bool ByteBudget::Lease::Grow(std::size_t bytes) {
  std::size_t held = budget_->held_;
  do {
    if (bytes > budget_->limit_ - held) return false;
  } while (!budget_->held_.compare_exchange_weak(held, held + bytes));
  held_ += bytes;
  return true;
}

void ByteBudget::Lease::Release() {
  budget_->held_ -= held_;
  held_ = 0;
}

}  // namespace sallyport
