#include "libclient/profile.h"

#include <dirent.h>
#include <sys/stat.h>

#include <algorithm>
#include <memory>
#include <variant>

#include "libbase/address.h"
#include "libbase/file.h"
#include "libbase/mutex.h"
#include "libbase/text.h"
#include "libbase/trim.h"
#include "libbase/value_fields.h"
#include "libbase/yaml.h"
#include "libclient/profile_paths.h"

namespace sallyport {
namespace {

constexpr std::size_t kMaxProfileBytes = 256 << 10;
constexpr unsigned kProfileMode = 0660;
constexpr mode_t kProfileDirectoryMode = 0700;

// One key of the file. Keys are written in the order of the table.
using Field = std::variant<std::string Profile::*, bool Profile::*, Nanoseconds Profile::*,
                           std::vector<std::string> Profile::*, std::monostate>;
struct Row {
  std::string_view key;
  Field field;
  bool always = false;  // written when empty too
};

const Row kRows[] = {
    {"web_proxy_addr", &Profile::web_proxy_addr},
    {"ssh_proxy_addr", &Profile::ssh_proxy_addr},
    {"kube_proxy_addr", &Profile::kube_proxy_addr},
    {"postgres_proxy_addr", &Profile::postgres_proxy_addr},
    {"mysql_proxy_addr", &Profile::mysql_proxy_addr},
    {"mongo_proxy_addr", &Profile::mongo_proxy_addr},
    {"relay_addr", &Profile::relay_addr},
    {"default_relay_addr", &Profile::default_relay_addr},
    {"user", &Profile::user},
    {"cluster", &Profile::cluster},
    {"dynamic_forward_ports", &Profile::dynamic_forward_ports},
    {"dir", std::monostate(), true},  // always empty in the file
    {"tls_routing_enabled", &Profile::tls_routing_enabled},
    {"tls_routing_conn_upgrade_required", &Profile::tls_routing_conn_upgrade_required},
    {"auth_connector", &Profile::auth_connector},
    {"load_all_cas", &Profile::load_all_cas},
    {"mfa_mode", &Profile::mfa_mode},
    {"private_key_policy", &Profile::private_key_policy, true},
    {"piv_slot", &Profile::piv_slot, true},
    {"piv_pin_cache_ttl", &Profile::piv_pin_cache_ttl, true},
    {"missingclusterdetails", &Profile::missing_cluster_details, true},
    {"saml_slo_enabled", &Profile::saml_slo_enabled},
    {"ssh_dial_timeout", &Profile::ssh_dial_timeout},
    {"sso_host", &Profile::sso_host},
};

// A plain scalar that looks like a number or a bool is still the text it was written as.
std::string TextOf(const Value& value) { return value.is_string() ? value.as_string() : value.source_text(); }

Status ReadField(Profile& profile, const Row& row, const Value& value, std::string_view source) {
  const auto wrong = [&](std::string_view wanted) {
    return Fail(ErrorKind::kBadParameter, "{}: {} must be {}, not {}", PlaceIn(source, value), row.key, wanted,
                TypeName(value));
  };
  if (value.is_null()) return {};

  if (const auto* text = std::get_if<std::string Profile::*>(&row.field)) {
    if (value.is_list() || value.is_map()) return wrong("a string");
    profile.*(*text) = TextOf(value);
  } else if (const auto* flag = std::get_if<bool Profile::*>(&row.field)) {
    if (!value.is_bool()) return wrong("a bool");
    profile.*(*flag) = value.as_bool();
  } else if (const auto* duration = std::get_if<Nanoseconds Profile::*>(&row.field)) {
    if (value.is_int()) {
      profile.*(*duration) = Nanoseconds(value.as_int());
      return {};
    }
    const auto parsed = ParseDuration(TextOf(value));
    if (!parsed) return wrong("a duration such as 30s");
    profile.*(*duration) = *parsed;
  } else if (const auto* list = std::get_if<std::vector<std::string> Profile::*>(&row.field)) {
    if (!value.is_list()) return wrong("a list");
    for (const auto& item : value.as_list()) (profile.*(*list)).push_back(TextOf(item));
  }
  return {};
}

struct CloseDirectory {
  void operator()(DIR* directory) const { ::closedir(directory); }
};

// There is no call that only reads it.
Mutex g_umask_mutex;
mode_t CurrentUmask() REQUIRES(g_umask_mutex) {
  const mode_t mask = ::umask(077);
  ::umask(mask);
  return mask;
}

}  // namespace

std::string Profile::Name() const {
  const auto address = ParseHostPort(web_proxy_addr, 443);
  return address ? address->host : web_proxy_addr;
}

Result<Profile> ParseProfile(std::string_view yaml, std::string_view source) {
  ASSIGN_OR_RETURN(const auto documents, ParseYaml(yaml, source, {.max_bytes = kMaxProfileBytes}));
  if (documents.empty() || !documents.front().is_map()) {
    return Fail(ErrorKind::kBadParameter, "{}: the file is not a profile", source);
  }

  Profile profile;
  profile.ssh_dial_timeout = {};
  for (const Row& row : kRows) {
    const Value* value = documents.front().Find(row.key);
    if (value != nullptr) RETURN_IF_ERROR(ReadField(profile, row, *value, source));
  }

  if (!IsSafePathPart(profile.Name())) {
    return Fail(ErrorKind::kBadParameter, "{}: web_proxy_addr does not name a proxy", source);
  }
  if (!profile.user.empty() && !IsSafePathPart(profile.user)) {
    return Fail(ErrorKind::kBadParameter, "{}: the name of the user cannot be the name of a file", source);
  }

  if (profile.cluster.empty()) profile.cluster = profile.Name();
  if (profile.ssh_dial_timeout == Nanoseconds::zero()) profile.ssh_dial_timeout = std::chrono::seconds(30);
  return profile;
}

std::string FormatProfile(const Profile& profile) {
  Value map = Value::EmptyMap();
  for (const Row& row : kRows) {
    if (const auto* text = std::get_if<std::string Profile::*>(&row.field)) {
      if (row.always || !(profile.*(*text)).empty()) map.Set(row.key, profile.*(*text));
    } else if (const auto* flag = std::get_if<bool Profile::*>(&row.field)) {
      if (row.always || profile.*(*flag)) map.Set(row.key, profile.*(*flag));
    } else if (const auto* duration = std::get_if<Nanoseconds Profile::*>(&row.field)) {
      const Nanoseconds value = profile.*(*duration);
      if (row.always || value != Nanoseconds::zero()) map.Set(row.key, FormatDuration(value));
    } else if (const auto* list = std::get_if<std::vector<std::string> Profile::*>(&row.field)) {
      if (!(profile.*(*list)).empty()) map.Set(row.key, Value::Strings(profile.*(*list)));
    } else {
      map.Set(row.key, "");
    }
  }
  return ToYaml(map);
}

Result<std::string> ProfileDirectory::CurrentName() const {
  const auto content = ReadFile(home_ + "/current-profile", 4096);
  if (!content && content.error().kind != ErrorKind::kNotFound) return std::unexpected(content.error());
  const std::string name(content ? Trimmed(*content) : "");
  if (name.empty()) return Fail(ErrorKind::kNotFound, "there is no current profile in {}", home_);
  if (!IsSafePathPart(name)) {
    return Fail(ErrorKind::kBadParameter, "{}/current-profile does not hold the name of a profile", home_);
  }
  return name;
}

Status ProfileDirectory::SetCurrent(std::string_view name) const {
  RETURN_IF_ERROR(MakeDirectories(home_, kProfileDirectoryMode));
  return WriteFile(home_ + "/current-profile", fmt::format("{}\n", Trimmed(name)), ModeUnderUmask(kProfileMode));
}

Result<std::vector<std::string>> ProfileDirectory::Names() const {
  std::vector<std::string> names;
  const std::unique_ptr<DIR, CloseDirectory> directory(::opendir(home_.c_str()));
  if (directory == nullptr) {
    if (errno == ENOENT) return names;
    return Fail(ErrorKind::kAccessDenied, "cannot read the profile directory {}", home_);
  }

  while (const dirent* entry = ::readdir(directory.get())) {
    const std::string name = entry->d_name;
    struct stat info{};
    if (!name.ends_with(".yaml") || ::lstat((home_ + "/" + name).c_str(), &info) != 0) continue;
    if (S_ISREG(info.st_mode)) names.push_back(name.substr(0, name.size() - 5));
  }
  std::ranges::sort(names);
  return names;
}

Result<Profile> ProfileDirectory::Load(std::string_view name) const {
  std::string chosen(name);
  if (chosen.empty()) {
    ASSIGN_OR_RETURN(chosen, CurrentName());
  }
  if (!IsSafePathPart(chosen))
    return Fail(ErrorKind::kBadParameter, "\"{}\" cannot be the name of a profile", StripControl(name));
  ASSIGN_OR_RETURN(const std::string content, ReadFile(PathOf(chosen), kMaxProfileBytes));
  return ParseProfile(content, PathOf(chosen));
}

Status ProfileDirectory::Save(const Profile& profile, bool make_current) const {
  const std::string name = profile.Name();
  if (!IsSafePathPart(name)) return Fail(ErrorKind::kBadParameter, "the profile does not name a proxy");
  RETURN_IF_ERROR(MakeDirectories(home_, kProfileDirectoryMode));
  RETURN_IF_ERROR(WriteFile(PathOf(name), FormatProfile(profile), ModeUnderUmask(kProfileMode)));
  return make_current ? SetCurrent(name) : Status();
}

unsigned ModeUnderUmask(unsigned mode) {
  const MutexLock lock(g_umask_mutex);
  return mode & ~CurrentUmask();
}

}  // namespace sallyport
