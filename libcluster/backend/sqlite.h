// A thin layer over the C interface of SQLite: connections and prepared statements as values. Internal to the backend.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "libbase/error.h"

struct sqlite3;
struct sqlite3_stmt;

namespace sallyport {

// A statement in use; the destructor resets it and returns it to its connection.
class SqliteStatement {
 public:
  explicit SqliteStatement(sqlite3_stmt* statement) : statement_(statement) {}
  SqliteStatement(SqliteStatement&& other) noexcept : statement_(std::exchange(other.statement_, nullptr)) {}
  SqliteStatement(const SqliteStatement&) = delete;
  SqliteStatement& operator=(const SqliteStatement&) = delete;
  ~SqliteStatement();

  // Parameters count from 1. Text and blobs must live until the statement ends.
  SqliteStatement& Bind(int index, std::string_view text);
  SqliteStatement& BindBlob(int index, std::string_view bytes);
  SqliteStatement& Bind(int index, std::int64_t number);
  SqliteStatement& Bind(int index, std::optional<std::int64_t> number);

  // Returns true for a row, false at the end.
  Result<bool> Step();
  // Runs a statement that returns no rows.
  Status Run();

  // Columns count from 0.
  std::string Text(int column) const;
  std::int64_t Integer(int column) const;
  bool IsNull(int column) const;

 private:
  sqlite3_stmt* statement_;
};

// One connection; used by one thread at a time.
class SqliteConnection {
 public:
  static Result<std::unique_ptr<SqliteConnection>> Open(const std::string& path);
  ~SqliteConnection();
  SqliteConnection(const SqliteConnection&) = delete;
  SqliteConnection& operator=(const SqliteConnection&) = delete;

  // Runs statements without parameters.
  Status Execute(const char* sql);
  // Returns the statement for a string literal, prepared once a connection.
  Result<SqliteStatement> Prepare(const char* sql);
  // Returns the number of rows that the last statement changed.
  int changes() const;

 private:
  explicit SqliteConnection(sqlite3* handle) : handle_(handle) {}
  sqlite3* handle_;
  std::unordered_map<std::string, sqlite3_stmt*> statements_;
};

}  // namespace sallyport
