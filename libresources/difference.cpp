#include "libresources/difference.h"

#include <algorithm>
#include <cctype>

#include "libbase/digest.h"
#include "libbase/json.h"
#include "libresources/kinds.h"
#include "libresources/kinds/metadata.h"

namespace sallyport {
namespace {

bool IsPlain(const Value& value) { return !value.is_list() && !value.is_map(); }

bool IsPlainList(const Value& value) { return value.is_list() && std::ranges::all_of(value.as_list(), IsPlain); }

bool IsWord(std::string_view key) {
  return !key.empty() &&
         std::ranges::all_of(key, [](unsigned char c) { return std::isalnum(c) != 0 || c == '_' || c == '-'; });
}

std::string Below(const std::string& path, const std::string& key) {
  if (!IsWord(key)) return fmt::format("{}[{}]", path, ToJson(Value(key)));
  return path.empty() ? key : fmt::format("{}.{}", path, key);
}

class Comparison {
 public:
  void Compare(const std::string& path, const Value& before, const Value& after) {
    if (before == after) return;
    if (before.is_map() && after.is_map()) {
      CompareMaps(path, before, after);
    } else if (IsPlainList(before) && IsPlainList(after)) {
      ComparePlainLists(path, before, after);
    } else if (before.is_list() && after.is_list()) {
      CompareLists(path, before.as_list(), after.as_list());
    } else {
      found.push_back({path, before, after});
    }
  }

  std::vector<FieldDifference> found;

 private:
  void CompareMaps(const std::string& path, const Value& before, const Value& after) {
    for (const auto& [key, value] : before.as_map()) {
      const Value* const other = after.Find(key);
      if (other != nullptr) {
        Compare(Below(path, key), value, *other);
      } else {
        found.push_back({Below(path, key), value, std::nullopt});
      }
    }
    for (const auto& [key, value] : after.as_map()) {
      if (before.Find(key) == nullptr) found.push_back({Below(path, key), std::nullopt, value});
    }
  }

  void ComparePlainLists(const std::string& path, const Value& before, const Value& after) {
    Value::List gone = before.as_list();
    Value::List came;
    for (const Value& value : after.as_list()) {
      const auto same = std::ranges::find(gone, value);
      if (same == gone.end()) {
        came.push_back(value);
      } else {
        gone.erase(same);
      }
    }
    for (Value& value : gone) found.push_back({path, std::move(value), std::nullopt});
    for (Value& value : came) found.push_back({path, std::nullopt, std::move(value)});
    if (gone.empty() && came.empty()) found.push_back({path, before, after});  // only the order differs
  }

  void CompareLists(const std::string& path, const Value::List& before, const Value::List& after) {
    const std::size_t both = std::min(before.size(), after.size());
    const auto place = [&](std::size_t i) { return fmt::format("{}[{}]", path, i); };
    for (std::size_t i = 0; i < both; ++i) Compare(place(i), before[i], after[i]);
    for (std::size_t i = both; i < before.size(); ++i) found.push_back({place(i), before[i], std::nullopt});
    for (std::size_t i = both; i < after.size(); ++i) found.push_back({place(i), std::nullopt, after[i]});
  }
};

// Returns a resource without the fields that a write changes.
Value Meaning(const google::protobuf::Message& resource) {
  Value value = EncodeMessage(resource);
  Value* const metadata = value.Find("metadata");
  if (metadata == nullptr) return value;
  metadata->Remove("revision");
  const KindRow* const kind = KindOf(resource);
  Value* const labels = metadata->Find("labels");
  if (kind == nullptr || kind->singleton_name.empty() || labels == nullptr) return value;
  labels->Remove(kOriginLabel);
  if (labels->as_map().empty()) metadata->Remove("labels");
  return value;
}

}  // namespace

std::vector<FieldDifference> Differences(const Value& before, const Value& after) {
  Comparison comparison;
  comparison.Compare("", before, after);
  return std::move(comparison.found);
}

bool SaysTheSame(const google::protobuf::Message& one, const google::protobuf::Message& other) {
  return Meaning(one) == Meaning(other);
}

std::string MeaningDigest(const google::protobuf::Message& resource) { return Sha256(ToJson(Meaning(resource))); }

}  // namespace sallyport
