// Reads and writes the packets of SSH (RFC 4253 section 6): plain until a key is set, then sealed by AES-GCM as OpenSSH
// does (RFC 5647: the length is authenticated and not encrypted, the nonce counts packets).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "libbase/error.h"
#include "libidentity/aes_gcm.h"

namespace sallyport {

// A packet's length field at most. Peers send 32 KiB of data at a time, and a certificate is smaller.
inline constexpr std::size_t kMaxSshPacketBytes = 64 * 1024;

// A key for one direction, and the nonce of its first packet.
struct SshPacketKey {
  AesGcm cipher;
  std::string nonce;
};

// Takes packets out of a stream of bytes. After a failure the stream is unusable.
class SshPacketReader {
 public:
  void Add(std::string_view bytes);

  // Returns the peer's version line without its end ("SSH-2.0-Go"), or nothing while it is incomplete. Fails with
  // kBadParameter for a line that is too long or of another protocol.
  Result<std::optional<std::string>> NextLine();
  // Returns the payload of the next packet, at least one byte, or nothing while it is incomplete. Fails with
  // kBadParameter for a packet that is malformed, not authentic or too large.
  Result<std::optional<std::string>> NextPacket();

  // The next packet is the first under this key.
  void SetKey(SshPacketKey key) { key_ = std::move(key); }
  // Sets the number of the next packet to zero.
  void ResetSequence() { sequence_ = 0; }

  // The number of the last packet.
  std::uint32_t sequence() const { return sequence_ - 1; }
  // The packets since the key was set are counted by the caller; this is what has arrived and was not taken.
  std::size_t buffered() const { return bytes_.size() - taken_; }

 private:
  Result<std::optional<std::string>> TakePlain(std::size_t size);
  Result<std::optional<std::string>> TakeSealed(std::size_t size);
  std::string_view rest() const { return std::string_view(bytes_).substr(taken_); }

  std::string bytes_;
  std::size_t taken_ = 0;
  std::optional<SshPacketKey> key_;
  std::uint32_t sequence_ = 0;
};

// Appends packets to a stream of bytes.
class SshPacketWriter {
 public:
  void WriteLine(std::string_view line);
  // Fails with kInternal when the system's cryptography fails.
  Status Write(std::string_view payload);

  void SetKey(SshPacketKey key) { key_ = std::move(key); }

  // Returns and removes at most `limit` bytes.
  std::string Take(std::size_t limit);
  std::size_t queued() const { return bytes_.size() - taken_; }

 private:
  std::string bytes_;
  std::size_t taken_ = 0;
  std::optional<SshPacketKey> key_;
};

}  // namespace sallyport
