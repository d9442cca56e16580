// Checks the events of an audit log against its hash chain and its signed heads (docs/protocol/audit.md#hash-chain), in
// one pass and with little memory.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libbase/error.h"
#include "libbase/value.h"
#include "libresources/events/event_chain.h"

namespace sallyport {

struct ChainProblem {
  enum class Kind { kMissing, kChanged, kReordered, kHead };
  Kind kind{};
  std::int64_t first = 0;  // the numbers of the events
  std::int64_t last = 0;
  std::string reason;

  bool operator==(const ChainProblem&) const = default;
};

// Returns "missing", "changed", "reordered" or "head".
std::string_view NameOf(ChainProblem::Kind kind);

struct ChainReport {
  std::int64_t events = 0;
  std::int64_t left_out = 0;  // known by their digest alone
  std::int64_t first = 0;     // the numbers of the first and the last event
  std::int64_t last = 0;
  Time begins{};                    // the commit of the first event
  bool by_retention = false;        // the events before the first one are those of a head
  std::int64_t signed_through = 0;  // the last event that a good head covers
  std::string last_day;             // of that head
  std::vector<std::string> keys;    // the ids of the keys of the heads, in order
  std::vector<ChainProblem> problems;
  std::int64_t more_problems = 0;  // beyond the limit of `problems`
};

// For one thread at a time.
class ChainCheck {
 public:
  // The ids of the keys with which the heads may begin; empty: any.
  explicit ChainCheck(std::vector<std::string> trusted_keys = {}) : trusted_keys_(std::move(trusted_keys)) {}

  // Adds the next event, in the order of numbers. The same event twice counts once. Events audit.head and audit.key are
  // heads and changes of their key.
  void Add(const ChainLink& link, const Value& event);
  // Adds an event that was left out on purpose, by its digest.
  void AddLeftOut(const ChainLink& link, std::string_view digest);
  // Adds a head, before or after its events. The same head twice counts once.
  void AddHead(ChainHead head);

  // Returns the result.
  ChainReport Finish();

 private:
  struct Broken {
    ChainLink link;
    std::string digest;
  };

  // Returns false for an event that was there before.
  bool Take(const ChainLink& link, std::string_view digest);
  void TakeRotation(const Value& event);
  void Tell(ChainProblem::Kind kind, std::int64_t first, std::int64_t last, std::string reason);
  void TellBroken();
  void CheckHeads();
  bool IsMissing(std::int64_t number) const;
  void CheckBeginning();
  void CheckKey(const ChainHead& head, const ChainHead* before);
  bool IsRotated(const ChainHead& from, const std::string& to) const;

  const std::vector<std::string> trusted_keys_;
  ChainReport report_;
  std::optional<ChainLink> first_;
  ChainLink last_;
  bool last_broken_ = false;
  std::vector<Broken> broken_;                           // links that do not fit their events
  std::map<std::int64_t, std::string> ends_;             // the hashes of events before another day, by number
  std::map<std::int64_t, ChainHead> heads_;              // by their last event
  std::map<std::string, Value, std::less<>> rotations_;  // events of changes, by the new key
};

// Returns the head that an event audit.head tells. Fails with kBadParameter.
Result<ChainHead> HeadOfEvent(const Value& event);

}  // namespace sallyport
