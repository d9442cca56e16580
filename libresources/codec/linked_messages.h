// Registers the descriptions of messages with protobuf (cmake/Proto.cmake).
#pragma once

namespace sallyport {

// Registers every message that this program has, which takes some milliseconds. A program that starts threads calls it
// before the first of them: a later registration by one thread would change what the others read.
void RegisterLinkedMessages();

}  // namespace sallyport
