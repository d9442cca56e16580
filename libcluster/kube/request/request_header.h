// What is checked of a request's header before anything else, and what of it goes on to the API server. Internal to
// libcluster/kube.
#pragma once

#include <boost/beast/http/fields.hpp>
#include <boost/beast/http/message.hpp>

#include "libbase/error.h"
#include "libcluster/net/http.h"

namespace sallyport {

// Returns why a request is refused whoever asks: methods that would open a tunnel or mirror credentials (CONNECT,
// TRACE), and a header that two readers could take differently (RFC 9112): a field twice of which there is one, an
// unknown transfer encoding, a body with an upgrade. kBadParameter.
Status CheckRequestHeader(const boost::beast::http::request_header<>& header);

// Whether the request asks for another protocol (RFC 9110 section 7.8).
bool IsUpgrade(const boost::beast::http::request_header<>& header);

// Returns the fields that go on: none that is for one connection, names an identity, frames the body, or that this side
// decides; with `filtered` none that asks for a part of the answer.
boost::beast::http::fields ForwardedFields(const boost::beast::http::request_header<>& header, bool filtered);

// Returns what a filtered answer may be, of what a client accepts: JSON, as a table or as metadata where it asks for
// that.
std::string AcceptForFilter(const boost::beast::http::request_header<>& header);

// Returns the fields of a header by name, in their order.
HttpHeaders HeadersOf(const boost::beast::http::request_header<>& header);

}  // namespace sallyport
