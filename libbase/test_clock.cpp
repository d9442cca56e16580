#include "libbase/test_clock.h"

#include <atomic>

namespace sallyport {
namespace {

std::atomic<Nanoseconds::rep> g_ahead{0};

}  // namespace

TestClock::~TestClock() { g_ahead = 0; }

void TestClock::Advance(Nanoseconds by) { g_ahead += by.count(); }

Nanoseconds TestClock::Ahead() { return Nanoseconds(g_ahead.load(std::memory_order_relaxed)); }

}  // namespace sallyport
