#include "libresources/events/chain_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "libbase/encoding.h"
#include "libbase/value_fields.h"

namespace sallyport {
namespace {

constexpr std::size_t kMaxProblems = 200;
constexpr std::size_t kMaxBroken = 300;  // are compared with each other
constexpr std::size_t kMaxRotations = 1000;
constexpr double kLargestNumber = 1e15;

Result<std::int64_t> NumberAt(const Value& event, std::string_view key) {
  const Value* const found = event.Find(key);
  if (found != nullptr && found->is_int()) return found->as_int();
  if (found != nullptr && found->is_double() && std::fabs(found->as_double()) <= kLargestNumber) {
    return static_cast<std::int64_t>(found->as_double());
  }
  return Fail(ErrorKind::kBadParameter, "the head has no number \"{}\"", key);
}

}  // namespace

std::string_view NameOf(ChainProblem::Kind kind) {
  switch (kind) {
    case ChainProblem::Kind::kMissing:
      return "missing";
    case ChainProblem::Kind::kChanged:
      return "changed";
    case ChainProblem::Kind::kReordered:
      return "reordered";
    case ChainProblem::Kind::kHead:
      return "head";
  }
  return "";
}

Result<ChainHead> HeadOfEvent(const Value& event) {
  ChainHead head;
  head.cluster_name = TextAt(event, "cluster_name");
  head.day = TextAt(event, "day");
  ASSIGN_OR_RETURN(head.first, NumberAt(event, "first"));
  ASSIGN_OR_RETURN(head.last, NumberAt(event, "last"));
  ASSIGN_OR_RETURN(head.hash, FromHex(TextAt(event, "hash")));
  ASSIGN_OR_RETURN(head.previous, FromHex(TextAt(event, "previous")));
  head.key = TextAt(event, "key");
  head.public_key = TextAt(event, "public_key");
  ASSIGN_OR_RETURN(head.signature, FromBase64(TextAt(event, "signature")));
  return head;
}

void ChainCheck::Add(const ChainLink& link, const Value& event) {
  if (!Take(link, EventDigest(event))) return;
  ++report_.events;
  const std::string type = TextAt(event, "event");
  if (type == "audit.key") TakeRotation(event);
  if (type != "audit.head") return;
  if (auto head = HeadOfEvent(event)) {
    AddHead(std::move(*head));
  } else {
    Tell(ChainProblem::Kind::kHead, link.number, link.number, "the head cannot be read: " + head.error().message);
  }
}

void ChainCheck::AddLeftOut(const ChainLink& link, std::string_view digest) {
  if (Take(link, digest)) ++report_.left_out;
}

bool ChainCheck::Take(const ChainLink& link, std::string_view digest) {
  if (first_ && link.number <= last_.number) {
    if (link.number == last_.number && link.hash == last_.hash) return false;
    Tell(ChainProblem::Kind::kReordered, link.number, link.number, "comes after an event with a higher number");
    return true;
  }

  const bool broken = LinkHash(link, digest) != link.hash;
  if (broken) broken_.push_back({link, std::string(digest)});
  if (broken_.size() >= kMaxBroken) TellBroken();
  if (!first_) {
    first_ = link;
  } else if (link.number != last_.number + 1) {
    Tell(ChainProblem::Kind::kMissing, last_.number + 1, link.number - 1, "");
  } else if (link.previous != last_.hash && !broken && !last_broken_) {
    Tell(ChainProblem::Kind::kChanged, last_.number, link.number, "the two do not follow each other in the chain");
  }
  if (last_.number != 0 && DayOf(link.committed) != DayOf(last_.committed)) ends_[last_.number] = last_.hash;
  last_ = link;
  last_broken_ = broken;
  return true;
}

void ChainCheck::AddHead(ChainHead head) {
  const auto [found, added] = heads_.try_emplace(head.last, head);
  if (added || found->second.signature == head.signature) return;
  Tell(ChainProblem::Kind::kHead, head.first, head.last, fmt::format("there are two heads of {}", head.day));
}

void ChainCheck::TakeRotation(const Value& event) {
  if (rotations_.size() < kMaxRotations) rotations_.insert_or_assign(TextAt(event, "key"), event);
}

// Adds a problem; one that continues the last one becomes part of it.
void ChainCheck::Tell(ChainProblem::Kind kind, std::int64_t first, std::int64_t last, std::string reason) {
  auto& problems = report_.problems;
  if (!problems.empty()) {
    ChainProblem& before = problems.back();
    if (before.kind == kind && before.reason == reason && first <= before.last + 1 && last >= before.first) {
      before.last = std::max(before.last, last);
      return;
    }
  }
  if (problems.size() == kMaxProblems) {
    ++report_.more_problems;
    return;
  }
  problems.push_back({kind, first, last, std::move(reason)});
}

// Tells of each event that does not fit its link whether the event was moved or changed.
void ChainCheck::TellBroken() {
  for (const Broken& event : broken_) {
    const auto fits = [&event](const Broken& place) {
      if (place.link.number == event.link.number) return false;
      ChainLink moved = event.link;
      moved.number = place.link.number;
      // Either the event alone was moved, or its link with it.
      return LinkHash(place.link, event.digest) == place.link.hash || LinkHash(moved, event.digest) == event.link.hash;
    };
    const auto place = std::ranges::find_if(broken_, fits);
    if (place == broken_.end()) {
      Tell(ChainProblem::Kind::kChanged, event.link.number, event.link.number, "");
    } else {
      Tell(ChainProblem::Kind::kReordered, event.link.number, event.link.number, "");
    }
  }
  broken_.clear();
}

void ChainCheck::CheckBeginning() {
  if (!first_) return;
  report_.first = first_->number;
  report_.last = last_.number;
  report_.begins = first_->committed;
  if (first_->number == 1) {
    if (first_->previous != ChainBeginning()) {
      Tell(ChainProblem::Kind::kChanged, 1, 1, "the first event does not begin a chain");
    }
    return;
  }
  const auto head = heads_.find(first_->number - 1);
  report_.by_retention = head != heads_.end() && head->second.hash == first_->previous;
  if (!report_.by_retention) {
    Tell(ChainProblem::Kind::kMissing, 1, first_->number - 1, "no head says that retention has removed them");
  }
}

// A key follows the one before by an event that the old key has signed.
void ChainCheck::CheckKey(const ChainHead& head, const ChainHead* before) {
  if (before == nullptr) {
    report_.keys.push_back(head.key);
    if (trusted_keys_.empty() || std::ranges::find(trusted_keys_, head.key) != trusted_keys_.end()) return;
    return Tell(ChainProblem::Kind::kHead, head.first, head.last,
                fmt::format("the head of {} is signed by {}, which is not a trusted key", head.day, head.key));
  }
  if (before->key == head.key) return;
  report_.keys.push_back(head.key);
  if (std::ranges::find(trusted_keys_, head.key) != trusted_keys_.end()) return;
  if (IsRotated(*before, head.key)) return;
  Tell(ChainProblem::Kind::kHead, head.first, head.last,
       fmt::format("the key of the heads was changed before {} without a rotation by the old key", head.day));
}

// Follows the rotations back from a key to the key of an earlier head; several may have come between two heads.
bool ChainCheck::IsRotated(const ChainHead& from, const std::string& to) const {
  std::string key = to;
  for (std::size_t steps = 0; steps < kMaxRotations; ++steps) {
    const auto rotation = rotations_.find(key);
    if (rotation == rotations_.end()) return false;
    key = TextAt(rotation->second, "previous_key");
    if (key == from.key) return CheckRotation(rotation->second, from.public_key).has_value();
    const auto older = rotations_.find(key);
    if (older == rotations_.end()) return false;
    if (!CheckRotation(rotation->second, TextAt(older->second, "public_key"))) return false;
  }
  return false;
}

// Returns whether an event was told as missing.
bool ChainCheck::IsMissing(std::int64_t number) const {
  return std::ranges::any_of(report_.problems, [number](const ChainProblem& problem) {
    return problem.kind == ChainProblem::Kind::kMissing && problem.first <= number && number <= problem.last;
  });
}

void ChainCheck::CheckHeads() {
  const ChainHead* before = nullptr;
  for (const auto& [last, head] : heads_) {
    CheckKey(head, before);
    const Status good = CheckHead(head);
    if (!good) {
      Tell(ChainProblem::Kind::kHead, head.first, head.last,
           fmt::format("the head of {} is not signed by its key", head.day));
    }
    if (before != nullptr && (before->last + 1 != head.first || before->hash != head.previous)) {
      Tell(ChainProblem::Kind::kHead, head.first, head.last,
           fmt::format("the head of {} does not follow the head of {}", head.day, before->day));
    }
    before = &head;
    if (!first_ || last < first_->number) continue;

    if (last > last_.number) {
      Tell(ChainProblem::Kind::kMissing, std::max(last_.number + 1, head.first), last,
           fmt::format("they were signed on {}", head.day));
      continue;
    }
    const auto end = ends_.find(last);
    if (end == ends_.end() && IsMissing(last)) continue;
    if (end == ends_.end() || end->second != head.hash) {
      Tell(ChainProblem::Kind::kChanged, head.first, last, fmt::format("they are not those signed on {}", head.day));
    } else if (good) {
      report_.signed_through = last;
      report_.last_day = head.day;
    }
  }
}

ChainReport ChainCheck::Finish() {
  TellBroken();
  if (first_) ends_[last_.number] = last_.hash;
  CheckBeginning();
  CheckHeads();
  return report_;
}

}  // namespace sallyport
