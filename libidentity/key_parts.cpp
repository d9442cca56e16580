#include "libidentity/key_parts.h"

#include <array>

#include "libbase/secret.h"

namespace sallyport {
namespace {

constexpr int kMinRsaBits = 2048;
constexpr int kMaxRsaBits = 16384;
constexpr std::size_t kMaxExponentBytes = 4;
constexpr std::size_t kEd25519Bytes = 32;

constexpr std::array kCurves{
    Curve{NID_X9_62_prime256v1, "nistp256", "ecdsa-sha2-nistp256", 32, EVP_sha256},
    Curve{NID_secp384r1, "nistp384", "ecdsa-sha2-nistp384", 48, EVP_sha384},
    Curve{NID_secp521r1, "nistp521", "ecdsa-sha2-nistp521", 66, EVP_sha512},
};

std::string ToBytes(const BIGNUM* number, std::size_t size) {
  std::string bytes(size, '\0');
  BN_bn2binpad(number, reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(size));
  return bytes;
}

BignumPtr ToBignum(std::string_view bytes) {
  return BignumPtr(BN_bin2bn(AsBytes(bytes), static_cast<int>(bytes.size()), nullptr));
}

Result<KeyPtr> FromParams(const char* type, int selection, OSSL_PARAM_BLD* builder) {
  const ParamsPtr params(OSSL_PARAM_BLD_to_param(builder));
  const KeyContextPtr context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
  EVP_PKEY* key = nullptr;
  if (params == nullptr || context == nullptr || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key, selection, params.get()) != 1) {
    return FailOpenSsl(ErrorKind::kBadParameter, "key is broken");
  }
  KeyPtr owned(key);
  RETURN_IF_ERROR(CheckKeySupported(owned.get()));
  return owned;
}

Status CheckRsa(const EVP_PKEY* key) {
  const int bits = EVP_PKEY_get_bits(key);
  if (bits < kMinRsaBits || bits > kMaxRsaBits) {
    return Fail(ErrorKind::kBadParameter, "RSA key has {} bits, not {} to {}", bits, kMinRsaBits, kMaxRsaBits);
  }
  const std::string e = KeyNumber(key, OSSL_PKEY_PARAM_RSA_E);
  if (e.empty() || e.size() > kMaxExponentBytes || (e.back() & 1) == 0 || e == "\x01") {
    return Fail(ErrorKind::kBadParameter, "RSA key has a public exponent that is not supported");
  }
  return {};
}

Status CheckEc(const EVP_PKEY* key) {
  int is_explicit = 0;
  EVP_PKEY_get_int_param(key, OSSL_PKEY_PARAM_EC_DECODED_FROM_EXPLICIT_PARAMS, &is_explicit);
  if (is_explicit != 0 || CurveOf(key) == nullptr) {
    return Fail(ErrorKind::kBadParameter, "ECDSA key is over a curve that is not supported");
  }
  return {};
}

bool PushNumber(OSSL_PARAM_BLD* builder, const char* name, const BignumPtr& number) {
  return number != nullptr && OSSL_PARAM_BLD_push_BN(builder, name, number.get()) == 1;
}

bool PushCurve(OSSL_PARAM_BLD* builder, const Curve& curve, std::string_view point) {
  return OSSL_PARAM_BLD_push_utf8_string(builder, OSSL_PKEY_PARAM_GROUP_NAME, OBJ_nid2sn(curve.nid), 0) == 1 &&
         OSSL_PARAM_BLD_push_octet_string(builder, OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size()) == 1;
}

Status CheckPoint(const Curve& curve, std::string_view point) {
  if (point.size() != 1 + 2 * curve.field_bytes || point[0] != '\x04') {
    return Fail(ErrorKind::kBadParameter, "ECDSA key has a point that is not an uncompressed point of {}",
                curve.ssh_name);
  }
  return {};
}

// Returns number mod (prime - 1): the exponents of the Chinese remainder form.
BignumPtr ReducedExponent(const BIGNUM* number, const BIGNUM* prime, BN_CTX* context) {
  BignumPtr below(BN_dup(prime));
  BignumPtr reduced(BN_new());
  if (below == nullptr || reduced == nullptr || BN_sub_word(below.get(), 1) != 1 ||
      BN_mod(reduced.get(), number, below.get(), context) != 1) {
    return nullptr;
  }
  return reduced;
}

// OpenSSL trusts the numbers it is given; this is the check that needs no primality test.
Status CheckRsaPair(const EVP_PKEY* key) {
  std::string p_bytes = KeyNumber(key, OSSL_PKEY_PARAM_RSA_FACTOR1);
  std::string q_bytes = KeyNumber(key, OSSL_PKEY_PARAM_RSA_FACTOR2);
  const BignumPtr p = ToBignum(p_bytes);
  const BignumPtr q = ToBignum(q_bytes);
  Wipe(p_bytes);
  Wipe(q_bytes);

  const BignumPtr n = ToBignum(KeyNumber(key, OSSL_PKEY_PARAM_RSA_N));
  const BignumPtr product(BN_new());
  const BignumContextPtr context(BN_CTX_new());
  if (BN_mul(product.get(), p.get(), q.get(), context.get()) != 1 || BN_cmp(product.get(), n.get()) != 0) {
    return Fail(ErrorKind::kBadParameter, "RSA key has factors whose product is not its modulus");
  }
  return {};
}

}  // namespace

