#include "libcluster/kube/request/request_body.h"

#include <google/protobuf/unknown_field_set.h>

#include <array>
#include <utility>

#include "libbase/json.h"
#include "libbase/value_fields.h"
#include "libbase/yaml.h"
#include "libcluster/net/http.h"

namespace sallyport {
namespace {

using google::protobuf::UnknownField;
using google::protobuf::UnknownFieldSet;

// Field numbers of Kubernetes' generated.proto files: runtime.Unknown, TypeMeta, every object's metadata, ObjectMeta,
// SelfSubjectAccessReview, its spec and its status.
constexpr std::string_view kMagic{"k8s\0", 4};
constexpr std::string_view kJsonType = "application/json";
constexpr std::string_view kYamlType = "application/yaml";
constexpr int kUnknownTypeMeta = 1;
constexpr int kUnknownRaw = 2;
constexpr int kTypeMetaApiVersion = 1;
constexpr int kTypeMetaKind = 2;
constexpr int kObjectMetadata = 1;
constexpr int kMetadataName = 1;
constexpr int kReviewSpec = 2;
constexpr int kReviewStatus = 3;
constexpr int kSpecResourceAttributes = 1;
constexpr int kStatusAllowed = 1;
constexpr int kStatusReason = 2;
constexpr int kStatusDenied = 4;

constexpr std::string_view kReviewApiVersion = "authorization.k8s.io/v1";
constexpr std::string_view kReviewKind = "SelfSubjectAccessReview";
// ResourceAttributes, in the order of their field numbers from 1.
constexpr std::array<std::string_view, 7> kAttributes{"namespace", "verb",        "group", "version",
                                                      "resource",  "subresource", "name"};
using Attributes = std::array<std::string, kAttributes.size()>;

constexpr JsonLimits kBodyLimits{16U << 20, 256};

// Returns the media type of a Content-Type, without its parameters; JSON when it is empty, as in Kubernetes.
Result<std::string> MediaType(std::string_view content_type) {
  std::string_view type = content_type.substr(0, content_type.find(';'));
  while (type.starts_with(' ') || type.starts_with('\t')) type.remove_prefix(1);
  while (type.ends_with(' ') || type.ends_with('\t')) type.remove_suffix(1);
  if (content_type.empty()) type = kJsonType;
  for (const auto known : {kJsonType, kYamlType, kKubeProtobuf}) {
    if (EqualIgnoringCase(type, known)) return std::string(known);
  }
  return Fail(ErrorKind::kBadParameter, "the request's body has a Content-Type that this proxy cannot read: {}", type);
}

Status ParseFields(std::string_view bytes, UnknownFieldSet& fields) {
  if (!fields.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return Fail(ErrorKind::kBadParameter, "the request's body is not Kubernetes protobuf");
  }
  return {};
}

// Returns the field of that number, or "". Fails with kBadParameter for two fields of that number, which parsers merge
// differently, and for another type.
Result<std::string> FieldOf(const UnknownFieldSet& fields, int number) {
  std::string value;
  bool found = false;
  for (int i = 0; i < fields.field_count(); ++i) {
    const UnknownField& field = fields.field(i);
    if (field.number() != number) continue;
    if (std::exchange(found, true) || field.type() != UnknownField::TYPE_LENGTH_DELIMITED) {
      return Fail(ErrorKind::kBadParameter, "the request's body has field {} twice, or with the wrong type", number);
    }
    value = field.length_delimited();
  }
  return value;
}

// Returns the field at a path of field numbers, or "".
Result<std::string> FieldAt(std::string bytes, std::initializer_list<int> path) {
  for (const int number : path) {
    UnknownFieldSet fields;
    RETURN_IF_ERROR(ParseFields(bytes, fields));
    ASSIGN_OR_RETURN(bytes, FieldOf(fields, number));
  }
  return bytes;
}

// Returns the object inside of the envelope.
Result<std::string> Unwrap(std::string_view body) {
  if (!body.starts_with(kMagic)) return Fail(ErrorKind::kBadParameter, "the request's body is not Kubernetes protobuf");
  return FieldAt(std::string(body.substr(kMagic.size())), {kUnknownRaw});
}

Result<Value> ParseText(std::string_view body, std::string_view type) {
  if (type != kYamlType) {
    auto json = ParseJson(body, kBodyLimits);
    if (!json) return Fail(ErrorKind::kBadParameter, "the request's body is not JSON: {}", json.error().message);
    return json;
  }
  ASSIGN_OR_RETURN(auto documents, ParseYaml(body, "the request's body"));
  if (documents.size() != 1) return Fail(ErrorKind::kBadParameter, "the request's body is not one object");
  return std::move(documents.front());
}

AccessReview ReviewOf(const Attributes& attributes) {
  AccessReview review;
  review.about_resource = true;
  review.request.kube_namespace = attributes[0];
  review.request.verb = attributes[1];
  review.request.api_group = attributes[2];
  review.version = attributes[3];
  review.request.resource = attributes[4];
  review.subresource = attributes[5];
  review.request.name = attributes[6];
  return review;
}

Attributes AttributesOf(const AccessReview& review) {
  const KubeRequest& request = review.request;
  return {request.kube_namespace, request.verb,       request.api_group, review.version,
          request.resource,       review.subresource, request.name};
}

std::string Nested(int number, const UnknownFieldSet& inner) {
  UnknownFieldSet outer;
  inner.SerializeToString(outer.AddLengthDelimited(number));
  std::string bytes;
  outer.SerializeToString(&bytes);
  return bytes;
}

std::string DeniedProtobuf(const AccessReview& review, std::string_view reason) {
  UnknownFieldSet attributes;
  int number = 0;
  for (const auto& value : AttributesOf(review)) {
    ++number;
    if (!value.empty()) attributes.AddLengthDelimited(number, value);
  }

  UnknownFieldSet status;
  status.AddVarint(kStatusAllowed, 0);
  status.AddLengthDelimited(kStatusReason, std::string(reason));
  status.AddVarint(kStatusDenied, 1);

  UnknownFieldSet object;
  object.AddLengthDelimited(kObjectMetadata, "");
  object.AddLengthDelimited(kReviewSpec, Nested(kSpecResourceAttributes, attributes));
  status.SerializeToString(object.AddLengthDelimited(kReviewStatus));

  UnknownFieldSet type;
  type.AddLengthDelimited(kTypeMetaApiVersion, std::string(kReviewApiVersion));
  type.AddLengthDelimited(kTypeMetaKind, std::string(kReviewKind));
  UnknownFieldSet envelope;
  type.SerializeToString(envelope.AddLengthDelimited(kUnknownTypeMeta));
  object.SerializeToString(envelope.AddLengthDelimited(kUnknownRaw));

  std::string bytes;
  envelope.SerializeToString(&bytes);
  return std::string(kMagic) + bytes;
}

}  // namespace

Result<std::string> ReadObjectName(std::string_view body, std::string_view content_type) {
  ASSIGN_OR_RETURN(const std::string type, MediaType(content_type));
  if (type == kKubeProtobuf) {
    ASSIGN_OR_RETURN(std::string object, Unwrap(body));
    return FieldAt(std::move(object), {kObjectMetadata, kMetadataName});
  }
  ASSIGN_OR_RETURN(const Value object, ParseText(body, type));
  return TextAt(object.Find("metadata"), "name");
}

Result<AccessReview> ReadAccessReview(std::string_view body, std::string_view content_type) {
  ASSIGN_OR_RETURN(const std::string type, MediaType(content_type));
  Attributes attributes;
  if (type == kKubeProtobuf) {
    ASSIGN_OR_RETURN(std::string object, Unwrap(body));
    ASSIGN_OR_RETURN(const std::string bytes, FieldAt(std::move(object), {kReviewSpec, kSpecResourceAttributes}));
    if (bytes.empty()) return AccessReview{};
    UnknownFieldSet fields;
    RETURN_IF_ERROR(ParseFields(bytes, fields));
    for (std::size_t i = 0; i < attributes.size(); ++i) {
      ASSIGN_OR_RETURN(attributes[i], FieldOf(fields, static_cast<int>(i) + 1));
    }
    return ReviewOf(attributes);
  }

  ASSIGN_OR_RETURN(const Value review, ParseText(body, type));
  const Value* spec = review.Find("spec");
  const Value* given = spec == nullptr ? nullptr : spec->Find("resourceAttributes");
  if (given == nullptr || !given->is_map()) return AccessReview{};
  for (std::size_t i = 0; i < attributes.size(); ++i) attributes[i] = TextAt(given, kAttributes[i]);
  return ReviewOf(attributes);
}

std::string DeniedReview(const AccessReview& review, std::string_view reason, bool protobuf) {
  if (protobuf) return DeniedProtobuf(review, reason);
  Value attributes = Value::EmptyMap();
  const Attributes values = AttributesOf(review);
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!values[i].empty()) attributes.Set(kAttributes[i], values[i]);
  }

  return ToJson(Value(Value::Map{
      {"kind", kReviewKind},
      {"apiVersion", kReviewApiVersion},
      {"metadata", Value::EmptyMap()},
      {"spec", Value(Value::Map{{"resourceAttributes", std::move(attributes)}})},
      {"status", Value(Value::Map{{"allowed", false}, {"denied", true}, {"reason", reason}})},
  }));
}

}  // namespace sallyport
