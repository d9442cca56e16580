#include "libmachine/operator/custom_reconciler.h"

#include <algorithm>

#include "libmachine/operator/prepared_resource.h"
#include "libmachine/operator/secret_reference.h"
#include "libresources/difference.h"
#include "libresources/kinds.h"
#include "libresources/kinds/metadata.h"

namespace sallyport {

// One pass: the object as read, and its status as the pass leaves it.
struct CustomReconciler::Pass {
  Pass(const CustomKind& of_kind, ReconcileCause why, Value read) : kind(of_kind), cause(why), object(std::move(read)) {
    metadata = MetadataOfCustom(object);
    if (const Value* const had = object.Find("status")) status = *had;
  }

  const CustomKind& kind;
  ReconcileCause cause;
  Value object;
  CustomMetadata metadata;
  Value status;
  std::string content;  // of ReconcileResult
};

// The reason for which the operator leaves the resource of an object alone.
struct CustomReconciler::Refusal {
  CustomCondition condition;
  Error error;
};

CustomReconciler::CustomReconciler(CustomApi& api, OperatorCluster& cluster, CustomClaims& claims,
                                   ReconcilerOptions options)
    : api_(api), cluster_(cluster), claims_(claims), options_(std::move(options)) {}

ReconcileResult CustomReconciler::Reconcile(const CustomKind& kind, const std::string& name, ReconcileCause cause,
                                            const std::optional<CustomMetadata>& seen) {
  auto done = Run(kind, name, cause, seen);
  if (done) return std::move(*done);
  Error error = std::move(done).error();
  error.message = WithoutSecretName(kind, name, std::move(error.message));
  return {.failure = std::move(error)};
}

Result<ReconcileResult> CustomReconciler::Run(const CustomKind& kind, const std::string& name, ReconcileCause cause,
                                              const std::optional<CustomMetadata>& seen) {
  ASSIGN_OR_RETURN(auto pass, Begin(kind, name, cause, seen));
  if (!pass || pass->metadata.ignored) {
    claims_.Remove(kind, name);
    return ReconcileResult();
  }
  if (pass->metadata.deleted) {
    ASSIGN_OR_RETURN(const Change change, Delete(*pass));
    return ReconcileResult{.change = change};
  }

  if (const auto refusal = RefusalOf(kind, pass->metadata)) {
    ASSIGN_OR_RETURN(const Change change, Refuse(*pass, *refusal));
    return ReconcileResult{.change = change};
  }
  if (!pass->metadata.HasFinalizer()) {
    ASSIGN_OR_RETURN(Value object, AddFinalizer(kind, pass->metadata));
    pass.emplace(kind, cause, std::move(object));
  }
  ASSIGN_OR_RETURN(const Change change, Write(*pass));
  return ReconcileResult{.change = change, .content = std::move(pass->content)};
}

// Reads the object, unless the write of its finalizer shows that what was seen of it holds; nothing: it is gone.
Result<std::optional<CustomReconciler::Pass>> CustomReconciler::Begin(const CustomKind& kind, const std::string& name,
                                                                      ReconcileCause cause,
                                                                      const std::optional<CustomMetadata>& seen) {
  const bool may_hold = seen && !seen->HasFinalizer() && !seen->deleted && !seen->ignored && !RefusalOf(kind, *seen);
  if (may_hold) {
    auto held = AddFinalizer(kind, *seen);
    if (held) return std::optional<Pass>(std::in_place, kind, cause, std::move(*held));
    const ErrorKind failure = held.error().kind;
    if (failure != ErrorKind::kCompareFailed && failure != ErrorKind::kNotFound) {
      return std::unexpected(std::move(held).error());
    }
  }

  ASSIGN_OR_RETURN(auto object, api_.Get(kind, name));
  if (!object) return std::optional<Pass>();
  return std::optional<Pass>(std::in_place, kind, cause, std::move(*object));
}

// Claims the resource for the object; returns why the object may not have it.
std::optional<CustomReconciler::Refusal> CustomReconciler::RefusalOf(const CustomKind& kind,
                                                                     const CustomMetadata& object) {
  claims_.Add(object.name, {&kind, object.created, object.uid, object.HasFinalizer()});

  const KindRow* const row = FindKind(kind.teleport_kind);
  const std::string own = row == nullptr || !options_.own ? std::string() : options_.own(*row, object.name);
  if (!own.empty()) {
    return Refusal{RefusedByOperator(own), {ErrorKind::kAccessDenied, "the operator does not change " + own, ""}};
  }
  if (const CustomKind* const older = claims_.OlderThan(kind, object.name)) {
    const std::string shown = fmt::format("the {} of the same name", older->kind);
    return Refusal{TakenByOther("The" + shown.substr(3)),
                   {ErrorKind::kAlreadyExists, shown + " describes the same resource", ""}};
  }
  return std::nullopt;
}

// Deletion.

Result<ReconcileResult::Change> CustomReconciler::Delete(Pass& pass) {
  if (!pass.metadata.HasFinalizer()) {
    claims_.Remove(pass.kind, pass.metadata.name);
    return Change::kNone;
  }

  const auto removed = RemoveFromCluster(pass);
  if (!removed) {
    Set(pass, RefusedByCluster(removed.error().message));
    const Status stored = StoreStatus(pass);  // the failure to delete counts more than one to say so
    return std::unexpected(stored ? removed.error()
                                  : InContext("the status cannot be written either", removed.error()));
  }

  RETURN_IF_ERROR(RemoveFinalizer(pass));
  claims_.Remove(pass.kind, pass.metadata.name);
  return *removed ? Change::kRemoved : Change::kNone;
}

// Removes the resource if the operator may; returns whether there was one to remove.
Result<bool> CustomReconciler::RemoveFromCluster(Pass& pass) {
  const KindRow* const row = FindKind(pass.kind.teleport_kind);
  const std::string& name = pass.metadata.name;
  if (row == nullptr || pass.metadata.kept) return false;
  if (options_.own && !options_.own(*row, name).empty()) return false;
  if (claims_.Other(pass.kind, name) != nullptr) return false;  // the resource is left to the other custom resource

  ASSIGN_OR_RETURN(const auto stored, cluster_.Find(*row, name, pass.kind.sub_kind));
  if (!stored || !IsOfKubernetes(*stored->resource.message)) return false;
  const Status removed = cluster_.Remove(*row, name);
  if (removed) return true;
  if (removed.error().kind == ErrorKind::kNotFound) return false;
  return std::unexpected(removed.error());
}

Status CustomReconciler::RemoveFinalizer(Pass& pass) {
  std::vector<std::string> finalizers = pass.metadata.finalizers;
  std::erase(finalizers, kDeletionFinalizer);
  const auto object = api_.SetFinalizers(pass.kind, pass.metadata, finalizers);
  if (object || object.error().kind == ErrorKind::kNotFound) return {};
  return std::unexpected(object.error());
}

Result<Value> CustomReconciler::AddFinalizer(const CustomKind& kind, const CustomMetadata& object) {
  std::vector<std::string> finalizers = object.finalizers;
  finalizers.emplace_back(kDeletionFinalizer);
  return api_.SetFinalizers(kind, object, finalizers);
}

// Creation and change.

Result<ReconcileResult::Change> CustomReconciler::Refuse(Pass& pass, const Refusal& refusal) {
  Set(pass, refusal.condition);
  RETURN_IF_ERROR(StoreStatus(pass));
  return std::unexpected(refusal.error);
}

Result<ReconcileResult::Change> CustomReconciler::Write(Pass& pass) {
  const auto step = [&]() -> Result<Change> {
    ASSIGN_OR_RETURN(Resource wanted, Decode(pass));
    ASSIGN_OR_RETURN(const auto stored, FindOwned(pass, wanted));
    RETURN_IF_ERROR(Prepare(pass, wanted));
    return Send(pass, wanted, stored);
  };
  auto change = step();
  RETURN_IF_ERROR(StoreStatus(pass));
  return change;
}

Result<Resource> CustomReconciler::Decode(Pass& pass) {
  auto wanted = ResourceOf(pass.kind, pass.object);
  if (wanted) {
    Set(pass, Decoded());
    return wanted;
  }

  Set(pass, NotDecoded(wanted.error().message));
  for (const std::string_view type : {kReconciled, kOwned}) {
    if (!HasCondition(pass.status, type)) Set(pass, Undecided(type));
  }
  return wanted;
}

// Returns the stored resource if there is one and it is the operator's.
Result<std::optional<StoredResource>> CustomReconciler::FindOwned(Pass& pass, const Resource& wanted) {
  auto stored = cluster_.Find(*wanted.kind, pass.metadata.name, pass.kind.sub_kind);
  if (!stored) {
    Set(pass, RefusedByCluster(stored.error().message));
    return stored;
  }

  // Keeps the place of the condition, which the rest of the pass decides, before that of the ownership.
  if (!HasCondition(pass.status, kReconciled)) Set(pass, Reconciled());
  if (!*stored) {
    Set(pass, NewInCluster());
  } else if (IsOfKubernetes(*(*stored)->resource.message)) {
    Set(pass, OwnedInCluster());
  } else {
    Set(pass, Reconciled());  // as Teleport's operator: the read has succeeded
    Set(pass, NotOwned());
    return Fail(ErrorKind::kAlreadyExists, "the {} exists, and is not managed by Kubernetes", wanted.kind->kind);
  }
  return stored;
}

Status CustomReconciler::Prepare(Pass& pass, Resource& wanted) {
  const auto look_up = [&](std::string_view text) -> Result<Secret> {
    ASSIGN_OR_RETURN(const SecretReference reference, ParseSecretReference(text));
    ASSIGN_OR_RETURN(const Value secret, api_.GetSecret(reference.name));
    return ValueOfSecret(secret, reference, pass.metadata.name);
  };
  const Status filled = FillSecrets(wanted, look_up);
  if (!filled) Set(pass, NotPrepared(filled.error().message));
  return filled;
}

Result<ReconcileResult::Change> CustomReconciler::Send(Pass& pass, Resource& wanted,
                                                       const std::optional<StoredResource>& stored) {
  Status sent = CheckAsNew(*wanted.kind, *wanted.message);
  Change change = Change::kCreated;
  if (sent && !stored) {
    sent = cluster_.Create(wanted);
  } else if (sent) {
    KeepOfStored(wanted, *stored->resource.message);
    // A read of a kind that hides fields cannot tell whether a write is needed: only a change of the object writes.
    const bool may_skip = stored->shows_all || pass.cause == ReconcileCause::kDrift;
    change = may_skip && SaysTheSame(*wanted.message, *stored->resource.message) ? Change::kNone : Change::kUpdated;
    if (change == Change::kUpdated) sent = cluster_.Update(wanted);
  }

  Set(pass, sent ? Reconciled() : RefusedByCluster(sent.error().message));
  if (!sent) return std::unexpected(sent.error());
  if (change == Change::kCreated) Set(pass, OwnedInCluster());  // as the next read would say
  pass.content = MeaningDigest(*wanted.message);
  return change;
}

// Status.

void CustomReconciler::Set(Pass& pass, CustomCondition condition) const {
  condition.message = WithoutSecretName(pass.kind, pass.metadata.name, std::move(condition.message));
  SetCondition(pass.status, condition, pass.metadata.generation, options_.now());
}

Status CustomReconciler::StoreStatus(Pass& pass) {
  if (pass.status.Find("teleportResourceID") == nullptr) pass.status.Set("teleportResourceID", 0);
  const Value* const had = pass.object.Find("status");
  if (had != nullptr && *had == pass.status) return {};
  return api_.SetStatus(pass.kind, pass.metadata, pass.status);
}

}  // namespace sallyport
