#include "libcluster/net/steering.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cstring>

namespace sallyport {
namespace {

// Offsets of the source addresses (RFC 791 section 3.1, RFC 8200 section 3).
constexpr std::uint32_t kHeader = static_cast<std::uint32_t>(SKF_NET_OFF);
constexpr std::uint32_t kSenderOf4 = kHeader + 12;
constexpr std::uint32_t kSenderOf6 = kHeader + 8;
constexpr std::uint32_t kWord = 4;

constexpr std::uint32_t kKnown = 0;
constexpr std::uint32_t kStrangers = 1;

constexpr sock_filter Load(std::uint32_t at) { return BPF_STMT(BPF_LD | BPF_W | BPF_ABS, at); }
constexpr sock_filter Return(std::uint32_t socket) { return BPF_STMT(BPF_RET | BPF_K, socket); }
constexpr sock_filter SkipUnless(std::uint32_t value, unsigned char count) {
  return BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, count);
}

void Append(std::vector<sock_filter>& program, std::initializer_list<sock_filter> instructions) {
  program.insert(program.end(), instructions);
}

// The instructions for both families, which look at an address each.
struct Sources {
  std::vector<sock_filter> of4{Load(kSenderOf4)};
  std::vector<sock_filter> of6;

  void Add(const std::string& source) {
    std::array<std::uint32_t, 4> words{};
    if (::inet_pton(AF_INET, source.c_str(), words.data()) == 1) {
      Append(of4, {SkipUnless(ntohl(words[0]), 1), Return(kKnown)});
    } else if (::inet_pton(AF_INET6, source.substr(0, source.find('/')).c_str(), words.data()) == 1) {
      Append(of6, {Load(kSenderOf6), SkipUnless(ntohl(words[0]), 3), Load(kSenderOf6 + kWord),
                   SkipUnless(ntohl(words[1]), 1), Return(kKnown)});
    }
  }
};

}  // namespace

std::vector<sock_filter> SteeringProgram(const std::vector<std::string>& sources) {
  constexpr std::size_t kMostOfOne = 5;
  constexpr std::size_t kRest = 6;  // instructions beside those of sources
  Sources known;
  for (const auto& source : sources) {
    if (known.of4.size() + known.of6.size() + kMostOfOne + kRest > BPF_MAXINSNS) break;
    known.Add(source);
  }
  known.of4.push_back(Return(kStrangers));
  known.of6.push_back(Return(kStrangers));

  // The first half byte is the version. A conditional jump is too short to skip the IPv4 part.
  std::vector<sock_filter> program{BPF_STMT(BPF_LD | BPF_B | BPF_ABS, kHeader), BPF_STMT(BPF_ALU | BPF_RSH | BPF_K, 4),
                                   SkipUnless(6, 1),
                                   BPF_STMT(BPF_JMP | BPF_JA, static_cast<std::uint32_t>(known.of4.size()))};
  program.insert(program.end(), known.of4.begin(), known.of4.end());
  program.insert(program.end(), known.of6.begin(), known.of6.end());
  return program;
}

bool Steer(int socket, const std::vector<std::string>& sources) {
  std::vector<sock_filter> program = SteeringProgram(sources);
  const sock_fprog given{static_cast<unsigned short>(program.size()), program.data()};
  return ::setsockopt(socket, SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, &given, sizeof given) == 0;
}

}  // namespace sallyport
