#include <dirent.h>
#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "libbase/file.h"
#include "libmachine/bot/destination/file_set.h"
#include "libmachine/bot/destination/posix_acl.h"
#include "tools/tbot/start_flags.h"

namespace sallyport {
namespace {

struct InitOptions {
  std::string destination_dir;
  std::string init_dir;
  std::string owner;
  std::string bot_user;
  std::string reader_user;
  bool clean = false;
};

// The owner of the directory.
struct Owner {
  uid_t user = ::geteuid();
  gid_t group = ::getegid();
};

// The files that outputs write; --clean keeps them.
constexpr std::array<std::string_view, 17> kWrittenFiles{
    ".write-test",       "identity",        "key",
    "key-cert.pub",      "key.pub",         "tlscert",
    "known_hosts",       "ssh_config",      "teleport-host-ca.crt",
    "ssh_host",          "kubeconfig.yaml", "teleport-user-ca.crt",
    "ssh_host-cert.pub", "tls.crt",         "teleport-database-ca.crt",
    "tls.key",           "tls.cas"};

bool IsWritten(std::string_view name) {
  return std::ranges::find(kWrittenFiles, name) != kWrittenFiles.end() || name == "ssh_host-user-ca.pub" ||
         name.ends_with(".known_hosts") || name.ends_with(".ssh_config") || name == "." || name == "..";
}

// Returns the owner: USER:GROUP, or the user of the bot, or this user.
Result<Owner> OwnerOf(const InitOptions& given) {
  Owner owner;
  if (!given.owner.empty()) {
    const auto colon = given.owner.find(':');
    const auto user = given.owner.substr(0, colon);
    const passwd* account = ::getpwnam(user.c_str());
    const struct group* of = colon == std::string::npos ? nullptr : ::getgrnam(given.owner.substr(colon + 1).c_str());
    if (account == nullptr || of == nullptr) {
      return Fail(ErrorKind::kUsage, "--owner must be a USER:GROUP of this host");
    }
    return Owner{account->pw_uid, of->gr_gid};
  }
  if (given.bot_user.empty()) return owner;
  const passwd* account = ::getpwnam(given.bot_user.c_str());
  if (account == nullptr) return Fail(ErrorKind::kUsage, "this host has no user \"{}\": --bot-user", given.bot_user);
  return Owner{account->pw_uid, account->pw_gid};
}

// A bot that does not own its destination could not let others read its files.
Status CheckBotOwns(const InitOptions& given, const Owner& owner) {
  if (given.bot_user.empty()) return {};
  const passwd* account = ::getpwnam(given.bot_user.c_str());
  if (account != nullptr && account->pw_uid == owner.user) return {};
  return FailWithHint(ErrorKind::kNotImplemented, "a destination that belongs to another user than the bot",
                      "leave --owner out, so that the destination belongs to --bot-user");
}

// Finds the directory to initialise.
Result<DestinationConfig> Target(const Invocation& invocation, const InitOptions& given) {
  ASSIGN_OR_RETURN(BotConfig config, GivenConfig(invocation));
  if (!given.destination_dir.empty()) {
    ASSIGN_OR_RETURN(config.services.emplace_back().destination, ParseDestinationUri(given.destination_dir));
  }
  std::vector<DestinationConfig> found;
  for (const auto& service : config.services) {
    const auto& destination = service.destination;
    if (destination.type != DestinationType::kDirectory) continue;
    if (given.init_dir.empty() || destination.path == given.init_dir) found.push_back(destination);
  }

  if (found.size() == 1) return found.front();
  if (found.empty() && !given.init_dir.empty()) {
    return Fail(ErrorKind::kNotFound, "no output has the directory {}", given.init_dir);
  }
  return FailWithHint(ErrorKind::kUsage,
                      found.empty() ? "there is no directory to initialise" : "there are several directories",
                      "name the directory: --init-dir=DIR, or --destination-dir=DIR");
}

Result<std::vector<std::string>> RemoveOthers(const std::string& path) {
  std::vector<std::string> removed;
  DIR* const stream = ::opendir(path.c_str());
  if (stream == nullptr) return Fail(ErrorKind::kAccessDenied, "cannot read {}", path);
  while (const dirent* entry = ::readdir(stream)) {
    if (!IsWritten(entry->d_name)) removed.emplace_back(entry->d_name);
  }
  ::closedir(stream);
  for (const auto& name : removed) RETURN_IF_ERROR(RemoveFile(fmt::format("{}/{}", path, name)));
  return removed;
}

Status SetUp(const DestinationConfig& target, const InitOptions& given, const Owner& owner) {
  std::vector<DestinationConfig::Reader> readers = target.readers;
  if (!given.reader_user.empty()) readers.push_back({given.reader_user, ""});
  const bool has_readers = !readers.empty() && target.acls != AclMode::kOff;
  AclReaders numbers;
  if (has_readers) {
    ASSIGN_OR_RETURN(numbers, ResolveReaders(readers));
  }

  RETURN_IF_ERROR(MakeDirectories(target.path, 0700));
  ASSIGN_OR_RETURN(const OpenDirectory directory, OpenDirectoryFor(target.path, target.symlinks));
  if (::fchown(directory.fd.get(), owner.user, owner.group) != 0) {
    return FailWithHint(ErrorKind::kAccessDenied, fmt::format("cannot change the owner of {}", target.path),
                        "run tbot init as root");
  }
  if (::fchmod(directory.fd.get(), 0700) != 0) {
    return Fail(ErrorKind::kAccessDenied, "cannot change the mode of {}", target.path);
  }
  return has_readers ? SetAcl(directory.fd.get(), AclFor(numbers, true), target.path) : Status();
}

Result<Output> Init(const Invocation& invocation, const InitOptions& given) {
  ASSIGN_OR_RETURN(const DestinationConfig target, Target(invocation, given));
  ASSIGN_OR_RETURN(const Owner owner, OwnerOf(given));
  RETURN_IF_ERROR(CheckBotOwns(given, owner));
  RETURN_IF_ERROR(SetUp(target, given, owner));
  Output done = Output::Nothing();
  if (given.clean) {
    ASSIGN_OR_RETURN(const auto removed, RemoveOthers(target.path));
    for (const auto& name : removed) done.notices.push_back(fmt::format("{} was removed", name));
  }

  done.notices.push_back(fmt::format("the directory {} is ready", target.path));
  if (!given.reader_user.empty() && target.readers.empty()) {
    done.notices.push_back(fmt::format("add readers: [{{user: {}}}] to the destination, so that new files can be read",
                                       given.reader_user));
  }
  return done;
}

}  // namespace

Command InitCommand() {
  std::vector<Option> rows{
      {.name = "destination-dir",
       .value_name = "DIR",
       .help = "Directory to initialise (default that of the configuration's output)",
       .into = Into<&InitOptions::destination_dir>},
      {.name = "init-dir",
       .value_name = "DIR",
       .help = "Which of several directories of the configuration to initialise",
       .into = Into<&InitOptions::init_dir>},
      {.name = "owner",
       .value_name = "USER:GROUP",
       .help = "Owner of the directory (default the user of the bot)",
       .into = Into<&InitOptions::owner>},
      {.name = "bot-user",
       .value_name = "USER",
       .help = "User that runs the bot",
       .into = Into<&InitOptions::bot_user>},
      {.name = "reader-user",
       .value_name = "USER",
       .help = "User who may read the files",
       .into = Into<&InitOptions::reader_user>},
      {.name = "clean", .help = "Remove files that no output writes", .into = Into<&InitOptions::clean>}};

  return {.path = "init",
          .summary = "Prepare a directory that the bot of another user writes to",
          .options = std::move(rows),
          .example = "tbot init --destination-dir=/opt/machine-id --bot-user=tbot --reader-user=jenkins",
          .formats = "",
          .run = RunWith<Init>};
}

}  // namespace sallyport