const Curve* FindCurveBySshName(std::string_view ssh_name) {
  for (const Curve& curve : kCurves) {
    if (curve.ssh_name == ssh_name) return &curve;
  }
  return nullptr;
}

const Curve* FindCurveBySshType(std::string_view ssh_type) {
  for (const Curve& curve : kCurves) {
    if (curve.ssh_type == ssh_type) return &curve;
  }
  return nullptr;
}

const Curve* CurveOf(const EVP_PKEY* key) {
  std::array<char, 64> name{};
  std::size_t size = 0;
  if (EVP_PKEY_get_group_name(key, name.data(), name.size(), &size) != 1) return nullptr;
  int nid = OBJ_sn2nid(name.data());
  if (nid == NID_undef) nid = EC_curve_nist2nid(name.data());
  for (const Curve& curve : kCurves) {
    if (curve.nid == nid) return &curve;
  }
  return nullptr;
}

Status CheckKeySupported(const EVP_PKEY* key) {
  switch (EVP_PKEY_get_base_id(key)) {
    case EVP_PKEY_ED25519:
      return {};
    case EVP_PKEY_EC:
      return CheckEc(key);
    case EVP_PKEY_RSA:
      return CheckRsa(key);
    default:
      return Fail(ErrorKind::kBadParameter, "key is of a type that is not supported");
  }
}

std::string RawEd25519PublicKey(const EVP_PKEY* key) {
  std::string raw(kEd25519Bytes, '\0');
  std::size_t size = raw.size();
  EVP_PKEY_get_raw_public_key(key, reinterpret_cast<unsigned char*>(raw.data()), &size);
  return raw;
}

std::string RawEd25519Seed(const EVP_PKEY* key) {
  std::string raw(kEd25519Bytes, '\0');
  std::size_t size = raw.size();
  EVP_PKEY_get_raw_private_key(key, reinterpret_cast<unsigned char*>(raw.data()), &size);
  return raw;
}

std::string EcPoint(const EVP_PKEY* key) {
  BIGNUM* x = nullptr;
  BIGNUM* y = nullptr;
  EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_EC_PUB_X, &x);
  EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_EC_PUB_Y, &y);
  const BignumPtr owned_x(x);
  const BignumPtr owned_y(y);
  const Curve* curve = CurveOf(key);
  if (x == nullptr || y == nullptr || curve == nullptr) return {};
  return '\x04' + ToBytes(x, curve->field_bytes) + ToBytes(y, curve->field_bytes);
}

std::string KeyNumber(const EVP_PKEY* key, const char* name) {
  BIGNUM* number = nullptr;
  if (EVP_PKEY_get_bn_param(key, name, &number) != 1) return {};
  const BignumPtr owned(number);
  return ToBytes(number, static_cast<std::size_t>(BN_num_bytes(number)));
}

Result<KeyPtr> MakeEd25519PublicKey(std::string_view raw) {
  KeyPtr key(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, AsBytes(raw), raw.size()));
  if (key == nullptr) return FailOpenSsl(ErrorKind::kBadParameter, "Ed25519 public key is broken");
  return key;
}

Result<KeyPtr> MakeEcPublicKey(const Curve& curve, std::string_view point) {
  RETURN_IF_ERROR(CheckPoint(curve, point));
  const ParamBuilderPtr builder(OSSL_PARAM_BLD_new());
  if (!PushCurve(builder.get(), curve, point)) return FailOpenSsl(ErrorKind::kBadParameter, "ECDSA key is broken");
  return FromParams("EC", EVP_PKEY_PUBLIC_KEY, builder.get());
}

