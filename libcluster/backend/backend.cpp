#include "libcluster/backend/backend.h"

#include "libbase/secret.h"
#include "libresources/events/event_chain.h"

namespace sallyport {

std::string BackendTransaction::Add(Condition condition, std::string key, std::string value,
                                    std::optional<Time> expires, std::string_view expected_revision) {
  std::string revision = RandomUuid();
  changes_.push_back({.condition = condition,
                      .item = {std::move(key), std::move(value), revision, expires},
                      .expected_revision = std::string(expected_revision)});
  return revision;
}

std::string BackendTransaction::Put(std::string key, std::string value, std::optional<Time> expires) {
  return Add(Condition::kAny, std::move(key), std::move(value), expires, {});
}

std::string BackendTransaction::Create(std::string key, std::string value, std::optional<Time> expires) {
  return Add(Condition::kAbsent, std::move(key), std::move(value), expires, {});
}

std::string BackendTransaction::Update(std::string key, std::string value, std::string_view expected_revision,
                                       std::optional<Time> expires) {
  return Add(Condition::kRevision, std::move(key), std::move(value), expires, expected_revision);
}

void BackendTransaction::Remove(std::string key, bool must_exist) {
  AddRemoval(must_exist ? Condition::kPresent : Condition::kAny, std::move(key));
}

void BackendTransaction::RemoveExpired(std::string key) { AddRemoval(Condition::kExpired, std::move(key)); }

void BackendTransaction::Append(AuditRecord record) {
  if (record.digest.empty()) record.digest = EventDigest(std::string_view(record.json));
  records_.push_back(std::move(record));
}

void BackendTransaction::AddRemoval(Condition condition, std::string key) {
  changes_.push_back({.condition = condition,
                      .remove = true,
                      .item = {.key = std::move(key), .value = {}, .revision = {}, .expires = {}}});
}

Status CheckItemSizes(const BackendTransaction& transaction) {
  for (const auto& change : transaction.changes()) {
    if (change.item.value.size() <= kMaxItemBytes) continue;
    return Fail(ErrorKind::kLimitExceeded, "the resource has {} bytes, and at most {} are allowed",
                change.item.value.size(), kMaxItemBytes);
  }
  return {};
}

}  // namespace sallyport
