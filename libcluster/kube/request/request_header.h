// Checks a request's header before any other step, and selects the fields that are forwarded to the API server.
// Internal to libcluster/kube.
#pragma once

#include <boost/beast/http/fields.hpp>
#include <boost/beast/http/message.hpp>

#include "libbase/error.h"
#include "libcluster/net/http.h"

namespace sallyport {

// Refuses, with kBadParameter, requests that no caller may send: methods that would open a tunnel or mirror credentials
// (CONNECT, TRACE), and an ambiguous header (RFC 9112): a duplicate of a single field, an unknown transfer encoding, a
// body with an upgrade.
Status CheckRequestHeader(const boost::beast::http::request_header<>& header);

// Returns whether the request asks for another protocol (RFC 9110 section 7.8).
bool IsUpgrade(const boost::beast::http::request_header<>& header);

// Returns the fields to forward: without hop-by-hop fields, identities, the body's framing and fields that the
// forwarder sets; with `filtered` also without requests for a part of the answer.
boost::beast::http::fields ForwardedFields(const boost::beast::http::request_header<>& header, bool filtered);

// Returns the Accept value for a filtered answer, from the client's: JSON, as a table or as metadata if the client asks
// for that.
std::string AcceptForFilter(const boost::beast::http::request_header<>& header);

// Returns the fields of a header by name, in their order.
HttpHeaders HeadersOf(const boost::beast::http::request_header<>& header);

}  // namespace sallyport
