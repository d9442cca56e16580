// Owns OpenSSL objects and turns OpenSSL's error queue into Errors. Internal to this library.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "libbase/error.h"

namespace sallyport {

template <auto kFree>
struct OpenSslFree {
  template <typename T>
  void operator()(T* object) const {
    kFree(object);
  }
};
template <typename T, auto kFree>
using OpenSslPtr = std::unique_ptr<T, OpenSslFree<kFree>>;

using BioPtr = OpenSslPtr<BIO, BIO_free_all>;
using BignumPtr = OpenSslPtr<BIGNUM, BN_clear_free>;
using BignumContextPtr = OpenSslPtr<BN_CTX, BN_CTX_free>;
using EcdsaSignaturePtr = OpenSslPtr<ECDSA_SIG, ECDSA_SIG_free>;
using DigestContextPtr = OpenSslPtr<EVP_MD_CTX, EVP_MD_CTX_free>;
using KeyPtr = OpenSslPtr<EVP_PKEY, EVP_PKEY_free>;
using KeyContextPtr = OpenSslPtr<EVP_PKEY_CTX, EVP_PKEY_CTX_free>;
using ParamBuilderPtr = OpenSslPtr<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free>;
using ParamsPtr = OpenSslPtr<OSSL_PARAM, OSSL_PARAM_free>;
using Pkcs8Ptr = OpenSslPtr<PKCS8_PRIV_KEY_INFO, PKCS8_PRIV_KEY_INFO_free>;
using PublicKeyInfoPtr = OpenSslPtr<X509_PUBKEY, X509_PUBKEY_free>;
using CertificatePtr = OpenSslPtr<X509, X509_free>;
using CrlPtr = OpenSslPtr<X509_CRL, X509_CRL_free>;
using ExtensionPtr = OpenSslPtr<X509_EXTENSION, X509_EXTENSION_free>;
using NamePtr = OpenSslPtr<X509_NAME, X509_NAME_free>;
using ObjectPtr = OpenSslPtr<ASN1_OBJECT, ASN1_OBJECT_free>;
using OctetStringPtr = OpenSslPtr<ASN1_OCTET_STRING, ASN1_OCTET_STRING_free>;
using IntegerPtr = OpenSslPtr<ASN1_INTEGER, ASN1_INTEGER_free>;
using TimePtr = OpenSslPtr<ASN1_TIME, ASN1_TIME_free>;
using GeneralNamesPtr = OpenSslPtr<GENERAL_NAMES, GENERAL_NAMES_free>;

// Text that OpenSSL allocated.
struct OpenSslTextFree {
  void operator()(void* text) const { OPENSSL_free(text); }
};
using OpenSslText = std::unique_ptr<char, OpenSslTextFree>;

// Drops in its destructor the errors that OpenSSL has queued meanwhile, so that no later failure reports them.
class ErrorQueueScope {
 public:
  ErrorQueueScope() { ERR_set_mark(); }
  ~ErrorQueueScope() { ERR_pop_to_mark(); }
  ErrorQueueScope(const ErrorQueueScope&) = delete;
  ErrorQueueScope& operator=(const ErrorQueueScope&) = delete;
};

// Returns the newest queued error as an Error, "what: reason", and empties the queue.
inline std::unexpected<Error> FailOpenSsl(ErrorKind kind, std::string_view what) {
  const char* reason = ERR_reason_error_string(ERR_peek_last_error());
  std::string message = reason == nullptr ? std::string(what) : fmt::format("{}: {}", what, reason);
  ERR_clear_error();
  return std::unexpected(Error{kind, std::move(message), {}});
}

inline const unsigned char* AsBytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

inline std::string_view AsText(const void* bytes, std::size_t size) {
  return {static_cast<const char*>(bytes), bytes == nullptr ? 0 : size};
}

inline std::string_view AsText(const ASN1_STRING* text) {
  if (text == nullptr) return {};
  return AsText(ASN1_STRING_get0_data(text), static_cast<std::size_t>(ASN1_STRING_length(text)));
}

// Calls an i2d function for the length, then for the bytes; returns "" on failure.
template <typename T, typename Writer>
std::string ToDer(const T* object, Writer writer) {
  const int size = writer(object, nullptr);
  if (size <= 0) return {};
  std::string der(static_cast<std::size_t>(size), '\0');
  auto* place = reinterpret_cast<unsigned char*>(der.data());
  if (writer(object, &place) != size) return {};
  return der;
}

}  // namespace sallyport
