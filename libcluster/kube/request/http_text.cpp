#include "libcluster/kube/request/http_text.h"

#include <fmt/format.h>

#include <array>
#include <boost/beast/http/field.hpp>
#include <boost/beast/http/rfc7230.hpp>
#include <boost/beast/http/status.hpp>
#include <vector>

namespace sallyport {
namespace {

namespace http = boost::beast::http;

constexpr std::size_t kUsualHeaderBytes = 1024;
constexpr std::array kOfOneConnection{http::field::connection,
                                      http::field::keep_alive,
                                      http::field::proxy_connection,
                                      http::field::te,
                                      http::field::trailer,
                                      http::field::transfer_encoding,
                                      http::field::upgrade,
                                      http::field::proxy_authenticate,
                                      http::field::proxy_authorization};

std::string_view Plain(boost::beast::string_view text) { return {text.data(), text.size()}; }

void AppendFields(const http::fields& fields, std::string& text) {
  for (const auto& field : fields) {
    text.append(Plain(field.name_string())).append(": ").append(Plain(field.value())).append("\r\n");
  }
  text += "\r\n";
}

}  // namespace

std::string HeaderText(const http::request_header<>& header) {
  std::string text;
  text.reserve(kUsualHeaderBytes);
  text.append(Plain(header.method_string())).append(" ").append(Plain(header.target())).append(" HTTP/1.1\r\n");
  AppendFields(header, text);
  return text;
}

std::string HeaderText(const http::response_header<>& header) {
  std::string text;
  text.reserve(kUsualHeaderBytes);
  const auto reason = header.reason().empty() ? http::obsolete_reason(header.result()) : header.reason();
  text = fmt::format("HTTP/1.1 {} {}\r\n", header.result_int(), Plain(reason));
  AppendFields(header, text);
  return text;
}

std::string ChunkText(std::string_view bytes) {
  std::string text = fmt::format("{:x}\r\n", bytes.size());
  text.reserve(text.size() + bytes.size() + 2);
  text.append(bytes).append("\r\n");
  return text;
}

void DropHopFields(http::fields& fields) {
  std::vector<std::string> named;
  const auto [begin, end] = fields.equal_range(http::field::connection);
  for (auto field = begin; field != end; ++field) {
    for (const auto& token : http::token_list(field->value())) named.emplace_back(token);
  }
  for (const auto& name : named) fields.erase(name);
  for (const auto name : kOfOneConnection) fields.erase(name);
}

}  // namespace sallyport
