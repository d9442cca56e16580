// Names that were seen in lists, kept for completion: one file a sort of names. It is a cache: it may be removed at any
// time, and no failure of it is worth an error.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "libbase/time.h"
#include "libclient/environment.h"

namespace sallyport {

// Names that begin with a text, sorted, and when the list was seen that had them.
struct SeenNames {
  std::vector<std::string> names;
  Time seen{};
};

// Of one program and what it is connected to. Safe from several processes: files are replaced at once.
class NameCache {
 public:
  // Below XDG_CACHE_HOME or ~/.cache; `scope` tells clusters apart ("tsh/access.example.com"). Without a home nothing
  // is kept.
  NameCache(const EnvironmentReader& environment, std::string_view scope);

  // Keeps the names of a sort ("role") instead of those of before. Beyond 100,000 names the rest is left out.
  void Remember(std::string_view sort, std::vector<std::string> names) const;
  // Returns the names that begin with a text.
  SeenNames Recall(std::string_view sort, std::string_view prefix) const;

 private:
  std::string directory_;  // empty: none
};

}  // namespace sallyport
