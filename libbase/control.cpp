#include "libbase/control.h"

namespace sallyport {
namespace {

bool ChangesDirection(char32_t c) {
  return (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069) || c == 0x200E || c == 0x200F || c == 0x061C;
}

}  // namespace

bool IsControlCode(char32_t c) { return c < 0x20 || (c >= 0x7F && c < 0xA0); }

bool IsControl(char32_t c) { return IsControlCode(c) || ChangesDirection(c) || c == 0x2028 || c == 0x2029; }

}  // namespace sallyport
