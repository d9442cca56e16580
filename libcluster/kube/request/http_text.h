// Formats headers and chunks of HTTP/1.1 (RFC 9112). Internal to libcluster/kube.
#pragma once

#include <boost/beast/http/fields.hpp>
#include <boost/beast/http/message.hpp>
#include <string>
#include <string_view>

namespace sallyport {

inline constexpr std::string_view kLastChunk = "0\r\n\r\n";

// Returns a header with its empty line. Fields must come from a parser or from this process: nothing is escaped.
std::string HeaderText(const boost::beast::http::request_header<>& header);
std::string HeaderText(const boost::beast::http::response_header<>& header);

// Returns `bytes`, which must not be empty, as one chunk.
std::string ChunkText(std::string_view bytes);

// Removes the hop-by-hop fields (RFC 9110 section 7.6.1): the standard ones, and those that the field Connection names.
void DropHopFields(boost::beast::http::fields& fields);

}  // namespace sallyport
