// The hash chain of the audit log, and the signed heads of its days (docs/protocol/audit.md#hash-chain). Pure
// functions, safe from several threads.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "libbase/error.h"
#include "libbase/time.h"
#include "libbase/value.h"
#include "libidentity/keys.h"

namespace sallyport {

inline constexpr std::size_t kChainHashBytes = 32;

// Returns the hash before the first event of a cluster: zero bytes.
std::string ChainBeginning();

// Returns the canonical JSON of an event, which is the same after a way through a protobuf Struct.
std::string CanonicalJson(const Value& event);

// Returns the digest of an event: of its canonical JSON without the key `chain`. The digest of a text that is not JSON
// is that of its bytes.
std::string EventDigest(const Value& event);
std::string EventDigest(std::string_view json);

// The place of an event in the chain. Hashes are bytes.
struct ChainLink {
  std::int64_t number = 0;  // 1 for the first event of a cluster
  Time committed{};
  std::string previous;  // the hash of the event before
  std::string hash;
};

// Returns the hash that an event with this digest has at its place; reads all fields of the link but `hash`.
std::string LinkHash(const ChainLink& link, std::string_view digest);

// The signed statement of the auth service about the events of one day. Hashes are bytes.
struct ChainHead {
  std::string cluster_name;
  std::string day;  // "2026-11-30", UTC
  std::int64_t first = 0;
  std::int64_t last = 0;
  std::string hash;        // of the last event
  std::string previous;    // the hash of the last event of the head before
  std::string key;         // KeyIdOf the signing key
  std::string public_key;  // PEM
  std::string signature;   // bytes
};

// Returns the id of a key: the SHA-256 of its SubjectPublicKeyInfo, in hexadecimal digits.
std::string KeyIdOf(const PublicKey& key);

// Signs a head whose other fields are complete; sets its key and signature. Fails as PrivateKey::Sign does.
Status SignHead(const PrivateKey& key, ChainHead& head);

// Checks that the signature of a head is by the key that it names. Fails with kBadParameter for a head that cannot be
// read, kAccessDenied for a wrong signature. Does not decide whether the key is trusted.
Status CheckHead(const ChainHead& head);

// Returns the signature by which an old key of a cluster's heads names its successor. Fails as PrivateKey::Sign does.
Result<std::string> SignRotation(const PrivateKey& old_key, std::string_view cluster_name, const PublicKey& new_key);

// Checks that an event audit.key is signed by the key with this PEM. Fails with kBadParameter for an event that cannot
// be read or names another old key, kAccessDenied for a wrong signature.
Status CheckRotation(const Value& event, std::string_view old_public_key);

// Returns the number of the UTC day since 1970, and its text "2026-11-30".
std::int64_t DayOf(Time time);
std::string DayText(std::int64_t day);

}  // namespace sallyport
