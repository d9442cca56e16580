// A pool of read connections to a SQLite file. Internal to the backend.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "libbase/mutex.h"
#include "libcluster/backend/sqlite.h"

namespace sallyport {

// Safe from several threads. The pool must outlive its readers.
class SqliteReaders {
 public:
  explicit SqliteReaders(std::string path) : path_(std::move(path)) {}

  // A connection that goes back to the pool at the end of its scope; for one thread at a time.
  class Reader {
   public:
    Reader(SqliteReaders& pool, std::unique_ptr<SqliteConnection> connection)
        : pool_(pool), connection_(std::move(connection)) {}
    Reader(Reader&&) = default;
    ~Reader() {
      if (connection_) pool_.Return(std::move(connection_));
    }
    SqliteConnection* operator->() { return connection_.get(); }

   private:
    SqliteReaders& pool_;
    std::unique_ptr<SqliteConnection> connection_;
  };

  // Returns a free connection, or opens a new one. Fails as SqliteConnection::Open does.
  Result<Reader> Take() {
    {
      const MutexLock lock(mutex_);
      if (!free_.empty()) {
        auto connection = std::move(free_.back());
        free_.pop_back();
        return Reader(*this, std::move(connection));
      }
    }
    ASSIGN_OR_RETURN(auto connection, SqliteConnection::Open(path_));
    return Reader(*this, std::move(connection));
  }

 private:
  void Return(std::unique_ptr<SqliteConnection> connection) {
    const MutexLock lock(mutex_);
    free_.push_back(std::move(connection));
  }

  const std::string path_;
  Mutex mutex_;
  std::vector<std::unique_ptr<SqliteConnection>> free_ GUARDED_BY(mutex_);
};

}  // namespace sallyport
