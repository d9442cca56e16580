#include "libcluster/ssh/sshd_hooks.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "libbase/file.h"
#include "libbase/process.h"
#include "libbase/text.h"
#include "libcluster/ssh/session_wire.h"

namespace sallyport {
namespace {

constexpr unsigned char kLibrary[] = {
#include "sshd_hooks.inc"
};
constexpr std::chrono::seconds kTestLimit{10};

Status Test(const std::string& sshd, const std::string& file, const std::string& link) {
  ProgramOptions options;
  options.path = sshd;
  options.arguments = {"-t"};
  options.environment = {{"LD_PRELOAD", link}, {kHooksTestVariable, "1"}};
  options.time_limit = kTestLimit;
  ASSIGN_OR_RETURN(const ProgramResult result, RunProgram(options, StopSignal()));
  if (result.exit_code == 0 && result.output == kHooksTestAnswer) return {};
  return FailWithHint(
      ErrorKind::kInternal,
      fmt::format("{} does not load {}, which protects sessions: {}", sshd, file,
                  StripControl(result.errors.substr(0, result.errors.find('\n')))),
      "use a data_dir on a file system that is mounted without noexec, and an sshd that is linked dynamically");
}

}  // namespace

Status InstallSshdHooks(const std::string& sshd, const std::string& file, const std::string& link) {
  RETURN_IF_ERROR(WritePrivateFile(file, std::string_view(reinterpret_cast<const char*>(kLibrary), sizeof kLibrary)));
  RETURN_IF_ERROR(RemoveFile(link));
  if (::symlink(file.c_str(), link.c_str()) != 0) {
    return Fail(ErrorKind::kInternal, "cannot make {}: {}", link, std::strerror(errno));
  }
  if (::access(kHooksStandIn, X_OK) != 0) {
    return Fail(ErrorKind::kNotFound, "ssh_service needs {}, which does not exist", kHooksStandIn);
  }
  return Test(sshd, file, link);
}

}  // namespace sallyport
