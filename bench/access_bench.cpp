// Times the decisions about 10,000 nodes for one user, in one thread; each of the user's 20 roles names two labels.
// Prints the median of the runs in milliseconds.
#include <algorithm>
#include <chrono>
#include <cstdio>

#include "libbase/yaml.h"
#include "libresources/access/access.h"
#include "libresources/kinds.h"
#include "teleport/legacy/types/role.pb.h"

namespace sallyport {
namespace {

constexpr int kRoles = 20;
constexpr int kResources = 10000;
constexpr int kRuns = 21;

std::shared_ptr<const types::RoleV6> Role(int number) {
  const std::string text = fmt::format(
      "kind: role\nversion: v7\nmetadata: {{name: role-{0}}}\nspec: {{allow: {{logins: [root], node_labels: "
      "{{team: ['team-{0}', 'guests-{0}-*'], env: dev}}}}, deny: {{node_labels: {{sealed: 'by-{0}'}}}}}}\n",
      number);
  const auto resources = DecodeResources(text, {.source = "role"});
  if (!resources) return nullptr;
  return std::make_shared<types::RoleV6>(resources->front().as<types::RoleV6>());
}

int Run() {
  std::vector<std::shared_ptr<const types::RoleV6>> roles;
  for (int i = 0; i < kRoles; ++i) roles.push_back(Role(i));
  if (std::ranges::find(roles, nullptr) != roles.end()) return 1;
  const AccessChecker checker("alice", {}, roles);

  std::vector<Labels> resources;
  for (int i = 0; i < kResources; ++i) {
    resources.push_back({{"env", i % 3 == 0 ? "prod" : "dev"},
                         {"host", fmt::format("node-{}", i)},
                         {"team", fmt::format("team-{}", i % (2 * kRoles))}});
  }

  std::vector<double> runs;
  int allowed = 0;
  for (int run = 0; run < kRuns; ++run) {
    const auto start = std::chrono::steady_clock::now();
    const ResourceAccess access = checker.AccessTo("node");
    allowed = 0;
    for (const Labels& labels : resources) {
      const auto decision = access.Decide(labels, {});
      if (decision && decision->allowed()) ++allowed;
    }
    runs.push_back(std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count());
  }

  std::ranges::nth_element(runs, runs.begin() + kRuns / 2);
  // A third of the nodes have another environment; half of the others have teams that no role names.
  if (allowed < kResources / 4 || allowed > kResources / 2) return 1;
  std::printf("%.2f\n", runs[kRuns / 2]);
  return 0;
}

}  // namespace
}  // namespace sallyport

int main() { return sallyport::Run(); }
