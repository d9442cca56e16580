# Headers that are not ours are compiled once for each group of targets, by layer: half of what a source of ours costs is
# reading them. Sources still include what they use; a header of ours is never here, or a change of it would build all.
set(sallyport_headers_base
  <algorithm> <array> <atomic> <charconv> <chrono> <condition_variable> <cstdint> <cstring> <deque> <expected>
  <filesystem> <fstream> <functional> <future> <map> <memory> <mutex> <optional> <set> <shared_mutex> <span> <sstream>
  <string> <string_view> <thread> <unordered_map> <utility> <variant> <vector> <fmt/format.h> <fmt/ranges.h>
  <nlohmann/json.hpp>)

set(sallyport_headers_messages <google/protobuf/empty.pb.h> <google/protobuf/struct.pb.h> <google/protobuf/descriptor.h>
  <google/protobuf/dynamic_message.h> <google/protobuf/util/message_differencer.h> <google/protobuf/util/time_util.h>)
foreach(proto ${PROTO_FILES})
  string(REGEX REPLACE "\\.proto$" ".pb.h" header ${proto})
  list(APPEND sallyport_headers_messages <${header}>)
endforeach()

set(sallyport_headers_network <boost/asio.hpp> <boost/asio/experimental/awaitable_operators.hpp>
  <boost/beast/core/flat_buffer.hpp> <boost/beast/http/parser.hpp> <boost/beast/http/read.hpp>
  <boost/beast/http/string_body.hpp> <boost/beast/http/write.hpp>)

# sallyport_precompile(TARGET GROUP...): gives a target what the groups (base, messages, network, test) have.
set(sallyport_headers_test <catch2/catch.hpp>)
function(sallyport_precompile target)
  foreach(group ${ARGN})
    target_precompile_headers(${target} PRIVATE ${sallyport_headers_${group}})
  endforeach()
endfunction()
