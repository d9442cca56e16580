#include "tools/tctl/comparison.h"

#include <google/protobuf/message.h>

#include "libbase/digest.h"
#include "libbase/encoding.h"
#include "libbase/json.h"
#include "libclient/calls/kind_calls.h"
#include "libresources/difference.h"
#include "libresources/kinds/metadata.h"
#include "tools/tctl/documents.h"
#include "tools/tctl/session.h"

namespace sallyport {
namespace {

// Returns a resource without the fields that every write changes.
Value Comparable(const google::protobuf::Message& message) {
  Value value = EncodeMessage(message);
  if (Value* const metadata = value.Find("metadata")) metadata->Remove("revision");
  Value* const spec = value.Find("spec");
  if (spec == nullptr) return value;
  spec->Remove("local_auth");  // secrets, which the cluster does not show
  if (Value* const kubeconfig = spec->Find("kubeconfig"); kubeconfig != nullptr && !kubeconfig->as_string().empty()) {
    *kubeconfig = Value(fmt::format("(secret, sha256 {})", ToHex(Sha256(kubeconfig->as_string()))));
  }
  return value;
}

// Returns the stored resource; nothing when it does not exist.
Result<std::optional<Value>> ReadCompared(RpcClient& rpc, const KindCalls& calls, const std::string& name) {
  Value found;
  const Status read =
      calls.get(rpc, name, calls.compared_with_secrets, [&](const google::protobuf::Message& message) -> Status {
        found = Comparable(message);
        return {};
      });
  if (read) return found;
  if (read.error().kind == ErrorKind::kNotFound) return std::nullopt;
  return std::unexpected(read.error());
}

class Comparer {
 public:
  Comparer(RpcClient& real, RpcClient& tried, bool tries) : real_(real), tried_(tried), tries_(tries) {}

  Result<Value> Compare(const Resource& resource) {
    ASSIGN_OR_RETURN(const KindCalls* calls, WritingCallsOf(*resource.kind));
    const std::string name = NameOf(*resource.message);
    ASSIGN_OR_RETURN(const auto before, ReadCompared(real_, *calls, name));
    ASSIGN_OR_RETURN(const Value after, After(*calls, resource, name));

    Value result = Value::EmptyMap();
    result.Set("kind", resource.kind->kind);
    if (!resource.kind->name_is_secret) result.Set("name", name);

    Value::List fields;
    if (before) {
      for (auto& field : Differences(*before, after)) {
        Value& row = fields.emplace_back(Value::EmptyMap());
        row.Set("path", field.path);
        if (field.before) row.Set("before", std::move(*field.before));
        if (field.after) row.Set("after", std::move(*field.after));
      }
    }
    result.Set("change", !before ? "create" : fields.empty() ? "none" : "update");
    result.Set("fields", std::move(fields));
    return result;
  }

 private:
  Result<Value> After(const KindCalls& calls, const Resource& resource, const std::string& name) {
    if (!tries_) return Comparable(*resource.message);
    RETURN_IF_ERROR(WriteResource(tried_, resource, true));
    ASSIGN_OR_RETURN(auto kept, ReadCompared(tried_, calls, name));
    if (!kept) return Fail(ErrorKind::kInternal, "the cluster does not store {}", resource.kind->kind);
    return std::move(*kept);
  }

  RpcClient& real_;
  RpcClient& tried_;
  const bool tries_;
};

std::string ComparedSubject(const Value& row) {
  const Value* const name = row.Find("name");
  const std::string& kind = row.Find("kind")->as_string();
  return name == nullptr ? kind : fmt::format("{} {}", kind, ToJson(*name));
}

// Returns one resource for people: "+" marks added fields, "-" removed fields, "~" changed fields.
std::string ComparedRowText(const Value& row) {
  const std::string& change = row.Find("change")->as_string();
  if (change == "none") return {};
  if (change == "create") return fmt::format("+ {}\n", ComparedSubject(row));

  std::string text = fmt::format("~ {}\n", ComparedSubject(row));
  for (const Value& field : row.Find("fields")->as_list()) {
    const std::string& path = field.Find("path")->as_string();
    const Value* const before = field.Find("before");
    const Value* const after = field.Find("after");
    if (before != nullptr && after != nullptr) {
      text += fmt::format("    ~ {}: {} -> {}\n", path, ToJson(*before), ToJson(*after));
    } else {
      text += fmt::format("    {} {}: {}\n", after == nullptr ? "-" : "+", path,
                          ToJson(after == nullptr ? *before : *after));
    }
  }
  return text;
}

}  // namespace

Result<Comparison> CompareWithCluster(const Invocation& invocation, RpcClient& real,
                                      const std::vector<Resource>& resources) {
  ASSIGN_OR_RETURN(const auto tried, ConnectToAuth(invocation));
  const Status tries = tried->Rehearse();
  if (!tries && tries.error().kind != ErrorKind::kNotImplemented) return std::unexpected(tries.error());
  Comparer comparer(real, *tried, tries.has_value());
  Comparison comparison;
  for (const Resource& resource : resources) {
    ASSIGN_OR_RETURN(Value row, comparer.Compare(resource));
    comparison.differs = comparison.differs || row.Find("change")->as_string() != "none";
    comparison.rows.mutable_list().push_back(std::move(row));
  }
  if (!tries)
    comparison.notice =
        "the cluster does not support dry runs: the comparison uses the documents without the cluster's defaults";
  return comparison;
}

std::string ComparisonText(const Value& rows) {
  std::string text;
  for (const Value& row : rows.as_list()) text += ComparedRowText(row);
  return text.empty() ? "no differences\n" : text;
}

Result<std::vector<Resource>> ResourcesToCompare(const ComparedOptions& given, std::vector<std::string>& notices) {
  std::vector<std::string> paths = given.files;
  paths.insert(paths.end(), given.more_files.begin(), given.more_files.end());
  ASSIGN_OR_RETURN(const auto documents, ReadDocuments(paths, given.validate, notices));
  std::vector<Resource> resources;
  for (const auto& document : documents) {
    if (!document) return std::unexpected(document.error());
    resources.push_back(*document);
  }
  return resources;
}

}  // namespace sallyport
