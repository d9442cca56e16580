#include "libidentity/identity_file.h"

#include "libbase/file.h"
#include "libbase/text.h"
#include "libbase/trim.h"
#include "libidentity/ssh_certificate.h"

namespace sallyport {
namespace {

constexpr std::size_t kMaxFileBytes = 4 << 20;
constexpr std::string_view kBegin = "-----BEGIN";
constexpr std::string_view kEnd = "-----END";
constexpr std::string_view kCertAuthority = "@cert-authority";
constexpr std::string_view kCertificateSuffix = "-cert.pub";

// Returns a block from its first line to its END line.
Result<Secret> TakeBlock(std::string_view line, std::string_view& text) {
  std::string block;
  block.reserve(1 << 13);
  for (;;) {
    block.append(line).append("\n");
    if (line.starts_with(kEnd)) return Secret(std::move(block));
    if (text.empty()) break;
    line = Trimmed(TakeLine(text));
  }
  Wipe(block);
  return Fail(ErrorKind::kBadParameter, "identity file has a PEM block without an end");
}

// Stores a block by its position: key, certificate, authorities.
void Place(Secret block, IdentityFile& file) {
  if (file.private_key.empty()) {
    file.private_key = std::move(block);
  } else if (file.tls_certificate.empty()) {
    file.tls_certificate = block.Reveal();
  } else {
    file.tls_authorities.push_back(block.Reveal());
  }
}

void AppendPart(std::string& out, std::string_view part) {
  if (part.empty()) return;
  out += part;
  if (!part.ends_with('\n')) out += '\n';
}

}  // namespace

Secret FormatIdentityFile(const IdentityFile& file) {
  std::size_t size = file.private_key.Reveal().size() + file.ssh_certificate.size() + file.tls_certificate.size() + 3;
  for (const auto* list : {&file.ssh_authorities, &file.tls_authorities}) {
    for (const std::string& part : *list) size += part.size() + 1;
  }
  std::string out;
  out.reserve(size);  // a reallocation would leave copies of the key in memory
  AppendPart(out, file.private_key.Reveal());
  AppendPart(out, file.ssh_certificate);
  AppendPart(out, file.tls_certificate);
  for (const std::string& line : file.ssh_authorities) AppendPart(out, line);
  for (const std::string& pem : file.tls_authorities) AppendPart(out, pem);
  return Secret(std::move(out));
}

Result<IdentityFile> ParseIdentityFile(std::string_view text) {
  if (text.size() > kMaxFileBytes) {
    return Fail(ErrorKind::kBadParameter, "identity file is larger than {} bytes", kMaxFileBytes);
  }
  IdentityFile file;
  while (!text.empty()) {
    const std::string_view line = Trimmed(TakeLine(text));
    if (line.starts_with(kBegin)) {
      ASSIGN_OR_RETURN(Secret block, TakeBlock(line, text));
      Place(std::move(block), file);
    } else if (line.starts_with(kCertAuthority)) {
      file.ssh_authorities.emplace_back(line);
    } else if (IsSshCertificateType(line.substr(0, line.find(' ')))) {
      file.ssh_certificate = line;
    }
  }
  return file;
}

Result<IdentityFile> ReadIdentityFile(const std::string& path) {
  ASSIGN_OR_RETURN(std::string content, ReadFile(path, kMaxFileBytes));
  const Secret text(std::move(content));
  auto file = ParseIdentityFile(text.Reveal());
  if (!file) return std::unexpected(InContext(path, std::move(file).error()));
  if (file->private_key.empty()) return Fail(ErrorKind::kBadParameter, "identity file {} holds no private key", path);
  if (!file->ssh_certificate.empty()) return file;
  const std::string beside = path + std::string(kCertificateSuffix);
  const auto other = ReadFile(beside, kMaxFileBytes);
  std::string_view rest = other ? std::string_view(*other) : std::string_view();
  const std::string_view line = Trimmed(TakeLine(rest));
  if (!IsSshCertificateType(line.substr(0, line.find(' ')))) {
    return Fail(ErrorKind::kBadParameter, "no SSH certificate in identity file {} nor in {}", path, beside);
  }
  file->ssh_certificate = line;
  return file;
}

Status WriteIdentityFile(const std::string& path, const IdentityFile& file) {
  return WritePrivateFile(path, FormatIdentityFile(file).Reveal());
}

}  // namespace sallyport
