#include "libmachine/operator/custom_index.h"

#include <utility>

#include "libbase/digest.h"
#include "libbase/json.h"

namespace sallyport {
namespace {

// Returns a digest of the parts of an object that a pass acts upon. The generation counts changes of the spec.
std::string AskedByCustom(const Value& object, const CustomMetadata& metadata) {
  std::string text = fmt::format("{}\n{}\n{}\n", metadata.uid, metadata.generation, metadata.deleted);
  const Value* const fields = object.Find("metadata");
  for (const char* const key : {"labels", "annotations"}) {
    const Value* const part = fields == nullptr ? nullptr : fields->Find(key);
    text += part == nullptr ? "\n" : ToJson(*part) + "\n";
  }
  return Sha256(text);
}

}  // namespace

bool CustomIndex::Note(const CustomKind& kind, const Value& object) {
  const CustomMetadata metadata = MetadataOfCustom(object);
  const MutexLock lock(mutex_);
  Known& known = known_[{kind.kind, metadata.name}];
  const bool had_finalizer = std::exchange(known.has_finalizer, metadata.HasFinalizer());
  const std::string had_asked = std::exchange(known.asked, AskedByCustom(object, metadata));
  const bool is_new = known.kind == nullptr;
  known.kind = &kind;
  known.uid = metadata.uid;
  known.deleted = metadata.deleted;
  known.unheld.reset();
  if (!known.has_finalizer) known.unheld = metadata;
  return is_new || had_asked != known.asked || (had_finalizer && !known.has_finalizer);
}

void CustomIndex::Forget(const CustomKind& kind, const std::string& name) {
  const MutexLock lock(mutex_);
  known_.erase({kind.kind, name});
}

std::vector<CustomIndex::Object> CustomIndex::All() const {
  const MutexLock lock(mutex_);
  std::vector<Object> all;
  for (const auto& [key, known] : known_) all.emplace_back(known.kind, key.second);
  return all;
}

std::vector<CustomIndex::Object> CustomIndex::Of(std::string_view teleport_kind, const std::string& name) const {
  const MutexLock lock(mutex_);
  std::vector<Object> found;
  for (const CustomKind& kind : CustomKinds()) {
    if (kind.stored && kind.teleport_kind == teleport_kind && known_.contains({kind.kind, name})) {
      found.emplace_back(&kind, name);
    }
  }
  return found;
}

std::vector<CustomIndex::Object> CustomIndex::Deleted(std::string_view teleport_kind) const {
  const MutexLock lock(mutex_);
  std::vector<Object> found;
  for (const auto& [key, known] : known_) {
    const bool waits = known.deleted && known.has_finalizer && known.kind->teleport_kind == teleport_kind;
    if (waits) found.emplace_back(known.kind, key.second);
  }
  return found;
}

std::string CustomIndex::UidOf(const CustomKind& kind, const std::string& name) const {
  const MutexLock lock(mutex_);
  const auto found = known_.find({kind.kind, name});
  return found == known_.end() ? std::string() : found->second.uid;
}

std::optional<CustomMetadata> CustomIndex::UnheldOf(const CustomKind& kind, const std::string& name) const {
  const MutexLock lock(mutex_);
  const auto found = known_.find({kind.kind, name});
  return found == known_.end() ? std::nullopt : found->second.unheld;
}

void CustomIndex::SetContent(const CustomKind& kind, const std::string& name, std::string digest) {
  const MutexLock lock(mutex_);
  const auto found = known_.find({kind.kind, name});
  if (found != known_.end()) found->second.content = std::move(digest);
}

bool CustomIndex::HasContent(const CustomKind& kind, const std::string& name, const std::string& digest) const {
  const MutexLock lock(mutex_);
  const auto found = known_.find({kind.kind, name});
  return !digest.empty() && found != known_.end() && found->second.content == digest;
}

}  // namespace sallyport
