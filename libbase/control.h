// Finds control characters: the terminal obeys these characters instead of showing them.
#pragma once

namespace sallyport {

// Returns whether a character moves a cursor, starts an escape sequence, ends a line or changes the direction of the
// text after it: control characters (C0, DEL, C1), U+2028, U+2029, and U+202A-202E, U+2066-2069, U+200E, U+200F,
// U+061C.
bool IsControl(char32_t c);
// Returns whether a character is a control character alone: C0, DEL, C1.
bool IsControlCode(char32_t c);

}  // namespace sallyport
