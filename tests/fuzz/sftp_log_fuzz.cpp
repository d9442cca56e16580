// Feeds arbitrary text to the reader of an SFTP server's log; the server runs as the session's user.
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <tuple>

#include "libbase/json.h"
#include "libcluster/ssh/sftp_log.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  sallyport::SftpLog log;
  while (!rest.empty()) {
    const auto end = rest.find('\n');
    std::ignore = log.Take(rest.substr(0, end));
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  }
  std::ignore = log.Finish();
  std::ignore = sallyport::ToJson(log.Transfers());
  return 0;
}
