#include "libidentity/pem.h"

#include "libbase/encoding.h"
#include "libbase/text.h"
#include "libbase/trim.h"

namespace sallyport {
namespace {

constexpr std::string_view kBlockBegin = "-----BEGIN ";
constexpr std::string_view kBlockEnd = "-----END ";
constexpr std::string_view kDashes = "-----";
constexpr std::size_t kLineLength = 64;

// Returns the label of "-----BEGIN label-----" or the same with END; empty when the line is not one.
std::string_view LabelOf(std::string_view line, std::string_view start) {
  if (!line.starts_with(start) || !line.ends_with(kDashes)) return {};
  if (line.size() <= start.size() + kDashes.size()) return {};
  return line.substr(start.size(), line.size() - start.size() - kDashes.size());
}

// Reads from behind the BEGIN line up to and with the END line.
Result<PemBlock> ReadBlock(std::string_view label, std::string_view& text) {
  PemBlock block{.label = std::string(label), .headers = {}, .body = {}};
  std::string digits;
  while (!text.empty()) {
    const std::string_view line = Trimmed(TakeLine(text));
    if (line.starts_with(kBlockEnd)) {
      if (LabelOf(line, kBlockEnd) != label) break;
      auto body = FromBase64(digits);
      Wipe(digits);
      if (!body) return std::unexpected(InContext(fmt::format("PEM block \"{}\"", label), std::move(body).error()));
      block.body = Secret(std::move(*body));
      return block;
    }

    if (line.find(':') != std::string_view::npos && digits.empty()) {
      block.headers += line;
      block.headers += '\n';
    } else {
      digits += line;
    }
  }

  Wipe(digits);
  return Fail(ErrorKind::kBadParameter, "PEM block \"{}\" has no end", label);
}

}  // namespace

std::string ToPem(std::string_view label, std::string_view body) {
  std::string digits = ToBase64(body);
  std::string text;
  text.reserve(digits.size() + digits.size() / kLineLength + 2 * label.size() + 40);
  text.append(kBlockBegin).append(label).append(kDashes).append("\n");
  for (std::size_t place = 0; place < digits.size(); place += kLineLength) {
    text.append(digits, place, kLineLength).append("\n");
  }
  text.append(kBlockEnd).append(label).append(kDashes).append("\n");
  Wipe(digits);
  return text;
}

Result<std::vector<PemBlock>> ParsePem(std::string_view text) {
  std::vector<PemBlock> blocks;
  while (!text.empty()) {
    const std::string_view label = LabelOf(Trimmed(TakeLine(text)), kBlockBegin);
    if (label.empty()) continue;
    ASSIGN_OR_RETURN(PemBlock block, ReadBlock(label, text));
    blocks.push_back(std::move(block));
  }
  return blocks;
}

}  // namespace sallyport
