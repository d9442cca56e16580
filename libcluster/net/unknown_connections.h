// The connections of an endpoint whose callers are not known yet. When one source, or all together, have too many, the
// oldest of them ends and the new one is let in: who completes a handshake does so in a moment, and who only holds on
// to connections loses those.
#pragma once

#include <memory>
#include <string>

#include "libcluster/net/budgets.h"

namespace sallyport {

// Safe from several threads.
class UnknownConnections {
  struct State;

 public:
  // Counts by `connections_of_one` and `connections` of the row.
  explicit UnknownConnections(const Budget& budget);

  // A connection among them, until it is let go of: when the caller is known, or before its socket is closed.
  class Place {
   public:
    Place() = default;
    Place(Place&& other) noexcept;
    Place& operator=(Place&& other) noexcept;
    ~Place() { Release(); }
    // Safe from several threads, and more than once.
    void Release();

   private:
    friend class UnknownConnections;
    std::shared_ptr<State> state_;
    std::size_t number_ = 0;
  };

  // Adds a connection of a source (SourceOf). Its socket is shut down, both ways, when it has to make room; the owner
  // sees the end of the stream then. The socket must stay open as long as the place.
  [[nodiscard]] Place Enter(const std::string& source, int socket);

  std::size_t size() const;

 private:
  std::shared_ptr<State> state_;
};

}  // namespace sallyport
