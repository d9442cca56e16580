// Stores resources as messages in the backend: "/resources/KIND/NAME". Where a message has the usual metadata, its
// revision and expiry are those of the backend's item.
#pragma once

#include <google/protobuf/util/time_util.h>

#include <string>
#include <string_view>
#include <vector>

#include "libbase/error.h"
#include "libcluster/backend/backend.h"
#include "libresources/kinds.h"
#include "libresources/kinds/metadata.h"

namespace sallyport {

inline std::string ResourceKey(std::string_view kind, std::string_view name) {
  return fmt::format("/resources/{}/{}", kind, name);
}

// Decodes an item. Fails with kInternal when its bytes are no such message.
template <typename M>
Result<M> DecodeItem(const BackendItem& item) {
  M message;
  if (!message.ParseFromString(item.value)) return Fail(ErrorKind::kInternal, "{} cannot be decoded", item.key);
  SetRevision(message, item.revision);
  return message;
}

// Returns a resource. Fails with kNotFound "role member is not found".
template <typename M>
Result<M> GetResource(Backend& backend, std::string_view kind, std::string_view name) {
  auto item = backend.Get(ResourceKey(kind, name));
  if (!item && item.error().kind == ErrorKind::kNotFound) {
    return Fail(ErrorKind::kNotFound, "{} \"{}\" is not found", kind, name);
  }
  if (!item) return std::unexpected(item.error());
  return DecodeItem<M>(*item);
}
// Does the same by the kind of the message.
template <typename M>
Result<M> GetResource(Backend& backend, std::string_view name) {
  return GetResource<M>(backend, KindOf<M>().kind, name);
}

// Returns a page of resources ordered by name, from the first after `after`.
template <typename M>
Result<std::vector<M>> ListResources(Backend& backend, std::string_view kind, std::string_view after,
                                     std::size_t limit) {
  const std::string prefix = ResourceKey(kind, "");
  ASSIGN_OR_RETURN(const auto items, backend.List(prefix, after.empty() ? "" : prefix + std::string(after), limit));
  std::vector<M> messages;
  for (const auto& item : items) {
    ASSIGN_OR_RETURN(M message, DecodeItem<M>(item));
    messages.push_back(std::move(message));
  }
  return messages;
}

// Returns every resource, ordered by name.
template <typename M>
Result<std::vector<M>> ListAllResources(Backend& backend, std::string_view kind = KindOf<M>().kind) {
  return ListResources<M>(backend, kind, "", static_cast<std::size_t>(1) << 30);
}

// The condition of a write.
enum class WriteMode {
  kCreate,  // must be new
  kUpdate,  // must exist with the revision in its metadata
  kUpsert,  // either
};

// Adds the write of a resource to a transaction and sets its new revision.
template <typename M>
void WriteResource(BackendTransaction& transaction, std::string_view kind, M& message, WriteMode mode) {
  const std::optional<Time> expires = ExpiresOf(message);
  const std::string key = ResourceKey(kind, NameOf(message));
  const std::string expected = RevisionOf(message);

  // The backend keeps the revision beside the bytes, not in them.
  SetRevision(message, "");
  std::string value = message.SerializeAsString();

  std::string revision;
  switch (mode) {
    case WriteMode::kCreate:
      revision = transaction.Create(key, std::move(value), expires);
      break;
    case WriteMode::kUpdate:
      revision = transaction.Update(key, std::move(value), expected, expires);
      break;
    case WriteMode::kUpsert:
      revision = transaction.Put(key, std::move(value), expires);
      break;
  }

  SetRevision(message, revision);
}
// Does the same by the kind of the message.
template <typename M>
void WriteResource(BackendTransaction& transaction, M& message, WriteMode mode) {
  WriteResource(transaction, KindOf<M>().kind, message, mode);
}

}  // namespace sallyport
