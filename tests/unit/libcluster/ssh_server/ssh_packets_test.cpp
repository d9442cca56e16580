#include "libcluster/ssh_server/ssh_packets.h"

#include <catch2/catch.hpp>

#include "libidentity/ssh_wire.h"

namespace sallyport {
namespace {

SshPacketKey Key(AesGcm::Direction direction) {
  return {AesGcm::Make(Secret(std::string(16, 'k')), direction).value(), std::string(8, 'n') + "\xff\xff\xff\xff"};
}

TEST_CASE("packets of any length come back, plain and sealed", "[ssh_server]") {
  const bool sealed = GENERATE(false, true);
  SshPacketWriter writer;
  SshPacketReader reader;
  if (sealed) {
    writer.SetKey(Key(AesGcm::Direction::kSeal));
    reader.SetKey(Key(AesGcm::Direction::kOpen));
  }
  for (std::size_t size = 1; size < 100; ++size) REQUIRE(writer.Write(std::string(size, 'p')));
  REQUIRE(writer.Write(std::string(60'000, 'p')));
  while (writer.queued() > 0) reader.Add(writer.Take(7));
  for (std::size_t size = 1; size < 100; ++size) {
    CHECK(reader.NextPacket().value() == std::string(size, 'p'));
    CHECK(reader.sequence() == size - 1);
  }
  CHECK(reader.NextPacket().value()->size() == 60'000);
  CHECK_FALSE(reader.NextPacket().value());
  CHECK(reader.buffered() == 0);
}

TEST_CASE("a packet that is repeated, left out or exchanged is not authentic", "[ssh_server]") {
  SshPacketWriter writer;
  writer.SetKey(Key(AesGcm::Direction::kSeal));
  REQUIRE(writer.Write("one"));
  const std::string one = writer.Take(SIZE_MAX);
  REQUIRE(writer.Write("two"));
  const std::string two = writer.Take(SIZE_MAX);

  SshPacketReader reader;
  reader.SetKey(Key(AesGcm::Direction::kOpen));
  const std::string second = GENERATE_COPY(one, two);
  reader.Add(second == one ? one + one : two);
  if (second == one) CHECK(reader.NextPacket().value() == "one");
  CHECK_FALSE(reader.NextPacket());
}

TEST_CASE("packets with a wrong length or padding are refused before they have arrived", "[ssh_server]") {
  const bool sealed = GENERATE(false, true);
  for (const std::uint32_t size : {0U, 1U, 7U, 13U, 65'537U, 65'552U, 0x7fffffffU, 0xffffffffU}) {
    CAPTURE(size, sealed);
    SshPacketReader reader;
    if (sealed) reader.SetKey(Key(AesGcm::Direction::kOpen));
    reader.Add(SshWriter().Uint32(size).Take());
    CHECK_FALSE(reader.NextPacket());
  }
  for (const std::uint8_t padding : {0, 3, 11, 12, 255}) {
    CAPTURE(static_cast<int>(padding));
    SshPacketReader reader;
    reader.Add(SshWriter().Uint32(12).Byte(padding).Raw(std::string(11, 'x')).Take());
    CHECK_FALSE(reader.NextPacket());
  }
}

TEST_CASE("a version is a line of at most 255 bytes", "[ssh_server]") {
  struct Row {
    std::string bytes;
    const char* version;  // nullptr: refused
  };
  const Row rows[] = {{"SSH-2.0-Go\r\nrest", "SSH-2.0-Go"},
                      {"SSH-2.0-Go\n", "SSH-2.0-Go"},
                      {"SSH-2.0-Go", ""},
                      {"", ""},
                      {"SSH-", ""},
                      {"SSH-2.0\n", nullptr},
                      {"SSH-1.99-Go\n", nullptr},
                      {"GET /", nullptr},
                      {"\n", nullptr},
                      {"SSH-2.0-" + std::string(300, 'x'), nullptr},
                      {"SSH-2.0-" + std::string(300, 'x') + "\n", nullptr}};
  for (const Row& row : rows) {
    CAPTURE(row.bytes);
    SshPacketReader reader;
    reader.Add(row.bytes);
    const auto line = reader.NextLine();
    CHECK(line.has_value() == (row.version != nullptr));
    if (line) CHECK(line->value_or("") == row.version);
  }
}

}  // namespace
}  // namespace sallyport
