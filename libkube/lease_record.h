// Reads and writes what a Lease of coordination.k8s.io/v1 says about its holder, as client-go does
// (docs/protocol/services.md#kubernetes-leases).
#pragma once

#include <cstdint>
#include <string>

#include "libbase/time.h"
#include "libbase/value.h"

namespace sallyport {

struct LeaseRecord {
  std::string holder;                 // holderIdentity; empty: nobody holds the lease
  std::int64_t duration_seconds = 0;  // leaseDurationSeconds
  std::string acquired;               // acquireTime, as written
  std::string renewed;                // renewTime, as written
  std::int64_t transitions = 0;       // leaseTransitions

  bool operator==(const LeaseRecord&) const = default;
};

// Reads `spec` of a Lease; fields that are absent, or have another type, read as empty.
LeaseRecord ReadLease(const Value& lease);

// Writes the record into `spec` of a Lease; other fields of the Lease stay.
void WriteLease(const LeaseRecord& record, Value& lease);

// Returns the time in RFC 3339 with exactly six digits of the fraction, which the API requires (MicroTime).
std::string FormatMicroTime(Time time);

}  // namespace sallyport
