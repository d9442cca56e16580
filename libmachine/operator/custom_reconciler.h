// Makes one resource of the cluster what its custom resource says, or removes it
// (docs/protocol/operator.md#reconciling). Each pass reads both sides anew, so a pass that ends anywhere, also by a
// kill, is repeated without harm.
#pragma once

#include <functional>
#include <string>

#include "libbase/error.h"
#include "libbase/time.h"
#include "libmachine/operator/custom_api.h"
#include "libmachine/operator/custom_claims.h"
#include "libmachine/operator/custom_conditions.h"
#include "libmachine/operator/custom_resource.h"
#include "libmachine/operator/operator_cluster.h"

namespace sallyport {

// The reason of a pass.
enum class ReconcileCause {
  kCustomResource,  // it is new or was changed, or everything is looked at again
  kDrift,           // the resource of the cluster was changed
};

// The result of a pass.
struct ReconcileResult {
  enum class Change { kNone, kCreated, kUpdated, kRemoved };
  Change change = Change::kNone;
  // MeaningDigest of the resource of the cluster after the pass; empty when there is none.
  std::string content;
  // Why the pass has to be repeated after a pause; for logs and Events, without the name of a token.
  std::optional<Error> failure;
};

struct ReconcilerOptions {
  // Returns what a resource is to the operator ("the operator's own role"), or "" for resources that it may change.
  std::function<std::string(const KindRow& kind, const std::string& name)> own;
  std::function<Time()> now = Now;
};

// Safe from several threads, one for each object.
class CustomReconciler {
 public:
  // `api`, `cluster` and `claims` outlive the reconciler.
  CustomReconciler(CustomApi& api, OperatorCluster& cluster, CustomClaims& claims, ReconcilerOptions options);

  // Does one pass for the object of a name, which need not exist any more. Conditions of the object tell the result
  // too; a failure to write them is the failure of the pass.
  //
  // `seen` is what a watch has shown of an object without the finalizer: the pass then begins with the write of the
  // finalizer, which fails if the object has changed since, and needs no read.
  ReconcileResult Reconcile(const CustomKind& kind, const std::string& name, ReconcileCause cause,
                            const std::optional<CustomMetadata>& seen = std::nullopt);

 private:
  struct Pass;
  struct Refusal;
  using Change = ReconcileResult::Change;

  Result<ReconcileResult> Run(const CustomKind& kind, const std::string& name, ReconcileCause cause,
                              const std::optional<CustomMetadata>& seen);
  Result<std::optional<Pass>> Begin(const CustomKind& kind, const std::string& name, ReconcileCause cause,
                                    const std::optional<CustomMetadata>& seen);
  std::optional<Refusal> RefusalOf(const CustomKind& kind, const CustomMetadata& object);
  Result<Change> Delete(Pass& pass);
  Result<bool> RemoveFromCluster(Pass& pass);
  Status RemoveFinalizer(Pass& pass);
  Result<Value> AddFinalizer(const CustomKind& kind, const CustomMetadata& object);
  Result<Change> Refuse(Pass& pass, const Refusal& refusal);
  Result<Change> Write(Pass& pass);
  Result<Resource> Decode(Pass& pass);
  Result<std::optional<StoredResource>> FindOwned(Pass& pass, const Resource& wanted);
  Status Prepare(Pass& pass, Resource& wanted);
  Result<Change> Send(Pass& pass, Resource& wanted, const std::optional<StoredResource>& stored);
  void Set(Pass& pass, CustomCondition condition) const;
  Status StoreStatus(Pass& pass);

  CustomApi& api_;
  OperatorCluster& cluster_;
  CustomClaims& claims_;
  const ReconcilerOptions options_;
};

}  // namespace sallyport
