// Limits the connections of an endpoint's unknown callers. When one source, or all together, have too many, closes the
// oldest and admits the new connection: a handshake completes in a moment, so only clients that hold idle connections
// lose them.
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

  // The place of a connection; release it when the caller is known, or when the socket is closed.
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

  // Adds a connection of a source (SourceOf). Shuts its socket down, both ways, to make room; its owner then sees the
  // end of the stream. When the owner has closed the socket meanwhile, another socket with its number stays as it is.
  [[nodiscard]] Place Enter(const std::string& source, int socket);

  std::size_t size() const;

 private:
  std::shared_ptr<State> state_;
};

}  // namespace sallyport