Result<KeyPtr> MakeRsaPublicKey(std::string_view n, std::string_view e) {
  const BignumPtr modulus = ToBignum(n);
  const BignumPtr exponent = ToBignum(e);
  const ParamBuilderPtr builder(OSSL_PARAM_BLD_new());
  if (!PushNumber(builder.get(), OSSL_PKEY_PARAM_RSA_N, modulus) ||
      !PushNumber(builder.get(), OSSL_PKEY_PARAM_RSA_E, exponent)) {
    return FailOpenSsl(ErrorKind::kBadParameter, "RSA key is broken");
  }
  return FromParams("RSA", EVP_PKEY_PUBLIC_KEY, builder.get());
}

Result<KeyPtr> MakeEd25519PrivateKey(std::string_view seed) {
  KeyPtr key(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, AsBytes(seed), seed.size()));
  if (key == nullptr) return FailOpenSsl(ErrorKind::kBadParameter, "Ed25519 private key is broken");
  return key;
}

Result<KeyPtr> MakeEcPrivateKey(const Curve& curve, std::string_view point, std::string_view d) {
  RETURN_IF_ERROR(CheckPoint(curve, point));
  if (d.size() > curve.field_bytes) return Fail(ErrorKind::kBadParameter, "ECDSA private key is too long");
  const BignumPtr secret = ToBignum(d);
  const ParamBuilderPtr builder(OSSL_PARAM_BLD_new());
  if (!PushCurve(builder.get(), curve, point) || !PushNumber(builder.get(), OSSL_PKEY_PARAM_PRIV_KEY, secret)) {
    return FailOpenSsl(ErrorKind::kBadParameter, "ECDSA key is broken");
  }
  ASSIGN_OR_RETURN(KeyPtr key, FromParams("EC", EVP_PKEY_KEYPAIR, builder.get()));
  RETURN_IF_ERROR(CheckKeyPair(key.get()));
  return key;
}

Result<KeyPtr> MakeRsaPrivateKey(const RsaNumbers& numbers) {
  if (numbers.n.size() > kMaxRsaBits / 8 || numbers.p.size() > numbers.n.size() ||
      numbers.q.size() > numbers.n.size() || numbers.d.size() > numbers.n.size()) {
    return Fail(ErrorKind::kBadParameter, "RSA private key is too long");
  }

  const BignumPtr n = ToBignum(numbers.n);
  const BignumPtr e = ToBignum(numbers.e);
  const BignumPtr d = ToBignum(numbers.d);
  const BignumPtr p = ToBignum(numbers.p);
  const BignumPtr q = ToBignum(numbers.q);
  const BignumPtr inverse = ToBignum(numbers.inverse_of_q);
  const BignumContextPtr context(BN_CTX_new());
  const BignumPtr dp = ReducedExponent(d.get(), p.get(), context.get());
  const BignumPtr dq = ReducedExponent(d.get(), q.get(), context.get());

  const ParamBuilderPtr builder(OSSL_PARAM_BLD_new());
  OSSL_PARAM_BLD* to = builder.get();
  if (!PushNumber(to, OSSL_PKEY_PARAM_RSA_N, n) || !PushNumber(to, OSSL_PKEY_PARAM_RSA_E, e) ||
      !PushNumber(to, OSSL_PKEY_PARAM_RSA_D, d) || !PushNumber(to, OSSL_PKEY_PARAM_RSA_FACTOR1, p) ||
      !PushNumber(to, OSSL_PKEY_PARAM_RSA_FACTOR2, q) || !PushNumber(to, OSSL_PKEY_PARAM_RSA_EXPONENT1, dp) ||
      !PushNumber(to, OSSL_PKEY_PARAM_RSA_EXPONENT2, dq) ||
      !PushNumber(to, OSSL_PKEY_PARAM_RSA_COEFFICIENT1, inverse)) {
    return FailOpenSsl(ErrorKind::kBadParameter, "RSA key is broken");
  }

  ASSIGN_OR_RETURN(KeyPtr key, FromParams("RSA", EVP_PKEY_KEYPAIR, to));
  RETURN_IF_ERROR(CheckKeyPair(key.get()));
  return key;
}

const EVP_MD* NativeDigest(Digest digest) {
  switch (digest) {
    case Digest::kSha384:
      return EVP_sha384();
    case Digest::kSha512:
      return EVP_sha512();
    case Digest::kSha256:
      break;
  }
  return EVP_sha256();
}

Status CheckKeyPair(EVP_PKEY* key) {
  // OpenSSL derives the public half of an Ed25519 key itself.
  if (EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA) return CheckRsaPair(key);
  if (EVP_PKEY_get_base_id(key) != EVP_PKEY_EC) return {};
  const KeyContextPtr context(EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr));
  if (context == nullptr || EVP_PKEY_check(context.get()) != 1) {
    return FailOpenSsl(ErrorKind::kBadParameter, "ECDSA key has halves that do not belong together");
  }
  return {};
}

}  // namespace sallyport
