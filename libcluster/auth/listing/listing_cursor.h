// Iterates, in order and in pieces, over the resources of one kind that a caller may access: access by labels first,
// then the request's labels, words and query (docs/protocol/auth-api.md#listing).
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "libcluster/auth/access/visibility.h"
#include "libcluster/auth/nodes/node_cache.h"
#include "libresources/kinds/metadata.h"
#include "libresources/matching/predicate.h"

namespace google::protobuf {
class Message;
}
namespace proto {
class PaginatedResource;
}

namespace sallyport {

class AuthServer;
struct Caller;

// The filter of a request.
struct ListingFilter {
  std::map<std::string, std::string> labels;
  std::vector<std::string> words;
  std::optional<Predicate> query;
};

// A resource of a list.
struct Listed {
  std::string name;
  std::string order;  // the sort key
  Labels labels;
  std::shared_ptr<const google::protobuf::Message> message;
};

// One kind that can be listed; rows of a table.
struct ListedKind;
// Fails with kNotImplemented when resources of that kind are not listed.
Result<const ListedKind*> FindListedKind(std::string_view kind);
std::string_view NameOf(const ListedKind& kind);

class ListingCursor {
 public:
  // All references must outlive the cursor. Reads `piece` resources at a time of kinds with many resources.
  ListingCursor(AuthServer& auth, const Caller& caller, const ListingFilter& filter, const ListedKind& kind,
                ListPlace place, std::size_t piece);

  // Returns the next resource, or nullptr at the end. The resource stays the next until Pop.
  Result<const Listed*> Next();
  void Pop();

  std::string_view kind() const { return NameOf(kind_); }
  // Puts the next resource into an answer.
  void Put(proto::PaginatedResource& resource) const;

 private:
  Status Load();
  Result<bool> Wanted(const Listed& item) const;

  AuthServer& auth_;
  const ListingFilter& filter_;
  const ListedKind& kind_;
  const Visibility may_see_;
  ListPlace place_;  // where the next piece begins
  const std::size_t piece_;
  bool all_loaded_ = false;
  std::deque<Listed> items_;
  bool decided_ = false;  // the first of items_ has passed the filter
};

}  // namespace sallyport
