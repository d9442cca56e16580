#include "libcluster/ssh_server/ssh_packets.h"

#include <algorithm>

#include "libbase/secret.h"
#include "libidentity/ssh_wire.h"

namespace sallyport {
namespace {

constexpr std::size_t kLengthBytes = 4;
constexpr std::size_t kPlainBlock = 8;
constexpr std::size_t kGcmBlock = 16;
constexpr std::size_t kMinPadding = 4;
constexpr std::size_t kMaxVersionBytes = 255;
constexpr std::string_view kVersionPrefix = "SSH-2.0-";
constexpr std::size_t kNonceCounterAt = 4;  // the first four bytes of a nonce are fixed

// Adds one to the counter of a nonce.
void Advance(std::string& nonce) {
  for (std::size_t i = nonce.size(); i-- > kNonceCounterAt;) {
    nonce[i] = static_cast<char>(static_cast<unsigned char>(nonce[i]) + 1);
    if (nonce[i] != 0) return;
  }
}

// Returns the payload inside of padding length, payload and padding.
Result<std::string> Unpad(std::string_view packet) {
  const std::size_t padding = packet.empty() ? 0 : static_cast<unsigned char>(packet.front());
  if (padding < kMinPadding || padding + 2 > packet.size()) {
    return Fail(ErrorKind::kBadParameter, "SSH packet has a wrong padding");
  }
  return std::string(packet.substr(1, packet.size() - padding - 1));
}

// Drops the bytes before `taken` once they are worth the copy.
void DropTaken(std::string& bytes, std::size_t& taken) {
  if (taken < bytes.size() && taken < kMaxSshPacketBytes) return;
  bytes.erase(0, taken);
  taken = 0;
  if (bytes.empty() && bytes.capacity() > 2 * kMaxSshPacketBytes) bytes.shrink_to_fit();
}

}  // namespace

void SshPacketReader::Add(std::string_view bytes) {
  DropTaken(bytes_, taken_);
  bytes_ += bytes;
}

Result<std::optional<std::string>> SshPacketReader::NextLine() {
  const std::size_t end = rest().find('\n');
  if (std::min(end, rest().size()) > kMaxVersionBytes) {
    return Fail(ErrorKind::kBadParameter, "the client's version of SSH is longer than {} bytes", kMaxVersionBytes);
  }
  const std::string_view start = rest().substr(0, kVersionPrefix.size());
  if (!kVersionPrefix.starts_with(start)) {
    return Fail(ErrorKind::kBadParameter, "the client does not use version 2.0 of SSH");
  }
  if (end == std::string_view::npos) return std::nullopt;

  std::string_view line = rest().substr(0, end);
  if (line.ends_with('\r')) line.remove_suffix(1);
  if (line.size() < kVersionPrefix.size()) {
    return Fail(ErrorKind::kBadParameter, "the client does not use version 2.0 of SSH");
  }
  std::string version(line);
  taken_ += end + 1;
  return version;
}

Result<std::optional<std::string>> SshPacketReader::NextPacket() {
  SshReader reader(rest());
  const auto length = reader.Uint32();
  if (!length) return std::nullopt;
  const std::size_t size = *length;
  const std::size_t block = key_ ? kGcmBlock : kPlainBlock;
  const std::size_t aligned = key_ ? size : size + kLengthBytes;
  if (size > kMaxSshPacketBytes || size < kPlainBlock || aligned % block != 0) {
    return Fail(ErrorKind::kBadParameter, "SSH packet has a wrong length: {}", size);
  }

  auto payload = key_ ? TakeSealed(size) : TakePlain(size);
  if (payload && *payload) ++sequence_;
  return payload;
}

Result<std::optional<std::string>> SshPacketReader::TakePlain(std::size_t size) {
  if (rest().size() < kLengthBytes + size) return std::nullopt;
  ASSIGN_OR_RETURN(std::string payload, Unpad(rest().substr(kLengthBytes, size)));
  taken_ += kLengthBytes + size;
  return payload;
}

Result<std::optional<std::string>> SshPacketReader::TakeSealed(std::size_t size) {
  if (rest().size() < kLengthBytes + size + kGcmTagBytes) return std::nullopt;
  const std::string_view length = rest().substr(0, kLengthBytes);
  ASSIGN_OR_RETURN(const std::string packet,
                   key_->cipher.Open(key_->nonce, length, rest().substr(kLengthBytes, size + kGcmTagBytes)));
  Advance(key_->nonce);
  ASSIGN_OR_RETURN(std::string payload, Unpad(packet));
  taken_ += kLengthBytes + size + kGcmTagBytes;
  return payload;
}

void SshPacketWriter::WriteLine(std::string_view line) { bytes_.append(line).append("\r\n"); }

Status SshPacketWriter::Write(std::string_view payload) {
  const std::size_t block = key_ ? kGcmBlock : kPlainBlock;
  const std::size_t plain = payload.size() + 1 + (key_ ? 0 : kLengthBytes);
  std::size_t padding = block - plain % block;
  if (padding < kMinPadding) padding += block;

  const std::size_t size = payload.size() + 1 + padding;
  const std::string length = SshWriter().Uint32(static_cast<std::uint32_t>(size)).Take();
  SshWriter packet;
  packet.Byte(static_cast<std::uint8_t>(padding)).Raw(payload).Raw(RandomBytes(padding));

  DropTaken(bytes_, taken_);
  if (!key_) {
    bytes_.append(length).append(packet.bytes());
    return {};
  }
  ASSIGN_OR_RETURN(const std::string sealed, key_->cipher.Seal(key_->nonce, length, packet.bytes()));
  Advance(key_->nonce);
  bytes_.append(length).append(sealed);
  return {};
}

std::string SshPacketWriter::Take(std::size_t limit) {
  std::string taken = bytes_.substr(taken_, limit);
  taken_ += taken.size();
  DropTaken(bytes_, taken_);
  return taken;
}

}  // namespace sallyport
