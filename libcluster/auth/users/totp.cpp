#include "libcluster/auth/users/totp.h"

#include <liboath/oath.h>
#include <zlib.h>

#include <array>
#include <qrcodegen/qrcodegen.hpp>
#include <stdexcept>

#include "libbase/encoding.h"
#include "libbase/percent_encoding.h"
#include "libbase/secret.h"

namespace sallyport {
namespace {

constexpr std::int64_t kStepSeconds = 30;
constexpr unsigned kDigits = 6;
constexpr int kQuietModules = 4;  // the margin that readers need
constexpr int kImagePixels = 456;

std::int64_t StepOf(Time time) {
  return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count() / kStepSeconds;
}

Result<std::string> CodeOfStep(std::string_view secret, std::int64_t step) {
  std::array<char, kDigits + 1> code{};
  const int result = oath_hotp_generate(secret.data(), secret.size(), static_cast<std::uint64_t>(step), kDigits, false,
                                        OATH_HOTP_DYNAMIC_TRUNCATION, code.data());
  if (result != OATH_OK) return Fail(ErrorKind::kInternal, "cannot compute a one-time code: {}", oath_strerror(result));
  return std::string(code.data());
}

void AppendNumber(std::string& bytes, std::uint32_t number) {
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(number >> shift);
}

// One chunk of a PNG file (RFC 2083 section 3.2).
void AppendChunk(std::string& png, std::string_view type, std::string_view content) {
  AppendNumber(png, static_cast<std::uint32_t>(content.size()));
  std::string body(type);
  body += content;
  png += body;
  const auto* bytes = reinterpret_cast<const Bytef*>(body.data());
  AppendNumber(png, static_cast<std::uint32_t>(crc32(0, bytes, static_cast<uInt>(body.size()))));
}

// Returns the image's rows, one byte a pixel, each row after its filter byte.
std::string Pixels(const qrcodegen::QrCode& code) {
  const int modules = code.getSize() + 2 * kQuietModules;
  const int scale = std::max(1, kImagePixels / modules);
  const int margin = (kImagePixels - code.getSize() * scale) / 2;
  std::string rows;
  for (int y = 0; y < kImagePixels; ++y) {
    rows += '\0';
    for (int x = 0; x < kImagePixels; ++x) {
      const bool inside = x >= margin && y >= margin;
      const bool dark = inside && code.getModule((x - margin) / scale, (y - margin) / scale);
      rows += dark ? '\0' : '\xff';
    }
  }
  return rows;
}

}  // namespace

Result<std::string> TotpCode(std::string_view secret, Time time) { return CodeOfStep(secret, StepOf(time)); }

std::optional<std::int64_t> FindTotpStep(std::string_view secret, std::string_view code, Time time) {
  std::optional<std::int64_t> found;
  for (std::int64_t step = StepOf(time) - 1; step <= StepOf(time) + 1; ++step) {
    const auto expected = CodeOfStep(secret, step);
    if (expected && EqualInConstantTime(*expected, code)) found = step;
  }
  return found;
}

std::string TotpUri(std::string_view secret, std::string_view cluster, std::string_view user, std::string_view proxy) {
  const auto encoded = [](std::string_view text) { return PercentEncoded(text, "-._~@:"); };
  return fmt::format("otpauth://totp/{}:{}@{}?algorithm=SHA1&digits=6&issuer={}&period=30&secret={}", encoded(cluster),
                     encoded(user), encoded(proxy), encoded(cluster), ToBase32(secret));
}

Result<std::string> QrCodePng(std::string_view text) {
  std::string rows;
  try {
    rows = Pixels(qrcodegen::QrCode::encodeText(std::string(text).c_str(), qrcodegen::QrCode::Ecc::MEDIUM));
  } catch (const std::length_error&) {
    return Fail(ErrorKind::kBadParameter, "the text is too long for a QR code");
  }
  std::string packed(compressBound(rows.size()), '\0');
  uLongf packed_size = packed.size();
  if (compress(reinterpret_cast<Bytef*>(packed.data()), &packed_size, reinterpret_cast<const Bytef*>(rows.data()),
               rows.size()) != Z_OK) {
    return Fail(ErrorKind::kInternal, "cannot compress the QR code");
  }
  packed.resize(packed_size);

  std::string header;
  AppendNumber(header, kImagePixels);
  AppendNumber(header, kImagePixels);
  header += std::string("\x08\x00\x00\x00\x00", 5);  // eight bits of grey, no interlace
  std::string png("\x89PNG\r\n\x1a\n", 8);
  AppendChunk(png, "IHDR", header);
  AppendChunk(png, "IDAT", packed);
  AppendChunk(png, "IEND", "");
  return png;
}

}  // namespace sallyport
