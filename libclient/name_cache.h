// Caches names from lists for shell completion, in one file per sort of names. The files may be removed at any time;
// failures are ignored.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "libbase/time.h"
#include "libclient/environment.h"

namespace sallyport {

// Names that begin with a text, sorted, and the time of the list that contained them.
struct SeenNames {
  std::vector<std::string> names;
  Time seen{};
};

// The cache of one program and cluster. Safe for several processes: files are replaced atomically.
class NameCache {
 public:
  // Uses a directory below XDG_CACHE_HOME or ~/.cache; `scope` separates clusters ("tsh/access.example.com"). Without a
  // home directory, the cache stores nothing.
  NameCache(const EnvironmentReader& environment, std::string_view scope);

  // Replaces the stored names of a sort ("role"). Stores at most 100,000 names.
  void Remember(std::string_view sort, std::vector<std::string> names) const;
  // Returns the names that begin with a text.
  SeenNames Recall(std::string_view sort, std::string_view prefix) const;

 private:
  std::string directory_;  // empty: none
};

}  // namespace sallyport
