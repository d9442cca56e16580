#include "libcluster/auth/methods/methods.h"

#include <vector>

#include "libcluster/auth/watch/watched_kinds.h"

namespace sallyport {

#define ROW(name) void name(RpcTable& table, AuthServer& auth);
#include "auth_methods.inc"
#undef ROW

#define ROW(name) WatchedKind name();
#include "watched_kinds.inc"
#undef ROW

namespace {

constexpr void (*kSubjects[])(RpcTable& table, AuthServer& auth) = {
#define ROW(name) &name,
#include "auth_methods.inc"
#undef ROW
};

constexpr WatchedKind (*kWatched[])() = {
#define ROW(name) &name,
#include "watched_kinds.inc"
#undef ROW
};

}  // namespace

RpcTable AuthMethods(AuthServer& auth) {
  RpcTable table;
  for (const auto add : kSubjects) add(table, auth);
  return table;
}

std::span<const WatchedKind> WatchedKinds() {
  static const auto* const kinds = [] {
    auto* made = new std::vector<WatchedKind>();
    for (const auto kind : kWatched) made->push_back(kind());
    return made;
  }();
  return *kinds;
}

}  // namespace sallyport
