#include "tools/tsh/status_view.h"

#include <ctime>

#include "libbase/text.h"
#include "tools/tsh/context.h"

namespace sallyport {
namespace {

constexpr std::string_view kShownVariables[] = {"KUBECONFIG", "TELEPORT_CLUSTER", "TELEPORT_KUBE_CLUSTER",
                                                "TELEPORT_PROXY", "TELEPORT_SITE"};

// A login with the values that do not come from its own files.
struct Shown {
  ProfileStatus status;
  std::string url;
  std::string cluster;
  std::string kube_cluster;
  bool active = false;
};

Shown MakeShown(const Invocation& invocation, const ProfileStatus& status, bool active) {
  Shown shown{status, "https://" + status.profile.web_proxy_addr, status.cluster, {}, active};
  if (const auto config = ReadKubeconfig(KubeconfigOf(invocation))) {
    shown.kube_cluster = config->SelectedCluster(status.cluster);
  }
  if (!active) return shown;
  if (const auto proxy = invocation.Env("TELEPORT_PROXY"); !proxy.empty()) shown.url = "https://" + proxy;
  for (const auto* name : {"TELEPORT_SITE", "TELEPORT_CLUSTER"}) {
    if (const auto cluster = invocation.Env(name); !cluster.empty()) shown.cluster = cluster;
  }
  if (const auto kube = invocation.Env("TELEPORT_KUBE_CLUSTER"); !kube.empty()) shown.kube_cluster = kube;
  return shown;
}

void SetList(Value& map, std::string_view key, const std::vector<std::string>& list) {
  if (!list.empty()) map.Set(key, Value::Strings(list));
}
void SetText(Value& map, std::string_view key, const std::string& text) {
  if (!text.empty()) map.Set(key, text);
}

Value TraitsValue(const Traits& traits) {
  Value value = Value::EmptyMap();
  for (const auto& [name, values] : traits.entries()) value.Set(name, values ? Value::Strings(*values) : Value());
  return value;
}

Value ResourceValue(const std::string& id) {
  // "/cluster/kind/name"
  const auto kind = id.find('/', 1);
  const auto name = id.find('/', kind + 1);
  return Value(Value::Map{{"cluster", id.substr(1, kind - 1)},
                          {"kind", id.substr(kind + 1, name - kind - 1)},
                          {"name", id.substr(name + 1)}});
}

Value StatusValue(const Shown& shown) {
  const ProfileStatus& status = shown.status;
  Value value = Value::EmptyMap();
  value.Set("profile_url", shown.url);
  SetText(value, "relay_addr", status.profile.relay_addr);
  SetText(value, "default_relay_addr", status.profile.default_relay_addr);
  value.Set("username", status.username);
  SetList(value, "active_requests", status.active_requests);
  value.Set("cluster", shown.cluster);
  SetList(value, "roles", status.roles);
  if (!status.traits.entries().empty()) value.Set("traits", TraitsValue(status.traits));
  SetList(value, "logins", status.logins);

  value.Set("kubernetes_enabled", !status.profile.kube_proxy_addr.empty());
  SetText(value, "kubernetes_cluster", shown.kube_cluster);
  SetList(value, "kubernetes_users", status.kube_users);
  SetList(value, "kubernetes_groups", status.kube_groups);
  value.Set("valid_until", FormatTime(std::chrono::floor<std::chrono::seconds>(status.valid_until)));
  SetList(value, "extensions", status.extensions);

  if (!status.critical_options.empty()) {
    Value& options = value.Set("critical_options", Value::EmptyMap());
    for (const auto& [name, text] : status.critical_options) options.Set(name, text);
  }
  if (!status.allowed_resources.empty()) {
    Value& resources = value.Set("allowed_resources", Value::EmptyList());
    for (const auto& id : status.allowed_resources) resources.Append(ResourceValue(id));
  }
  if (!status.github_username.empty()) {
    value.Set("github_identity",
              Value(Value::Map{{"UserID", status.github_user_id}, {"Username", status.github_username}}));
  }
  return value;
}

std::string LocalTime(Time time) {
  const std::time_t seconds = std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
  std::tm parts{};
  ::localtime_r(&seconds, &parts);
  char text[64];
  const std::size_t size = std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S %z %Z", &parts);
  return {text, size};
}

std::string TimeLeft(Time until, Time now) {
  const auto left = std::chrono::floor<std::chrono::minutes>(until - now);
  if (until <= now) return "EXPIRED";
  if (left.count() == 0) return "valid for <1m";
  const auto hours = left.count() / 60;
  return hours > 0 ? fmt::format("valid for {}h{}m", hours, left.count() % 60)
                   : fmt::format("valid for {}m", left.count());
}

std::string Joined(const std::vector<std::string>& list) {
  return StripControl(fmt::format("{}", fmt::join(list, ", ")));
}

// Returns one line of a login; the value starts at column 23.
void StatusLine(std::string& text, std::string_view name, const std::string& value, bool first = false) {
  text += fmt::format("{}{:<20}{}\n", first ? "> " : "  ", name, StripControl(value));
}

std::string ToText(const Shown& shown, bool debug, Time now) {
  const ProfileStatus& status = shown.status;
  std::string text;
  StatusLine(text, "Profile URL:", shown.url, shown.active);
  if (!status.profile.relay_addr.empty()) StatusLine(text, "Relay address:", status.profile.relay_addr);
  StatusLine(text, "Logged in as:", status.username);
  if (!status.active_requests.empty()) StatusLine(text, "Active requests:", Joined(status.active_requests));
  if (!shown.cluster.empty()) StatusLine(text, "Cluster:", shown.cluster);
  StatusLine(text, "Roles:", Joined(status.roles));

  std::string_view traits = "Traits:";
  for (const auto& [name, values] : status.traits.entries()) {
    if (!debug || !values || values->empty()) continue;
    StatusLine(text, traits, fmt::format("{}: [{}]", name, fmt::join(*values, " ")));
    traits = "";
  }
  if (!status.logins.empty()) StatusLine(text, "Logins:", Joined(status.logins));

  const bool kube = !status.profile.kube_proxy_addr.empty();
  StatusLine(text, "Kubernetes:", kube ? "enabled" : "disabled");
  if (kube && !shown.kube_cluster.empty()) {
    StatusLine(text, "Kubernetes cluster:", fmt::format("\"{}\"", StripControl(shown.kube_cluster)));
  }
  if (kube && !status.kube_users.empty()) StatusLine(text, "Kubernetes users:", Joined(status.kube_users));
  if (kube && !status.kube_groups.empty()) StatusLine(text, "Kubernetes groups:", Joined(status.kube_groups));

  if (!status.allowed_resources.empty()) {
    StatusLine(text, "Allowed Resources:", fmt::format("[\"{}\"]", fmt::join(status.allowed_resources, "\",\"")));
  }
  if (!status.github_username.empty()) StatusLine(text, "GitHub username:", status.github_username);
  StatusLine(text,
             "Valid until:", fmt::format("{} [{}]", LocalTime(status.valid_until), TimeLeft(status.valid_until, now)));
  StatusLine(text, "Extensions:", Joined(status.extensions));
  return text + "\n";
}

}  // namespace

Result<Logins> ReadLogins(const Invocation& invocation, std::string active) {
  if (!GivenToProgram<TshOptions>(invocation).identity.empty()) {
    ASSIGN_OR_RETURN(const Session session, SessionOf(invocation));
    ASSIGN_OR_RETURN(ProfileStatus status, StatusOfKeyRing(session.profile, session.ring, Now()));
    return Logins{std::move(status), {}};
  }

  ASSIGN_OR_RETURN(const ProfileDirectory directory, ProfilesOf(invocation));
  if (active.empty()) active = ProfileNameOf(invocation);
  if (active.empty()) active = directory.CurrentName().value_or("");
  ASSIGN_OR_RETURN(const auto names, directory.Names());

  Logins logins;
  const Time now = Now();
  for (const auto& name : names) {
    auto profile = directory.Load(name);
    auto status =
        profile ? ReadProfileStatus(directory, *profile, now) : Result<ProfileStatus>(std::unexpected(profile.error()));
    if (name == active) {
      if (!status) return std::unexpected(status.error());
      logins.active = std::move(*status);
    } else if (status && status->has_certificates) {
      logins.others.push_back(std::move(*status));
    }
  }
  return logins;
}

Output StatusOutput(const Invocation& invocation, const Logins& logins, bool verbose) {
  const bool debug = GivenToProgram<TshOptions>(invocation).debug || verbose;
  Value value = Value::EmptyMap();
  std::string text;
  const Time now = Now();
  if (logins.active) {
    const Shown shown = MakeShown(invocation, *logins.active, true);
    value.Set("active", StatusValue(shown));
    text += ToText(shown, debug, now);
  }

  Value& profiles = value.Set("profiles", Value::EmptyList());
  for (const auto& other : logins.others) {
    const Shown shown = MakeShown(invocation, other, false);
    profiles.Append(StatusValue(shown));
    text += ToText(shown, debug, now);
  }

  Value environment = Value::EmptyMap();
  for (const auto name : kShownVariables) {
    if (const auto set = invocation.Env(name); !set.empty()) environment.Set(name, set);
  }
  if (!environment.as_map().empty()) value.Set("environment", std::move(environment));
  return Output::Of(std::move(value), [text](const Value&) { return text; });
}

}  // namespace sallyport
