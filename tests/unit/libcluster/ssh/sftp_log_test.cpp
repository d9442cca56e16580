#include "libcluster/ssh/sftp_log.h"

#include <catch2/catch.hpp>
#include <vector>

#include "libbase/json.h"

namespace sallyport {
namespace {

struct Told {
  std::string_view code;
  std::string path;
  std::string target;
  std::string error;
  bool operator==(const Told&) const = default;
};

std::vector<Told> TellOf(SftpLog& log, const std::vector<std::string_view>& lines) {
  std::vector<Told> told;
  const auto add = [&told](const std::optional<SftpLog::Done>& done) {
    if (!done) return;
    const SftpOperation& operation = done->operation;
    const AuditType& type = done->error.empty() ? operation.success : operation.failure;
    told.push_back({type.code, operation.path, operation.target, done->error});
  };
  for (const auto line : lines) add(log.Take(line));
  add(log.Finish());
  return told;
}

TEST_CASE("lines of sftp-server become events") {
  SftpLog log;
  const auto told = TellOf(log, {
                                    "session opened for local user root from [UNKNOWN]\r",
                                    "sent status No such file\r",
                                    "open \"/tmp/b c\" flags WRITE,CREATE,TRUNCATE mode 0644\r",
                                    "close \"/tmp/b c\" bytes read 0 written 6\r",
                                    "mkdir name \"/tmp/dir\" mode 0777\r",
                                    "posix-rename old \"/tmp/b c\" new \"/tmp/e\"\r",
                                    "set \"/tmp/e\" mode 0600\r",
                                    "hardlink old \"/tmp/e\" new \"/tmp/h\"\r",
                                    "remove name \"/tmp/nosuch\"\r",
                                    "sent status No such file\r",
                                    "rmdir name \"/tmp/dir\"\r",
                                    "session closed for local user root from [UNKNOWN]\r",
                                });
  CHECK(told == std::vector<Told>{{"TS001I", "/tmp/b c", "", ""},
                                  {"TS012I", "/tmp/dir", "", ""},
                                  {"TS016I", "/tmp/b c", "/tmp/e", ""},
                                  {"TS007I", "/tmp/e", "", ""},
                                  {"TS019I", "/tmp/e", "/tmp/h", ""},
                                  {"TS011E", "/tmp/nosuch", "", "No such file"},
                                  {"TS013I", "/tmp/dir", "", ""}});
  CHECK(ToJson(log.Transfers()) == R"([{"path":"/tmp/b c","bytes_read":0,"bytes_written":6}])");
}

TEST_CASE("an open file has the protocol's flags, whatever its name") {
  SftpLog log;
  log.Take("open \"/tmp/x\" flags READ mode 0666\" flags WRITE,APPEND,CREATE,EXCL mode 0644");
  const auto done = log.Finish();
  REQUIRE(done);
  CHECK(done->operation.path == "/tmp/x\" flags READ mode 0666");
  CHECK(done->operation.flags == (2 | 4 | 8 | 32));
}

TEST_CASE("lines that are cut off or not of sftp-server are nothing or have no name") {
  SftpLog log;
  for (const auto line : {"", "open \"", "open", "close \"", "rename old \"a\"", "nonsense"}) log.Take(line);
  log.Finish();
}

}  // namespace
}  // namespace sallyport
