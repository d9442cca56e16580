// Characters that a terminal obeys instead of showing them.
#pragma once

namespace sallyport {

// Returns whether a character moves a cursor, starts an escape sequence, ends a line or changes the direction of what
// follows: control characters (C0, DEL, C1), U+2028, U+2029, and U+202A-202E, U+2066-2069, U+200E, U+200F, U+061C.
bool IsControl(char32_t c);
// The control characters alone: C0, DEL, C1.
bool IsControlCode(char32_t c);

}  // namespace sallyport
