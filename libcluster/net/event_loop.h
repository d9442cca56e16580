// The threads that do all network work. Blocking work goes to a ThreadPool instead.
#pragma once

#include <memory>

namespace sallyport {

class EventLoop {
 public:
  explicit EventLoop(int threads);
  ~EventLoop();  // stops it
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  // Ends the threads; drops current work with its connections.
  void Stop();

  struct State;
  State& state() { return *state_; }

 private:
  std::unique_ptr<State> state_;
};

}  // namespace sallyport
