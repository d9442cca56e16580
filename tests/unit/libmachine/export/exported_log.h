// Lines of an exported audit log, with their chain and the heads of days.
#pragma once

#include <string>
#include <vector>

#include "libbase/encoding.h"
#include "libbase/json.h"
#include "libbase/time.h"
#include "libmachine/export/exported_event.h"
#include "libresources/events/event_chain.h"

namespace sallyport::test {

// Three days with ten events each; the second and third day begin with the head of the day before.
class ExportedLog {
 public:
  ExportedLog() {
    for (int day = 0; day < 3; ++day) {
      if (day > 0) AppendHead(day);
      while (static_cast<int>(events.size()) < 10 * (day + 1)) {
        Value event = Value::EmptyMap();
        event.Set("event", "user.create");
        event.Set("name", fmt::format("user-{}", events.size() + 1));
        Append(day, std::move(event));
      }
    }
  }

  // Appends an event and its chain.
  void Append(int day, Value event) {
    event.Set("time", "2026-11-28T08:00:00.123Z");
    ChainLink link{static_cast<std::int64_t>(events.size()) + 1,
                   ParseTime("2026-11-28T08:00:00.123456789Z").value() + std::chrono::days(day),
                   last_hash_,
                   {}};
    link.hash = LinkHash(link, EventDigest(event));
    last_hash_ = link.hash;
    SetChain(event, link);
    events.push_back(std::move(event));
  }

  static void SetChain(Value& event, const ChainLink& link) {
    Value& chain = event.Set("chain", Value::EmptyMap());
    chain.Set("number", link.number);
    chain.Set("committed", FormatTime(link.committed));
    chain.Set("previous", ToHex(link.previous));
    chain.Set("hash", ToHex(link.hash));
  }

  // Returns what stands for an event that is left out.
  Value LeftOut(int number) {
    ExportedEvent event;
    event.json = ToJson(at(number));
    return ParseJson(LeftOutEvent(event).value().json).value();
  }

  Value& at(int number) { return events.at(static_cast<std::size_t>(number - 1)); }

  // Returns the lines of events FIRST to LAST.
  std::string Lines(int first = 1, int last = 30) {
    std::string text;
    for (int number = first; number <= last; ++number) text += ToJson(at(number)) + "\n";
    return text;
  }

  std::vector<Value> events;

 private:
  void AppendHead(int day) {
    ChainHead head;
    head.cluster_name = "ex.com";
    head.day = DayText(DayOf(ParseTime("2026-11-28T08:00:00Z").value()) + day - 1);
    head.first = 10 * day - 9;
    head.last = 10 * day;
    head.hash = last_hash_;
    head.previous = last_head_;
    if (!SignHead(key_, head)) std::abort();
    last_head_ = head.hash;

    Value event = Value::EmptyMap();
    event.Set("event", "audit.head");
    event.Set("cluster_name", head.cluster_name);
    event.Set("day", head.day);
    event.Set("first", head.first);
    event.Set("last", head.last);
    event.Set("hash", ToHex(head.hash));
    event.Set("previous", ToHex(head.previous));
    event.Set("key", head.key);
    event.Set("public_key", head.public_key);
    event.Set("signature", ToBase64(head.signature));
    Append(day, std::move(event));
  }

  PrivateKey key_ = GeneratePrivateKey(KeyAlgorithm::kEd25519).value();
  std::string last_hash_ = ChainBeginning();
  std::string last_head_ = ChainBeginning();
};

}  // namespace sallyport::test
