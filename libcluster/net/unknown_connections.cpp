#include "libcluster/net/unknown_connections.h"

#include <sys/socket.h>

#include <cstdint>
#include <map>
#include <set>
#include <unordered_map>
#include <utility>

#include "libbase/mutex.h"

namespace sallyport {
namespace {

// Returns the kernel's number of a socket, which no other socket ever gets, or 0 when the descriptor is none.
std::uint64_t CookieOf(int socket) {
  std::uint64_t cookie = 0;
  socklen_t size = sizeof cookie;
  ::getsockopt(socket, SOL_SOCKET, SO_COOKIE, &cookie, &size);
  return cookie;
}

}  // namespace

struct UnknownConnections::State {
  struct Connection {
    std::string source;
    int socket = -1;
    std::uint64_t cookie = 0;  // of the socket
  };

  void Remove(std::size_t number) REQUIRES(mutex) {
    const auto found = connections.find(number);
    if (found == connections.end()) return;  // the connection was ended to make room
    const auto of_source = by_source.find(found->second.source);
    of_source->second.erase(number);
    if (of_source->second.empty()) by_source.erase(of_source);
    connections.erase(found);
  }
  void End(std::size_t number) REQUIRES(mutex) {
    const Connection& connection = connections.at(number);
    // A timer may have closed the socket, and its number may be another connection's.
    if (CookieOf(connection.socket) == connection.cookie) ::shutdown(connection.socket, SHUT_RDWR);
    Remove(number);
  }

  Budget budget;
  mutable Mutex mutex;
  std::size_t next GUARDED_BY(mutex) = 1;
  std::map<std::size_t, Connection> connections GUARDED_BY(mutex);  // by number, so the oldest is first
  std::unordered_map<std::string, std::set<std::size_t>> by_source GUARDED_BY(mutex);
};

UnknownConnections::UnknownConnections(const Budget& budget) : state_(std::make_shared<State>()) {
  state_->budget = budget;
}

UnknownConnections::Place UnknownConnections::Enter(const std::string& source, int socket) {
  const MutexLock lock(state_->mutex);
  const auto of_source = state_->by_source.find(source);
  if (of_source != state_->by_source.end() && of_source->second.size() >= state_->budget.connections_of_one) {
    state_->End(*of_source->second.begin());
  }
  if (state_->connections.size() >= state_->budget.connections) state_->End(state_->connections.begin()->first);

  Place place;
  place.state_ = state_;
  place.number_ = state_->next++;
  state_->connections[place.number_] = {source, socket, CookieOf(socket)};
  state_->by_source[source].insert(place.number_);
  return place;
}

std::size_t UnknownConnections::size() const {
  const MutexLock lock(state_->mutex);
  return state_->connections.size();
}

UnknownConnections::Place::Place(Place&& other) noexcept
    : state_(std::move(other.state_)), number_(std::exchange(other.number_, 0)) {}

UnknownConnections::Place& UnknownConnections::Place::operator=(Place&& other) noexcept {
  if (this == &other) return *this;
  Release();
  state_ = std::move(other.state_);
  number_ = std::exchange(other.number_, 0);
  return *this;
}

void UnknownConnections::Place::Release() {
  if (state_ == nullptr) return;
  const MutexLock lock(state_->mutex);
  state_->Remove(number_);
}

}  // namespace sallyport
