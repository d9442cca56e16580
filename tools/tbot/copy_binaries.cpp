#include "libbase/file.h"
#include "tools/shell/exec.h"
#include "tools/tbot/commands.h"

namespace sallyport {
namespace {

struct CopyBinaries {
  std::string destination_dir;
};

constexpr std::size_t kMaxProgram = 1 << 30;

// Copies this program to a directory that other containers can see.
Result<Output> Copy(const Invocation& invocation, const CopyBinaries& given) {
  RETURN_IF_ERROR(MakeDirectories(given.destination_dir, 0755));
  ASSIGN_OR_RETURN(const std::string program, ReadFile(OwnPath(invocation.executable), kMaxProgram));
  const std::string path = given.destination_dir + "/tbot";
  RETURN_IF_ERROR(WriteFile(path, program, 0755));
  Output done = Output::Nothing();
  done.notices.push_back(fmt::format("tbot was copied to {}", path));
  return done;
}

}  // namespace

Command CopyBinariesCommand() {
  return {.path = "copy-binaries",
          .summary = "Copy tbot to a directory, for containers that lack it",
          .arguments = {{.name = "destination-dir", .help = "Directory", .into = Into<&CopyBinaries::destination_dir>}},
          .example = "tbot copy-binaries /opt/tbot-bin",
          .formats = "",
          .run = RunWith<Copy>};
}

}  // namespace sallyport
