// What a caller can reach of one kind, in order, a piece at a time: access by labels first, then the request's labels,
// words and query (docs/protocol/auth-api.md#listing).
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

// What a request asks for.
struct ListingFilter {
  std::map<std::string, std::string> labels;
  std::vector<std::string> words;
  std::optional<Predicate> query;
};

// A resource of a list.
struct Listed {
  std::string name;
  std::string order;  // what lists are ordered by
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
  // Refers to all of them, which must live as long. Of kinds of which there are many, reads `piece` at once.
  ListingCursor(AuthServer& auth, const Caller& caller, const ListingFilter& filter, const ListedKind& kind,
                ListPlace place, std::size_t piece);

  // Returns the next, or nullptr when there is none; it stays the next until Pop.
  Result<const Listed*> Next();
  void Pop();

  std::string_view kind() const { return NameOf(kind_); }
  // Puts what is next into an answer.
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
  bool decided_ = false;  // that the first of them is one for the caller
};

}  // namespace sallyport
