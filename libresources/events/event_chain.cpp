#include "libresources/events/event_chain.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "libbase/digest.h"
#include "libbase/encoding.h"
#include "libbase/json.h"
#include "libbase/text.h"
#include "libbase/value_fields.h"

namespace sallyport {
namespace {

constexpr std::string_view kEventPrefix = "sallyport audit event 1\n";
constexpr std::string_view kHeadPrefix = "sallyport audit head 1\n";
constexpr std::string_view kRotationPrefix = "sallyport audit key 1\n";
constexpr std::string_view kChainKey = "chain";
constexpr double kLargestWhole = 9007199254740992.0;  // 2^53

// JSON has valid UTF-8 alone: the digest of a value must be that of its JSON.
void AppendText(std::string& out, std::string_view text) {
  out += '"';
  for (const char character : ToValidUtf8(text)) {
    if (character == '"' || character == '\\') {
      out += '\\';
      out += character;
    } else if (static_cast<unsigned char>(character) < 0x20) {
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(character));
    } else {
      out += character;
    }
  }
  out += '"';
}

void AppendNumber(std::string& out, double number) {
  if (number == std::trunc(number) && std::fabs(number) <= kLargestWhole) {
    out += fmt::format("{}", static_cast<std::int64_t>(number));
  } else {
    out += fmt::format("{:.17g}", number);
  }
}

void AppendCanonical(std::string& out, const Value& value);

void AppendCanonicalMap(std::string& out, const Value::Map& map, std::string_view left_out) {
  std::vector<const Value::Entry*> entries;
  for (const auto& entry : map) {
    if (entry.first != left_out) entries.push_back(&entry);
  }
  std::ranges::sort(entries, {}, [](const Value::Entry* entry) -> std::string_view { return entry->first; });

  out += '{';
  for (const auto* entry : entries) {
    if (entry != entries.front()) out += ',';
    AppendText(out, entry->first);
    out += ':';
    AppendCanonical(out, entry->second);
  }
  out += '}';
}

void AppendList(std::string& out, const Value::List& list) {
  out += '[';
  for (const auto& item : list) {
    if (&item != &list.front()) out += ',';
    AppendCanonical(out, item);
  }
  out += ']';
}

void AppendCanonical(std::string& out, const Value& value) {
  if (value.is_null()) {
    out += "null";
  } else if (value.is_bool()) {
    out += value.as_bool() ? "true" : "false";
  } else if (value.is_int() || value.is_double()) {
    AppendNumber(out, value.as_double());
  } else if (value.is_string()) {
    AppendText(out, value.as_string());
  } else if (value.is_map()) {
    AppendCanonicalMap(out, value.as_map(), {});
  } else {
    AppendList(out, value.as_list());
  }
}

void AppendBigEndian(std::string& out, std::uint64_t number) {
  for (int shift = 56; shift >= 0; shift -= 8) out += static_cast<char>((number >> shift) & 0xff);
}

std::string HeadText(const ChainHead& head) {
  return fmt::format("{}cluster {}\nday {}\nevents {} {}\nhash {}\nprevious {}\nkey {}\n", kHeadPrefix,
                     head.cluster_name, head.day, head.first, head.last, ToHex(head.hash), ToHex(head.previous),
                     head.key);
}

std::string RotationText(std::string_view cluster_name, std::string_view old_id, std::string_view new_id) {
  return fmt::format("{}cluster {}\nold {}\nnew {}\n", kRotationPrefix, cluster_name, old_id, new_id);
}

}  // namespace

std::string ChainBeginning() { return std::string(kChainHashBytes, '\0'); }

std::string CanonicalJson(const Value& event) {
  std::string out;
  AppendCanonical(out, event);
  return out;
}

std::string EventDigest(const Value& event) {
  if (!event.is_map()) return Sha256(CanonicalJson(event));
  std::string out;
  AppendCanonicalMap(out, event.as_map(), kChainKey);
  return Sha256(out);
}

std::string EventDigest(std::string_view json) {
  const auto event = ParseJson(json);
  return event ? EventDigest(*event) : Sha256(json);
}

std::string LinkHash(const ChainLink& link, std::string_view digest) {
  std::string text(kEventPrefix);
  text += link.previous;
  AppendBigEndian(text, static_cast<std::uint64_t>(link.number));
  AppendBigEndian(text, static_cast<std::uint64_t>(link.committed.time_since_epoch().count()));
  text += digest;
  return Sha256(text);
}

std::string KeyIdOf(const PublicKey& key) { return ToHex(Sha256(key.ToDerSpki())); }

Status SignHead(const PrivateKey& key, ChainHead& head) {
  head.key = KeyIdOf(key.public_key());
  head.public_key = key.public_key().ToPem();
  ASSIGN_OR_RETURN(head.signature, key.Sign(HeadText(head)));
  return {};
}

Status CheckHead(const ChainHead& head) {
  if (head.hash.size() != kChainHashBytes || head.previous.size() != kChainHashBytes) {
    return Fail(ErrorKind::kBadParameter, "a hash of the head of {} does not have {} bytes", head.day, kChainHashBytes);
  }
  ASSIGN_OR_RETURN(const PublicKey key, ParsePublicKeyPem(head.public_key));
  if (KeyIdOf(key) != head.key) {
    return Fail(ErrorKind::kBadParameter, "the public key of the head of {} is not the key that it names", head.day);
  }
  return key.Verify(HeadText(head), head.signature);
}

Result<std::string> SignRotation(const PrivateKey& old_key, std::string_view cluster_name, const PublicKey& new_key) {
  return old_key.Sign(RotationText(cluster_name, KeyIdOf(old_key.public_key()), KeyIdOf(new_key)));
}

Status CheckRotation(const Value& event, std::string_view old_public_key) {
  ASSIGN_OR_RETURN(const PublicKey old_key, ParsePublicKeyPem(old_public_key));
  ASSIGN_OR_RETURN(const PublicKey new_key, ParsePublicKeyPem(TextAt(event, "public_key")));
  ASSIGN_OR_RETURN(const std::string signature, FromBase64(TextAt(event, "signature")));
  if (TextAt(event, "previous_key") != KeyIdOf(old_key) || TextAt(event, "key") != KeyIdOf(new_key)) {
    return Fail(ErrorKind::kBadParameter, "the event names other keys than it has");
  }
  return old_key.Verify(RotationText(TextAt(event, "cluster_name"), KeyIdOf(old_key), KeyIdOf(new_key)), signature);
}

std::int64_t DayOf(Time time) { return std::chrono::floor<std::chrono::days>(time).time_since_epoch().count(); }

std::string DayText(std::int64_t day) {
  return FormatTime(Time(std::chrono::duration_cast<Nanoseconds>(std::chrono::days(day)))).substr(0, 10);
}

}  // namespace sallyport
