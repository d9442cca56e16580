#include "libcluster/net/event_loop.h"

#include <fcntl.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <exception>
#include <thread>
#include <vector>

#include "libbase/file.h"
#include "libbase/log.h"
#include "libcluster/net/stream.h"

namespace sallyport {

struct EventLoop::State {
  asio::io_context context;
  asio::executor_work_guard<asio::io_context::executor_type> guard{context.get_executor()};
  std::vector<std::thread> threads;
};

namespace {

constexpr int kPreparedDescriptors = 2'048;

void RunForever(asio::io_context& context) {
  while (true) {
    try {
      context.run();
      return;
    } catch (const std::exception& exception) {
      // One connection's failure must not end the others.
      Log(LogLevel::kError, "a connection handler failed", {{"reason", exception.what()}});
    }
  }
}

// Registers and releases descriptors in advance. Asio never frees the state of a descriptor but reuses it: states that
// a flood allocates between other objects would each pin a page of memory. These are contiguous. One descriptor of
// /dev/null serves for all, since epoll does not accept it.
void PrepareDescriptors(asio::io_context& context) {
  const UniqueFd null(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  boost::system::error_code error;
  std::vector<asio::posix::stream_descriptor> descriptors;
  descriptors.reserve(kPreparedDescriptors);
  for (int count = 0; count < kPreparedDescriptors && !error; ++count) {
    descriptors.emplace_back(context).assign(null.get(), error);
  }
  for (auto& descriptor : descriptors) descriptor.release();
}

}  // namespace

EventLoop::EventLoop(int threads) : state_(std::make_unique<State>()) {
  asio::post(state_->context, [this] { PrepareDescriptors(state_->context); });
  for (int i = 0; i < threads; ++i) {
    state_->threads.emplace_back([this] { RunForever(state_->context); });
  }
}

EventLoop::~EventLoop() { Stop(); }

void EventLoop::Stop() {
  state_->context.stop();
  for (auto& thread : state_->threads) thread.join();
  state_->threads.clear();
}

asio::io_context& ContextOf(EventLoop& loop) { return loop.state().context; }

asio::generic::stream_protocol::socket WrapSocket(const asio::any_io_executor& executor, UniqueFd socket) {
  asio::generic::stream_protocol::socket wrapped(executor);
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  ::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &size);
  const int protocol = address.ss_family == AF_UNIX ? 0 : IPPROTO_TCP;
  wrapped.assign(asio::generic::stream_protocol(address.ss_family, protocol), socket.get());
  std::ignore = socket.Release();
  return wrapped;
}

SocketStream MakeSocketStream(const asio::any_io_executor& executor, UniqueFd socket) {
  return SocketStream(WrapSocket(executor, std::move(socket)));
}

}  // namespace sallyport
